/* SPDX-License-Identifier: Apache-2.0
 *
 * The room format: the bytes of a message. It never asks for keys. Algorithm suites are rows of one
 * constant table (spec: framework/algorithm-suites.md); more suites are more rows.
 */
#ifndef FORMAT_SUITE_H
#define FORMAT_SUITE_H

#include "base/bytes.h"

struct suite {
    uint16_t id;              /* 0x0478 */
    uint8_t version;          /* of the message format: 2 */
    uint8_t data_key_bytes;   /* key derivation input: 32 */
    uint8_t key_bytes;        /* encryption key: 32 */
    uint8_t message_id_bytes; /* 32 in version 2 */
    uint8_t commitment_bytes; /* 32, 0: does not commit */
    bool is_signed;           /* ECDSA on P-384 with SHA-384; a footer ends the message */
    const char *name;
};

/* NULL if this build does not know the suite. */
const struct suite *suite_find(uint16_t id);

#endif
