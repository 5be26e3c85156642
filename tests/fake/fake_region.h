/* SPDX-License-Identifier: Apache-2.0
 *
 * A Region of KMS on a free port: the KMS of fake_kms.h behind the wire, and faults in front of it.
 * Signatures are verified with the secret "secret" of the access key "AKID".
 */
#ifndef TESTS_FAKE_REGION_H
#define TESTS_FAKE_REGION_H

#include "fake/fake_http.h"
#include "kms/kms.h"

/* What goes out instead of a right answer; zeroed: nothing. */
struct fake_region_fault {
    enum fake_http_fault http;
    int status;       /* with `body`; 0: 200 */
    const char *body; /* NULL: the right one */
};

struct fake_region {
    const char *name;
    struct fake_http *server;
    struct kms *kms;
    struct fake_region_fault fault;
    void (*before)(void *state); /* called before each answer; may block */
    void *state;
};

void fake_region_start(struct fake_region *region, const char *name);
void fake_region_stop(struct fake_region *region);

#endif
