/* SPDX-License-Identifier: Apache-2.0
 *
 * A sealed column that had plaintext: where that is, and how far its way to the sealed one is.
 */
#ifndef CONFIG_STAGES_H
#define CONFIG_STAGES_H

#include "config/binder.h"

extern const struct binder_word stages_words[];

/* Reads YYYY-MM-DD into the char * at `offset`. */
binder_reader stages_read_day;

/* A column with `plain` has a stage and a day, one without has neither. */
MUST enum srow_rc stages_finish(const struct config_column *column, const struct node *n,
                                struct srow_error *e);

/* Seconds until the stage of a column ends: 0 and less when its day is over in UTC, INT64_MAX if it
 * has none. `now` is in seconds since 1970. */
int64_t stages_left(const struct config_column *column, int64_t now);
/* "dual"; "none" without plaintext. Static. */
const char *stages_word(const struct config_column *column);
/* Fails with CONFIG if the stage of a column has ended. */
MUST enum srow_rc stages_check(const struct srow_config *c, int64_t now, struct srow_error *e);

#endif
