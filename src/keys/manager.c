/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/manager.h"

void manager_free(struct manager **m)
{
    if (*m != NULL) {
        (*m)->ops->free(*m);
        *m = NULL;
    }
}
