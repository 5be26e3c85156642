/* SPDX-License-Identifier: Apache-2.0
 *
 * sealrow/message.h: what a program hands over made into what this room works with, a context from
 * pairs in any order and a manager over a keyring.
 */
#include <sealrow/message.h>

#include <stdlib.h>

#include "base/time.h"
#include "message/inspect.h"
#include "message/message.h"

struct asked {
    struct context context;
    struct manager *manager;
    uint64_t deadline;
};

static void asked_cleanup(struct asked *a)
{
    context_cleanup(&a->context);
    manager_free(&a->manager);
}

static MUST enum srow_rc check_bytes(struct srow_bytes b, struct srow_error *e)
{
    FAIL_IF(b.at == NULL && b.len > 0, e, SROW_E_USAGE, "bytes of a length, but none given");
    return SROW_OK;
}

static MUST enum srow_rc begin(struct asked *a, struct srow_keyring *keyring,
                               const struct srow_pair *pairs, size_t count, uint32_t deadline_ms,
                               struct srow_error *e)
{
    FAIL_IF(keyring == NULL, e, SROW_E_USAGE, "no keyring is given");
    FAIL_IF(pairs == NULL && count > 0, e, SROW_E_USAGE, "an encryption context without pairs");
    for (size_t i = 0; i < count; i++) {
        TRY(check_bytes(pairs[i].key, e));
        TRY(check_bytes(pairs[i].value, e));
        TRY(context_add(&a->context, pairs[i], e));
    }
    a->deadline = deadline_ms == 0 ? 0 : time_monotonic_ms() + deadline_ms;
    return manager_default_new(&a->manager, keyring, e);
}

enum srow_rc srow_message_encrypt(struct srow_buf *out, struct srow_keyring *keyring,
                                  const struct srow_message_encrypt_options *options,
                                  struct srow_bytes plaintext, struct srow_error *e)
{
    static const struct srow_message_encrypt_options defaults;
    const struct srow_message_encrypt_options *o = options == NULL ? &defaults : options;
    AUTO(asked_cleanup) struct asked asked = {0};
    struct message_encrypted made;
    FAIL_IF(o->suite > UINT16_MAX, e, SROW_E_UNSUPPORTED, "algorithm suite 0x%x: there is none",
            o->suite);
    TRY(check_bytes(plaintext, e));
    TRY(begin(&asked, keyring, o->context, o->context_count, o->deadline_ms, e));
    struct message_encrypt_options inner = {
        .suite = (uint16_t)o->suite,
        .frame_length = o->frame_length,
        .context = &asked.context,
        .max_edks = o->max_keys,
        .deadline = asked.deadline,
    };
    TRY(message_encrypt(&made, asked.manager, &inner, plaintext, e));
    *out = made.bytes;
    return SROW_OK;
}

enum srow_rc srow_message_decrypt(struct srow_buf *out, struct srow_keyring *keyring,
                                  const struct srow_message_decrypt_options *options,
                                  struct srow_bytes message, struct srow_error *e)
{
    static const struct srow_message_decrypt_options defaults;
    const struct srow_message_decrypt_options *o = options == NULL ? &defaults : options;
    AUTO(asked_cleanup) struct asked asked = {0};
    FAIL_IF(o->suites > SROW_SUITES_SIGNED, e, SROW_E_USAGE, "suites: %u is no choice", o->suites);
    FAIL_IF(o->exact_context > 1, e, SROW_E_USAGE, "exact_context: 0 or 1, not %u",
            o->exact_context);
    TRY(check_bytes(message, e));
    TRY(begin(&asked, keyring, o->context, o->context_count, o->deadline_ms, e));
    struct message_decrypt_options inner = {
        .expected = o->exact_context == 1 ? &asked.context : NULL,
        .demanded = &asked.context,
        .max_edks = o->max_keys,
        .unsigned_only = o->suites == SROW_SUITES_UNSIGNED,
        .signed_only = o->suites == SROW_SUITES_SIGNED,
        .deadline = asked.deadline,
    };
    return message_decrypt(out, asked.manager, &inner, message, e);
}

/* -- inspect -- */

/* What an info owns: the parsed message, then its keys. */
struct owned {
    struct message_inspected message;
    struct srow_message_key keys[];
};

static struct owned *hold(struct message_inspected *m)
{
    const struct edk_list *list = &m->header.edks;
    struct owned *owned = malloc(sizeof *owned + list->count * sizeof owned->keys[0]);
    if (owned == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct edk *edk = &list->edk[i];
        owned->keys[i] = (struct srow_message_key){edk->provider, edk->info, edk->ciphertext};
    }
    owned->message = *m;
    *m = (struct message_inspected){0};
    return owned;
}

enum srow_rc srow_message_inspect(struct srow_message_info *out, struct srow_bytes message,
                                  struct srow_error *e)
{
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    TRY(check_bytes(message, e));
    TRY(message_inspect(&m, message, e));
    struct owned *owned = hold(&m);
    FAIL_IF(owned == NULL, e, SROW_E_NOMEM, "no memory for what a message says");
    const struct header *h = &owned->message.header;
    *out = (struct srow_message_info){
        .version = h->suite->version,
        .suite = h->suite->id,
        .is_signed = h->suite->is_signed,
        .frame_length = h->frame_length,
        .frame_count = owned->message.frame_count,
        .plaintext_len = owned->message.plaintext_len,
        .context = h->context.pairs,
        .context_count = h->context.count,
        .keys = owned->keys,
        .key_count = h->edks.count,
        .owned = owned,
    };
    return SROW_OK;
}

void srow_message_info_free(struct srow_message_info *info)
{
    if (info == NULL) {
        return;
    }
    struct owned *owned = info->owned;
    if (owned != NULL) {
        message_inspected_cleanup(&owned->message);
        free(owned);
    }
    *info = (struct srow_message_info){0};
}
