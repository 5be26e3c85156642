/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/keyring.h"

void keyring_free(struct keyring **k)
{
    if (*k != NULL) {
        (*k)->ops->free(*k);
        *k = NULL;
    }
}
