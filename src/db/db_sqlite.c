/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite. Connections are hardened: the file's schema is not trusted, the file cannot be corrupted
 * by SQL, a quoted name that is no column is an error and no string, foreign keys hold, a commit
 * has reached the disk (synchronous=EXTRA also syncs the directory of the rollback journal).
 */
#include "db/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

struct sqlite_db {
    struct db base;
    sqlite3 *handle;
    uint64_t changed;
};

struct sqlite_rows {
    struct db_rows base;
    sqlite3_stmt *stmt;
    struct db_many left; /* the rows of parameters that are still to be asked for */
};

/* There is one schema. */
#define MAIN "coalesce($2, 'main') = 'main' "

const struct db_dialect db_sqlite_dialect = {
    .name = "sqlite",
    .scheme = "sqlite:",
    .blob_type = "BLOB",
    .blob_has_width = true,
    .blob_any = "BLOB",
    .blob_huge = "BLOB",
    .add_with = "",
    .key_type = "TEXT",
    .own_table = "",
    .quote = '"',
    .begin = "BEGIN IMMEDIATE",
    .attempts = 1, /* it has waited */
    .lock = "",
    .check_only_at_add = true,
    .hex = {"X'", "'"},
    .is_bytes = "typeof(@c) = 'blob' AND ",
    .bytes_length = "length(CAST(@c AS BLOB))",
    .text_length = "length(CAST(@c AS BLOB))",
    .equal = "@c = @p COLLATE BINARY",
    .equal_text = "@c = @p COLLATE BINARY",
    .equal_decimal = "@c = @p COLLATE BINARY",
    .same = "@c COLLATE BINARY IS @p",
    .same_text = "@c COLLATE BINARY IS @p",
    .same_decimal = "@c IS @p",
    .same_float = "@c COLLATE BINARY IS @p",
    .position = "SELECT 'sqlite:0'",
    .exact = "@c COLLATE BINARY",
    .row_order = true,
    .number = "@p",
    .upsert = " ON CONFLICT (@t) DO UPDATE SET ",
    .upsert_column = "@c = excluded.@c",
    .limits = "a value has at most 1,000,000,000 bytes; what its page does not hold stands in "
              "pages of its own",
    .check = {.binary = "typeof(@c)='blob'",
              .either = "substr(@c,1,3)IN(X'020478',X'020578')",
              .plain = "substr(@c,1,3)=X'020478'",
              .is_signed = "substr(@c,1,3)=X'020578'"},
    /* IS for numbers, which CAST shortens; CAST for texts, which IS compares by their collation */
    .trigger = {.body = "CREATE TRIGGER @n AFTER UPDATE ON @u FOR EACH ROW WHEN OLD.@c IS NEW.@c "
                        "AND NEW.@c IS NOT NULL AND (OLD.@o IS NOT NEW.@o OR typeof(OLD.@o) <> "
                        "typeof(NEW.@o) OR CAST(OLD.@o AS BLOB) IS NOT CAST(NEW.@o AS BLOB)) "
                        "BEGIN UPDATE @u SET @c = NULL WHERE ",
                .row = "@c IS NEW.@c",
                .end = "; END",
                .create = "@b",
                .drop = "DROP TRIGGER @n",
                .live = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = $3 "
                        "AND tbl_name = $1 COLLATE NOCASE AND " MAIN},
    .catalog =
        {
            .table = "SELECT s.name, s.sql, s.type = 'view', l.strict, 0 FROM sqlite_schema s "
                     "JOIN pragma_table_list($1) l ON l.schema = 'main' "
                     "WHERE s.type IN ('table', 'view') AND s.name = $1 COLLATE NOCASE AND " MAIN,
            .columns = "SELECT name, type, \"notnull\", pk, hidden > 1, hidden > 1 OR "
                       "(dflt_value NOT LIKE '''%' "
                       "AND (dflt_value LIKE '%(%' OR dflt_value LIKE 'current%')), NULL, NULL "
                       "FROM pragma_table_xinfo($1) WHERE " MAIN "ORDER BY cid",
            /* An index over an expression names no column there, and says nothing about the columns
               alone. */
            .uniques =
                "SELECT i.name, l.origin = 'pk', i.seqno FROM pragma_index_list($1) l "
                "JOIN pragma_index_info(l.name) i WHERE l.\"unique\" AND NOT l.partial "
                "AND " MAIN
                "AND NOT EXISTS (SELECT 1 FROM pragma_index_info(l.name) WHERE name IS NULL) "
                "ORDER BY l.seq, i.seqno",
            .indexes = "SELECT l.name, s.sql, l.\"unique\", EXISTS (SELECT 1 FROM "
                       "pragma_index_info(l.name) i WHERE i.name = $3 COLLATE NOCASE) "
                       "FROM pragma_index_list($1) l LEFT JOIN sqlite_schema s ON s.type = 'index' "
                       "AND s.name = l.name WHERE " MAIN "ORDER BY l.name",
            .foreign_keys =
                "SELECT \"table\" FROM pragma_foreign_key_list($1) WHERE \"from\" = $3 COLLATE "
                "NOCASE AND " MAIN "UNION ALL SELECT m.name FROM sqlite_schema m "
                "JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' "
                "AND f.\"table\" = $1 COLLATE NOCASE AND f.\"to\" = $3 COLLATE NOCASE",
            .cascades = "SELECT \"table\", on_update FROM pragma_foreign_key_list($1) "
                        "WHERE \"from\" = $3 COLLATE NOCASE "
                        "AND on_update NOT IN ('NO ACTION', 'RESTRICT') AND " MAIN,
            .views = "SELECT name, sql, 0 FROM sqlite_schema WHERE type = 'view' "
                     "AND $1 IS NOT NULL AND $3 IS NOT NULL AND " MAIN "ORDER BY name",
            .triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' "
                        "AND $1 IS NOT NULL AND $3 IS NOT NULL AND " MAIN "ORDER BY name",
        },
};

static sqlite3 *handle_of(const struct db *db)
{
    return ((const struct sqlite_db *)db)->handle;
}

static sqlite3_stmt *stmt_of(const struct db_rows *rows)
{
    return ((const struct sqlite_rows *)rows)->stmt;
}

static void finalize(sqlite3_stmt **stmt)
{
    sqlite3_finalize(*stmt);
    *stmt = NULL;
}

static enum srow_rc rc_of(int code)
{
    if (code == SQLITE_IOERR_NOMEM) {
        return SROW_E_NOMEM;
    }
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return SROW_E_DB_DENIED;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return SROW_E_DB_RIGHTS;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return SROW_E_BUSY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return SROW_E_IO;
    case SQLITE_TOOBIG:
        return SROW_E_LIMIT;
    case SQLITE_NOMEM:
        return SROW_E_NOMEM;
    default:
        return SROW_E_DB;
    }
}

/* Two that make one thing at once: SQLite has no code for it. */
static bool is_made_twice(const char *text)
{
    return strncmp(text, "duplicate column name", 21) == 0 ||
           strstr(text, " already exists") != NULL;
}

/* SQLite's texts name tables and columns, never values; statements hold no literals of ours. */
static enum srow_rc fail(sqlite3 *handle, struct srow_error *e)
{
    int code = sqlite3_extended_errcode(handle);
    enum srow_rc rc = rc_of(code);
    if (rc == SROW_E_BUSY) {
        FAIL(e, rc, "database is locked by another for more than %d s: try again", BUSY_MS / 1000);
    }
    if (code == SQLITE_FULL) {
        FAIL(e, rc, "database: disk full: nothing was changed: make room");
    }
    FAIL_IF(rc == SROW_E_DB_DENIED, e, rc,
            "database: %s: nothing was changed: see the table's rules", sqlite3_errmsg(handle));
    FAIL_IF(rc == SROW_E_DB_RIGHTS, e, rc,
            "database: %s: nothing was changed: see who may write its file and folder",
            sqlite3_errmsg(handle));
    bool damaged = code == SQLITE_NOTADB || (code & 0xFF) == SQLITE_CORRUPT;
    FAIL_IF(damaged, e, rc,
            "database: %s: check the path behind sqlite:, or restore the file from a backup",
            sqlite3_errmsg(handle));
    FAIL_IF(rc == SROW_E_IO, e, rc,
            "database: %s: nothing was changed: see that its disk is well, has room and may be "
            "written",
            sqlite3_errmsg(handle));
    FAIL_IF(rc == SROW_E_DB && is_made_twice(sqlite3_errmsg(handle)), e, SROW_E_BUSY,
            "database: %s: somebody else has made it meanwhile: run it again",
            sqlite3_errmsg(handle));
    FAIL(e, rc, "database: %s", sqlite3_errmsg(handle));
}

/* -- statements -- */

static int bind_value(sqlite3_stmt *stmt, int at, const struct db_value *v)
{
    /* An empty view may have no address, and SQLite takes NULL for NULL. */
    const char *bytes = v->bytes.at == NULL ? "" : v->bytes.at;
    switch (v->type) {
    case DB_INTEGER:
        return sqlite3_bind_int64(stmt, at, v->integer);
    case DB_REAL:
        return sqlite3_bind_double(stmt, at, v->real);
    case DB_TEXT:
        return sqlite3_bind_text64(stmt, at, bytes, v->bytes.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    case DB_BYTES:
        return sqlite3_bind_blob64(stmt, at, bytes, v->bytes.len, SQLITE_TRANSIENT);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

static enum srow_rc bind_all(sqlite3 *handle, sqlite3_stmt *stmt, const struct db_value *params,
                             size_t n, struct srow_error *e)
{
    FAIL_IF((size_t)sqlite3_bind_parameter_count(stmt) != n, e, SROW_E_INTERNAL,
            "statement with %d parameters, given %zu", sqlite3_bind_parameter_count(stmt), n);
    for (int at = 1; (size_t)at <= n; at++) { /* as SQLite counts them: by where they stand first */
        const char *name = sqlite3_bind_parameter_name(stmt, at);
        size_t number = name == NULL || name[0] != '$' ? 0 : strtoul(name + 1, NULL, 10);
        FAIL_IF(number == 0 || number > n, e, SROW_E_INTERNAL,
                "statement with parameter %s, given %zu", name == NULL ? "?" : name, n);
        if (bind_value(stmt, at, &params[number - 1]) != SQLITE_OK) {
            return fail(handle, e);
        }
    }
    return SROW_OK;
}

static enum srow_rc prepare(sqlite3_stmt **out, sqlite3 *handle, const char *sql,
                            struct srow_error *e)
{
    const char *tail = NULL;
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(handle, sql, -1, &stmt, &tail) != SQLITE_OK) {
        return fail(handle, e);
    }
    if (stmt == NULL || tail[strspn(tail, " ;\n\t")] != '\0') {
        finalize(&stmt);
        FAIL(e, SROW_E_INTERNAL, "not exactly one SQL statement");
    }
    *out = stmt;
    return SROW_OK;
}

static enum srow_rc step(struct db *db, sqlite3_stmt *stmt, struct srow_error *e)
{
    int code;
    do {
        code = sqlite3_step(stmt);
    } while (code == SQLITE_ROW);
    if (code != SQLITE_DONE) {
        return fail(handle_of(db), e);
    }
    ((struct sqlite_db *)db)->changed += (uint64_t)sqlite3_changes64(handle_of(db));
    return SROW_OK;
}

static enum srow_rc exec_many(struct db *db, const char *sql, const struct db_many *many,
                              struct srow_error *e)
{
    sqlite3 *handle = handle_of(db);
    AUTO(finalize) sqlite3_stmt *stmt = NULL;
    TRY(prepare(&stmt, handle, sql, e));
    ((struct sqlite_db *)db)->changed = 0;
    for (size_t i = 0; i < many->rows; i++) {
        TRY(bind_all(handle, stmt, many->params + i * many->n, many->n, e));
        TRY(step(db, stmt, e));
        sqlite3_reset(stmt);
    }
    return SROW_OK;
}

static enum srow_rc exec(struct db *db, const char *sql, const struct db_value *params, size_t n,
                         struct srow_error *e)
{
    return exec_many(db, sql, &(struct db_many){params, n, 1}, e);
}

/* -- rows -- */

static enum srow_rc bind_next(struct sqlite_rows *rows, struct srow_error *e)
{
    const struct db_value *params = rows->left.params;
    rows->left.params += rows->left.n;
    rows->left.rows--;
    return bind_all(sqlite3_db_handle(rows->stmt), rows->stmt, params, rows->left.n, e);
}

/* Text is UTF-8 here, whatever the file has. What has come so stays so until the next row. */
static enum srow_rc take_texts(sqlite3_stmt *stmt, struct srow_error *e)
{
    for (int at = 0; at < sqlite3_data_count(stmt); at++) {
        bool is_text = sqlite3_column_type(stmt, at) == SQLITE_TEXT;
        FAIL_IF(is_text && sqlite3_column_text(stmt, at) == NULL, e, SROW_E_NOMEM,
                "no memory for a value");
    }
    return SROW_OK;
}

static enum srow_rc next(bool *more, struct db_rows *base, struct srow_error *e)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    int code;
    while ((code = sqlite3_step(rows->stmt)) == SQLITE_DONE && rows->left.rows > 0) {
        sqlite3_reset(rows->stmt);
        TRY(bind_next(rows, e));
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return fail(sqlite3_db_handle(rows->stmt), e);
    }
    *more = code == SQLITE_ROW;
    return take_texts(rows->stmt, e);
}

static size_t columns(const struct db_rows *rows)
{
    return (size_t)sqlite3_column_count(stmt_of(rows));
}

static const char *column_name(const struct db_rows *rows, size_t column)
{
    return sqlite3_column_name(stmt_of(rows), (int)column);
}

static struct srow_bytes bytes_at(const void *bytes, sqlite3_stmt *stmt, int at)
{
    return bytes_of(bytes, (size_t)sqlite3_column_bytes(stmt, at));
}

static struct db_value value(const struct db_rows *rows, size_t column)
{
    sqlite3_stmt *stmt = stmt_of(rows);
    int at = (int)column;
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return db_integer(sqlite3_column_int64(stmt, at));
    case SQLITE_FLOAT:
        return (struct db_value){.type = DB_REAL, .real = sqlite3_column_double(stmt, at)};
    case SQLITE_TEXT:
        return (struct db_value){.type = DB_TEXT,
                                 .bytes = bytes_at(sqlite3_column_text(stmt, at), stmt, at)};
    case SQLITE_BLOB:
        return db_bytes(bytes_at(sqlite3_column_blob(stmt, at), stmt, at));
    default:
        return (struct db_value){.type = DB_NULL};
    }
}

static void rows_free(struct db_rows *rows)
{
    sqlite3_finalize(stmt_of(rows));
    free(rows);
}

static const struct db_rows_ops rows_ops = {
    .next = next,
    .columns = columns,
    .name = column_name,
    .value = value,
    .free = rows_free,
};

static void free_rows(struct sqlite_rows **rows)
{
    if (*rows != NULL) {
        rows_free(&(*rows)->base);
    }
}

static enum srow_rc query_many(struct db_rows **out, struct db *db, const char *sql,
                               const struct db_many *many, struct srow_error *e)
{
    AUTO(free_rows) struct sqlite_rows *rows = calloc(1, sizeof *rows);
    FAIL_IF(rows == NULL, e, SROW_E_NOMEM, "no memory for a result");
    *rows = (struct sqlite_rows){.base = {.ops = &rows_ops}, .left = *many};
    TRY(prepare(&rows->stmt, handle_of(db), sql, e));
    TRY(bind_next(rows, e));
    *out = &rows->base;
    rows = NULL;
    return SROW_OK;
}

static enum srow_rc query(struct db_rows **out, struct db *db, const char *sql,
                          const struct db_value *params, size_t n, struct srow_error *e)
{
    return query_many(out, db, sql, &(struct db_many){params, n, 1}, e);
}

/* -- the connection -- */

static uint64_t changed(const struct db *db)
{
    return ((const struct sqlite_db *)db)->changed;
}

static bool in_work(const struct db *db)
{
    return sqlite3_get_autocommit(handle_of(db)) == 0;
}

/* UNIQUE (k COLLATE BINARY) over a column that is declared COLLATE NOCASE */
static bool folds(struct db *db, const char *schema, const char *table, const char *column)
{
    const char *collation = NULL;
    int code = sqlite3_table_column_metadata(handle_of(db), schema == NULL ? "main" : schema, table,
                                             column, NULL, &collation, NULL, NULL, NULL);
    return code == SQLITE_OK && collation != NULL && sqlite3_stricmp(collation, "BINARY") != 0;
}

static void swap(struct db *db, struct db *other)
{
    struct sqlite_db *a = (struct sqlite_db *)db, *b = (struct sqlite_db *)other;
    sqlite3 *had = a->handle;
    a->handle = b->handle;
    b->handle = had;
}

static void sqlite_free(struct db *db)
{
    sqlite3_close_v2(handle_of(db));
    free(db);
}

static const struct db_ops ops = {
    .dialect = &db_sqlite_dialect,
    .exec = exec,
    .exec_many = exec_many,
    .query = query,
    .query_many = query_many,
    .changed = changed,
    .in_work = in_work,
    .folds = folds,
    .swap = swap,
    .free = sqlite_free,
};

static enum srow_rc harden(struct sqlite_db *db, struct srow_error *e)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (sqlite3_db_config(db->handle, settings[i].option, settings[i].value, NULL) !=
            SQLITE_OK) {
            return fail(db->handle, e);
        }
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    TRY(exec(&db->base, "PRAGMA synchronous = EXTRA", NULL, 0, e));
    /* Reads the first page: a file that is no database fails here and not later. */
    return exec(&db->base, "PRAGMA schema_version", NULL, 0, e);
}

/* The file that must be there, or is made for its owner alone. */
static enum srow_rc prepare_file(const char *path, bool create, struct srow_error *e)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        FAIL_IF(!S_ISREG(st.st_mode), e, SROW_E_DB,
                "database: not a regular file: check the path behind sqlite:");
        return SROW_OK;
    }
    FAIL_IF(errno == EACCES, e, SROW_E_DB_RIGHTS,
            "database: no right to read its folder: chmod it, or run as its owner");
    FAIL_IF(errno != ENOENT && errno != ENOTDIR, e, SROW_E_IO,
            "database: %s: check the path behind sqlite:", strerror(errno));
    FAIL_IF(!create, e, SROW_E_DB_MISSING,
            "database: there is no such file: check the path behind sqlite:");
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    FAIL_IF(fd < 0, e, errno == EACCES ? SROW_E_DB_RIGHTS : SROW_E_IO,
            "database: the file cannot be made: %s: see who may write its folder, and its disk",
            strerror(errno));
    close(fd);
    return SROW_OK;
}

static void sqlite_db_free(struct sqlite_db **db)
{
    if (*db != NULL) {
        sqlite_free(&(*db)->base);
        *db = NULL;
    }
}

enum srow_rc db_sqlite_open(struct db **out, const char *url, const struct db_login *login,
                            bool create, struct srow_error *e)
{
    const char *path = url + strlen("sqlite:");
    (void)login;
    FAIL_IF(*path == '\0', e, SROW_E_USAGE,
            "database URL: no path behind sqlite:: write sqlite:PATH");
    /* "./" keeps SQLite from taking a path for ":memory:" or "file:...?...". */
    AUTO(buf_cleanup) struct srow_buf file = {0};
    buf_printf(&file, "%s%s", *path == '/' ? "" : "./", path);
    TRY(buf_check(&file, e));
    TRY(prepare_file(buf_cstr(&file), create, e));

    AUTO(sqlite_db_free) struct sqlite_db *db = calloc(1, sizeof *db);
    FAIL_IF(db == NULL, e, SROW_E_NOMEM, "no memory for a database");
    db->base.ops = &ops;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(buf_cstr(&file), &db->handle, flags, NULL);
    FAIL_IF(db->handle == NULL, e, SROW_E_NOMEM, "no memory for a database");
    FAIL_IF(code == SQLITE_CANTOPEN, e, SROW_E_DB_RIGHTS,
            "database: no right to open its file: chmod it, or run as its owner");
    if (code != SQLITE_OK) {
        return fail(db->handle, e);
    }
    TRY(harden(db, e));
    *out = &db->base;
    db = NULL;
    return SROW_OK;
}
