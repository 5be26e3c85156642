/* SPDX-License-Identifier: Apache-2.0 */
#include "message/inspect.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/text.h"
#include "io.h"
#include "program.h"

enum { SHOWN = 40 }; /* bytes of a long field that people see */

static uint64_t number(struct srow_bytes b)
{
    uint64_t n = 0;
    for (size_t i = 0; i < b.len; i++) {
        n = n << 8 | ((const uint8_t *)b.at)[i];
    }
    return n;
}

/* The key information of a KMS key is its ARN; that of other providers may be bytes. */
static bool is_text(const struct message_field *f, struct srow_bytes value)
{
    return (f->kind == FIELD_TEXT || strcmp(f->name, "edk-info") == 0) && io_is_plain(value);
}

static bool is_suite(const struct message_field *f)
{
    return strcmp(f->name, "algorithm") == 0;
}

static void put_number(struct srow_buf *out, const struct message_field *f, struct srow_bytes value)
{
    uint64_t n = number(value);
    const struct suite *suite = is_suite(f) ? suite_find((uint16_t)n) : NULL;
    if (suite != NULL) {
        buf_printf(out, "0x%04" PRIx64 " %s", n, suite->name);
        return;
    }
    buf_printf(out, "%" PRIu64 " (0x%0*" PRIx64 ")", n, (int)(2 * f->len), n);
}

static void put_line(struct srow_buf *out, const struct message_field *f, struct srow_bytes value)
{
    AUTO(buf_cleanup) struct srow_buf name = {0};
    buf_put_str(&name, f->name);
    if (f->index > 0) {
        buf_printf(&name, " %" PRIu32, f->index);
    }
    buf_printf(out, "%8zu %8zu  %-22s  ", f->offset, f->len, buf_cstr(&name));
    if (f->kind == FIELD_NUMBER) {
        put_number(out, f, value);
    } else if (is_text(f, value)) {
        buf_put(out, value);
    } else {
        size_t shown = value.len > SHOWN ? SHOWN : value.len;
        text_put_hex(out, bytes_of(value.at, shown));
        buf_put_str(out, shown < value.len ? "..." : "");
    }
    buf_put_str(out, "\n");
}

static void put_field(struct srow_buf *out, const struct message_field *f, struct srow_bytes value)
{
    buf_printf(out, "{\"name\":\"%s\",\"offset\":%zu,\"length\":%zu", f->name, f->offset, f->len);
    if (f->index > 0) {
        buf_printf(out, ",\"index\":%" PRIu32, f->index);
    }
    if (f->kind == FIELD_NUMBER) {
        buf_printf(out, ",\"value\":%" PRIu64 "}", number(value));
    } else if (is_text(f, value) || (f->kind == FIELD_TEXT && text_is_utf8(value))) {
        buf_put_str(out, ",\"value\":");
        json_put_string(out, value);
        buf_put_str(out, "}");
    } else {
        buf_put_str(out, ",\"hex\":\"");
        text_put_hex(out, value);
        buf_put_str(out, "\"}");
    }
}

static void put_summary(struct srow_buf *out, const struct message_inspected *m)
{
    const struct header *h = &m->header;
    buf_printf(out, "{\"version\":%u,\"suite\":\"%04x\",\"suite_name\":\"%s\",\"message_id\":\"",
               (unsigned)h->suite->version, (unsigned)h->suite->id, h->suite->name);
    text_put_hex(out, h->message_id);
    buf_put_str(out, "\",\"encryption_context\":{");
    for (size_t i = 0; i < h->context.count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        json_put_string(out, h->context.pairs[i].key);
        buf_put_str(out, ":");
        json_put_string(out, h->context.pairs[i].value);
    }
    buf_put_str(out, "},\"encrypted_data_keys\":[");
    for (size_t i = 0; i < h->edks.count; i++) {
        const struct edk *edk = &h->edks.edk[i];
        buf_put_str(out, i == 0 ? "{\"provider\":" : ",{\"provider\":");
        json_put_string(out, edk->provider);
        buf_put_str(out, ",\"info\":");
        json_put_string(out, edk->info);
        buf_printf(out, ",\"ciphertext_length\":%zu}", edk->ciphertext.len);
    }
    buf_printf(out,
               "],\"content\":\"%s\",\"frame_length\":%" PRIu32 ",\"frames\":%" PRIu32
               ",\"plaintext_length\":%" PRIu64,
               h->content == HEADER_FRAMED ? "framed" : "nonframed", h->frame_length,
               m->frame_count, m->plaintext_len);
}

static enum srow_rc print(const struct message_inspected *m, struct srow_bytes message, bool json,
                          struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    if (json) {
        put_summary(&out, m);
        buf_put_str(&out, ",\"fields\":[");
    } else {
        buf_printf(&out, "%8s %8s  %-22s  %s\n", "offset", "bytes", "field", "value");
    }
    for (size_t i = 0; i < m->field_count; i++) {
        const struct message_field *f = &m->fields[i];
        struct srow_bytes value = bytes_of((const uint8_t *)message.at + f->offset, f->len);
        if (json) {
            buf_put_str(&out, i == 0 ? "" : ",");
            put_field(&out, f, value);
        } else {
            put_line(&out, f, value);
        }
    }
    buf_put_str(&out, json ? "]}\n" : "");
    return io_write_buf(&out, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf message = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    const char *path = args->word_count == 0 ? "-" : args->words[0];
    (void)status;
    TRY(io_read_file(&message, path, e));
    TRY(message_inspect(&m, bytes_buf(&message), e));
    return print(&m, bytes_buf(&message), args->json, e);
}

const struct command cmd_inspect = {
    .name = "inspect",
    .takes = "[FILE]",
    .brief = "Print the fields of a sealed value; needs no key and verifies nothing",
    .more = "Without FILE, or with \"-\", it is read from standard input.",
    .most = 1,
    .run = run,
};
