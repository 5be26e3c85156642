/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS over HTTP. One attempt a request: what to do after a failure is the keyring's to decide.
 */
#include "kms/kms_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/region.h"
#include "aws/sigv4.h"
#include "base/time.h"
#include "kms/proof.h"
#include "kms/wire.h"

enum { HEADERS = 8 };

struct region {
    char *name, *url, *host;
};

struct kms_http {
    struct kms kms;
    struct net *net;                 /* borrowed */
    struct credentials *credentials; /* borrowed */
    uint32_t attempt_ms, in_flight;
    struct region *regions;
    size_t count;
};

/* One KMS request as an HTTP request. */
struct exchange {
    struct net_request net;
    struct srow_buf body;
    struct srow_buf lines[HEADERS]; /* C strings */
    const char *headers[HEADERS + 1];
    size_t header_count;
};

static void exchange_cleanup(struct exchange *x)
{
    net_request_cleanup(&x->net);
    buf_cleanup(&x->body);
    for (size_t i = 0; i < HEADERS; i++) {
        buf_cleanup(&x->lines[i]);
    }
}

/* -- out -- */

static void put_header(struct exchange *x, const char *name, const char *value)
{
    struct srow_buf *line = &x->lines[x->header_count++];
    buf_printf(line, "%s: %s", name, value);
}

/* The lines as the signature sees them. */
static MUST enum srow_rc split_headers(struct sigv4_header *out, struct exchange *x,
                                       struct srow_error *e)
{
    for (size_t i = 0; i < x->header_count; i++) {
        const char *line = buf_cstr(&x->lines[i]);
        TRY(buf_check(&x->lines[i], e));
        size_t name = strcspn(line, ":");
        out[i] = (struct sigv4_header){bytes_of(line, name),
                                       srow_str(line[name] == '\0' ? "" : line + name + 2)};
    }
    return SROW_OK;
}

/* `now` is the time that stands in X-Amz-Date already: a second one could be another second. */
static MUST enum srow_rc sign(struct exchange *x, const struct kms_http *k,
                              const struct region *region, time_t now, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf authorization = {0};
    struct sigv4_header headers[HEADERS];
    TRY(split_headers(headers, x, e));
    struct sigv4_request request = {.method = "POST",
                                    .path = srow_str("/"),
                                    .headers = headers,
                                    .header_count = x->header_count,
                                    .body = bytes_buf(&x->body)};
    struct sigv4_scope scope = {region->name, "kms", now, true, false};
    TRY(sigv4_sign(&authorization, &request, &scope, k->credentials, e));
    put_header(x, "Authorization", buf_cstr(&authorization));
    return buf_check(&authorization, e);
}

static MUST enum srow_rc write_headers(struct exchange *x, const struct kms_http *k,
                                       const struct region *region, enum kms_op op,
                                       struct srow_error *e)
{
    char target[64], date[17];
    time_t now = (time_t)(time_wall_ms() / 1000);
    snprintf(target, sizeof target, "TrentService.%s", kms_op_name(op));
    time_format_basic(date, now);
    put_header(x, "Content-Type", "application/x-amz-json-1.1");
    put_header(x, "Host", region->host);
    put_header(x, "X-Amz-Date", date);
    put_header(x, "X-Amz-Target", target);
    if (k->credentials->session_token != NULL) {
        put_header(x, "X-Amz-Security-Token", k->credentials->session_token);
    }
    TRY(sign(x, k, region, now, e));
    put_header(x, "User-Agent", "sealrow/" SROW_VERSION);
    for (size_t i = 0; i < x->header_count; i++) {
        x->headers[i] = buf_cstr(&x->lines[i]);
        TRY(buf_check(&x->lines[i], e));
    }
    return SROW_OK;
}

static struct region *find(const struct kms_http *k, const char *name)
{
    for (size_t i = 0; i < k->count; i++) {
        if (strcmp(k->regions[i].name, name) == 0) {
            return &k->regions[i];
        }
    }
    return NULL;
}

static MUST enum srow_rc prepare(struct exchange *x, const struct kms_http *k,
                                 const struct kms_request *r, struct srow_error *e)
{
    struct region *region = find(k, r->region);
    FAIL_IF(region == NULL, e, SROW_E_REGION, "Region %s is not configured", r->region);
    enum srow_rc rc = proof_wrapped_in(r, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "Region %s", r->region);
    }
    wire_write(&x->body, r);
    TRY(buf_check(&x->body, e));
    TRY(write_headers(x, k, region, r->op, e));
    x->net = (struct net_request){.url = region->url,
                                  .headers = x->headers,
                                  .body = bytes_buf(&x->body),
                                  .timeout_ms = k->attempt_ms,
                                  .deadline = r->deadline,
                                  .lane = region->name,
                                  .lane_room = k->in_flight};
    return SROW_OK;
}

/* -- in -- */

static void take_answer(struct kms_request *r, const struct exchange *x)
{
    r->took_ms = x->net.took_ms;
    if (x->net.rc != SROW_OK) {
        r->rc = x->net.rc;
        r->error = x->net.error;
        r->rc = error_wrap(&r->error, r->rc, "Region %s", r->region);
        return;
    }
    struct wire_reply reply = {x->net.status, bytes_buf(&x->net.body_in), x->net.error_type,
                               x->net.request_id, x->net.retry_after_ms};
    wire_read(r, &reply);
}

/* Whether other requests of the call go to the same Region: such a batch waits for its places. */
static bool is_batch(const struct kms_request *requests, size_t n, const char *region)
{
    size_t count = 0;
    for (size_t i = 0; i < n && count < 2; i++) {
        count += strcmp(requests[i].region, region) == 0;
    }
    return count > 1;
}

static void fail_all(struct kms_request *requests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        requests[i].rc =
            error_set(&requests[i].error, SROW_E_NOMEM, "no memory for %zu requests", n);
    }
}

static void call(struct kms *kms, struct kms_request *requests, size_t n)
{
    const struct kms_http *k = (const struct kms_http *)kms;
    struct exchange *exchanges = calloc(n, sizeof *exchanges);
    struct net_request **sent = calloc(n, sizeof(struct net_request *));
    size_t count = 0;
    if (exchanges == NULL || sent == NULL) {
        fail_all(requests, n);
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct kms_request *r = &requests[i];
        r->rc = prepare(&exchanges[i], k, r, &r->error);
        if (r->rc == SROW_OK) {
            exchanges[i].net.lane_waits = is_batch(requests, n, r->region);
            sent[count++] = &exchanges[i].net;
        }
    }
    if (count > 0) {
        net_call(k->net, sent, count);
    }
    for (size_t i = 0; i < n; i++) {
        if (requests[i].rc == SROW_OK) {
            take_answer(&requests[i], &exchanges[i]);
        }
        exchange_cleanup(&exchanges[i]);
    }
    free(exchanges);
    free(sent);
}

/* -- life -- */

static void release(struct kms *kms)
{
    struct kms_http *k = (struct kms_http *)kms;
    for (size_t i = 0; i < k->count; i++) {
        free(k->regions[i].name);
        free(k->regions[i].url);
        free(k->regions[i].host);
    }
    free(k->regions);
    free(k);
}

static const struct kms_ops ops = {"http", call, release, NULL};

/* The address of a Region, before {region} is filled in; *from says who named it. */
static const char *endpoint_of(const struct kms_http_region *region, const char **from)
{
    static const char *const names[] = {"AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"};
    *from = "endpoint";
    if (region->endpoint != NULL) {
        return region->endpoint;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            *from = names[i];
            return value;
        }
    }
    bool china = strncmp(region->name, "cn-", 3) == 0;
    return china ? "https://kms.{region}.amazonaws.com.cn" : "https://kms.{region}.amazonaws.com";
}

/* Appends the address with each {region} filled in and without a slash at its end. */
static void fill_in(struct srow_buf *out, const char *pattern, const char *region)
{
    static const char mark[] = "{region}";
    const char *at;
    while ((at = strstr(pattern, mark)) != NULL) {
        buf_put(out, bytes_of(pattern, (size_t)(at - pattern)));
        buf_put_str(out, region);
        pattern = at + strlen(mark);
    }
    size_t len = strlen(pattern);
    buf_put(out, bytes_of(pattern, len > 0 && pattern[len - 1] == '/' ? len - 1 : len));
}

static MUST enum srow_rc add_region(struct kms_http *k, const struct kms_http_region *region,
                                    struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf url = {0}, host = {0};
    const char *from;
    FAIL_IF(!region_is_name(srow_str(region->name)), e, SROW_E_CONFIG,
            "\"%.40s\" is no Region's name", region->name);
    struct region *to = &k->regions[k->count++];
    TRY(bytes_dup_str(&to->name, srow_str(region->name), e));
    fill_in(&url, endpoint_of(region, &from), region->name);
    TRY(buf_check(&url, e));
    TRY(bytes_dup_str(&to->url, bytes_buf(&url), e));
    enum srow_rc rc = net_host(&host, to->url, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "Region %s, %s", region->name, from);
    }
    const char *behind = strstr(to->url, "://");
    FAIL_IF(behind == NULL || strpbrk(behind + 3, "/?") != NULL, e, SROW_E_CONFIG,
            "Region %s, %s: the address goes on behind its host: KMS is spoken to at \"/\"",
            region->name, from);
    return bytes_dup_str(&to->host, bytes_buf(&host), e);
}

enum srow_rc kms_http_new(struct kms **out, const struct kms_http_options *options,
                          struct srow_error *e)
{
    AUTO(kms_free) struct kms *made = NULL;
    struct kms_http *k = calloc(1, sizeof *k);
    FAIL_IF(k == NULL, e, SROW_E_NOMEM, "no memory for KMS");
    *k = (struct kms_http){.kms = {&ops},
                           .net = options->net,
                           .credentials = options->credentials,
                           .attempt_ms = options->attempt_ms,
                           .in_flight = options->in_flight};
    made = &k->kms;
    k->regions = calloc(options->count == 0 ? 1 : options->count, sizeof *k->regions);
    FAIL_IF(k->regions == NULL, e, SROW_E_NOMEM, "no memory for KMS");
    for (size_t i = 0; i < options->count; i++) {
        TRY(add_region(k, &options->regions[i], e));
    }
    made = NULL;
    *out = &k->kms;
    return SROW_OK;
}
