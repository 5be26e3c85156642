/* SPDX-License-Identifier: Apache-2.0
 *
 * Refusals and JSON of a call.
 */
#include "kmsd/call.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void call_cleanup(struct call *call)
{
    buf_cleanup(&call->out);
    buf_cleanup(&call->text);
}

enum srow_rc call_refuse_bare(struct call *call, enum refusal_kind kind, struct srow_error *e)
{
    if (call->refusal == NULL) {
        call->refusal = &refusal_table[kind];
    }
    return error_set(e, call->refusal->rc, "%s", call->refusal->code);
}

enum srow_rc call_refuse(struct call *call, enum refusal_kind kind, struct srow_error *e,
                         const char *format, ...)
{
    if (call->refusal == NULL) {
        AUTO(str_free) char *text = NULL;
        va_list args;
        va_start(args, format);
        int len = vasprintf(&text, format, args);
        va_end(args);
        if (len < 0) {
            text = NULL;
        }
        buf_put_str(&call->text, text == NULL ? "" : text);
    }
    return call_refuse_bare(call, kind, e);
}

void call_put_answer(struct srow_buf *body, struct call *call)
{
    if (call->refusal == NULL) {
        *body = buf_take(&call->out);
        return;
    }
    /* KMS writes "Message" in this one answer and "message" in all others. */
    bool denied = call->refusal == &refusal_table[REFUSAL_ACCESS_DENIED];
    buf_printf(body, "{\"__type\":\"%s\"", call->refusal->code);
    if (call->text.len > 0) {
        buf_put_str(body, denied ? ",\"Message\":" : ",\"message\":");
        json_put_string(body, bytes_buf(&call->text));
    }
    buf_put_str(body, "}");
}

void call_format_arn(char out[CALL_ARN], const char *region, const char *key_id)
{
    snprintf(out, CALL_ARN, "arn:aws:kms:%s:" CALL_ACCOUNT ":key/%s", region, key_id);
}

void call_format_alias(char out[CALL_ARN], const char *region, struct srow_bytes name)
{
    snprintf(out, CALL_ARN, "arn:aws:kms:%s:" CALL_ACCOUNT ":%.*s", region,
             name.len > 256 ? 256 : (int)name.len, (const char *)name.at);
}

static void put_name(struct srow_buf *out, const char *name)
{
    buf_put_str(out, out->len == 0 ? "{" : ",");
    json_put_string(out, srow_str(name));
    buf_put_u8(out, ':');
}

void call_put_text(struct srow_buf *out, const char *name, const char *value)
{
    put_name(out, name);
    json_put_string(out, srow_str(value));
}

void call_put_base64(struct srow_buf *out, const char *name, struct srow_bytes value)
{
    put_name(out, name);
    buf_put_u8(out, '"');
    text_put_base64(out, value);
    buf_put_u8(out, '"');
}
