/* SPDX-License-Identifier: Apache-2.0
 *
 * The log: one for the process. Unless a program says otherwise, lines of level warning and worse
 * go to standard error. They never hold plaintext, key bytes or binding values.
 */
#ifndef SEALROW_LOG_H
#define SEALROW_LOG_H

#include <sealrow/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum srow_log_level {
    SROW_LOG_ERROR = 0,
    SROW_LOG_WARNING = 1,
    SROW_LOG_INFO = 2,
    SROW_LOG_DEBUG = 3
};

/* One line: its level (enum srow_log_level), a stable event code as "secret.lock", and its text
 * without a newline; both views that end with the call. A security event comes as level error
 * whatever level is set, its code is the event's name ("cell.context"), and its text is the JSON
 * line that standard error would have had (CloudWatch's embedded metric format). */
typedef void srow_log_function(void *state, uint32_t level, const char *code, const char *text);

/* Where lines go from now on; NULL: standard error again. The function is called in the thread that
 * has something to say, the library's own threads included, from many at once; it must not block
 * for long and must not call the library. A line that another thread is writing at this moment may
 * still go to the function that was there before. */
SROW_API void srow_log_set(srow_log_function *function, void *state);

/* Lines above this level (enum srow_log_level) are dropped; the default is warning. A level that
 * there is not is taken as debug. */
SROW_API void srow_log_level(uint32_t level);

#ifdef __cplusplus
}
#endif
#endif
