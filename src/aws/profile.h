/* SPDX-License-Identifier: Apache-2.0
 *
 * One profile of AWS's shared files: the credentials file ("[name]") or the config file
 * ("[profile name]", and "[default]").
 */
#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include "base/bytes.h"

enum profile_file { PROFILE_CREDENTIALS, PROFILE_CONFIG };

struct profile {
    const char *name; /* as asked for: borrowed */
    char *path;
    bool found;
    struct srow_bytes id, secret, token; /* views into `text`; empty: not there */
    const char *other_source; /* a key that names another source of credentials; NULL: none */
    struct srow_buf text;
};

/* Reads the profile if file and profile are there; that they are not is no failure, unless the
 * environment names the file. Fails with IO, LIMIT (a megabyte), NOMEM. */
MUST enum srow_rc profile_load(struct profile *out, enum profile_file file, const char *name,
                               struct srow_error *e);
void profile_cleanup(struct profile *p);

#endif
