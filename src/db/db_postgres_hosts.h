/* SPDX-License-Identifier: Apache-2.0
 *
 * The hosts that a URL of PostgreSQL names, or where it names none the variables: a list with
 * commas each of names, addresses and ports. libpq goes to the next host when one refuses, but with
 * a connection that is polled it stays with one that is silent, whatever connect_timeout says.
 */
#ifndef DB_DB_POSTGRES_HOSTS_H
#define DB_DB_POSTGRES_HOSTS_H

#include <libpq-fe.h>

#include "base/error.h"

enum { DB_POSTGRES_HOSTS_LISTS = 3 };

struct db_postgres_hosts {
    char *lists[DB_POSTGRES_HOSTS_LISTS];
    /* What is left of each, for libpq's parameter of that name; NULL: libpq knows by itself. */
    const char *left[DB_POSTGRES_HOSTS_LISTS];
};
extern const char *const db_postgres_hosts_keywords[DB_POSTGRES_HOSTS_LISTS];

/* Into an empty one. NOMEM. */
MUST enum srow_rc db_postgres_hosts_read(struct db_postgres_hosts *out,
                                         const PQconninfoOption *options, struct srow_error *e);
void db_postgres_hosts_cleanup(struct db_postgres_hosts *hosts);

/* How many are left; 1 where libpq knows by itself. */
size_t db_postgres_hosts_count(const struct db_postgres_hosts *hosts);

/* Whether the connection has come to the last one, or to one that is not known. */
bool db_postgres_hosts_is_last(const struct db_postgres_hosts *hosts, const PGconn *conn);

/* Drops the one that the connection has come to, which is not the last, and those before it. */
void db_postgres_hosts_drop(struct db_postgres_hosts *hosts, const PGconn *conn);

/* What the URL says; NULL: nothing. */
const char *db_postgres_hosts_option(const PQconninfoOption *options, const char *keyword);

/* No packet leaves this machine, whatever host it will be. */
bool db_postgres_hosts_stay_here(const PQconninfoOption *options);

#endif
