/* SPDX-License-Identifier: Apache-2.0
 *
 * curl's memory. Requests hold data keys on their way to another Region, replies on their way back,
 * and curl frees its copies as they are.
 */
#ifndef NET_MEMORY_H
#define NET_MEMORY_H

#include "base/bytes.h"

/* Starts curl, once for the process, with an allocator that wipes what it frees. In a program that
 * has started curl before, curl keeps the allocator it has. Fails with NOMEM. */
MUST enum srow_rc memory_start_curl(struct srow_error *e);

#endif
