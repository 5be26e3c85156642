/* SPDX-License-Identifier: Apache-2.0
 *
 * The log: one sink for the process, the only mutable global of the libraries. Lines are JSON where
 * standard error is no terminal, else text for people. Codes are stable; texts never hold
 * plaintext, key bytes or binding values.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <sealrow/log.h>

#include "base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above this level are dropped; default: warning. */
void log_set_level(enum log_level level);

/* One line: level, stable event code ("SROW-080", "kms.refused"), text. */
void log_line(enum log_level level, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A security event, whatever the level: its name, and the line as it is (JSON, without its
 * newline).
 */
void log_event(const char *code, const char *line);

#endif
