/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines: "[group]", "name = value", "# comment", "; comment". A value may stand in quotes, and must
 * where it holds #. What the servers' own programs read differently is refused.
 */
#include "db/db_mysql_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { FILE_MAX = 64 << 10 };

static const char blanks[] = " \t\r\n";

/* What the file says; views into its text. */
struct settings {
    char *user, *password, *host, *port, *socket, *ssl_ca;
};

/* -- the file -- */

static void close_file(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static void text_free(char **text)
{
    if (*text != NULL) {
        explicit_bzero(*text, FILE_MAX + 1);
    }
    str_free(text);
}

static enum srow_rc open_file(int *out, const char *path, struct srow_error *e)
{
    AUTO(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FAIL_IF(fd < 0 && errno == ENOENT, e, SROW_E_CONFIG,
            "database option file: there is none: check defaults-file of the database URL");
    struct stat st;
    FAIL_IF(fd < 0 || fstat(fd, &st) != 0, e, SROW_E_IO, "database option file: %s",
            strerror(errno));
    FAIL_IF(!S_ISREG(st.st_mode), e, SROW_E_CONFIG,
            "database option file: not a regular file: check defaults-file of the database URL");
    FAIL_IF((st.st_mode & (S_IRWXG | S_IRWXO)) != 0, e, SROW_E_PERMISSIONS,
            "database option file: others may read or write it (mode %04o): chmod 600",
            (unsigned)(st.st_mode & 07777));
    FAIL_IF(
        st.st_uid != 0 && st.st_uid != geteuid(), e, SROW_E_PERMISSIONS,
        "database option file: it belongs to another user (uid %lu): it must be root's or yours",
        (unsigned long)st.st_uid);
    *out = fd;
    fd = -1;
    return SROW_OK;
}

static enum srow_rc read_file(char *text, const char *path, struct srow_error *e)
{
    AUTO(close_file) int fd = -1;
    TRY(open_file(&fd, path, e));
    size_t len = 0;
    ssize_t n;
    while ((n = read(fd, text + len, FILE_MAX + 1 - len)) > 0) {
        len += (size_t)n;
    }
    FAIL_IF(n < 0, e, SROW_E_IO, "database option file: %s", strerror(errno));
    FAIL_IF(len > FILE_MAX, e, SROW_E_CONFIG,
            "database option file: larger than %d KiB: is it the right file?", FILE_MAX >> 10);
    FAIL_IF(memchr(text, '\0', len) != NULL, e, SROW_E_CONFIG,
            "database option file: holds a NUL byte");
    text[len] = '\0';
    return SROW_OK;
}

/* -- lines -- */

/* `text` without blanks at both ends, which are cut off. */
static char *trim(char *text)
{
    text += strspn(text, blanks);
    size_t n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1]) != NULL) {
        n--;
    }
    text[n] = '\0';
    return text;
}

/* What a character behind \ stands for, or NUL. */
static char escaped(char c)
{
    static const char from[] = "\\sntrb\"'", to[] = "\\ \n\t\r\b\"'";
    const char *at = c == '\0' ? NULL : strchr(from, c);
    return at == NULL ? '\0' : to[at - from];
}

/* A value in place of its notation. */
static enum srow_rc decode(char *value, size_t line, struct srow_error *e)
{
    char quote = *value == '"' || *value == '\'' ? *value : '\0';
    const char *from = value + (quote != '\0');
    char *to = value;
    while (*from != '\0' && *from != quote) {
        FAIL_IF(quote == '\0' && *from == '#', e, SROW_E_CONFIG,
                "database option file, line %zu: a value with # stands in quotes", line);
        char c = *from == '\\' ? escaped(*++from) : *from;
        FAIL_IF(c == '\0', e, SROW_E_CONFIG,
                "database option file, line %zu: a \\ in a value is written \\\\", line);
        *to++ = c;
        from++;
    }
    bool ends = quote == '\0' || (*from == quote && from[1] == '\0');
    FAIL_IF(!ends, e, SROW_E_CONFIG,
            "database option file, line %zu: nothing stands behind a value in quotes", line);
    *to = '\0';
    return SROW_OK;
}

static char **place_of(struct settings *s, char *name)
{
    const struct {
        const char *name;
        char **place;
    } rows[] = {{"user", &s->user}, {"password", &s->password}, {"host", &s->host},
                {"port", &s->port}, {"socket", &s->socket},     {"ssl-ca", &s->ssl_ca}};
    for (char *c = name; *c != '\0'; c++) {
        *c = (char)(*c == '_' ? '-' : *c);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return rows[i].place;
        }
    }
    return NULL;
}

static enum srow_rc take_option(struct settings *s, char *text, size_t line, struct srow_error *e)
{
    char *equals = strchr(text, '=');
    FAIL_IF(equals == NULL, e, SROW_E_CONFIG,
            "database option file, line %zu: an option without =, write NAME=VALUE", line);
    *equals = '\0';
    char **place = place_of(s, trim(text));
    FAIL_IF(place == NULL, e, SROW_E_CONFIG,
            "database option file, line %zu: [client] has user, password, host, port, socket and "
            "ssl-ca here: put other options into another group or file",
            line);
    *place = trim(equals + 1);
    return decode(*place, line, e);
}

static enum srow_rc take_lines(struct settings *s, char *text, struct srow_error *e)
{
    bool inside = false;
    for (size_t line = 1; text != NULL; line++) {
        char *at = trim(strsep(&text, "\n"));
        FAIL_IF(*at == '!', e, SROW_E_CONFIG,
                "database option file, line %zu: other files are not included: write it out", line);
        if (*at == '[') {
            inside = strcmp(at, "[client]") == 0;
        } else if (inside && *at != '\0' && *at != '#' && *at != ';') {
            TRY(take_option(s, at, line, e));
        }
    }
    return SROW_OK;
}

/* -- what it is for -- */

static enum srow_rc fill(char **to, const char *from, struct srow_error *e)
{
    return *to != NULL || from == NULL ? SROW_OK : bytes_dup_str(to, srow_str(from), e);
}

static enum srow_rc fill_place(struct db_mysql_url *url, const struct settings *s,
                               struct srow_error *e)
{
    if (*url->host != '\0' || url->socket != NULL) {
        return SROW_OK;
    }
    TRY(fill(&url->socket, s->socket, e));
    if (s->host != NULL) {
        str_free(&url->host);
        TRY(fill(&url->host, s->host, e));
    }
    FAIL_IF(s->port != NULL &&
                (text_parse_size(&url->port, srow_str(s->port), UINT16_MAX, NULL) != SROW_OK ||
                 url->port == 0),
            e, SROW_E_CONFIG, "database option file: the port is no number from 1 to 65535");
    return SROW_OK;
}

enum srow_rc db_mysql_file_read(struct db_mysql_url *url, struct srow_error *e)
{
    AUTO(text_free) char *text = calloc(1, FILE_MAX + 2);
    FAIL_IF(text == NULL, e, SROW_E_NOMEM, "no memory for a database option file");
    struct settings s = {0};
    TRY(read_file(text, url->defaults_file, e));
    TRY(take_lines(&s, text, e));
    TRY(fill(&url->user, s.user, e));
    TRY(fill(&url->password, s.password, e));
    TRY(fill_place(url, &s, e));
    return url->socket == NULL ? fill(&url->ssl_ca, s.ssl_ca, e) : SROW_OK;
}
