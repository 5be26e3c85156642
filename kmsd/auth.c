/* SPDX-License-Identifier: Apache-2.0
 *
 * The refusals of AWS's JSON services, in their order: nothing signed, signed in a wrong way, by
 * nobody we know, for another place, at another time, and last the signature itself.
 */
#include "kmsd/auth.h"

#include <strings.h>

#include "base/time.h"

bool auth_header(struct srow_bytes *out, const struct sigv4_request *request, const char *name)
{
    size_t lines = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        struct srow_bytes line = request->headers[i].name;
        if (line.len == strlen(name) && strncasecmp(line.at, name, line.len) == 0) {
            *out = request->headers[i].value;
            lines++;
        }
    }
    return lines == 1;
}

static enum srow_rc check_form(struct call *call, const struct sigv4_request *request,
                               struct srow_error *e)
{
    struct srow_bytes text;
    if (request->query.len > 0) {
        return call_refuse(call, REFUSAL_INCOMPLETE_SIGNATURE, e,
                           "Requests signed in the query are not accepted here: sign with the "
                           "Authorization header.");
    }
    if (auth_header(&text, request, "Authorization")) {
        return SROW_OK;
    }
    return call_refuse(call, REFUSAL_MISSING_TOKEN, e, "Request is missing Authentication Token");
}

static enum srow_rc check_scope(struct call *call, const struct sigv4_claim *claim,
                                struct srow_error *e)
{
    if (!bytes_equal_str(claim->region, call->region)) {
        return call_refuse(call, REFUSAL_INVALID_SIGNATURE, e,
                           "Credential should be scoped to a valid region, not '%.*s'.",
                           (int)claim->region.len, (const char *)claim->region.at);
    }
    if (!bytes_equal_str(claim->service, "kms")) {
        return call_refuse(call, REFUSAL_INVALID_SIGNATURE, e,
                           "Credential should be scoped to correct service: 'kms'.");
    }
    return SROW_OK;
}

static enum srow_rc check_clock(struct call *call, const struct sigv4_claim *claim, uint32_t window,
                                time_t now, struct srow_error *e)
{
    char when[17], ours[17];
    time_format_basic(when, claim->when);
    time_format_basic(ours, now);
    if (claim->when < now - (time_t)window) {
        return call_refuse(call, REFUSAL_INVALID_SIGNATURE, e,
                           "Signature expired: %s is now earlier than %s less %u s.", when, ours,
                           window);
    }
    if (claim->when > now + (time_t)window) {
        return call_refuse(call, REFUSAL_INVALID_SIGNATURE, e,
                           "Signature not yet current: %s is still later than %s and %u s.", when,
                           ours, window);
    }
    return SROW_OK;
}

static bool lists(struct srow_bytes names, const char *wanted)
{
    const char *at = names.at;
    size_t len = strlen(wanted);
    for (size_t i = 0; i <= names.len && names.len - i >= len; i++) {
        bool begins = i == 0 || at[i - 1] == ';';
        bool ends = i + len == names.len || at[i + len] == ';';
        if (begins && ends && memcmp(at + i, wanted, len) == 0) {
            return true;
        }
    }
    return false;
}

enum srow_rc auth_check(struct call *call, const struct auth *auth,
                        const struct sigv4_request *request, time_t now, struct srow_error *e)
{
    struct sigv4_claim claim;
    struct srow_bytes token;
    TRY(check_form(call, request, e));
    if (sigv4_read(&claim, request, e) != SROW_OK) {
        return call_refuse(call, REFUSAL_INCOMPLETE_SIGNATURE, e, "%s", e->text);
    }
    const struct principal *who = principal_find(auth->principals, claim.access_key_id);
    if (who == NULL || auth_header(&token, request, "X-Amz-Security-Token")) {
        return call_refuse(call, REFUSAL_UNRECOGNIZED_CLIENT, e,
                           "The security token included in the request is invalid.");
    }
    TRY(check_scope(call, &claim, e));
    TRY(check_clock(call, &claim, auth->clock_window_s, now, e));
    if (!lists(claim.signed_headers, "x-amz-target")) {
        return call_refuse(call, REFUSAL_INVALID_SIGNATURE, e,
                           "There were headers present in the request which were not signed: "
                           "x-amz-target");
    }
    if (sigv4_verify(&claim, request, &who->secret_access_key, e) != SROW_OK) {
        return call_refuse(call, REFUSAL_INVALID_SIGNATURE, e,
                           "The request signature we calculated does not match the signature you "
                           "provided. Check your AWS Secret Access Key and signing method. Consult "
                           "the service documentation for details.");
    }
    call->who = who;
    return SROW_OK;
}
