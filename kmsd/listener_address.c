/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: numbers only, nothing is looked up. The answers hold plaintext keys: without TLS only
 * loopback is served.
 */
#include "kmsd/listener_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "aws/region.h"
#include "base/text.h"

static bool parse_v4(struct listener_address *out, const char *host)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out->at;
    v4->sin_family = AF_INET;
    out->len = sizeof *v4;
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &v4->sin_addr) ==
           1;
}

/* An address in brackets. */
static bool parse_v6(struct listener_address *out, const char *host)
{
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->at;
    char text[INET6_ADDRSTRLEN];
    size_t len = strlen(host);
    if (len < 2 || host[len - 1] != ']' || len - 2 >= sizeof text) {
        return false;
    }
    snprintf(text, sizeof text, "%.*s", (int)len - 2, host + 1);
    v6->sin6_family = AF_INET6;
    out->len = sizeof *v6;
    return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1;
}

static bool is_loopback(const struct listener_address *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->at;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->at;
    return address->at.ss_family == AF_INET ? ntohl(v4->sin_addr.s_addr) >> 24 == 127
                                            : IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static void set_port(struct listener_address *address, uint16_t port)
{
    if (address->at.ss_family == AF_INET) {
        ((struct sockaddr_in *)&address->at)->sin_port = htons(port);
    } else {
        ((struct sockaddr_in6 *)&address->at)->sin6_port = htons(port);
    }
}

/* "HOST:PORT" at `text`; `spec` is all of it, for errors. */
static enum srow_rc parse_place(struct listener_address *out, const char *text, bool with_tls,
                                const char *spec, struct srow_error *e)
{
    char host[LISTENER_ADDRESS];
    uint64_t port;
    const char *colon = strrchr(text, ':');
    FAIL_IF(colon == NULL || (size_t)(colon - text) >= sizeof host, e, SROW_E_USAGE,
            "%s: expected HOST:PORT, as 127.0.0.1:4566", spec);
    FAIL_IF(text_parse_size(&port, srow_str(colon + 1), 65535, NULL) != SROW_OK, e, SROW_E_USAGE,
            "%s: the port must be 0 to 65535", spec);
    snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    bool good = host[0] == '[' ? parse_v6(out, host) : parse_v4(out, host);
    FAIL_IF(
        !good && with_tls, e, SROW_E_USAGE,
        "%s: names are not looked up: write an address, as 192.0.2.1:PORT or [2001:db8::1]:PORT",
        spec);
    FAIL_IF(!good || (!with_tls && !is_loopback(out)), e, SROW_E_USAGE,
            "%s: only loopback addresses are served without TLS: write 127.0.0.1:PORT or "
            "[::1]:PORT, or give --tls-cert and --tls-key",
            spec);
    set_port(out, (uint16_t)port);
    return SROW_OK;
}

enum srow_rc listener_address_parse(struct listener_address *out, const char *spec, bool with_tls,
                                    struct srow_error *e)
{
    struct listener_address address = {0};
    char shown[160];
    snprintf(shown, sizeof shown, "--region %s", spec);
    const char *equals = strchr(spec, '=');
    FAIL_IF(equals == NULL || strrchr(spec, ':') == NULL, e, SROW_E_USAGE,
            "%s: expected NAME=HOST:PORT, as eu-central-1=127.0.0.1:4566", shown);
    struct srow_bytes name = bytes_of(spec, (size_t)(equals - spec));
    FAIL_IF(!region_is_name(name) || name.len >= sizeof address.region, e, SROW_E_REGION,
            "%s: not the name of a Region: lower-case letters, digits and dashes", shown);
    memcpy(address.region, name.at, name.len);
    TRY(parse_place(&address, equals + 1, with_tls, shown, e));
    *out = address;
    return SROW_OK;
}

enum srow_rc listener_address_parse_any(struct listener_address *out, const char *spec,
                                        bool with_tls, struct srow_error *e)
{
    struct listener_address address = {.region = LISTENER_ANY};
    char shown[160];
    snprintf(shown, sizeof shown, "--any %s", spec);
    TRY(parse_place(&address, spec, with_tls, shown, e));
    *out = address;
    return SROW_OK;
}

static void format(struct listener_address *address)
{
    char host[INET6_ADDRSTRLEN];
    if (address->at.ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->at;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(address->text, sizeof address->text, "[%s]:%u", host, ntohs(v6->sin6_port));
        return;
    }
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->at;
    inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
    snprintf(address->text, sizeof address->text, "%s:%u", host, ntohs(v4->sin_port));
}

enum srow_rc listener_address_bind(int *out, struct listener_address *address, struct srow_error *e)
{
    int yes = 1;
    int family = address->at.ss_family;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    FAIL_IF(fd < 0, e, SROW_E_IO, "Region %s: no socket: %s", address->region, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address->at, address->len) != 0 ||
        listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&address->at, &address->len) != 0) {
        int why = errno;
        close(fd);
        format(address);
        FAIL_IF(why == EADDRINUSE, e, SROW_E_IN_USE,
                "Region %s: %s is in use by another process: stop it, or choose another port",
                address->region, address->text);
        FAIL(e, SROW_E_IO, "Region %s: cannot listen on %s: %s", address->region, address->text,
             strerror(why));
    }
    format(address);
    *out = fd;
    return SROW_OK;
}
