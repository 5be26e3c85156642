/* SPDX-License-Identifier: Apache-2.0
 *
 * What `estimate` prints: tables side by side with what their KMS requests come to.
 */
#ifndef CMD_ESTIMATING_H
#define CMD_ESTIMATING_H

#include "jobs/estimate.h"
#include "jobs/prices.h"

struct estimating {
    const struct srow_config *config;
    const char *local;  /* a Region */
    bool local_assumed; /* nobody has named one: the first of the configuration */
    struct estimate *tables;
    size_t count;
    uint64_t writes, reads; /* rows a second, of each table; both 0: not said */
    struct prices prices;
    uint32_t *latency; /* ms, by the configuration's Regions; NULL: not measured */
    bool *answers;     /* by the same */
};

/* KMS requests a second in a Region, as configured; and in all of them, in a mode. Every sealed
 * column of a row is written, and read. */
uint64_t estimating_rate(const struct estimating *x, size_t region);
uint64_t estimating_mode_rate(const struct estimating *x, enum estimate_mode mode);
/* Keys of all key sets, each once. */
uint64_t estimating_mode_keys(const struct estimating *x, enum estimate_mode mode);

/* What a mode is called. */
const char *estimating_mode_name(enum estimate_mode mode);
bool estimating_mode_is_built(enum estimate_mode mode);

void estimate_text_put(struct srow_buf *out, const struct estimating *x);
void estimate_json_put(struct srow_buf *out, const struct estimating *x);

#endif
