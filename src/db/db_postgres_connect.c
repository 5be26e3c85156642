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

enum { CONNECT_S = 5, PARAMETERS = 16 };

struct attempt {
    PGconn *conn;
    char *url;
    struct db_login login;
    bool on_a_socket;                                  /* and given up: a token needs TLS */
    const char *keys[PARAMETERS], *values[PARAMETERS]; /* static texts, url and login */
    size_t count;
};

static void attempt_free(void *what)
{
    struct attempt *a = what;
    PQfinish(a->conn);
    str_wipe(&a->url);
    db_login_cleanup(&a->login);
    free(a);
}

static struct timespec deadline_in(int seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += seconds;
    return t;
}

static int ms_until(const struct timespec *deadline)
{
    struct timespec now = deadline_in(0);
    int64_t ms = (int64_t)(deadline->tv_sec - now.tv_sec) * 1000 +
                 (deadline->tv_nsec - now.tv_nsec) / 1000000;
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

static void dial(struct attempt *a)
{
    PGconn *conn = a->conn;
    struct timespec deadline = deadline_in(CONNECT_S);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
    PQsetNoticeProcessor(conn, drop_notice, NULL);
    while (PQstatus(conn) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
           status != PGRES_POLLING_FAILED) {
        struct pollfd p = {.fd = PQsocket(conn),
                           .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (poll(&p, 1, ms_until(&deadline)) == 0) {
            return; /* the connection is not OK, and has no words */
        }
        /* a secret is sent in answer to the server, so not before the next poll of this socket */
        a->on_a_socket = a->login.is_token && is_unix(PQsocket(conn));
        if (a->on_a_socket) {
            return;
        }
        status = PQconnectPoll(conn);
    }
}

static void run(void *what)
{
    struct attempt *a = what;
    a->conn = PQconnectStartParams(a->keys, a->values, 1);
    if (a->conn != NULL) {
        dial(a);
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

static const char *option(const PQconninfoOption *options, const char *keyword)
{
    while (options->keyword != NULL && strcmp(options->keyword, keyword) != 0) {
        options++;
    }
    return options->keyword == NULL ? NULL : options->val;
}

/* Every host of a list with commas is a socket's folder, or an address of this machine. */
static bool is_local(const char *hosts)
{
    for (;;) {
        size_t n = strcspn(hosts, ",");
        bool socket = n == 0 || *hosts == '/' || *hosts == '@';
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

/* A service file may name any host. */
static bool stays_here(const PQconninfoOption *options)
{
    const char *host = option(options, "hostaddr");
    host = host == NULL ? option(options, "host") : host;
    if (host == NULL && (option(options, "service") != NULL || getenv("PGSERVICE") != NULL)) {
        return false;
    }
    host = host == NULL ? getenv("PGHOSTADDR") : host;
    host = host == NULL ? getenv("PGHOST") : host;
    return host == NULL || is_local(host);
}

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
    struct wish w = {.local = stays_here(options)};
    const char *mode = option(options, "sslmode");
    w.named = mode != NULL;
    w.has_password = login->secret != NULL || option(options, "password") != NULL;
    if (mode == NULL) {
        mode = w.local && !login->is_token && option(options, "sslrootcert") == NULL
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
    add(a, "client_encoding", "UTF8");
    add(a, "fallback_application_name", "sealrow");
    if (a->login.user != NULL) {
        add(a, "user", a->login.user);
    }
    if (a->login.secret != NULL) {
        add(a, "password", a->login.secret);
        add(a, "gssencmode", "disable"); /* in place of TLS */
    } else if (!w->local && !is_tls(w)) {
        add(a, "password", ""); /* and none from a file or a variable */
        add(a, "passfile", "/dev/null");
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
    FAIL_IF(a == NULL, e, SROW_E_NOMEM, "no memory for a connection");
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
    FAIL_IF(!w->local && !is_tls(w) && w->has_password, e, SROW_E_CONFIG,
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
    bool on_a_socket = a->on_a_socket;
    a->conn = NULL;
    attempt_free(a);
    FAIL_IF(conn == NULL, e, SROW_E_NOMEM, "no memory for a connection");
    FAIL_IF(on_a_socket, e, SROW_E_CONFIG,
            "database URL: a token is sent over TLS only: name a host in place of a socket");
    if (PQstatus(conn) != CONNECTION_OK) {
        const char *words = PQerrorMessage(conn);
        return db_postgres_error_connect(*words == '\0' ? "timeout expired" : words, e);
    }
    *out = conn;
    conn = NULL;
    return SROW_OK;
}
