/* SPDX-License-Identifier: Apache-2.0
 *
 * Positions are compared here, not by the server: one question to it, asked again and again.
 */
#include "db/db_position.h"

#include <stdlib.h>
#include <time.h>

enum { ASK_AGAIN_MS = 20, WAL_PAGE = 8192, WAL_PAGE_HEADER = 24, WAL_FILE_HEADER = 40 };

enum { WAL_FILE = 16 << 20 };

/* -- PostgreSQL: a place in the log -- */

/* A record that fills its page ends where the page does; the server says where the next may begin,
 * which is behind that page's header and not reached before there is one. */
static uint64_t end_of_record(uint64_t lsn)
{
    lsn -= lsn % WAL_FILE == WAL_FILE_HEADER ? WAL_FILE_HEADER : 0;
    return lsn - (lsn % WAL_PAGE == WAL_PAGE_HEADER ? WAL_PAGE_HEADER : 0);
}

static bool parse_lsn(uint64_t *out, const char *text)
{
    const char *digits = "0123456789ABCDEFabcdef";
    size_t high = strspn(text, digits),
           low = text[high] == '/' ? strspn(text + high + 1, digits) : 0;
    if (high == 0 || high > 8 || low == 0 || low > 8 || text[high + 1 + low] != '\0') {
        return false;
    }
    uint64_t upper = strtoull(text, NULL, 16), lower = strtoull(text + high + 1, NULL, 16);
    *out = end_of_record(upper << 32 | lower);
    return true;
}

static bool covers_lsn(const char *have, const char *want)
{
    uint64_t a = 0, b = 0;
    return parse_lsn(&a, have) && parse_lsn(&b, want) && a >= b;
}

static bool is_lsn(const char *text)
{
    uint64_t lsn;
    return parse_lsn(&lsn, text);
}

/* -- MariaDB: the last transaction of each domain, "0-1-42,1-1-7" -- */

struct gtid {
    uint64_t domain, server, sequence;
};

/* Digits alone: strtoull takes signs and spaces too. */
static bool take_number(uint64_t *out, const char **at, char end)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 19 ||
        ((*at)[digits] != end && (end != ',' || (*at)[digits] != '\0'))) {
        return false;
    }
    *out = strtoull(*at, NULL, 10);
    *at += digits + ((*at)[digits] != '\0');
    return true;
}

static bool take_gtid(struct gtid *out, const char **at)
{
    return take_number(&out->domain, at, '-') && take_number(&out->server, at, '-') &&
           take_number(&out->sequence, at, ',');
}

static bool is_gtids(const char *text)
{
    struct gtid g;
    do {
        if (!take_gtid(&g, &text)) {
            return false;
        }
    } while (*text != '\0');
    return true;
}

static bool covers_gtid(const char *have, const struct gtid *want)
{
    struct gtid g;
    while (*have != '\0' && take_gtid(&g, &have)) {
        if (g.domain == want->domain && g.sequence >= want->sequence) {
            return true;
        }
    }
    return false;
}

static bool covers_gtids(const char *have, const char *want)
{
    struct gtid g;
    while (*want != '\0' && take_gtid(&g, &want)) {
        if (!covers_gtid(have, &g)) {
            return false;
        }
    }
    return true;
}

/* -- MySQL: sets of transactions of each server, "UUID:1-5:9,UUID:1-7" -- */

enum { UUID = 36 };

struct span {
    const char *server; /* UUID characters */
    uint64_t first, last;
};

/* The next span; `out` keeps the server from call to call. */
static bool take_span(struct span *out, const char **at)
{
    if (out->server == NULL || **at != ':') {
        if (strspn(*at, "0123456789ABCDEFabcdef-") != UUID) {
            return false;
        }
        out->server = *at;
        *at += UUID;
    }
    size_t digits = **at == ':' ? strspn(*at + 1, "0123456789") : 0;
    if (digits == 0 || digits > 19) {
        return false;
    }
    out->first = out->last = strtoull(*at + 1, NULL, 10);
    *at += 1 + digits;
    if (**at == '-') {
        digits = strspn(*at + 1, "0123456789");
        if (digits == 0 || digits > 19) {
            return false;
        }
        out->last = strtoull(*at + 1, NULL, 10);
        *at += 1 + digits;
    }
    *at += **at == ',';
    return true;
}

static bool is_spans(const char *text)
{
    struct span s = {0};
    do {
        if (!take_span(&s, &text)) {
            return false;
        }
    } while (*text != '\0');
    return true;
}

static bool covers_span(const char *have, const struct span *want)
{
    struct span s = {0};
    while (*have != '\0' && take_span(&s, &have)) {
        if (strncasecmp(s.server, want->server, UUID) == 0 && s.first <= want->first &&
            s.last >= want->last) {
            return true;
        }
    }
    return false;
}

static bool covers_spans(const char *have, const char *want)
{
    struct span s = {0};
    while (*want != '\0' && take_span(&s, &want)) {
        if (!covers_span(have, &s)) {
            return false;
        }
    }
    return true;
}

/* -- SQLite -- */

static bool is_zero(const char *text)
{
    return strcmp(text, "0") == 0;
}

static bool covers_all(const char *have, const char *want)
{
    (void)have;
    (void)want;
    return true;
}

/* -- all -- */

static const struct kind {
    const char *name; /* with its colon */
    bool (*is)(const char *text);
    bool (*covers)(const char *have, const char *want);
} kinds[] = {
    {"postgresql:", is_lsn, covers_lsn},
    {"mariadb:", is_gtids, covers_gtids},
    {"mysql:", is_spans, covers_spans},
    {"sqlite:", is_zero, covers_all},
};

static const struct kind *kind_of(const char *position)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t n = strlen(kinds[i].name);
        if (strncmp(position, kinds[i].name, n) == 0 && kinds[i].is(position + n)) {
            return &kinds[i];
        }
    }
    return NULL;
}

enum srow_rc db_position_read(struct srow_buf *out, struct db *db, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    TRY(db_query(&rows, db, db->ops->dialect->position, NULL, 0, e));
    TRY(db_next(&more, rows, e));
    buf_clear(out);
    if (more) {
        struct db_value v = rows->ops->value(rows, 0);
        buf_put(out, v.type == DB_TEXT || v.type == DB_BYTES ? v.bytes : bytes_of(NULL, 0));
    }
    const char *text = buf_cstr(out);
    TRY(buf_check(out, e));
    if (kind_of(text) == NULL) {
        buf_clear(out);
    }
    return SROW_OK;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

enum srow_rc db_position_wait(struct db *db, const char *position, uint64_t ms,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf have = {0};
    const struct kind *kind = kind_of(position);
    FAIL_IF(kind == NULL, e, SROW_E_USAGE,
            "not a position: give the one that `sealrow put` printed, whole");
    size_t prefix = strlen(kind->name);
    for (uint64_t start = now_ms();;) {
        TRY(db_position_read(&have, db, e));
        const char *text = buf_cstr(&have);
        FAIL_IF(have.len == 0, e, SROW_E_USAGE,
                "this server keeps no positions: it has no binary log with GTIDs");
        FAIL_IF(strncmp(text, kind->name, prefix) != 0, e, SROW_E_USAGE,
                "a position of %.*s, and this database is another: see DATABASE_URL",
                (int)prefix - 1, kind->name);
        if (kind->covers(text + prefix, position + prefix)) {
            return SROW_OK;
        }
        FAIL_IF(now_ms() - start >= ms, e, SROW_E_TIMEOUT,
                "database: this server has not come to that position within %llu ms: wait longer, "
                "or read at the primary",
                (unsigned long long)ms);
        nanosleep(&(struct timespec){.tv_nsec = ASK_AGAIN_MS * 1000000L}, NULL);
    }
}
