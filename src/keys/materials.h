/* SPDX-License-Identifier: Apache-2.0
 *
 * The room keys: from wrapped keys to materials. A keyring wraps and unwraps data keys; a materials
 * manager gives a message its materials. Both work on many materials in one call, so that all
 * requests of a batch are in flight at once; each of the materials carries its own result.
 * Specification: framework/structures.md, framework/keyring-interface.md,
 * framework/cmm-interface.md.
 */
#ifndef KEYS_MATERIALS_H
#define KEYS_MATERIALS_H

#include "base/secret.h"
#include "format/context.h"
#include "format/edk.h"
#include "format/suite.h"
#include "keys/signer.h"

/* Something worth an alarm that a keyring saw; the operation may have succeeded all the same. */
struct key_event {
    enum srow_rc rc;       /* KMS_DENIED, KMS_DISABLED, KMS_NOT_FOUND, KMS_CIPHERTEXT, KMS_KEY_ID,
                              KMS_DATA_KEY; NO_DATA_KEY: a wrapped key of a stranger */
    const char *region;    /* "" if it has none */
    struct srow_bytes key; /* ARN or name of the wrapping key; a stranger's is hostile text */
    const char *text;      /* one line, as an error's */
};

/* Who wants to hear of it: called in the caller's thread. */
struct key_watch {
    void (*seen)(struct key_watch *watch, const struct key_event *event);
};

struct materials {
    /* asked: all borrowed */
    const struct suite *suite;
    const struct context *context;  /* encrypt: the signer's afterwards, if the suite signs */
    const struct edk_list *offered; /* decrypt: what the header holds; NULL when encrypting */
    const char *via;                /* this Region alone; NULL: as the keyring is set up */
    uint64_t deadline;              /* monotonic milliseconds; 0: none (keyrings without network) */
    struct key_watch *watch;        /* may be NULL */

    /* answered: owned */
    struct secret data_key;
    struct signer signer; /* of suites that sign, by the manager */
    struct edk_list edks; /* encrypt: the wrapped copies */
    uint32_t wrapped;     /* encrypt: wrapping keys that wrapped, and promised ones that did not */
    uint32_t missing;
    enum srow_rc rc;
    struct srow_error error;
};

void materials_cleanup(struct materials *m);

/* The result of one as a result of the caller's: copies its error and returns its rc. */
MUST enum srow_rc materials_result(const struct materials *m, struct srow_error *e);

/* Sets the result of one: rc, and the error's text through error_set on &m->error. */
#define materials_fail(m, code, ...) ((m)->rc = error_set(&(m)->error, (code), __VA_ARGS__))

/* Tells the watch, if there is one. */
void materials_tell(const struct materials *m, const struct key_event *event);

#endif
