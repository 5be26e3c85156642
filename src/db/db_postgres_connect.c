/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters of libpq from the URL, and a connection in time (db_attempt.h).
 */
#include "db/db_postgres_connect.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/log.h"
#include "db/db_attempt.h"
#include "db/db_postgres_error.h"
#include "db/db_postgres_hosts.h"

enum { CONNECT_S = 5, PARAMETERS = 16 };

struct attempt {
    PGconn *conn;
    char *url;
    struct db_login login;
    struct db_postgres_hosts hosts;
    bool on_a_socket;                                  /* and given up: a token needs TLS */
    bool is_silent;                                    /* the host that it has come to */
    const char *keys[PARAMETERS], *values[PARAMETERS]; /* static texts, url, login and hosts */
    size_t count, hosts_at;
};

static void attempt_free(void *what)
{
    struct attempt *a = what;
    PQfinish(a->conn);
    str_wipe(&a->url);
    db_login_cleanup(&a->login);
    db_postgres_hosts_cleanup(&a->hosts);
    free(a);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int ms_until(int64_t deadline)
{
    int64_t ms = deadline - now_ms();
    return ms < 0 ? 0 : (int)ms;
}

/* -- the thread -- */

static void drop_notice(void *unused, const char *message)
{
    (void)unused;
    (void)message;
}

/* There libpq takes no notice of sslmode, whatever it says. */
static bool is_unix(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &len) == 0 && address.ss_family == AF_UNIX;
}

/* `share` is the time of one host; the last has all that is left. */
static void dial(struct attempt *a, int64_t share, int64_t deadline)
{
    PGconn *conn = a->conn;
    int64_t until = share;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
    PQsetNoticeProcessor(conn, drop_notice, NULL);
    while (PQstatus(conn) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
           status != PGRES_POLLING_FAILED) {
        struct pollfd p = {.fd = PQsocket(conn),
                           .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        a->is_silent = poll(&p, 1, ms_until(until)) == 0;
        if (a->is_silent && until < deadline && db_postgres_hosts_is_last(&a->hosts, conn)) {
            until = deadline;
            continue;
        }
        if (a->is_silent) {
            return;
        }
        /* a secret is sent in answer to the server, so not before the next poll of this socket */
        a->on_a_socket = a->login.is_token && is_unix(PQsocket(conn));
        if (a->on_a_socket) {
            return;
        }
        status = PQconnectPoll(conn);
    }
}

static bool start(struct attempt *a)
{
    memcpy(&a->values[a->hosts_at], a->hosts.left, sizeof a->hosts.left);
    PQfinish(a->conn);
    a->conn = PQconnectStartParams(a->keys, a->values, 1);
    return a->conn != NULL;
}

/* Each host has its share of the time that is left, so that the next one has some. */
static void run(void *what)
{
    struct attempt *a = what;
    int64_t deadline = now_ms() + CONNECT_S * 1000;
    for (;;) {
        int64_t hosts = (int64_t)db_postgres_hosts_count(&a->hosts);
        int64_t share = now_ms() + ms_until(deadline) / hosts;
        if (!start(a)) {
            return;
        }
        dial(a, share, deadline);
        if (!a->is_silent || db_postgres_hosts_is_last(&a->hosts, a->conn)) {
            return;
        }
        db_postgres_hosts_drop(&a->hosts, a->conn);
    }
}

static const struct db_attempt in_time = {run, attempt_free};

/* -- what the URL says -- */

struct wish {
    bool local; /* no packet leaves this machine */
    bool has_password;
    const char *sslmode; /* static */
    bool named;          /* the URL says so */
};

static const struct mode {
    const char *name;
    bool is_tls;
} modes[] = {{"verify-full", true}, {"verify-ca", true}, {"require", true},
             {"prefer", false},     {"allow", false},    {"disable", false}};

static void free_options(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

static enum srow_rc read_url(struct wish *out, const char *url, const struct db_login *login,
                             struct srow_error *e)
{
    AUTO(free_options) PQconninfoOption *options = PQconninfoParse(url, NULL);
    FAIL_IF(options == NULL, e, SROW_E_USAGE,
            "database URL: not of the form postgresql://USER@HOST:PORT/DATABASE?OPTION=VALUE, or "
            "with an option that libpq does not know");
    struct wish w = {.local = db_postgres_hosts_stay_here(options)};
    const char *mode = db_postgres_hosts_option(options, "sslmode");
    w.named = mode != NULL;
    w.has_password = login->secret != NULL || db_postgres_hosts_option(options, "password") != NULL;
    if (mode == NULL) {
        mode =
            w.local && !login->is_token && db_postgres_hosts_option(options, "sslrootcert") == NULL
                ? "prefer"
                : "verify-full";
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(modes[i].name, mode) == 0) {
            w.sslmode = modes[i].name;
        }
    }
    FAIL_IF(w.sslmode == NULL, e, SROW_E_USAGE,
            "database URL: unknown sslmode: say verify-full, verify-ca, require, prefer, allow or "
            "disable");
    *out = w;
    return SROW_OK;
}

static bool is_tls(const struct wish *w)
{
    return strncmp(w->sslmode, "verify", 6) == 0 || strcmp(w->sslmode, "require") == 0;
}

/* Nor one of a file, a service or a variable, all of which libpq reads unless it is given another:
 * nothing counts as none given. */
static bool has_no_password(const struct wish *w)
{
    return !w->local && !is_tls(w);
}

static void add(struct attempt *a, const char *key, const char *value)
{
    a->keys[a->count] = key;
    a->values[a->count++] = value;
}

/* What stands before the URL are defaults, what stands behind it counts whatever it says. */
static void put_parameters(struct attempt *a, const struct wish *w)
{
    add(a, "sslmode", w->sslmode);
    add(a, "gssencmode", "disable");
    add(a, "keepalives_idle", "30");
    add(a, "dbname", a->url);
    a->hosts_at = a->count;
    for (size_t i = 0; i < DB_POSTGRES_HOSTS_LISTS; i++) {
        add(a, db_postgres_hosts_keywords[i], NULL); /* start */
    }
    add(a, "client_encoding", "UTF8");
    add(a, "fallback_application_name", "sealrow");
    if (a->login.user != NULL) {
        add(a, "user", a->login.user);
    }
    if (a->login.secret != NULL) {
        add(a, "password", a->login.secret);
        add(a, "gssencmode", "disable"); /* in place of TLS */
    } else if (has_no_password(w)) {
        add(a, "password", "none is sent without TLS");
    }
    add(a, NULL, NULL);
}

static enum srow_rc copy_login(struct db_login *out, const struct db_login *login,
                               struct srow_error *e)
{
    out->is_token = login->is_token;
    TRY(login->user == NULL ? SROW_OK : bytes_dup_str(&out->user, srow_str(login->user), e));
    return login->secret == NULL ? SROW_OK
                                 : bytes_dup_str(&out->secret, srow_str(login->secret), e);
}

static void attempt_drop(struct attempt **a)
{
    if (*a != NULL) {
        attempt_free(*a);
    }
}

static enum srow_rc attempt_new(struct attempt **out, const char *url, const struct db_login *login,
                                const struct wish *w, struct srow_error *e)
{
    AUTO(attempt_drop) struct attempt *a = calloc(1, sizeof *a);
    AUTO(free_options) PQconninfoOption *options = PQconninfoParse(url, NULL);
    FAIL_IF(a == NULL || options == NULL, e, SROW_E_NOMEM, "no memory for a connection");
    TRY(db_postgres_hosts_read(&a->hosts, options, e));
    TRY(bytes_dup_str(&a->url, srow_str(url), e));
    TRY(copy_login(&a->login, login, e));
    put_parameters(a, w);
    *out = a;
    a = NULL;
    return SROW_OK;
}

static enum srow_rc check_tls(const struct wish *w, const struct db_login *login,
                              struct srow_error *e)
{
    bool is_full = strcmp(w->sslmode, "verify-full") == 0;
    FAIL_IF(login->is_token && !is_full, e, SROW_E_CONFIG,
            "database URL: sslmode=%s would send a token to a server that is not verified: say "
            "verify-full",
            w->sslmode);
    FAIL_IF(has_no_password(w) && w->has_password, e, SROW_E_CONFIG,
            "database URL: sslmode=%s would send a password without TLS: say verify-full",
            w->sslmode);
    if (!w->local && !is_full) {
        log_line(LOG_LEVEL_WARNING, "db.tls",
                 "PostgreSQL: sslmode=%s: it is not verified who answers: say verify-full",
                 w->sslmode);
    }
    return SROW_OK;
}

bool db_postgres_is_unverified(const char *url, const struct db_login *login)
{
    struct wish w = {0};
    struct srow_error unused = {0};
    return read_url(&w, url, login, &unused) == SROW_OK && !w.local &&
           strcmp(w.sslmode, "verify-full") != 0;
}

static void conn_free(PGconn **conn)
{
    PQfinish(*conn);
}

enum srow_rc db_postgres_connect(PGconn **out, const char *url, const struct db_login *login,
                                 struct srow_error *e)
{
    struct wish w = {0};
    struct attempt *a = NULL;
    TRY(read_url(&w, url, login, e));
    TRY(check_tls(&w, login, e));
    TRY(attempt_new(&a, url, login, &w, e));
    void *what = a;
    TRY(db_attempt_run(&what, &in_time, CONNECT_S + 1, e));
    AUTO(conn_free) PGconn *conn = a->conn;
    bool on_a_socket = a->on_a_socket, is_silent = a->is_silent;
    a->conn = NULL;
    attempt_free(a);
    FAIL_IF(conn == NULL, e, SROW_E_NOMEM, "no memory for a connection");
    FAIL_IF(on_a_socket, e, SROW_E_CONFIG,
            "database URL: a token is sent over TLS only: name a host in place of a socket");
    if (PQstatus(conn) != CONNECTION_OK) {
        bool is_asked = has_no_password(&w) && PQconnectionUsedPassword(conn) != 0;
        return db_postgres_error_connect(is_silent  ? "timeout expired"
                                         : is_asked ? "no password supplied"
                                                    : PQerrorMessage(conn),
                                         e);
    }
    *out = conn;
    conn = NULL;
    return SROW_OK;
}
