/* SPDX-License-Identifier: Apache-2.0
 *
 * A URL into its parts, from left to right.
 */
#include "db/db_mysql_url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

#include "base/text.h"
#include "db/db_mysql_file.h"

enum { PORT = 3306, TIMEOUT = 60, TIMEOUT_MAX = 86400 };

void db_mysql_url_cleanup(struct db_mysql_url *url)
{
    str_free(&url->user);
    str_wipe(&url->password);
    str_free(&url->host);
    str_free(&url->database);
    str_free(&url->socket);
    str_free(&url->ssl_ca);
    str_free(&url->defaults_file);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);
    return at == NULL ? -1 : (int)(at - digits);
}

/* `text` percent-decoded; no byte may be NUL. It may be a password: what fails is wiped. */
static enum srow_rc decode(char **out, struct srow_bytes text, struct srow_error *e)
{
    AUTO(str_wipe) char *part = calloc(text.len + 1, 1);
    FAIL_IF(part == NULL, e, SROW_E_NOMEM, "no memory for a database URL");
    const char *from = text.at;
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++, n++) {
        part[n] = from[i];
        if (from[i] == '%') {
            int high = text.len - i > 2 ? hex_digit(from[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(from[i + 2]);
            FAIL_IF(low < 0, e, SROW_E_USAGE,
                    "database URL: %% without two hexadecimal digits: write %%25 for %%");
            part[n] = (char)(high * 16 + low);
            i += 2;
        }
        FAIL_IF(part[n] == '\0', e, SROW_E_USAGE, "database URL: holds a NUL byte");
    }
    part[n] = '\0';
    str_free(out);
    *out = part;
    part = NULL;
    return SROW_OK;
}

/* Takes what stands before the first of `ends`, and leaves *at behind it or at the end. */
static struct srow_bytes take_until(const char **at, const char *ends, char *end)
{
    size_t n = strcspn(*at, ends);
    struct srow_bytes part = bytes_of(*at, n);
    *end = (*at)[n];
    *at += n + (*end != '\0');
    return part;
}

static enum srow_rc parse_login(struct db_mysql_url *url, struct srow_bytes login,
                                struct srow_error *e)
{
    const char *at = login.at;
    const char *colon = memchr(at, ':', login.len);
    size_t user = colon == NULL ? login.len : (size_t)(colon - at);
    TRY(decode(&url->user, bytes_of(at, user), e));
    if (colon == NULL) {
        return SROW_OK;
    }
    return decode(&url->password, bytes_of(colon + 1, login.len - user - 1), e);
}

static enum srow_rc parse_host(struct db_mysql_url *url, struct srow_bytes where,
                               struct srow_error *e)
{
    const char *at = where.at, *end = at + where.len;
    const char *host = at, *host_end = NULL;
    if (where.len > 0 && *at == '[') {
        host = at + 1;
        host_end = memchr(at, ']', where.len);
        FAIL_IF(host_end == NULL, e, SROW_E_USAGE, "database URL: [ without ] around the host");
        at = host_end + 1;
    } else {
        host_end = memchr(at, ':', where.len);
        host_end = host_end == NULL ? end : host_end;
        at = host_end;
    }
    TRY(decode(&url->host, bytes_of(host, (size_t)(host_end - host)), e));
    url->port = PORT;
    if (at == end) {
        return SROW_OK;
    }
    struct srow_bytes digits = bytes_of(at + 1, (size_t)(end - at) - 1);
    FAIL_IF(*at != ':' || text_parse_size(&url->port, digits, UINT16_MAX, NULL) != SROW_OK ||
                url->port == 0,
            e, SROW_E_USAGE, "database URL: the port is no number from 1 to 65535");
    return SROW_OK;
}

static enum srow_rc parse_option(struct db_mysql_url *url, struct srow_bytes option,
                                 struct srow_error *e)
{
    const char *at = option.at, *equals = memchr(at, '=', option.len);
    size_t name = equals == NULL ? option.len : (size_t)(equals - at);
    struct srow_bytes key = bytes_of(at, name);
    struct srow_bytes value =
        bytes_of(at + name + (equals != NULL), option.len - name - (equals != NULL));
    if (bytes_equal_str(key, "ssl-ca")) {
        return decode(&url->ssl_ca, value, e);
    }
    if (bytes_equal_str(key, "socket")) {
        return decode(&url->socket, value, e);
    }
    if (bytes_equal_str(key, "defaults-file")) {
        return decode(&url->defaults_file, value, e);
    }
    if (bytes_equal_str(key, "timeout")) {
        FAIL_IF(text_parse_size(&url->timeout, value, TIMEOUT_MAX, NULL) != SROW_OK ||
                    url->timeout == 0,
                e, SROW_E_USAGE, "database URL: timeout is a number of seconds from 1 to %d",
                TIMEOUT_MAX);
        return SROW_OK;
    }
    if (bytes_equal_str(key, "bulk")) {
        FAIL_IF(!bytes_equal_str(value, "off"), e, SROW_E_USAGE,
                "database URL: bulk is off, or not there");
        url->no_bulk = true;
        return SROW_OK;
    }
    FAIL_IF(!bytes_equal_str(key, "ssl-mode"), e, SROW_E_USAGE,
            "database URL: unknown option: there are ssl-ca, ssl-mode, socket, defaults-file, "
            "timeout, bulk");
    FAIL_IF(!bytes_equal_str(value, "VERIFY_IDENTITY"), e, SROW_E_USAGE,
            "database URL: ssl-mode is VERIFY_IDENTITY and nothing less");
    url->verify = true;
    return SROW_OK;
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1) {
        return ntohl(v4.s_addr) >> 24 == 127;
    }
    if (inet_pton(AF_INET6, host, &v6) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&v6);
    }
    return strcasecmp(host, "localhost") == 0;
}

static enum srow_rc put_login(struct db_mysql_url *url, const struct db_login *login,
                              struct srow_error *e)
{
    if (login->user != NULL) {
        str_free(&url->user);
        TRY(bytes_dup_str(&url->user, srow_str(login->user), e));
    }
    if (login->secret != NULL) {
        str_wipe(&url->password);
        TRY(bytes_dup_str(&url->password, srow_str(login->secret), e));
        url->token = login->is_token;
    }
    return SROW_OK;
}

static enum srow_rc check(struct db_mysql_url *url, struct srow_error *e)
{
    FAIL_IF(url->user == NULL || *url->user == '\0', e, SROW_E_USAGE,
            "database URL: no user: write mysql://USER@HOST/DATABASE");
    FAIL_IF(url->database == NULL || *url->database == '\0', e, SROW_E_USAGE,
            "database URL: no database: write mysql://USER@HOST/DATABASE");
    FAIL_IF(url->token && url->socket != NULL, e, SROW_E_CONFIG,
            "database URL: a token is sent over TLS only: name a host in place of socket");
    if (url->socket != NULL) {
        FAIL_IF(*url->host != '\0' || url->verify || url->ssl_ca != NULL, e, SROW_E_USAGE,
                "database URL: with socket there is neither host nor TLS: remove one of them");
        return SROW_OK;
    }
    FAIL_IF(*url->host == '\0', e, SROW_E_USAGE,
            "database URL: no host: write mysql://USER@HOST/DATABASE");
    url->verify = url->verify || url->token || url->ssl_ca != NULL || !is_loopback(url->host);
    return SROW_OK;
}

enum srow_rc db_mysql_url_parse(struct db_mysql_url *out, const char *url,
                                const struct db_login *login, struct srow_error *e)
{
    AUTO(db_mysql_url_cleanup) struct db_mysql_url parts = {.timeout = TIMEOUT};
    const char *at = strstr(url, "://");
    FAIL_IF(at == NULL, e, SROW_E_USAGE, "database URL: write mysql://USER@HOST/DATABASE");
    at += strlen("://");
    char end = '\0';
    struct srow_bytes place = take_until(&at, "/?", &end);
    /* the last @: a careless password may hold one */
    const char *sign = memrchr(place.at, '@', place.len);
    size_t len = sign == NULL ? 0 : (size_t)(sign - (const char *)place.at);
    if (sign != NULL) {
        TRY(parse_login(&parts, bytes_of(place.at, len), e));
        len++;
    }
    const char *host = (const char *)place.at + len;
    TRY(parse_host(&parts, bytes_of(host, place.len - len), e));
    if (end == '/') {
        struct srow_bytes name = take_until(&at, "?", &end);
        TRY(decode(&parts.database, name, e));
    }
    while (end != '\0') {
        struct srow_bytes option = take_until(&at, "&", &end);
        TRY(parse_option(&parts, option, e));
    }
    TRY(parts.defaults_file == NULL ? SROW_OK : db_mysql_file_read(&parts, e));
    TRY(put_login(&parts, login, e));
    TRY(check(&parts, e));
    *out = parts;
    parts = (struct db_mysql_url){0};
    return SROW_OK;
}
