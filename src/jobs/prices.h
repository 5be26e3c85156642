/* SPDX-License-Identifier: Apache-2.0
 *
 * A dated list of what AWS KMS asks and allows: share/kms-prices.json, or a file of the user's in
 * its form. A price that a list does not have is not guessed.
 */
#ifndef JOBS_PRICES_H
#define JOBS_PRICES_H

#include "base/json.h"

struct prices {
    json_node *document;
    struct srow_bytes date, source, currency;
    double key_month, request_10000, free_requests; /* a month */
    bool has_prices;                                /* false: these three are not there */
};

/* Fails with JSON (no such document), VALUE (a member is missing or wrong), NOMEM. */
MUST enum srow_rc prices_parse(struct prices *out, struct srow_bytes text, struct srow_error *e);
void prices_cleanup(struct prices *prices);

/* Symmetric requests a second that a Region allows an account unless AWS has raised it. */
uint64_t prices_quota(const struct prices *prices, const char *region);

enum { PRICES_MONTH_SECONDS = 30 * 24 * 3600 };

/* A month of so many keys and requests a second; has_prices. */
double prices_month(const struct prices *prices, uint64_t keys, uint64_t requests_a_second);

#endif
