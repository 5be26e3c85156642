/* SPDX-License-Identifier: Apache-2.0
 *
 * Why an operation failed in several Regions or keyrings, collected into one error.
 */
#ifndef KEYS_CAUSES_H
#define KEYS_CAUSES_H

#include "keys/materials.h"
#include "kms/kms.h"

struct causes {
    size_t count;
    enum srow_rc down;  /* the first unavailability */
    enum srow_rc other; /* the first failure of another class: it decides */
    uint32_t retry_after_ms;
    size_t used;
    char text[400];
};

/* Adds a cause; with rc OK its text alone. */
void causes_put(struct causes *c, enum srow_rc rc, const struct srow_error *e);

/* Adds a failed request; refusals and answers that prove wrong are told to the watch. */
void causes_add(struct causes *c, const struct materials *m, const struct kms_request *failed);

/* Adds a Region that was not asked because it is declared down. */
void causes_add_down(struct causes *c, const char *region);

/* The materials' result. One cause stands for itself; more get `what` in front. Unavailability
 * alone keeps its code, or takes `down` if that is a failure. */
void causes_settle(const struct causes *c, struct materials *m, const char *what,
                   enum srow_rc down);
/* Puts behind the result of mere unavailability what to do about it. */
void causes_advise(const struct causes *c, struct materials *m, const char *advice);

#endif
