/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_postgres_hosts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { HOST, ADDRESS, PORT };

const char *const db_postgres_hosts_keywords[] = {"host", "hostaddr", "port"};
static const char *const variables[] = {"PGHOST", "PGHOSTADDR", "PGPORT"};

const char *db_postgres_hosts_option(const PQconninfoOption *options, const char *keyword)
{
    while (options->keyword != NULL && strcmp(options->keyword, keyword) != 0) {
        options++;
    }
    return options->keyword == NULL ? NULL : options->val;
}

/* A service file, whose hosts are not known here. */
static bool has_service(const PQconninfoOption *options)
{
    return db_postgres_hosts_option(options, "service") != NULL || getenv("PGSERVICE") != NULL;
}

/* -- this machine -- */

/* Every host of a list with commas is an address of this machine, or (not among addresses, where
 * nothing stands for the host) a socket's folder. */
static bool is_local(const char *hosts, bool has_sockets)
{
    for (;;) {
        size_t n = strcspn(hosts, ",");
        bool socket = has_sockets && (n == 0 || *hosts == '/' || *hosts == '@');
        bool loopback = strspn(hosts, "0123456789.") == n && strncmp(hosts, "127.", 4) == 0;
        loopback |= (n == 3 && strncmp(hosts, "::1", 3) == 0) ||
                    (n == 9 && strncmp(hosts, "localhost", 9) == 0);
        if (!socket && !loopback) {
            return false;
        }
        if (hosts[n] == '\0') {
            return true;
        }
        hosts += n + 1;
    }
}

/* The URL, or else the variable, says something. What is said and empty is as nothing, but a
 * variable does not count then. */
static const char *said(const PQconninfoOption *options, size_t what)
{
    const char *text = db_postgres_hosts_option(options, db_postgres_hosts_keywords[what]);
    text = text == NULL ? getenv(variables[what]) : text;
    return text == NULL || *text == '\0' ? NULL : text;
}

/* An address counts more than a host, whose name it then only verifies. A service stands between
 * URL and variables. */
bool db_postgres_hosts_stay_here(const PQconninfoOption *options)
{
    const char *by_url = db_postgres_hosts_option(options, db_postgres_hosts_keywords[ADDRESS]);
    if (has_service(options) && (by_url == NULL || *by_url == '\0')) {
        return false;
    }
    const char *address = said(options, ADDRESS), *host = said(options, HOST);
    if (address != NULL) {
        return is_local(address, false);
    }
    return host == NULL || is_local(host, true);
}

/* -- one after the other -- */

void db_postgres_hosts_cleanup(struct db_postgres_hosts *h)
{
    for (size_t i = 0; i < DB_POSTGRES_HOSTS_LISTS; i++) {
        str_free(&h->lists[i]);
        h->left[i] = NULL;
    }
}

enum srow_rc db_postgres_hosts_read(struct db_postgres_hosts *out, const PQconninfoOption *options,
                                    struct srow_error *e)
{
    for (size_t i = 0; i < DB_POSTGRES_HOSTS_LISTS && !has_service(options); i++) {
        const char *list = said(options, i);
        TRY(list == NULL ? SROW_OK : bytes_dup_str(&out->lists[i], srow_str(list), e));
        out->left[i] = out->lists[i];
    }
    return SROW_OK;
}

static size_t length_of(const char *list)
{
    size_t n = list != NULL;
    for (; list != NULL && *list != '\0'; list++) {
        n += *list == ',';
    }
    return n;
}

/* The list that says how many there are. */
static const char *names_of(const struct db_postgres_hosts *h)
{
    return h->left[ADDRESS] != NULL ? h->left[ADDRESS] : h->left[HOST];
}

size_t db_postgres_hosts_count(const struct db_postgres_hosts *h)
{
    size_t n = length_of(names_of(h));
    return n == 0 ? 1 : n;
}

static const char *behind(const char *list, size_t n)
{
    for (; n > 0; n--) {
        list += strcspn(list, ",");
        list += *list == ',';
    }
    return list;
}

/* A port for all of them is at each place. */
static bool is_at(const char *list, size_t place, const char *text)
{
    const char *at = behind(list, length_of(list) == 1 ? 0 : place);
    return text != NULL && bytes_equal_str(bytes_of(at, strcspn(at, ",")), text);
}

static bool is_place(const struct db_postgres_hosts *h, size_t place, const PGconn *conn)
{
    const char *names = h->left[HOST] != NULL ? h->left[HOST] : h->left[ADDRESS];
    return is_at(names, place, PQhost(conn)) &&
           (h->left[PORT] == NULL || is_at(h->left[PORT], place, PQport(conn)));
}

/* Of the one that the connection has come to; the last, if it is not known. */
static size_t place_of(const struct db_postgres_hosts *h, const PGconn *conn)
{
    size_t count = db_postgres_hosts_count(h), place = 0;
    while (place + 1 < count && !is_place(h, place, conn)) {
        place++;
    }
    return place;
}

bool db_postgres_hosts_is_last(const struct db_postgres_hosts *h, const PGconn *conn)
{
    return place_of(h, conn) + 1 == db_postgres_hosts_count(h);
}

void db_postgres_hosts_drop(struct db_postgres_hosts *h, const PGconn *conn)
{
    size_t place = place_of(h, conn);
    for (size_t i = 0; i < DB_POSTGRES_HOSTS_LISTS; i++) {
        size_t length = length_of(h->left[i]);
        h->left[i] = length > 1 ? behind(h->left[i], place + 1) : h->left[i];
    }
}
