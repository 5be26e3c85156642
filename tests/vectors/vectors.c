/* SPDX-License-Identifier: Apache-2.0
 *
 * Decrypts a set of AWS Encryption SDK messages and checks what its manifest says of each: tests
 * must decrypt, negative tests must fail in one of the ways they name, and so must every mutation;
 * informative cases may do either, as long as nothing crashes. Suites and key types that this
 * release does not have are skipped and counted. All suites it has commit to their key, so every
 * commitment policy lets them be decrypted.
 *
 * Usage: vectors [--tap] FOLDER
 */
#include <stdio.h>
#include <stdlib.h>

#include "message/inspect.h"
#include "set.h"
#include "tally.h"

struct run {
    const struct set *set;
    struct tally tally;
};

/* One entry of the manifest while it is worked on. */
struct entry {
    const json_node *node;
    char name[128], suite[8];
    struct setup setup;
    struct tally_row *row;
    struct srow_buf message;
};

static void entry_cleanup(struct entry *entry)
{
    setup_cleanup(&entry->setup);
    buf_cleanup(&entry->message);
}

/* -- what suite a case is of -- */

static bool is_hex(const char *at)
{
    return strspn(at, "0123456789abcdef") >= 4;
}

static void find_suite(struct entry *entry, const struct set *set)
{
    struct srow_bytes suite, base;
    const json_node *of = entry->node;
    if (json_as_string(&base, json_get(of, "base"))) {
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)base.len, (const char *)base.at);
        of = json_get(json_get(set->manifest, "tests"), name);
    }
    snprintf(entry->suite, sizeof entry->suite, "none");
    if (json_as_string(&suite, json_get(of, "algorithm"))) {
        snprintf(entry->suite, sizeof entry->suite, "%.*s", (int)suite.len, (const char *)suite.at);
        return;
    }
    for (const char *at = strchr(entry->name, '-'); at != NULL; at = strchr(at + 1, '-')) {
        if (is_hex(at + 1) && (at[5] == '-' || at[5] == '\0')) {
            snprintf(entry->suite, sizeof entry->suite, "%.4s", at + 1);
            return;
        }
    }
}

static bool is_skipped(const struct entry *entry)
{
    return strcmp(entry->setup.key_type, "aes") != 0 ||
           (strcmp(entry->suite, "none") != 0 &&
            suite_find((uint16_t)strtoul(entry->suite, NULL, 16)) == NULL);
}

static MUST enum srow_rc load(struct entry *out, struct run *run, struct srow_bytes name,
                              const json_node *node, struct srow_error *e)
{
    out->node = node;
    snprintf(out->name, sizeof out->name, "%.*s", (int)name.len, (const char *)name.at);
    find_suite(out, run->set);
    TRY(setup_load(&out->setup, run->set, node, e));
    out->row = tally_row_of(&run->tally, out->suite, out->setup.key_type);
    struct srow_bytes uri;
    FAIL_IF(!json_as_string(&uri, json_get(node, "ciphertext")), e, SROW_E_VALUE,
            "%s has no ciphertext", out->name);
    return set_read(&out->message, run->set, uri, e);
}

/* -- tests: must decrypt -- */

static bool differs(const json_node *node, const char *name, int64_t got)
{
    int64_t wanted;
    return json_as_integer(&wanted, json_get(node, name)) && wanted != got;
}

/* Offsets, lengths and names of all fields against the manifest's layout. */
static bool layout_differs(const json_node *layout, const struct message_inspected *m)
{
    if (json_count(layout) != m->field_count) {
        return true;
    }
    for (size_t i = 0; i < m->field_count; i++) {
        const json_node *row = json_at(layout, i);
        int64_t offset, len;
        struct srow_bytes name;
        if (!json_as_integer(&offset, json_at(row, 0)) || !json_as_integer(&len, json_at(row, 1)) ||
            !json_as_string(&name, json_at(row, 2)) || (size_t)offset != m->fields[i].offset ||
            (size_t)len != m->fields[i].len || !bytes_equal_str(name, m->fields[i].name)) {
            return true;
        }
    }
    return false;
}

/* The manifest has the context as its writer gave it: the signer's key comes on top. */
static MUST enum srow_rc add_signer(struct context *wanted, const struct header *h,
                                    struct srow_error *e)
{
    const struct srow_bytes *text = context_get(&h->context, signer_key_name);
    struct srow_pair pair = {srow_str(signer_key_name),
                             text == NULL ? (struct srow_bytes){0} : *text};
    return h->suite->is_signed ? context_add(wanted, pair, e) : SROW_OK;
}

/* What else the manifest says of a message; NULL if all of it is so. */
static const char *compare_header(const json_node *node, const struct message_inspected *m)
{
    if (differs(node, "frame-length", m->header.frame_length)) {
        return "another frame length";
    }
    if (differs(node, "encrypted-data-keys", (int64_t)m->header.edks.count)) {
        return "another number of encrypted data keys";
    }
    bool framed;
    if (json_as_bool(&framed, json_get(node, "framed")) &&
        framed != (m->header.content == HEADER_FRAMED)) {
        return "another content type";
    }
    const json_node *layout = json_get(node, "layout");
    if (layout != NULL && layout_differs(layout, m)) {
        return "another layout";
    }
    AUTO(pairs_cleanup) struct pairs wanted = {0};
    const json_node *pairs = json_get(node, "encryption-context");
    if (pairs == NULL) {
        return NULL;
    }
    bool same = pairs_load(&wanted, pairs, NULL) == SROW_OK &&
                add_signer(&wanted.context, &m->header, NULL) == SROW_OK &&
                context_equal(&wanted.context, &m->header.context);
    return same ? NULL : "another encryption context";
}

static const char *check_test(const struct entry *entry, const struct set *set,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf got = {0}, wanted = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    struct srow_bytes uri = {0}, message = bytes_buf(&entry->message);
    const json_node *output = json_get(json_get(entry->node, "result"), "output");
    if (!json_as_string(&uri, json_get(output, "plaintext")) ||
        set_read(&wanted, set, uri, e) != SROW_OK || message_inspect(&m, message, e) != SROW_OK ||
        message_decrypt(&got, entry->setup.manager, &entry->setup.options, message, e) != SROW_OK) {
        return e->text;
    }
    if (!bytes_equal(bytes_buf(&got), bytes_buf(&wanted))) {
        return "another plaintext";
    }
    return compare_header(entry->node, &m);
}

static MUST enum srow_rc run_test(void *state, struct srow_bytes name, const json_node *node,
                                  struct srow_error *e)
{
    struct run *run = state;
    AUTO(entry_cleanup) struct entry entry = {0};
    TRY(load(&entry, run, name, node, e));
    if (is_skipped(&entry)) {
        tally_skip(&run->tally, entry.row, TALLY_TEST, 1);
        return SROW_OK;
    }
    struct srow_error why = {.text = "the manifest names no plaintext"};
    tally_case(&run->tally, entry.row, TALLY_TEST, entry.name, check_test(&entry, run->set, &why));
    return SROW_OK;
}

/* -- what must fail -- */

static const char *class_of(enum srow_rc rc)
{
    static const struct {
        enum srow_rc rc;
        const char *name;
    } table[] = {
        {SROW_E_TRUNCATED, "truncated"},     {SROW_E_MALFORMED, "malformed"},
        {SROW_E_NOT_MESSAGE, "malformed"},   {SROW_E_UNSUPPORTED, "unsupported"},
        {SROW_E_POLICY, "policy"},           {SROW_E_EDK_LIMIT, "edk-limit"},
        {SROW_E_NO_DATA_KEY, "no-data-key"}, {SROW_E_COMMITMENT, "commitment"},
        {SROW_E_HEADER_TAG, "header-auth"},  {SROW_E_SEQUENCE, "sequence"},
        {SROW_E_BODY_TAG, "body-auth"},      {SROW_E_SIGNATURE, "signature"},
        {SROW_E_TRAILING, "trailing"},       {SROW_E_CONTEXT, "context-mismatch"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].rc == rc) {
            return table[i].name;
        }
    }
    return "?";
}

static bool has(const json_node *array, const char *text)
{
    for (size_t i = 0; i < json_count(array); i++) {
        struct srow_bytes item;
        if (json_as_string(&item, json_at(array, i)) && bytes_equal_str(item, text)) {
            return true;
        }
    }
    return false;
}

/* NULL if the message is refused for one of the reasons in `classes`. */
static const char *check_refusal(const struct entry *entry, struct srow_bytes message,
                                 const json_node *classes, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf got = {0};
    enum srow_rc rc =
        message_decrypt(&got, entry->setup.manager, &entry->setup.options, message, e);
    if (rc == SROW_OK) {
        return "decrypts, and must not";
    }
    if (got.at != NULL) {
        return "refused, but plaintext came out";
    }
    return has(classes, class_of(rc)) ? NULL : e->text;
}

static MUST enum srow_rc run_negative(void *state, struct srow_bytes name, const json_node *node,
                                      struct srow_error *e)
{
    struct run *run = state;
    AUTO(entry_cleanup) struct entry entry = {0};
    TRY(load(&entry, run, name, node, e));
    if (is_skipped(&entry)) {
        tally_skip(&run->tally, entry.row, TALLY_NEGATIVE, 1);
        return SROW_OK;
    }
    struct srow_error why = {0};
    const json_node *classes = json_get(json_get(json_get(node, "result"), "error"), "class");
    tally_case(&run->tally, entry.row, TALLY_NEGATIVE, entry.name,
               check_refusal(&entry, bytes_buf(&entry.message), classes, &why));
    return SROW_OK;
}

static MUST enum srow_rc run_informative(void *state, struct srow_bytes name, const json_node *node,
                                         struct srow_error *e)
{
    struct run *run = state;
    AUTO(entry_cleanup) struct entry entry = {0};
    AUTO(buf_cleanup) struct srow_buf got = {0};
    TRY(load(&entry, run, name, node, e));
    if (is_skipped(&entry)) {
        tally_skip(&run->tally, entry.row, TALLY_INFORMATIVE, 1);
        return SROW_OK;
    }
    struct srow_error why = {0};
    enum srow_rc rc = message_decrypt(&got, entry.setup.manager, &entry.setup.options,
                                      bytes_buf(&entry.message), &why);
    printf("# %s: %s\n", entry.name, rc == SROW_OK ? "accepted" : why.text);
    tally_case(&run->tally, entry.row, TALLY_INFORMATIVE, entry.name, NULL);
    return SROW_OK;
}

/* -- mutations -- */

static void truncate_all(struct run *run, const struct entry *base, const json_node *mutation)
{
    int64_t from = 0, to = -1;
    json_as_integer(&from, json_get(mutation, "from"));
    json_as_integer(&to, json_get(mutation, "to"));
    for (int64_t n = from; n <= to; n++) {
        char name[256];
        struct srow_error why = {0};
        /* a copy of its own size, so that a checker of memory sees reads behind its end */
        AUTO(buf_cleanup) struct srow_buf cut = {0};
        buf_put(&cut, bytes_of(base->message.at, (size_t)n));
        snprintf(name, sizeof name, "%s cut to %lld bytes", base->name, (long long)n);
        tally_case(&run->tally, base->row, TALLY_MUTATION, name,
                   check_refusal(base, bytes_buf(&cut), json_get(mutation, "class"), &why));
    }
}

/* The name of the field at an offset. */
static const char *region_of(const json_node *layout, size_t offset, char *room, size_t len)
{
    for (size_t i = 0; i < json_count(layout); i++) {
        const json_node *row = json_at(layout, i);
        int64_t start, size;
        struct srow_bytes name;
        if (json_as_integer(&start, json_at(row, 0)) && json_as_integer(&size, json_at(row, 1)) &&
            json_as_string(&name, json_at(row, 2)) && offset >= (size_t)start &&
            offset - (size_t)start < (size_t)size) {
            snprintf(room, len, "%.*s", (int)name.len, (const char *)name.at);
            return room;
        }
    }
    return "";
}

static void flip_all(struct run *run, const struct entry *base, const json_node *cases)
{
    const json_node *classes = json_get(run->set->manifest, "region-classes");
    const json_node *layout = json_get(base->node, "layout");
    uint8_t *bytes = base->message.at;
    for (size_t i = 0; i < json_count(cases); i++) {
        int64_t offset = 0, bit = 0;
        json_as_integer(&offset, json_at(json_at(cases, i), 0));
        json_as_integer(&bit, json_at(json_at(cases, i), 1));
        char name[256], region[40];
        struct srow_error why = {0};
        region_of(layout, (size_t)offset, region, sizeof region);
        snprintf(name, sizeof name, "%s bit %lld of byte %lld (%s)", base->name, (long long)bit,
                 (long long)offset, region);
        bytes[offset] ^= (uint8_t)(1U << bit);
        tally_case(&run->tally, base->row, TALLY_MUTATION, name,
                   check_refusal(base, bytes_buf(&base->message), json_get(classes, region), &why));
        bytes[offset] ^= (uint8_t)(1U << bit);
    }
}

static MUST enum srow_rc run_mutation(struct run *run, const json_node *mutation,
                                      struct srow_error *e)
{
    AUTO(entry_cleanup) struct entry base = {0};
    AUTO(str_free) char *name = NULL;
    struct srow_bytes view;
    FAIL_IF(!json_as_string(&view, json_get(mutation, "base")), e, SROW_E_VALUE,
            "a mutation has no base");
    TRY(bytes_dup_str(&name, view, e));
    TRY(load(&base, run, view, json_get(json_get(run->set->manifest, "tests"), name), e));
    const json_node *cases = json_get(mutation, "cases");
    if (is_skipped(&base)) {
        int64_t from = 1, to = 0;
        json_as_integer(&from, json_get(mutation, "from"));
        json_as_integer(&to, json_get(mutation, "to"));
        size_t count = cases != NULL ? json_count(cases) : (size_t)(to - from + 1);
        tally_skip(&run->tally, base.row, TALLY_MUTATION, count);
    } else if (cases != NULL) {
        flip_all(run, &base, cases);
    } else {
        truncate_all(run, &base, mutation);
    }
    return SROW_OK;
}

static MUST enum srow_rc run_all(struct run *run, struct srow_error *e)
{
    const json_node *manifest = run->set->manifest;
    TRY(json_each(json_get(manifest, "tests"), run_test, run, e));
    TRY(json_each(json_get(manifest, "negative-tests"), run_negative, run, e));
    const json_node *mutations = json_get(manifest, "mutations");
    for (size_t i = 0; i < json_count(mutations); i++) {
        TRY(run_mutation(run, json_at(mutations, i), e));
    }
    if (json_get(manifest, "informative") != NULL) {
        TRY(json_each(json_get(manifest, "informative"), run_informative, run, e));
    }
    return SROW_OK;
}

int main(int argc, char **argv)
{
    bool is_tap = argc == 3 && strcmp(argv[1], "--tap") == 0;
    if (argc != 2 && !is_tap) {
        fprintf(stderr, "usage: vectors [--tap] FOLDER\n");
        return 2;
    }
    AUTO(set_cleanup) struct set set = {0};
    struct srow_error e = {0};
    struct run run = {&set, {.is_tap = is_tap}};
    if (set_load(&set, argv[argc - 1], &e) != SROW_OK || run_all(&run, &e) != SROW_OK) {
        fprintf(stderr, "vectors: %s\n", e.text);
        return 1;
    }
    return tally_report(&run.tally) ? 0 : 1;
}
