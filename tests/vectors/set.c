/* SPDX-License-Identifier: Apache-2.0 */
#include "set.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"

enum { PARTS = 400 };

static MUST enum srow_rc read_file(struct srow_buf *out, const char *path, struct srow_error *e)
{
    FILE *file = fopen(path, "rb");
    FAIL_IF(file == NULL, e, SROW_E_NOT_FOUND, "%s: %s", path, strerror(errno));
    AUTO(buf_cleanup) struct srow_buf content = {0};
    char part[65536];
    size_t n;
    while ((n = fread(part, 1, sizeof part, file)) > 0) {
        buf_put(&content, bytes_of(part, n));
    }
    bool failed = ferror(file) != 0;
    fclose(file);
    FAIL_IF(failed, e, SROW_E_IO, "%s cannot be read", path);
    TRY(buf_check(&content, e));
    *out = buf_take(&content);
    return SROW_OK;
}

enum srow_rc set_read(struct srow_buf *out, const struct set *set, struct srow_bytes uri,
                      struct srow_error *e)
{
    static const char scheme[] = "file://";
    size_t n = sizeof scheme - 1;
    FAIL_IF(uri.len < n || memcmp(uri.at, scheme, n) != 0, e, SROW_E_VALUE, "%.*s: no file",
            (int)uri.len, (const char *)uri.at);
    AUTO(buf_cleanup) struct srow_buf path = {0};
    buf_printf(&path, "%s/%.*s", set->folder, (int)(uri.len - n), (const char *)uri.at + n);
    return read_file(out, buf_cstr(&path), e);
}

void set_cleanup(struct set *set)
{
    json_free(&set->manifest);
    buf_cleanup(&set->text);
}

/* The JSON reader knows no NUL in the name of a member, and sets have such contexts: \u0000 is read
 * as \u0011, which no set uses, and becomes NUL again in pairs_load. */
static void hide_nul(struct srow_buf *text)
{
    char *at = text->at;
    for (size_t i = 0; i + 6 <= text->len; i++) {
        if (at[i] == '\\' && memcmp(at + i, "\\u0000", 6) == 0) {
            memcpy(at + i + 4, "11", 2);
        }
        i += at[i] == '\\';
    }
}

static struct srow_bytes show_nul(struct srow_buf *room, struct srow_bytes text)
{
    uint8_t *to = buf_room(room, text.len);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = ((const uint8_t *)text.at)[i];
        to[i] = c == 0x11 ? 0 : c;
    }
    buf_grew(room, text.len);
    return bytes_of(to, text.len);
}

static MUST enum srow_rc add_pair(void *state, struct srow_bytes name, const json_node *value,
                                  struct srow_error *e)
{
    struct pairs *pairs = state;
    struct srow_bytes text;
    FAIL_IF(!json_as_string(&text, value), e, SROW_E_VALUE, "a context value is no string");
    FAIL_IF(name.len + text.len > pairs->text.room - pairs->text.len, e, SROW_E_LIMIT,
            "a context is too large");
    struct srow_pair pair = {show_nul(&pairs->text, name), show_nul(&pairs->text, text)};
    return context_add(&pairs->context, pair, e);
}

enum srow_rc pairs_load(struct pairs *out, const json_node *object, struct srow_error *e)
{
    buf_room(&out->text, CONTEXT_LARGEST); /* views into it: it must not move */
    TRY(buf_check(&out->text, e));
    return json_each(object, add_pair, out, e);
}

void pairs_cleanup(struct pairs *pairs)
{
    context_cleanup(&pairs->context);
    buf_cleanup(&pairs->text);
}

enum srow_rc set_load(struct set *out, const char *folder, struct srow_error *e)
{
    *out = (struct set){.folder = folder};
    TRY(set_read(&out->text, out, srow_str("file://manifest.json"), e));
    hide_nul(&out->text);
    return json_parse(&out->manifest, bytes_buf(&out->text), e);
}

static MUST enum srow_rc text_of(char **out, const json_node *node, const char *name,
                                 struct srow_error *e)
{
    struct srow_bytes text;
    FAIL_IF(!json_as_string(&text, json_get(node, name)), e, SROW_E_VALUE, "no string %s", name);
    return bytes_dup_str(out, text, e);
}

static MUST enum srow_rc make_keyring(struct srow_keyring **out, const struct set *set,
                                      const json_node *master, struct srow_error *e)
{
    AUTO(str_free) char *key_name = NULL, *provider = NULL, *name = NULL;
    AUTO(buf_cleanup) struct srow_buf bytes = {0};
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(text_of(&key_name, master, "key", e));
    TRY(text_of(&provider, master, "provider-id", e));
    const json_node *entry = json_get(json_get(set->manifest, "keys"), key_name);
    TRY(text_of(&name, entry, "key-id", e));
    struct srow_bytes material;
    FAIL_IF(!json_as_string(&material, json_get(entry, "material")), e, SROW_E_VALUE,
            "key %s has no material", key_name);
    TRY(text_parse_base64(&bytes, material, e));
    TRY(secret_of(&key, bytes_buf(&bytes), e));
    return srow_keyring_aes_new(out, provider, name, secret_bytes(&key), e);
}

/* All keys of an entry, in order. */
static MUST enum srow_rc make_keyrings(struct srow_keyring **out, const struct set *set,
                                       const json_node *masters, struct srow_error *e)
{
    struct srow_keyring *parts[PARTS];
    size_t count = json_count(masters), made = 0;
    enum srow_rc rc = SROW_OK;
    FAIL_IF(count > PARTS, e, SROW_E_LIMIT, "more than %d keyrings", PARTS);
    while (rc == SROW_OK && made < count) {
        rc = make_keyring(&parts[made], set, json_at(masters, made), e);
        made += rc == SROW_OK;
    }
    if (rc == SROW_OK) {
        const struct srow_keyring_parts all = {.children = parts, .count = count};
        rc = srow_keyring_multi_new(out, &all, e);
    }
    for (size_t i = 0; rc != SROW_OK && i < made; i++) {
        srow_keyring_free(parts[i]);
    }
    return rc;
}

static bool has_rsa(const json_node *masters)
{
    for (size_t i = 0; i < json_count(masters); i++) {
        struct srow_bytes algorithm;
        if (!json_as_string(&algorithm, json_get(json_at(masters, i), "encryption-algorithm")) ||
            !bytes_equal_str(algorithm, "aes")) {
            return true;
        }
    }
    return false;
}

static MUST enum srow_rc load_options(struct setup *s, const json_node *entry, struct srow_error *e)
{
    int64_t most;
    if (json_as_integer(&most, json_get(entry, "max-encrypted-data-keys"))) {
        s->options.max_edks = (size_t)most;
    }
    struct srow_bytes method;
    s->options.unsigned_only = json_as_string(&method, json_get(entry, "decryption-method")) &&
                               bytes_equal_str(method, "streaming-unsigned-only");
    const json_node *demanded = json_get(entry, "expected-encryption-context");
    if (demanded != NULL) {
        TRY(pairs_load(&s->demanded, demanded, e));
        s->options.demanded = &s->demanded.context;
    }
    return SROW_OK;
}

enum srow_rc setup_load(struct setup *out, const struct set *set, const json_node *entry,
                        struct srow_error *e)
{
    *out = (struct setup){.key_type = "aes"};
    const json_node *masters = json_get(entry, "master-keys");
    if (has_rsa(masters)) {
        out->key_type = "rsa";
        return SROW_OK;
    }
    TRY(make_keyrings(&out->keyring, set, masters, e));
    TRY(load_options(out, entry, e));
    return manager_default_new(&out->manager, out->keyring, e);
}

void setup_cleanup(struct setup *setup)
{
    manager_free(&setup->manager);
    keyring_free(&setup->keyring);
    pairs_cleanup(&setup->demanded);
}
