/* SPDX-License-Identifier: Apache-2.0
 *
 * Which database a URL means, and the calls that are the same for all of them.
 */
#include "db/db.h"

#include <poll.h>
#include <stdlib.h>
#include <strings.h>

#include "db/db_mysql.h"
#include "db/db_postgres.h"
#include "db/db_sqlite.h"

struct engine {
    const char *scheme, *name, *option;
    const char *form; /* of its URLs; NULL: another row's */
    enum srow_rc (*open)(struct db **out, const char *url, const struct db_login *login,
                         bool create, struct srow_error *e);
};

/* An engine whose `open` is NULL is known and not in this build. */
#ifdef SROW_WITH_SQLITE
#define SQLITE_OPEN db_sqlite_open
#else
#define SQLITE_OPEN NULL
#endif
#ifdef SROW_WITH_POSTGRESQL
#define POSTGRES_OPEN db_postgres_open
#else
#define POSTGRES_OPEN NULL
#endif
#ifdef SROW_WITH_MYSQL
#define MYSQL_OPEN db_mysql_open
#else
#define MYSQL_OPEN NULL
#endif

static const struct engine engines[] = {
    {"sqlite:", "SQLite", "sqlite", "sqlite:PATH", SQLITE_OPEN},
    {"postgresql:", "PostgreSQL", "postgresql", "postgresql://USER@HOST/DATABASE", POSTGRES_OPEN},
    {"postgres:", "PostgreSQL", "postgresql", NULL, POSTGRES_OPEN},
    {"mysql:", "MySQL", "mysql", "mysql://USER@HOST/DATABASE", MYSQL_OPEN},
    {"mariadb:", "MariaDB", "mysql", NULL, MYSQL_OPEN},
};

enum { ENGINES = sizeof engines / sizeof engines[0] };

/* The first engine of this build from there on. */
static size_t next_built(size_t i)
{
    while (i < ENGINES && (engines[i].open == NULL || engines[i].form == NULL)) {
        i++;
    }
    return i;
}

void db_put_urls(struct srow_buf *out)
{
    for (size_t i = next_built(0), next; i < ENGINES; i = next) {
        next = next_built(i + 1);
        buf_put_str(out, engines[i].form);
        bool is_last = next < ENGINES && next_built(next + 1) == ENGINES;
        buf_put_str(out, next == ENGINES ? "" : is_last ? " or " : ", ");
    }
}

void db_login_cleanup(struct db_login *login)
{
    str_free(&login->user);
    str_wipe(&login->secret);
    login->is_token = false;
}

static enum srow_rc find_engine(const struct engine **out, const char *url, struct srow_error *e)
{
    size_t i = 0;
    while (i < ENGINES && strncmp(url, engines[i].scheme, strlen(engines[i].scheme)) != 0) {
        i++;
    }
    FAIL_IF(i == ENGINES, e, SROW_E_USAGE,
            "database URL: unknown scheme: write sqlite:PATH, postgresql://... or mysql://...");
    FAIL_IF(engines[i].open == NULL, e, SROW_E_NOT_BUILT,
            "database URL: this build does not speak to %s: build it with -D%s=enabled",
            engines[i].name, engines[i].option);
    *out = &engines[i];
    return SROW_OK;
}

static enum srow_rc open_url(struct db **out, const char *url, const struct db_options *options,
                             bool create, struct srow_error *e)
{
    const struct engine *engine = NULL;
    AUTO(db_login_cleanup) struct db_login login = {0};
    AUTO(db_free) struct db *db = NULL;
    TRY(find_engine(&engine, url, e));
    TRY(options->login == NULL ? SROW_OK : options->login(&login, options->state, e));
    TRY(engine->open(&db, url, &login, create, e));
    db->options = *options;
    TRY(bytes_dup_str(&db->url, srow_str(url), e));
    *out = db;
    db = NULL;
    return SROW_OK;
}

static const struct db_options nobody_asked = {0};

enum srow_rc db_open(struct db **out, const char *url, struct srow_error *e)
{
    return open_url(out, url, &nobody_asked, false, e);
}

enum srow_rc db_open_with(struct db **out, const char *url, const struct db_options *options,
                          struct srow_error *e)
{
    return open_url(out, url, options, false, e);
}

enum srow_rc db_create(struct db **out, const char *url, struct srow_error *e)
{
    return open_url(out, url, &nobody_asked, true, e);
}

void db_free(struct db **db)
{
    if (*db != NULL) {
        char *url = (*db)->url;
        (*db)->ops->free(*db);
        *db = NULL;
        str_wipe(&url);
    }
}

enum srow_rc db_reopen(struct db *db, struct srow_error *e)
{
    AUTO(db_free) struct db *fresh = NULL;
    TRY(db_open_with(&fresh, db->url, &db->options, e));
    db->ops->swap(db, fresh);
    return SROW_OK;
}

enum srow_rc db_exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                     struct srow_error *e)
{
    return db->ops->exec(db, sql, params, n, e);
}

/* What may be bound at once. */
static bool is_uniform(const struct db_many *many)
{
    for (size_t column = 0; column < many->n; column++) {
        enum db_type type = DB_NULL;
        for (size_t row = 0; row < many->rows; row++) {
            enum db_type here = many->params[row * many->n + column].type;
            if (here != DB_NULL && type != DB_NULL && here != type) {
                return false;
            }
            type = here == DB_NULL ? type : here;
        }
    }
    return true;
}

enum srow_rc db_exec_many(struct db *db, const char *sql, const struct db_many *many,
                          struct srow_error *e)
{
    FAIL_IF(!db->ops->in_work(db), e, SROW_E_INTERNAL, "many rows outside of a transaction");
    FAIL_IF(many->n == 0 || !is_uniform(many), e, SROW_E_INTERNAL,
            "many rows without parameters, or with different types in one column");
    return db->ops->exec_many(db, sql, many, e);
}

enum srow_rc db_query(struct db_rows **out, struct db *db, const char *sql,
                      const struct db_value *params, size_t n, struct srow_error *e)
{
    return db->ops->query(out, db, sql, params, n, e);
}

/* Behind each row's parameters its number. */
static enum srow_rc number_rows(struct db_value **out, const struct db_many *many,
                                struct srow_error *e)
{
    struct db_value *numbered = calloc(many->rows * (many->n + 1), sizeof *numbered),
                    *to = numbered;
    FAIL_IF(numbered == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < many->rows; i++) {
        memcpy(to, many->params + i * many->n, many->n * sizeof *to);
        to += many->n;
        *to++ = db_integer((int64_t)i);
    }
    *out = numbered;
    return SROW_OK;
}

static void params_free(struct db_value **params)
{
    free(*params);
}

enum srow_rc db_query_many(struct db_rows **out, struct db *db, const char *sql,
                           const struct db_many *many, struct srow_error *e)
{
    static const char select[] = "SELECT ";
    AUTO(buf_cleanup) struct srow_buf text = {0};
    AUTO(params_free) struct db_value *numbered = NULL;
    FAIL_IF(many->rows == 0 || strncmp(sql, select, sizeof select - 1) != 0 || !is_uniform(many), e,
            SROW_E_INTERNAL, "many queries: none, no SELECT, or different types in one column");
    TRY(number_rows(&numbered, many, e));
    buf_put_str(&text, select);
    db_put_sql(&text, db, db->ops->dialect->number, &(struct db_words){.param = many->n + 1});
    buf_printf(&text, ", %s", sql + sizeof select - 1);
    buf_cstr(&text);
    TRY(buf_check(&text, e));
    const struct db_many asked = {numbered, many->n + 1, many->rows};
    TRY(db->ops->query_many(out, db, text.at, &asked, e));
    (*out)->params = numbered;
    numbered = NULL;
    return SROW_OK;
}

enum srow_rc db_next(bool *more, struct db_rows *rows, struct srow_error *e)
{
    return rows->ops->next(more, rows, e);
}

void db_rows_free(struct db_rows **rows)
{
    if (*rows != NULL) {
        struct db_value *params = (*rows)->params;
        (*rows)->ops->free(*rows);
        *rows = NULL;
        free(params);
    }
}

enum srow_rc db_number(uint64_t *out, struct db *db, struct srow_buf *sql, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    const char *text = buf_cstr(sql);
    TRY(buf_check(sql, e));
    TRY(db_query(&rows, db, text, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    struct db_value v = more ? rows->ops->value(rows, 0) : (struct db_value){0};
    FAIL_IF(v.type != DB_NULL && (v.type != DB_INTEGER || v.integer < 0), e, SROW_E_DB,
            "database: the answer is no count");
    *out = (uint64_t)v.integer;
    return SROW_OK;
}

enum srow_rc db_count(uint64_t *out, struct db *db, const char *schema, const char *table,
                      struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    buf_put_str(&sql, "SELECT count(*) FROM ");
    db_put_table(&sql, db, schema, table);
    return db_number(out, db, &sql, e);
}

uint64_t db_changed(const struct db *db)
{
    return db->ops->changed(db);
}

enum srow_rc db_begin(struct db_work *work, struct db *db, struct srow_error *e)
{
    TRY(db_exec(db, db->ops->dialect->begin, NULL, 0, e));
    work->db = db;
    return SROW_OK;
}

/* Nothing that is sent now would be carried out. */
static bool is_lost(const struct db *db)
{
    if (db->ops->socket == NULL) {
        return false;
    }
    struct pollfd p = {.fd = db->ops->socket(db), .events = POLLRDHUP};
    return p.fd < 0 || poll(&p, 1, 0) > 0;
}

enum srow_rc db_commit(struct db_work *work, struct srow_error *e)
{
    struct srow_error why = {0};
    FAIL_IF(is_lost(work->db), e, SROW_E_CONNECT,
            "database: the connection was lost before COMMIT: nothing was changed: try again");
    enum srow_rc rc = db_exec(work->db, "COMMIT", NULL, 0, &why);
    bool lost = rc == SROW_E_CONNECT || rc == SROW_E_TIMEOUT || rc == SROW_E_TLS;
    work->db = rc == SROW_OK || lost ? NULL : work->db;
    FAIL_IF(lost, e, SROW_E_COMMIT_UNKNOWN,
            "database: the answer to COMMIT was lost, and it is not known whether the change is "
            "stored: do it again, what is there is found");
    FAIL_IF(rc != SROW_OK, e, rc, "%s", why.text);
    return SROW_OK;
}

void db_rollback(struct db_work *work)
{
    /* Some failures have rolled back already. A rollback that fails leaves nothing to do: the
     * engine rolls back when the connection closes. */
    if (work->db != NULL && work->db->ops->in_work(work->db)) {
        enum srow_rc rc = db_exec(work->db, "ROLLBACK", NULL, 0, NULL);
        (void)rc;
    }
    work->db = NULL;
}

static void put_quoted(struct srow_buf *out, const char *text, char quote)
{
    buf_put_u8(out, (uint8_t)quote);
    const char *at;
    for (; (at = strchr(text, quote)) != NULL; text = at + 1) {
        buf_put(out, bytes_of(text, (size_t)(at + 1 - text)));
        buf_put_u8(out, (uint8_t)quote);
    }
    buf_put_str(out, text);
    buf_put_u8(out, (uint8_t)quote);
}

void db_put_name(struct srow_buf *out, const struct db *db, const char *name)
{
    put_quoted(out, name, db->ops->dialect->quote);
}

void db_put_table(struct srow_buf *out, const struct db *db, const char *schema, const char *name)
{
    if (schema != NULL) {
        db_put_name(out, db, schema);
        buf_put_u8(out, '.');
    }
    db_put_name(out, db, name);
}

void db_put_sql(struct srow_buf *out, const struct db *db, const char *text,
                const struct db_words *words)
{
    for (; *text != '\0'; text++) {
        char what = *text == '@' ? text[1] : '\0';
        size_t plain;
        switch (what) {
        case 't':
            db_put_table(out, db, words->schema, words->table);
            break;
        case 'c':
            db_put_name(out, db, words->column);
            break;
        case 'p':
            buf_printf(out, "$%zu", words->param);
            break;
        case 'o':
            db_put_name(out, db, words->plain);
            break;
        case 'n':
            db_put_name(out, db, words->name);
            break;
        case 'q':
            db_put_table(out, db, words->schema, words->name);
            break;
        case 'u':
            db_put_name(out, db, words->table);
            break;
        case 'b':
            buf_put_str(out, words->body);
            break;
        case 'd':
            buf_put_str(out, words->definer == NULL ? "" : words->definer);
            break;
        case 'l':
            put_quoted(out, words->body, '\'');
            break;
        default:
            plain = 1 + strcspn(text + 1, "@");
            buf_put(out, bytes_of(text, plain));
            text += plain - 1;
            continue;
        }
        text++;
    }
}

bool db_folds(struct db *db, const char *schema, const char *table, const char *column)
{
    return db->ops->folds != NULL && db->ops->folds(db, schema, table, column);
}

bool db_same_name(const struct db *db, const char *a, const char *b)
{
    return (db->ops->dialect->names_have_case ? strcmp(a, b) : strcasecmp(a, b)) == 0;
}
