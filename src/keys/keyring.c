/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/keyring.h"

void srow_keyring_free(struct srow_keyring *keyring)
{
    keyring_free(&keyring);
}

void keyring_free(struct srow_keyring **k)
{
    if (*k != NULL) {
        (*k)->ops->free(*k);
        *k = NULL;
    }
}
