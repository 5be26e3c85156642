/* SPDX-License-Identifier: Apache-2.0
 *
 * A client and its calls on cells under failing allocations, over a KMS inside the process.
 */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "client/client.h"
#include "fake/fake_kms.h"
#include "fault/alloc.h"
#include "fault/fault.h"

#define ARN(region) "arn:aws:kms:" region ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}, eu-west-1: {}}\n"
    "keys:\n"
    "  default:\n"
    "    us-east-1: [\"" ARN(
        "us-east-1") "\"]\n"
                     "    eu-west-1: [\"" ARN(
                         "eu-west-1") "\"]\n"
                                      "tables:\n"
                                      "  profile:\n"
                                      "    bind: {account: text}\n"
                                      "    columns: {userid: {required: true}, note: {}}\n";

static struct srow_config *config;
static struct kms *kms;
static struct srow_client *client;
static struct srow_sealed stored; /* "abc123" in `cell` */

static const struct srow_bind account[] = {{"account", {SROW_TYPE_TEXT, 0, 0, {"12345678", 8}}}};
static const struct srow_bind other[] = {{"account", {SROW_TYPE_TEXT, 0, 0, {"87654321", 8}}}};
static const struct srow_cell cell = {.column = "profile.userid", .bind = account, .bind_count = 1};
static const struct srow_cell moved = {.column = "profile.userid", .bind = other, .bind_count = 1};

static enum srow_rc make_client(struct srow_error *e)
{
    struct client_options options = {.face = {.local_region = "us-east-1"}, .kms = kms};
    struct srow_client *made = NULL;
    enum srow_rc rc = client_new(&made, config, &options, e);
    if (rc != SROW_OK) {
        return made == NULL ? rc : fault_wrong("a client in spite of the failure");
    }
    srow_client_free(made);
    return SROW_OK;
}

static enum srow_rc seal(struct srow_error *e)
{
    struct srow_sealed sealed = {.wrapped = 77};
    enum srow_rc rc = srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), e);
    if (rc != SROW_OK) {
        bool untouched = sealed.wrapped == 77 && sealed.message.at == NULL;
        return untouched ? rc : fault_wrong("a message in spite of the failure");
    }
    bool right = sealed.wrapped == 2 && sealed.missing == 0 && sealed.message.len > 100;
    srow_sealed_free(&sealed);
    return right ? SROW_OK : fault_wrong("sealed for too few Regions");
}

static enum srow_rc open_cell(struct srow_error *e)
{
    struct srow_buf plain = {0};
    enum srow_rc rc = srow_cell_open(&plain, client, &cell, bytes_buf(&stored.message), e);
    if (rc != SROW_OK) {
        return plain.at == NULL ? rc : fault_wrong("plaintext in spite of the failure");
    }
    bool right = bytes_equal_str(bytes_buf(&plain), "abc123");
    srow_buf_free(&plain);
    return right ? SROW_OK : fault_wrong("another plaintext");
}

static enum srow_rc match(struct srow_error *e)
{
    int same = 77;
    enum srow_rc rc =
        srow_cell_match(&same, client, &cell, bytes_buf(&stored.message), srow_str("abc123"), e);
    if (rc != SROW_OK) {
        return same == 77 ? rc : fault_wrong("an answer in spite of the failure");
    }
    return same == 1 ? SROW_OK : fault_wrong("it does not match");
}

static enum srow_rc rebind(struct srow_error *e)
{
    struct srow_sealed sealed = {.wrapped = 77};
    enum srow_rc rc =
        srow_cell_rebind(&sealed, client, &cell, &moved, bytes_buf(&stored.message), e);
    if (rc != SROW_OK) {
        bool untouched = sealed.wrapped == 77 && sealed.message.at == NULL;
        return untouched ? rc : fault_wrong("a message in spite of the failure");
    }
    srow_sealed_free(&sealed);
    return SROW_OK;
}

/* A moved value is refused, whatever becomes of the alarm's line in the log. */
static enum srow_rc open_moved(struct srow_error *e)
{
    struct srow_buf plain = {0};
    uint64_t before = client_events(client, SROW_E_CONTEXT);
    enum srow_rc rc = srow_cell_open(&plain, client, &moved, bytes_buf(&stored.message), e);
    if (rc == SROW_OK || plain.at != NULL) {
        return fault_wrong("a moved value was opened");
    }
    if (rc == SROW_E_CONTEXT && client_events(client, SROW_E_CONTEXT) == before) {
        return fault_wrong("an event was not counted");
    }
    return rc == SROW_E_CONTEXT ? SROW_OK : rc;
}

/* Three cells of a page: each has its own result. */
static enum srow_rc open_page(struct srow_error *e)
{
    struct srow_bytes message = bytes_buf(&stored.message);
    const struct srow_item items[] = {{cell, message}, {moved, message}, {cell, message}};
    struct srow_result results[3] = {0};
    enum srow_rc rc = srow_cells_open(results, client, items, 3, e);
    enum srow_rc worst = SROW_OK;
    for (size_t i = 0; i < 3; i++) {
        bool opened = bytes_equal_str(bytes_buf(&results[i].plaintext), "abc123");
        enum srow_rc own = results[i].error.rc;
        if (i != 1 && own == SROW_OK && !opened && rc == SROW_E_CONTEXT) {
            worst = fault_wrong("no result of an item");
        }
        if (i == 1 && opened) {
            worst = fault_wrong("a moved value was opened");
        }
        if (i != 1 && own != SROW_OK) {
            worst = own;
            *e = results[i].error;
        }
        srow_buf_free(&results[i].plaintext);
    }
    return worst != SROW_OK || rc == SROW_E_CONTEXT ? worst : rc;
}

static enum srow_rc metrics(struct srow_error *e)
{
    struct srow_buf text = {0};
    enum srow_rc rc = srow_client_metrics(&text, client, e);
    if (rc != SROW_OK) {
        return text.at == NULL ? rc : fault_wrong("a text in spite of the failure");
    }
    srow_buf_free(&text);
    return SROW_OK;
}

static enum srow_rc health(struct srow_error *e)
{
    struct srow_health known = {0};
    enum srow_rc rc = srow_client_health(&known, client, e);
    if (rc != SROW_OK) {
        return known.regions == NULL ? rc : fault_wrong("Regions in spite of the failure");
    }
    srow_health_free(&known);
    return SROW_OK;
}

static void set_up(void)
{
    static const char *const regions[] = {"us-east-1", "eu-west-1", NULL};
    struct srow_error e = {0};
    struct client_options options = {.face = {.local_region = "us-east-1"}};
    kms = fake_kms_new(regions);
    options.kms = kms;
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK ||
        client_new(&client, config, &options, &e) != SROW_OK ||
        srow_cell_seal(&stored, client, &cell, srow_str("abc123"), &e) != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    /* events write to the log */
    if (freopen("/dev/null", "w", stderr) == NULL) {
        exit(1);
    }
}

/* That of the stored value, and that of the last one sealed. */
static uint8_t stored_key[FAULT_KEY];

CASE(the_search_for_keys_finds_one)
{
    uint8_t *planted = malloc(FAULT_KEY);
    memcpy(stored_key, fake_kms_masked(kms), FAULT_KEY);
    fault_forbid(stored_key);
    fault_forbid(fake_kms_masked(kms));
    CHECK(planted != NULL && !fault_has_key());
    for (size_t i = 0; i < FAULT_KEY; i++) {
        planted[i] = stored_key[i] ^ FAULT_MASK;
    }
    CHECK(fault_has_key());
    bytes_wipe(planted, FAULT_KEY);
    CHECK(!fault_has_key());
    free(planted);
}

int main(void)
{
    /* a Region that had no memory for its answer is made good by the next */
    static const struct fault_case cases[] = {
        {.name = "a client is made or there is no memory", .run = make_client},
        {.name = "a value is sealed or there is no memory", .run = seal},
        {.name = "a value is opened or there is no memory", .run = open_cell, .survives = true},
        {.name = "a value is matched or there is no memory", .run = match, .survives = true},
        {.name = "a value is bound anew or there is no memory", .run = rebind, .survives = true},
        {.name = "a moved value is refused", .run = open_moved, .survives = true},
        {.name = "a page of cells is opened or there is no memory",
         .run = open_page,
         .survives = true},
        {.name = "metrics are written or there is no memory", .run = metrics},
        {.name = "health is told or there is no memory", .run = health},
    };
    set_up();
    RUN(the_search_for_keys_finds_one);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_run(&cases[i]);
    }
    srow_sealed_free(&stored);
    srow_client_free(client);
    srow_config_free(config);
    kms_free(&kms);
    return check_done();
}
