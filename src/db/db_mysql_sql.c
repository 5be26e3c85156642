/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass over a statement: quoted texts, names and comments are copied as they are.
 */
#include "db/db_mysql_sql.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

void db_mysql_sql_cleanup(struct db_mysql_sql *sql)
{
    buf_cleanup(&sql->text);
    free(sql->order);
    *sql = (struct db_mysql_sql){0};
}

/* The length of what begins here and is copied whole; 0: nothing does. */
static size_t quoted(const char *sql)
{
    if (strchr("'\"`", *sql) != NULL) {
        const char *end = strchr(sql + 1, *sql); /* a doubled quote is two texts side by side */
        return end == NULL ? strlen(sql) : (size_t)(end - sql) + 1;
    }
    if (*sql == '#' || strncmp(sql, "-- ", 3) == 0) {
        return strcspn(sql, "\n");
    }
    if (strncmp(sql, "/*", 2) == 0) {
        const char *end = strstr(sql + 2, "*/");
        return end == NULL ? strlen(sql) : (size_t)(end - sql) + 2;
    }
    size_t word = 0; /* a name may hold $ */
    while (isalnum((unsigned char)sql[word]) != 0 || sql[word] == '_' ||
           (word > 0 && sql[word] == '$')) {
        word++;
    }
    return word;
}

static enum srow_rc add(struct db_mysql_sql *sql, const char **at, size_t n, struct srow_error *e)
{
    size_t number = 0;
    while (isdigit((unsigned char)**at) != 0 && number <= n) {
        number = number * 10 + (size_t)(**at - '0');
        (*at)++;
    }
    FAIL_IF(number == 0 || number > n, e, SROW_E_INTERNAL,
            "statement names parameter $%zu, given %zu", number, n);
    FAIL_IF(sql->count == DB_MYSQL_SQL_PARAMETERS, e, SROW_E_LIMIT,
            "statement with too many parameters");
    size_t *bigger = realloc(sql->order, (sql->count + 1) * sizeof *bigger);
    FAIL_IF(bigger == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    sql->order = bigger;
    sql->order[sql->count++] = number - 1;
    buf_put_u8(&sql->text, '?');
    return SROW_OK;
}

static enum srow_rc check_complete(const struct db_mysql_sql *sql, size_t n, struct srow_error *e)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < sql->count && sql->order[at] != i) {
            at++;
        }
        FAIL_IF(at == sql->count, e, SROW_E_INTERNAL, "statement without parameter $%zu", i + 1);
    }
    return SROW_OK;
}

/* Follows the brackets behind the first VALUES. */
struct group {
    bool is_next; /* VALUES was the last word */
    size_t depth, start, parameters;
};

static void follow(struct db_mysql_sql *sql, struct group *g, const char *at, size_t len)
{
    if (len == 6 && strncasecmp(at, "VALUES", 6) == 0) {
        g->is_next = sql->group_len == 0 && g->depth == 0;
        return;
    }
    if (*at == '(' && (g->is_next || g->depth > 0)) {
        g->start = g->depth == 0 ? sql->text.len : g->start;
        g->parameters = g->depth == 0 ? sql->count : g->parameters;
        g->depth++;
    } else if (*at == ')' && g->depth > 0 && --g->depth == 0) {
        sql->group = g->start;
        sql->group_len = sql->text.len + 1 - g->start;
    }
    g->is_next = g->is_next && *at == ' ';
}

enum srow_rc db_mysql_sql_parse(struct db_mysql_sql *out, const char *sql, size_t n,
                                struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql parsed = {0};
    struct group g = {0};
    size_t inside = 0; /* parameters up to the end of the group */
    while (*sql != '\0') {
        if (*sql == '$') {
            sql++;
            TRY(add(&parsed, &sql, n, e));
            continue;
        }
        size_t len = quoted(sql);
        len = len == 0 ? 1 : len;
        bool had = parsed.group_len > 0;
        follow(&parsed, &g, sql, len);
        inside = !had && parsed.group_len > 0 ? parsed.count : inside;
        buf_put(&parsed.text, bytes_of(sql, len));
        sql += len;
    }
    parsed.group_len = g.parameters == 0 && inside == parsed.count ? parsed.group_len : 0;
    TRY(check_complete(&parsed, n, e));
    buf_cstr(&parsed.text);
    TRY(buf_check(&parsed.text, e));
    *out = parsed;
    parsed = (struct db_mysql_sql){0};
    return SROW_OK;
}

/* The parameters of several rows. */
static enum srow_rc repeat_order(struct db_mysql_sql *several, const struct db_mysql_sql *sql,
                                 size_t n, struct srow_error *e)
{
    FAIL_IF(several->count > DB_MYSQL_SQL_PARAMETERS, e, SROW_E_LIMIT,
            "statement with too many parameters");
    buf_cstr(&several->text);
    TRY(buf_check(&several->text, e));
    several->order = calloc(several->count + 1, sizeof *several->order);
    FAIL_IF(several->order == NULL, e, SROW_E_NOMEM, "no memory for a statement");
    for (size_t i = 0; i < several->count; i++) {
        several->order[i] = sql->order[i % sql->count] + i / sql->count * n;
    }
    return SROW_OK;
}

enum srow_rc db_mysql_sql_repeat(struct db_mysql_sql *out, const struct db_mysql_sql *sql, size_t n,
                                 size_t rows, struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql several = {.count = sql->count * rows};
    const char *text = sql->text.at;
    size_t end = sql->group + sql->group_len;
    buf_put(&several.text, bytes_of(text, end));
    for (size_t i = 1; i < rows; i++) {
        buf_put_str(&several.text, ", ");
        buf_put(&several.text, bytes_of(text + sql->group, sql->group_len));
    }
    buf_put(&several.text, bytes_of(text + end, sql->text.len - end));
    TRY(repeat_order(&several, sql, n, e));
    db_mysql_sql_cleanup(out);
    *out = several;
    several = (struct db_mysql_sql){0};
    return SROW_OK;
}

enum srow_rc db_mysql_sql_unite(struct db_mysql_sql *out, const struct db_mysql_sql *sql, size_t n,
                                size_t rows, struct srow_error *e)
{
    AUTO(db_mysql_sql_cleanup) struct db_mysql_sql several = {.count = sql->count * rows};
    for (size_t i = 0; i < rows; i++) {
        buf_put_str(&several.text, i == 0 ? "" : " UNION ALL ");
        buf_put(&several.text, bytes_buf(&sql->text));
    }
    TRY(repeat_order(&several, sql, n, e));
    *out = several;
    several = (struct db_mysql_sql){0};
    return SROW_OK;
}
