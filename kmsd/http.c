/* SPDX-License-Identifier: Apache-2.0
 *
 * The checks before an operation runs: where the request goes (a browser that was led here by a
 * changed DNS name sends another Host), what it is, who sends it, and what its body says.
 */
#include "kmsd/http.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "base/log.h"
#include "crypto/gcm.h"
#include "kmsd/op.h"

#define TARGET "TrentService."
#define CONTENT_TYPE "application/x-amz-json-1.1"

enum { EVENT = 65 };

void http_answer_cleanup(struct http_answer *answer)
{
    buf_cleanup(&answer->body);
}

static bool equals(struct srow_bytes text, const char *wanted)
{
    return text.len == strlen(wanted) && strncasecmp(text.at, wanted, text.len) == 0;
}

/* The listening address itself, or localhost with its port. */
static bool is_our_host(struct srow_bytes host, const char *address)
{
    char local[32];
    const char *port = strrchr(address, ':');
    snprintf(local, sizeof local, "localhost%s", port);
    return equals(host, address) || equals(host, local);
}

static bool is_our_type(struct srow_bytes type)
{
    const char *end = type.len == 0 ? NULL : memchr(type.at, ';', type.len);
    type.len = end == NULL ? type.len : (size_t)(end - (const char *)type.at);
    return equals(type, CONTENT_TYPE);
}

static enum srow_rc check_place(struct call *call, const struct http_request *request,
                                struct srow_error *e)
{
    struct srow_bytes host = srow_str(""), type = srow_str("");
    auth_header(&host, &request->signed_part, "Host");
    bool secure = request->tls_version[0] != '\0'; /* a browser has compared the certificate */
    if (!secure && !is_our_host(host, request->address)) {
        return call_refuse(call, REFUSAL_ACCESS_DENIED, e,
                           "The Host header is not the address of this server: use http://%s",
                           request->address);
    }
    if (strcmp(request->signed_part.method, "POST") != 0 || strcmp(request->path, "/") != 0) {
        return call_refuse(call, REFUSAL_UNKNOWN_OPERATION, e,
                           "Only POST to / is an operation of KMS.");
    }
    auth_header(&type, &request->signed_part, "Content-Type");
    if (!is_our_type(type)) {
        return call_refuse(call, REFUSAL_SERIALIZATION, e, "Content-Type must be " CONTENT_TYPE);
    }
    return SROW_OK;
}

/* The operation that X-Amz-Target names, and its name for the audit and the log: whoever sent it is
 * not known yet, and those who read it may sit at a terminal. */
static void find_op(struct call *call, char event[EVENT], const struct sigv4_request *request)
{
    struct srow_bytes target;
    size_t skip = strlen(TARGET);
    event[0] = '\0';
    if (auth_header(&target, request, "X-Amz-Target") && target.len > skip &&
        memcmp(target.at, TARGET, skip) == 0) {
        struct srow_bytes name = bytes_of((const char *)target.at + skip, target.len - skip);
        snprintf(event, EVENT, "%.*s", (int)(name.len < EVENT ? name.len : EVENT - 1),
                 (const char *)name.at);
        call->op = op_find(name);
    }
    for (char *at = event; *at != '\0'; at++) {
        *at = isalnum((unsigned char)*at) != 0 ? *at : '?';
    }
    call->event = event;
}

static enum srow_rc parse_body(json_node **out, struct call *call, struct srow_bytes body,
                               struct srow_error *e)
{
    if (json_parse(out, body.len == 0 ? srow_str("{}") : body, e) != SROW_OK) {
        return call_refuse_bare(call, REFUSAL_SERIALIZATION, e);
    }
    if (!json_as_object(*out)) {
        return call_refuse(call, REFUSAL_SERIALIZATION, e, "The request is no JSON object.");
    }
    call->in = *out;
    return SROW_OK;
}

static enum srow_rc run(struct call *call, json_node **document, const struct http_service *service,
                        const struct http_request *request, struct srow_error *e)
{
    if (request->too_many_headers) { /* before any of them is believed */
        return call_refuse(call, REFUSAL_TOO_LARGE, e, "A request may have %d headers.",
                           HTTP_HEADERS_MOST);
    }
    TRY(check_place(call, request, e));
    if (request->too_large) {
        return call_refuse(call, REFUSAL_TOO_LARGE, e, "A request may have %d bytes.",
                           HTTP_BODY_MOST);
    }
    if (call->op == NULL) {
        return call_refuse_bare(call, REFUSAL_UNKNOWN_OPERATION, e);
    }
    struct sigv4_request signed_part = request->signed_part;
    signed_part.path = srow_str("/");
    signed_part.query = srow_str(request->has_query ? "?" : "");
    TRY(auth_check(call, &service->auth, &signed_part, time(NULL), e));
    TRY(parse_body(document, call, request->signed_part.body, e));
    return op_run(call, e);
}

/* A fault of ours: nothing of it goes to the client, all of it to the log. */
static void note_fault(struct call *call, const struct srow_error *e)
{
    if (call->refusal == NULL || call->refusal == &refusal_table[REFUSAL_INTERNAL]) {
        call->refusal = &refusal_table[REFUSAL_INTERNAL];
        log_line(LOG_LEVEL_ERROR, e->event, "%s in %s: %s", call->event, call->region, e->text);
    }
}

void http_serve(struct http_answer *out, const struct http_service *service,
                const struct http_request *request)
{
    AUTO(call_cleanup) struct call call = {.store = service->store, .region = request->region};
    AUTO(json_free) json_node *document = NULL;
    struct srow_error e = {0};
    struct audit_peer peer = {.source = request->source,
                              .tls_version = request->tls_version,
                              .tls_suite = request->tls_suite};
    char event[EVENT];
    find_op(&call, event, &request->signed_part);
    auth_header(&peer.user_agent, &request->signed_part, "User-Agent");
    auth_header(&peer.host, &request->signed_part, "Host");
    if (uuid_make(call.id, &e) != SROW_OK ||
        run(&call, &document, service, request, &e) != SROW_OK) {
        note_fault(&call, &e);
    }
    if (audit_write(service->audit, &call, &peer, &e) != SROW_OK) {
        call.refusal = NULL; /* an answer without its audit line must not leave */
        buf_cleanup(&call.text);
        note_fault(&call, &e);
    }
    gcm_forget();
    memcpy(out->id, call.id, sizeof out->id);
    out->status = call.refusal == NULL ? 200 : call.refusal->status;
    out->error_type = call.refusal == NULL ? NULL : call.refusal->code;
    call_put_answer(&out->body, &call);
    if (buf_check(&out->body, &e) != SROW_OK) {
        out->status = refusal_table[REFUSAL_INTERNAL].status;
        out->error_type = refusal_table[REFUSAL_INTERNAL].code;
    }
}
