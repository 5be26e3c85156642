/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "cmd.h"
#include "io.h"
#include "schema/finding.h"

enum { CODES = 256 };

/* "SROW-080", "80", "CONTEXT" or "SROW_E_CONTEXT"; NULL if there is none. */
static const struct error_row *find(const char *word)
{
    if (strncasecmp(word, "SROW-", 5) == 0) {
        word += 5;
    } else if (strncasecmp(word, "SROW_E_", 7) == 0) {
        word += 7;
    }
    bool is_number = *word != '\0' && word[strspn(word, "0123456789")] == '\0';
    unsigned long number = is_number ? strtoul(word, NULL, 10) : 0;
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        if (is_number ? (unsigned long)row->rc == number : strcasecmp(row->name, word) == 0) {
            return row;
        }
    }
    return NULL;
}

/* The names of all codes; `words` has room for CODES of them. */
static void put_words(const char **words)
{
    size_t n = 0;
    for (size_t i = 0; error_table[i].name != NULL && n < CODES; i++) {
        words[n++] = error_table[i].name;
    }
    for (size_t i = 0; finding_kinds[i].code != NULL && n < CODES; i++) {
        words[n++] = finding_kinds[i].code;
    }
}

static enum srow_rc fail_unknown(const char *word, struct srow_error *e)
{
    const char *words[CODES + 1] = {0};
    AUTO(buf_cleanup) struct srow_buf upper = {0};
    put_words(words);
    for (const char *at = word; *at != '\0'; at++) {
        buf_put_u8(&upper, (uint8_t)toupper((unsigned char)*at));
    }
    TRY(buf_check(&upper, e));
    const char *near = text_nearest(srow_str(word), words);
    near = near == NULL ? text_nearest(bytes_buf(&upper), words) : near;
    FAIL_IF(near != NULL, e, SROW_E_USAGE, "%s: no such code: did you mean %s?", word, near);
    FAIL(e, SROW_E_USAGE, "%s: no such code: sealrow explain lists all", word);
}

static void put_json_member(struct srow_buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_string(out, srow_str(text));
}

/* -- an error -- */

static void put_error_json(struct srow_buf *out, const struct error_row *row)
{
    buf_printf(out, "{\"code\":\"SROW-%03u\",\"name\":\"%s\",\"class\":\"%s\",\"exit\":%d",
               (unsigned)row->rc, row->name, error_class_name(row->cls), error_exit(row->cls));
    put_json_member(out, "meaning", row->text);
    put_json_member(out, "cause", row->cause);
    put_json_member(out, "repair", row->repair);
    buf_put_str(out, "}");
}

static void put_error(struct srow_buf *out, const struct error_row *row)
{
    buf_printf(out, "SROW-%03u %s: %s\n", (unsigned)row->rc, row->name, row->text);
    buf_printf(out, "class   %s, exit code %d\n", error_class_name(row->cls), error_exit(row->cls));
    buf_printf(out, "cause   %s\nrepair  %s\n", row->cause, row->repair);
}

/* -- a finding -- */

static void put_finding_json(struct srow_buf *out, const struct finding_kind *kind)
{
    buf_printf(out, "{\"code\":\"%s\",\"class\":\"finding\",\"exit\":1,\"accept\":%s", kind->code,
               kind->may_accept ? "true" : "false");
    put_json_member(out, "meaning", kind->meaning);
    put_json_member(out, "repair", kind->repair);
    buf_put_str(out, "}");
}

static void put_finding(struct srow_buf *out, const struct finding_kind *kind)
{
    buf_printf(out, "%s: %s\nclass   finding of check, exit code 1%s\nrepair  %s\n", kind->code,
               kind->meaning, kind->may_accept ? "; --accept takes it" : "", kind->repair);
}

/* -- all -- */

static void put_all(struct srow_buf *out)
{
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        buf_printf(out, "SROW-%03u  %3d  %-14s  %s\n", (unsigned)row->rc, error_exit(row->cls),
                   row->name, row->text);
    }
    for (const struct finding_kind *kind = finding_kinds; kind->code != NULL; kind++) {
        buf_printf(out, "%-22s  1  %s\n", kind->code, kind->meaning);
    }
}

static void put_all_json(struct srow_buf *out)
{
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        buf_put_str(out, row == error_table ? "[" : ",");
        put_error_json(out, row);
    }
    for (const struct finding_kind *kind = finding_kinds; kind->code != NULL; kind++) {
        buf_put_str(out, ",");
        put_finding_json(out, kind);
    }
    buf_put_str(out, "]\n");
}

static enum srow_rc put_one(struct srow_buf *out, const struct args *args, struct srow_error *e)
{
    const struct error_row *row = find(args->words[0]);
    const struct finding_kind *kind = finding_kind_find(args->words[0]);
    if (row == NULL && kind == NULL) {
        return fail_unknown(args->words[0], e);
    }
    if (args->json) {
        row != NULL ? put_error_json(out, row) : put_finding_json(out, kind);
        buf_put_str(out, "\n");
        return SROW_OK;
    }
    row != NULL ? put_error(out, row) : put_finding(out, kind);
    return SROW_OK;
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    (void)status;
    if (args->word_count > 0) {
        TRY(put_one(&out, args, e));
    } else if (args->json) {
        put_all_json(&out);
    } else {
        put_all(&out);
    }
    return io_write_buf(&out, e);
}

const struct command cmd_explain = {
    .name = "explain",
    .takes = "[CODE]",
    .brief = "Tell what the code of an error or a finding means, and what to do",
    .more = "CODE is SROW-080, 80 or CONTEXT, or a finding of check such as bind-nullable; without "
            "it all\n"
            "codes are listed.",
    .most = 1,
    .run = run,
};
