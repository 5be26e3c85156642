/* SPDX-License-Identifier: Apache-2.0 */
#include "format/suite.h"

/* spec: framework/algorithm-suites.md, supported algorithm suites */
static const struct suite table[] = {
    {0x0478, 2, 32, 32, 32, 32, false, "AES-256-GCM, HKDF-SHA512, key commitment"},
    {0x0578, 2, 32, 32, 32, 32, true, "AES-256-GCM, HKDF-SHA512, key commitment, ECDSA-P384"},
};

const struct suite *suite_find(uint16_t id)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].id == id) {
            return &table[i];
        }
    }
    return NULL;
}
