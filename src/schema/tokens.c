/* SPDX-License-Identifier: Apache-2.0 */
#include "schema/tokens.h"

#include <ctype.h>
#include <strings.h>

#include "base/text.h"

/* One token: a word, a quoted name (without its quotes), or one character of anything else. */
struct token {
    const char *at; /* NULL: the end */
    size_t len;
    bool quoted;
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Behind white space, comments and text. */
static const char *skip(const char *at)
{
    for (;;) {
        const char *end = NULL;
        if (isspace((unsigned char)*at) != 0) {
            at++;
            continue;
        }
        if (strncmp(at, "--", 2) == 0) {
            end = strchr(at, '\n');
        } else if (strncmp(at, "/*", 2) == 0) {
            end = strstr(at + 2, "*/");
            end = end == NULL ? NULL : end + 1;
        } else if (*at == '\'') {
            end = strchr(at + 1, '\'');
        } else {
            return at;
        }
        if (end == NULL) {
            return at + strlen(at);
        }
        at = end + 1;
    }
}

static struct token next(const char **sql)
{
    const char *at = skip(*sql);
    const char *close = *at == '"' ? "\"" : *at == '`' ? "`" : *at == '[' ? "]" : NULL;
    size_t len = 1;
    if (*at == '\0') {
        *sql = at;
        return (struct token){0};
    }
    if (close != NULL) {
        len = strcspn(at + 1, close);
        *sql = at + 1 + len + (at[1 + len] != '\0');
        return (struct token){at + 1, len, true};
    }
    while (is_word(*at) && is_word(at[len])) {
        len++;
    }
    *sql = at + len;
    return (struct token){at, len, false};
}

static bool is_name(struct token t, const char *name)
{
    return t.at != NULL && strlen(name) == t.len && strncasecmp(t.at, name, t.len) == 0;
}

static bool is_keyword(struct token t, const char *word)
{
    return !t.quoted && is_name(t, word);
}

bool tokens_mention(const char *sql, const char *name)
{
    struct token t = next(&sql);
    while (t.at != NULL && !is_name(t, name)) {
        t = next(&sql);
    }
    return t.at != NULL;
}

bool tokens_select_all(const char *sql)
{
    static const char *const before[] = {"SELECT", "DISTINCT", "ALL", ",", "."};
    struct token last = {0};
    for (struct token t = next(&sql); t.at != NULL; last = t, t = next(&sql)) {
        for (size_t i = 0; is_keyword(t, "*") && i < sizeof before / sizeof before[0]; i++) {
            if (is_keyword(last, before[i])) {
                return true;
            }
        }
    }
    return false;
}

bool tokens_assign(const char *sql, const char *column)
{
    bool setting = false;
    struct token last = {0};
    for (struct token t = next(&sql); t.at != NULL; last = t, t = next(&sql)) {
        if (is_keyword(t, "SET")) {
            setting = true;
        } else if (is_keyword(t, "WHERE") || is_keyword(t, "FROM") || is_keyword(t, ";")) {
            setting = false;
        } else if (setting && is_keyword(t, "=") && is_name(last, column)) {
            return true;
        }
    }
    return false;
}

bool tokens_generate(const char *sql, const char *column)
{
    struct token last = {0};
    size_t depth = 0, inside = 0; /* the depth of AS (, 0 if not in one */
    for (struct token t = next(&sql); t.at != NULL; last = t, t = next(&sql)) {
        if (is_keyword(t, "(")) {
            depth++;
            inside = inside == 0 && is_keyword(last, "AS") ? depth : inside;
        } else if (is_keyword(t, ")")) {
            inside = inside == depth ? 0 : inside;
            depth -= depth > 0;
        } else if (inside > 0 && is_name(t, column)) {
            return true;
        }
    }
    return false;
}

bool tokens_next_check(struct srow_bytes *inside, const char **sql)
{
    struct token t = next(sql), last = {0};
    while (t.at != NULL && !(is_keyword(last, "CHECK") && is_keyword(t, "("))) {
        last = t;
        t = next(sql);
    }
    const char *from = *sql;
    for (size_t depth = 1; t.at != NULL && depth > 0;) {
        t = next(sql);
        depth += is_keyword(t, "(");
        depth -= is_keyword(t, ")");
    }
    *inside = t.at == NULL ? (struct srow_bytes){0} : bytes_of(from, (size_t)(t.at - from));
    return t.at != NULL;
}

/* What follows length(name), as far as it is an upper bound; else 0. */
static uint64_t bound(const char *sql)
{
    struct token t = next(&sql), number = {0};
    uint64_t most = 0;
    if (is_keyword(t, "BETWEEN")) {
        (void)next(&sql);
        number = is_keyword(next(&sql), "AND") ? next(&sql) : number;
    } else if (is_keyword(t, "<")) {
        number = is_keyword(next(&sql), "=") ? next(&sql) : number;
    }
    struct srow_bytes digits = bytes_of(number.at, number.len);
    return text_parse_size(&most, digits, INT64_MAX, NULL) == SROW_OK ? most : 0;
}

uint64_t tokens_most(const char *sql, const char *column)
{
    struct token a = {0}, b = {0}, c = {0}; /* before t: length ( name */
    uint64_t least = 0;
    for (struct token t = next(&sql); t.at != NULL; a = b, b = c, c = t, t = next(&sql)) {
        bool length = is_keyword(a, "length") || is_keyword(a, "octet_length");
        uint64_t most = 0;
        if (length && is_keyword(b, "(") && is_name(c, column) && is_keyword(t, ")")) {
            most = bound(sql);
        }
        least = most > 0 && (least == 0 || most < least) ? most : least;
    }
    return least;
}
