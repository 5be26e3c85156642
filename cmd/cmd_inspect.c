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
    buf_printf(out, "%8zu %8zu  ", f->offset, f->len);
    buf_put_padded(out, &name, -22);
    buf_put_str(out, "  ");
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

/* -- which Regions have the value -- */

/* The key set of the cell that the message says it is; nothing of it is verified. */
static enum srow_rc find_set(const struct config_key_set **out, const struct srow_config *config,
                             const struct header *h, struct srow_error *e)
{
    const struct srow_bytes *cell = context_get(&h->context, "sealrow:cell");
    const char *at = cell == NULL ? "" : cell->at;
    size_t domain = strlen(config->domain), left = cell == NULL ? 0 : cell->len;
    *out = NULL;
    if (left > domain && memcmp(at, config->domain, domain) == 0 && at[domain] == '.') {
        at += domain + 1;
        left -= domain + 1;
        const char *dot = memchr(at, '.', left);
        size_t table = dot == NULL ? left : (size_t)(dot - at);
        const struct config_table *t = config_table_find(config, bytes_of(at, table));
        const struct config_column *c =
            t == NULL || dot == NULL ? NULL
                                     : config_column_find(t, bytes_of(dot + 1, left - table - 1));
        *out = c == NULL ? NULL : config_key_set_find(config, c->keys);
    }
    FAIL_IF(*out == NULL, e, SROW_E_COLUMN,
            "the message names no cell of this configuration, so no Region is promised: see the "
            "context with sealrow inspect");
    return SROW_OK;
}

/* One wrapping key of a Region for new values; true: the value lacks it. */
static bool put_key(struct srow_buf *out, const struct config_key *key, const struct header *h,
                    bool json)
{
    bool there = false;
    for (size_t i = 0; i < h->edks.count; i++) {
        const struct edk *edk = &h->edks.edk[i];
        there = there || (bytes_equal_str(edk->provider, "aws-kms") &&
                          kms_key_matches(srow_str(key->arn), edk->info));
    }
    const char *yes = json ? "true" : "wrapped", *no = json ? "false" : "missing";
    if (json) {
        buf_printf(out, "%s{\"region\":\"%s\",\"key\":\"%s\",\"wrapped\":%s}",
                   out->len > 0 ? "," : "", key->region, key->arn, there ? yes : no);
    } else {
        buf_printf(out, "%-16s  %s  %s\n", key->region, there ? yes : no, key->arn);
    }
    return !there;
}

static enum srow_rc print_regions(int *status, const struct message_inspected *m,
                                  const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(buf_cleanup) struct srow_buf keys = {0}, out = {0};
    const struct config_key_set *set = NULL;
    size_t missing = 0;
    TRY(program_config(&p, args, e));
    TRY(find_set(&set, p.config, &m->header, e));
    for (size_t i = 0; i < set->count; i++) {
        if (!set->keys[i].open_only) {
            missing += put_key(&keys, &set->keys[i], &m->header, args->json);
        }
    }
    buf_put_str(&out, args->json ? "{\"regions\":[" : "");
    buf_put_padded(&out, &keys, 0);
    buf_printf(&out, args->json ? "],\"missing\":%zu}\n" : "%zu missing\n", missing);
    *status = missing > 0;
    return io_write_buf(&out, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf message = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    const char *path = args->word_count == 0 ? "-" : args->words[0];
    TRY(io_read_file(&message, path, e));
    enum srow_rc rc = message_inspect(&m, bytes_buf(&message), e);
    if (rc != SROW_OK) {
        error_advise(e);
        return error_wrap(e, rc, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
    }
    if (args->regions) {
        return print_regions(status, &m, args, e);
    }
    return print(&m, bytes_buf(&message), args->json, e);
}

static const struct option options[] = {
    {.name = "regions",
     .help = "which Regions' keys wrap it, by the configuration; exit 1: some are missing",
     .kind = OPTION_FLAG,
     .at = offsetof(struct args, regions)},
    {0},
};

const struct command cmd_inspect = {
    .name = "inspect",
    .takes = "[--regions] [FILE]",
    .brief = "Print the fields of a sealed value; needs no key and verifies nothing",
    .more = "Without FILE, or with \"-\", it is read from standard input.",
    .options = options,
    .most = 1,
    .run = run,
};
