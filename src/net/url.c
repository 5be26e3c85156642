/* SPDX-License-Identifier: Apache-2.0
 *
 * Which addresses may be called. Replies hold data keys, so plain http:// is for loopback alone.
 */
#include "net/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum { SCHEME = 8 };

static void free_url(CURLU **u)
{
    curl_url_cleanup(*u);
}

static void free_part(char **part)
{
    curl_free(*part);
}

/* Whether a part stands in the URL at all, be there memory to read it or not. */
static bool has(CURLU *u, CURLUPart part)
{
    AUTO(free_part) char *text = NULL;
    CURLUcode code = curl_url_get(u, part, &text, 0);
    return code == CURLUE_OK || code == CURLUE_OUT_OF_MEMORY;
}

static CURLUcode copy(char *out, size_t room, CURLU *u, CURLUPart part)
{
    AUTO(free_part) char *text = NULL;
    CURLUcode code = curl_url_get(u, part, &text, CURLU_DEFAULT_PORT);
    if (code != CURLUE_OK) {
        return code;
    }
    int n = snprintf(out, room, "%s", text);
    return n > 0 && (size_t)n < room ? CURLUE_OK : CURLUE_MALFORMED_INPUT;
}

static CURLUcode split(struct url *url, char scheme[SCHEME], CURLU *u, const char *text)
{
    CURLUcode code = curl_url_set(u, CURLUPART_URL, text, 0);
    code = code != CURLUE_OK ? code : copy(scheme, SCHEME, u, CURLUPART_SCHEME);
    code = code != CURLUE_OK ? code : copy(url->host, sizeof url->host, u, CURLUPART_HOST);
    return code != CURLUE_OK ? code : copy(url->port, sizeof url->port, u, CURLUPART_PORT);
}

static bool is_loopback(const struct url *url)
{
    struct in_addr v4;
    if (url->is_localhost || strcmp(url->host, "[::1]") == 0) {
        return true;
    }
    return inet_pton(AF_INET, url->host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

enum srow_rc url_read(struct url *out, const char *text, struct srow_error *e)
{
    AUTO(free_url) CURLU *u = curl_url();
    FAIL_IF(u == NULL, e, SROW_E_NOMEM, "no memory for an address");
    char scheme[SCHEME];
    struct url url = {0};
    CURLUcode code = split(&url, scheme, u, text);
    FAIL_IF(code == CURLUE_OUT_OF_MEMORY, e, SROW_E_NOMEM, "no memory for an address");
    FAIL_IF(code != CURLUE_OK, e, SROW_E_CONFIG,
            "no usable address: write it as https://host or https://host:port");
    bool secure = strcmp(scheme, "https") == 0;
    FAIL_IF(!secure && strcmp(scheme, "http") != 0, e, SROW_E_CONFIG,
            "address at %s: only https:// and http:// are spoken", url.host);
    FAIL_IF(has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD), e, SROW_E_CONFIG,
            "address at %s holds a user or password: take it out", url.host);
    FAIL_IF(has(u, CURLUPART_FRAGMENT) || has(u, CURLUPART_ZONEID), e, SROW_E_CONFIG,
            "address at %s holds a fragment or a zone: take it out", url.host);
    url.is_own_port = strcmp(url.port, secure ? "443" : "80") == 0;
    url.is_localhost = strcmp(url.host, "localhost") == 0;
    FAIL_IF(!secure && !is_loopback(&url), e, SROW_E_CONFIG,
            "http:// to %s: replies hold data keys, so it is for loopback addresses alone; write "
            "https://",
            url.host);
    *out = url;
    return SROW_OK;
}
