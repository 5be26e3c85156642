/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/materials.h"

void materials_cleanup(struct materials *m)
{
    secret_cleanup(&m->data_key);
    edk_list_cleanup(&m->edks);
    signer_cleanup(&m->signer);
    *m = (struct materials){0};
}

enum srow_rc materials_result(const struct materials *m, struct srow_error *e)
{
    if (m->rc != SROW_OK && e != NULL) {
        *e = m->error;
    }
    return m->rc;
}

void materials_tell(const struct materials *m, const struct key_event *event)
{
    if (m->watch != NULL) {
        m->watch->seen(m->watch, event);
    }
}
