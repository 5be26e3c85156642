/* SPDX-License-Identifier: Apache-2.0
 *
 * How tables stand, as one page for people: no script, nothing that is loaded, light and dark, on
 * paper too. Its style is in status_style.c.
 */
#ifndef ROWS_STATUS_HTML_H
#define ROWS_STATUS_HTML_H

#include <time.h>

#include "rows/rows_status.h"

struct status_html {
    const char *domain;
    time_t at; /* when it was looked */
    const struct rows_status *tables;
    size_t count;
};

/* Appends the page. */
void status_html_put(struct srow_buf *out, const struct status_html *page);

/* Lines; ends with NULL. */
extern const char *const status_style[];
/* Patterns and signs that the page draws with. */
extern const char status_style_signs[];

#endif
