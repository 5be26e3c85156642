/* SPDX-License-Identifier: Apache-2.0
 *
 * An option file of MySQL (my.cnf), as far as it says who logs in and where. It is read here and
 * not by the client library, which would take every option from it: less TLS, local files, plugins.
 */
#ifndef DB_DB_MYSQL_FILE_H
#define DB_DB_MYSQL_FILE_H

#include "db/db_mysql_url.h"

/* Fills in what `url` does not say itself, from group [client] of url->defaults_file: user,
 * password, host, port, socket, ssl-ca; another option there is refused. Host, port and socket
 * count where the URL names neither host nor socket. Fails with CONFIG, PERMISSIONS (others may
 * read the file), IO, NOMEM; texts hold no value. */
MUST enum srow_rc db_mysql_file_read(struct db_mysql_url *url, struct srow_error *e);

#endif
