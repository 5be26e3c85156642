/* SPDX-License-Identifier: Apache-2.0
 *
 * The local Region of this process, as the environment names it.
 */
#ifndef AWS_REGION_H
#define AWS_REGION_H

#include "base/bytes.h"

/* The first of SEALROW_LOCAL_REGION, AWS_REGION and AWS_DEFAULT_REGION that is set and not empty.
 * *out lives as long as the environment is left alone. Fails with REGION: none is set, or not of a
 * Region's form; the text names the variable. */
MUST enum srow_rc region_local(const char **out, struct srow_error *e);

/* Lower-case letters, digits and single dashes between them, at most 32 characters: safe in a host
 * name. */
bool region_is_name(struct srow_bytes text);

#endif
