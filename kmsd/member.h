/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of a request, as tables: type, range, words. One walk over an operation's table answers
 * as KMS does; after it the handlers read what is known to be good.
 */
#ifndef KMSD_MEMBER_H
#define KMSD_MEMBER_H

#include "kmsd/call.h"

enum member_type {
    MEMBER_TEXT,
    MEMBER_SECRET, /* base64, never echoed, never in the audit */
    MEMBER_NUMBER,
    MEMBER_FLAG,
    MEMBER_MAP, /* of texts */
    MEMBER_LIST,
};

struct member {
    const char *name; /* NULL ends a table */
    enum member_type type;
    int64_t least, most; /* characters, bytes, elements, or the value */
    bool required;
    bool unsupported;         /* part of the API, not built here: refused unless false or empty */
    const char *const *words; /* all that the API knows; ends with NULL */
    const char *marks;        /* allowed besides letters and digits; NULL: everything is */
};

/* Fails with the refusal of the first wrong type, or one ValidationException for all ranges. A
 * member that is not in the table is refused as well. */
MUST enum srow_rc member_check(struct call *call, const struct member *members,
                               struct srow_error *e);

/* Absent and null: false, an empty view, or `otherwise`. */
bool member_text(struct srow_bytes *out, const struct call *call, const char *name);
int64_t member_number(const struct call *call, const char *name, int64_t otherwise);
bool member_flag(const struct call *call, const char *name);
bool member_is_given(const struct call *call, const char *name);

/* Bytes of a MEMBER_SECRET, appended. Fails with NOMEM. */
MUST enum srow_rc member_secret(struct srow_buf *out, const struct call *call, const char *name,
                                struct srow_error *e);

#endif
