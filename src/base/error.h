/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way to fail. Five macros; a sixth needs a decision record (STYLE.md).
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include <sealrow/error.h>

#include "base/inner.h"

/* A result that may not be ignored. */
#define MUST __attribute__((warn_unused_result))

/* Calls f(&variable) when the variable leaves its scope. Every owner has it at its first line. */
#define AUTO(f) __attribute__((cleanup(f)))

/* Returns the failure of a call. Accepts `enum srow_rc` only. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum srow_rc try_rc_ = _Generic((call), enum srow_rc : (call));                            \
        if (try_rc_ != SROW_OK) {                                                                  \
            return try_rc_;                                                                        \
        }                                                                                          \
    } while (0)

/* Fails with a code and one line: what, where, what to do. */
#define FAIL(e, rc, ...) return error_set((e), (rc), __VA_ARGS__)

#define FAIL_IF(condition, e, rc, ...)                                                             \
    do {                                                                                           \
        if (condition) {                                                                           \
            FAIL(e, rc, __VA_ARGS__);                                                              \
        }                                                                                          \
    } while (0)

/* One row of the table of errors. */
struct error_row {
    enum srow_rc rc;
    enum srow_class cls;
    const char *name;   /* "CONTEXT" */
    const char *text;   /* what it means, in a few words */
    const char *cause;  /* where it comes from */
    const char *repair; /* what to do */
};

/* All codes in order of their numbers; ends with a row whose name is NULL. */
extern const struct error_row error_table[];

/* Fills *e (NULL allowed) and returns rc. The text is cut at its room, at a character's border;
 * control characters become '?', so that it stays one line. */
enum srow_rc error_set(struct srow_error *e, enum srow_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text that is there, once per floor; returns e's rc unchanged. */
enum srow_rc error_wrap(struct srow_error *e, enum srow_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts ": what to do" behind the text, out of the table: for failures of bytes and of services,
 * whose bottom does not know whose they are. Texts of other failures say it themselves, and stay.
 */
void error_advise(struct srow_error *e);

/* Word of a class, as "integrity". Static. */
const char *error_class_name(enum srow_class cls);

/* Exit code of a class, as DESIGN's command line says: 2, 65, 66, 69, 70, 71, 75, 77, 78, 130. */
int error_exit(enum srow_class cls);

#endif
