/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "client/outage.h"
#include "io.h"
#include "program.h"
#include "rows/rows_probe.h"
#include "schema/booked.h"
#include "value.h"

static void checks_free(struct client_check **checks)
{
    free(*checks);
}

/* The finding that a failed key is. */
static const char *key_code(const struct client_check *check)
{
    switch (check->rc) {
    case SROW_E_KMS_NOT_FOUND:
        return "key-missing";
    case SROW_E_KMS_DISABLED:
        return "key-disabled";
    case SROW_E_KMS_DENIED:
    case SROW_E_KMS_AUTH:
        return "key-denied";
    default:
        return check->error.cls == SROW_CLASS_UNAVAILABLE ? "region-unavailable" : "key-wrong";
    }
}

/* One that is declared down and does not answer is a finding already: write-while-down. */
static bool is_known_gone(const struct client_check *check, struct srow_client *client)
{
    return check->error.cls == SROW_CLASS_UNAVAILABLE &&
           outage_read(client_outage(client), check->region).down;
}

static enum srow_rc add_key(struct finding_list *found, const struct client_check *check,
                            struct srow_error *e)
{
    const char *code = key_code(check);
    return finding_add(found, code, check->key_set, e, "%s: %s", check->error.text,
                       finding_kind_find(code)->repair);
}

/* A writer's keys: described, enabled, a test data key wrapped and unwrapped in each Region. */
static enum srow_rc check_keys(struct finding_list *found, struct srow_client *client,
                               struct srow_error *e)
{
    AUTO(checks_free) struct client_check *checks = NULL;
    size_t count = 0;
    TRY(client_check_keys(&checks, &count, client, e));
    for (size_t i = 0; i < count; i++) {
        if (checks[i].rc != SROW_OK && !is_known_gone(&checks[i], client)) {
            TRY(add_key(found, &checks[i], e));
        }
    }
    return SROW_OK;
}

static void put_finding(struct srow_buf *out, const struct finding *f, bool json)
{
    if (!json) {
        buf_printf(out, "%s %s: ", f->code, f->where);
        value_put_shown(out, srow_str(f->text), true); /* it may have names of the database's */
        buf_put_str(out, f->accepted ? " (accepted)\n" : "\n");
        return;
    }
    buf_printf(out, "{\"code\":\"%s\",\"where\":", f->code);
    json_put_string(out, srow_str(f->where));
    buf_put_str(out, ",\"text\":");
    json_put_string(out, srow_str(f->text));
    buf_printf(out, ",\"accepted\":%s}", f->accepted ? "true" : "false");
}

static enum srow_rc print(const struct finding_list *found, bool json, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    buf_put_str(&out, json ? "{\"findings\":[" : "");
    for (size_t i = 0; i < found->count; i++) {
        buf_put_str(&out, json && i > 0 ? "," : "");
        put_finding(&out, &found->all[i], json);
    }
    size_t open = finding_open(found), accepted = found->count - open;
    if (json) {
        buf_printf(&out, "],\"count\":%zu,\"accepted\":%zu}\n", open, accepted);
        return io_write_buf(&out, e);
    }
    buf_printf(&out, "%zu finding%s", open, open == 1 ? "" : "s");
    if (accepted > 0) {
        buf_printf(&out, ", %zu accepted", accepted);
    }
    buf_put_str(&out, "\n");
    return io_write_buf(&out, e);
}

static enum srow_rc accept(struct finding_list *found, const struct args *args,
                           struct srow_error *e)
{
    for (size_t i = 0; i < args->accept_count; i++) {
        TRY(finding_accept(found, args->accepts[i], e));
    }
    return SROW_OK;
}

/* What is declared down now, whoever has declared it. */
static enum srow_rc check_outage(struct finding_list *found, const struct program *p,
                                 struct srow_error *e)
{
    struct outage *outage = client_outage(p->client);
    for (size_t i = 0; i < p->config->region_count; i++) {
        const char *region = p->config->regions[i].name;
        if (outage_read(outage, region).down) {
            TRY(finding_add(found, "write-while-down", region, e,
                            "it is declared down, and new values lack it: when it is back, take it "
                            "out of write.while_down, its file or SEALROW_WHILE_DOWN, or say "
                            "--accept write-while-down"));
        }
    }
    if (outage_count(outage).file_errors > 0) {
        return finding_add(found, "write-while-down-file", p->config->while_down_file, e,
                           "it cannot be used: who starts takes no Region for down by it, who runs "
                           "goes on with what it said before: mend it as the log says");
    }
    return SROW_OK;
}

static enum srow_rc check_regions(struct finding_list *found, struct program *p,
                                  const struct args *args, struct srow_error *e)
{
    TRY(program_client(p, args, e));
    struct rows rows = program_rows(p);
    TRY(check_outage(found, p, e));
    if (args->as != NULL && strcmp(args->as, "reader") == 0) {
        return rows_probe_check(found, &rows, e);
    }
    TRY(finding_local(found, p->config, client_local_region(p->client), e));
    return check_keys(found, p->client, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(finding_list_cleanup) struct finding_list found = {0};
    const char *as = args->as == NULL ? "writer" : args->as;
    FAIL_IF(strcmp(as, "reader") != 0 && strcmp(as, "writer") != 0, e, SROW_E_USAGE,
            "--as %s: unknown: say writer or reader", as);
    TRY(accept(&found, args, e)); /* a wrong code is told before anything is asked */
    TRY(program_db(&p, args, e));
    TRY(finding_config(&found, p.config, e));
    TRY(finding_schema(&found, p.config, p.db, e));
    TRY(finding_server(&found, p.db, e));
    if (strcmp(as, "writer") == 0) {
        TRY(booked_look(&found, p.config, p.db, e));
    }
    if (!finding_has(&found, 0, "write-quorum") &&
        !finding_has(&found, 0, "stage-over")) { /* no client is made of such a configuration */
        TRY(check_regions(&found, &p, args, e));
    }
    TRY(accept(&found, args, e));
    *status = finding_open(&found) > 0;
    return print(&found, args->json, e);
}

static const struct option options[] = {
    {.name = "as",
     .value = "writer|reader",
     .help = "a reader only decrypts: it opens the probes that init has stored",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, as)},
    {.name = "accept",
     .value = "CODE",
     .help = "a finding that is known and no failure; may be repeated (sealrow explain)",
     .kind = OPTION_LIST,
     .at = offsetof(struct args, accepts),
     .count = offsetof(struct args, accept_count)},
    {0},
};

const struct command cmd_check = {
    .name = "check",
    .takes = "[--as writer|reader] [--accept CODE]",
    .brief = "Hold the configuration against the live schema and the Regions: exit 1 with findings",
    .options = options,
    .run = run,
};
