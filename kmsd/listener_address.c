/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: numbers only, nothing is looked up. Only loopback: the answers hold plaintext keys and
 * there is no TLS.
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

static bool parse_v4(struct listener_address *out, const char *host, uint16_t port)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&out->at;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out->len = sizeof *v4;
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &v4->sin_addr) ==
               1 &&
           (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
}

static bool parse_host(struct listener_address *out, const char *host, uint16_t port)
{
    if (strcmp(host, "[::1]") != 0) {
        return parse_v4(out, host, port);
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->at;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    v6->sin6_addr = in6addr_loopback;
    out->len = sizeof *v6;
    return true;
}

enum srow_rc listener_address_parse(struct listener_address *out, const char *spec,
                                    struct srow_error *e)
{
    struct listener_address address = {0};
    char host[LISTENER_ADDRESS];
    uint64_t port;
    const char *equals = strchr(spec, '='), *colon = strrchr(spec, ':');
    FAIL_IF(equals == NULL || colon == NULL || colon < equals ||
                (size_t)(colon - equals) > sizeof host,
            e, SROW_E_USAGE, "--region %s: expected NAME=HOST:PORT, as eu-central-1=127.0.0.1:4566",
            spec);
    struct srow_bytes name = bytes_of(spec, (size_t)(equals - spec));
    FAIL_IF(!region_is_name(name) || name.len >= sizeof address.region, e, SROW_E_REGION,
            "--region %s: not the name of a Region: lower-case letters, digits and dashes", spec);
    FAIL_IF(text_parse_size(&port, srow_str(colon + 1), 65535, NULL) != SROW_OK, e, SROW_E_USAGE,
            "--region %s: the port must be 0 to 65535", spec);
    snprintf(host, sizeof host, "%.*s", (int)(colon - equals - 1), equals + 1);
    FAIL_IF(!parse_host(&address, host, (uint16_t)port), e, SROW_E_USAGE,
            "--region %s: only loopback addresses are served, for there is no TLS here: write "
            "127.0.0.1:PORT or [::1]:PORT",
            spec);
    memcpy(address.region, name.at, name.len);
    *out = address;
    return SROW_OK;
}

static void format(struct listener_address *address)
{
    char host[INET6_ADDRSTRLEN];
    if (address->at.ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->at;
        snprintf(address->text, sizeof address->text, "[::1]:%u", ntohs(v6->sin6_port));
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
