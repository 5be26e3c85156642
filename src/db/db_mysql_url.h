/* SPDX-License-Identifier: Apache-2.0
 *
 * What a URL of MariaDB and MySQL says:
 * mysql://USER:PASSWORD@HOST:PORT/DATABASE?ssl-ca=FILE&ssl-mode=VERIFY_IDENTITY&timeout=SECONDS
 * or mysql://USER@/DATABASE?socket=PATH or mysql:///DATABASE?defaults-file=PATH. Parts are
 * percent-encoded; mariadb: is the same.
 */
#ifndef DB_DB_MYSQL_URL_H
#define DB_DB_MYSQL_URL_H

#include "db/db.h"

struct db_mysql_url {
    char *user, *password, *host, *database;
    char *socket, *ssl_ca, *defaults_file; /* NULL: none */
    uint64_t port;
    uint64_t timeout; /* seconds for one answer */
    bool no_bulk;     /* many rows as with a server that has no bulk operations: bulk=off */
    bool verify;      /* TLS with the server's name: always, but to loopback and sockets */
    bool token;       /* the password may be sent in clear; then `verify` */
};

/* What `login` has counts more than the URL, and that more than the file it may name. Fails with
 * USAGE, CONFIG (a token and a socket), NOMEM, as db_mysql_file_read; texts hold nothing of the
 * URL.
 */
MUST enum srow_rc db_mysql_url_parse(struct db_mysql_url *out, const char *url,
                                     const struct db_login *login, struct srow_error *e);
void db_mysql_url_cleanup(struct db_mysql_url *url);

#endif
