/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/uuid.h"

#include "base/text.h"
#include "crypto/random.h"

static bool dash_after(size_t bytes)
{
    return bytes == 4 || bytes == 6 || bytes == 8 || bytes == 10;
}

enum srow_rc uuid_make(char out[UUID_ROOM], struct srow_error *e)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t b[16];
    TRY(random_public(b, sizeof b, e));
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    for (size_t i = 0; i < sizeof b; i++) {
        if (dash_after(i)) {
            *out++ = '-';
        }
        *out++ = digits[b[i] >> 4];
        *out++ = digits[b[i] & 0x0F];
    }
    *out = '\0';
    return SROW_OK;
}

bool uuid_is_well_formed(struct srow_bytes text)
{
    const char *at = text.at;
    if (text.len != UUID_ROOM - 1) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f');
        if (dash ? at[i] != '-' : !hex) {
            return false;
        }
    }
    return true;
}
