/* SPDX-License-Identifier: Apache-2.0 */
#include "message/derive.h"

#include "crypto/hkdf.h"

enum { ID = 2 };
static const char key_label[] = "DERIVEKEY", commit_label[] = "COMMITKEY";

enum srow_rc derive_keys(struct secret *body_key, uint8_t commitment[HEADER_COMMITMENT],
                         const struct header *h, const struct secret *data_key,
                         struct srow_error *e)
{
    const struct suite *suite = h->suite;
    FAIL_IF(data_key->len != suite->data_key_bytes, e, SROW_E_INTERNAL,
            "a data key of %zu bytes for suite 0x%04x", data_key->len, suite->id);
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(secret_new(&key, suite->key_bytes, e));

    /* the suite's id stands before the first label and not before the second */
    uint8_t info[ID + sizeof key_label - 1] = {(uint8_t)(suite->id >> 8), (uint8_t)suite->id};
    memcpy(info + ID, key_label, sizeof key_label - 1);
    struct hkdf_output outputs[] = {
        {key.at, key.len, bytes_of(info, sizeof info)},
        {commitment, suite->commitment_bytes, srow_str(commit_label)},
    };
    TRY(hkdf_sha512(outputs, 2, data_key, h->message_id, e));
    *body_key = secret_take(&key);
    return SROW_OK;
}
