/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program does with a client besides cells: warm it, ask how it does, let it forget.
 */
#include <stdlib.h>

#include "base/time.h"
#include "client/client.h"
#include "client/outage.h"
#include "crypto/gcm.h"
#include "crypto/random.h"
#include "kms/breaker.h"

/* -- warm -- */

/* Appends a request for each key of one Region; returns how many there are now. */
static size_t add_keys(struct kms_request *requests, size_t count, const struct srow_config *config,
                       const char *region, uint64_t deadline)
{
    for (size_t s = 0; s < config->key_set_count; s++) {
        const struct config_key_set *set = &config->key_sets[s];
        for (size_t k = 0; k < set->count; k++) {
            if (strcmp(set->keys[k].region, region) == 0) {
                requests[count++] = (struct kms_request){.op = KMS_DESCRIBE,
                                                         .region = region,
                                                         .key_arn = set->keys[k].arn,
                                                         .deadline = deadline};
            }
        }
    }
    return count;
}

static enum srow_rc settle(const struct kms_request *requests, size_t n, struct srow_error *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct kms_request *r = &requests[i];
        if (r->rc != SROW_OK && e != NULL) {
            *e = r->error;
        }
        TRY(r->rc);
        FAIL_IF(!r->enabled, e, SROW_E_KMS_DISABLED, "Region %s: the key %s is not enabled",
                r->region, r->key_arn);
    }
    return SROW_OK;
}

static enum srow_rc ask_all(struct srow_client *client, uint64_t deadline, struct srow_error *e)
{
    const struct srow_config *config = client_config(client);
    const char *local = client_local_region(client);
    size_t all = 0;
    for (size_t s = 0; s < config->key_set_count; s++) {
        all += config->key_sets[s].count;
    }
    struct kms_request *requests = calloc(all, sizeof *requests);
    FAIL_IF(requests == NULL, e, SROW_E_NOMEM, "no memory to ask for %zu keys", all);
    size_t n = add_keys(requests, 0, config, local, deadline);
    for (size_t i = 0; i < config->region_count; i++) {
        if (strcmp(config->regions[i].name, local) != 0) {
            n = add_keys(requests, n, config, config->regions[i].name, deadline);
        }
    }
    kms_call(client_kms(client), requests, n);
    enum srow_rc rc = settle(requests, n, e);
    free(requests);
    return rc;
}

enum srow_rc srow_client_warm(struct srow_client *client, uint32_t deadline_ms,
                              struct srow_error *e)
{
    FAIL_IF(client == NULL, e, SROW_E_USAGE, "no client is given");
    uint64_t deadline =
        deadline_ms == 0 ? client_deadline(client) : time_monotonic_ms() + deadline_ms;
    client_enter(client);
    enum srow_rc rc = ask_all(client, deadline, e);
    client_leave(client);
    return rc;
}

/* -- health, metrics -- */

enum srow_rc srow_client_health(struct srow_health *out, struct srow_client *client,
                                struct srow_error *e)
{
    FAIL_IF(client == NULL, e, SROW_E_USAGE, "no client is given");
    const struct srow_config *config = client_config(client);
    struct srow_region_health *regions = calloc(config->region_count, sizeof *regions);
    FAIL_IF(regions == NULL, e, SROW_E_NOMEM, "no memory for %zu Regions", config->region_count);
    size_t next = 1;
    for (size_t i = 0; i < config->region_count; i++) {
        bool is_local = strcmp(config->regions[i].name, client_local_region(client)) == 0;
        struct srow_region_health *to = &regions[is_local ? 0 : next++];
        meter_health(to, client_meter(client), i);
        to->is_local = is_local;
        struct breaker_state breaker;
        (void)breaker_read(&breaker, client_breaker(client), to->region);
        to->avoided = breaker.open;
        to->declared_down = outage_read(client_outage(client), to->region).down;
    }
    *out = (struct srow_health){.regions = regions, .count = config->region_count};
    return SROW_OK;
}

void srow_health_free(struct srow_health *health)
{
    if (health != NULL) {
        free(health->regions);
        *health = (struct srow_health){0};
    }
}

/* One line a name; several codes may share it. */
static void put_events(struct srow_buf *out, const struct srow_client *client)
{
    buf_put_str(out, "# HELP sealrow_security_events_total Security events, by name.\n"
                     "# TYPE sealrow_security_events_total counter\n");
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        const char *name = event_name(row->rc);
        uint64_t sum = 0;
        bool is_first = name != NULL;
        for (const struct error_row *other = error_table; name != NULL && other->name != NULL;
             other++) {
            const char *its = event_name(other->rc);
            if (its != NULL && strcmp(its, name) == 0) {
                is_first = is_first && other >= row;
                sum += client_events(client, other->rc);
            }
        }
        if (is_first) {
            buf_printf(out, "sealrow_security_events_total{event=\"%s\"} %llu\n", name,
                       (unsigned long long)sum);
        }
    }
}

static void put_head(struct srow_buf *out, const char *name, const char *kind, const char *help)
{
    buf_printf(out, "# HELP sealrow_%s %s\n# TYPE sealrow_%s %s\n", name, help, name, kind);
}

/* One number a Region. */
static void put_regions(struct srow_buf *out, struct srow_client *client, const char *name,
                        uint64_t (*number)(struct srow_client *client, const char *region))
{
    const struct srow_config *config = client_config(client);
    for (size_t i = 0; i < config->region_count; i++) {
        const char *region = config->regions[i].name;
        buf_printf(out, "sealrow_%s{region=\"%s\"} %llu\n", name, region,
                   (unsigned long long)number(client, region));
    }
}

static uint64_t is_down(struct srow_client *client, const char *region)
{
    return outage_read(client_outage(client), region).down;
}

static uint64_t count_missing(struct srow_client *client, const char *region)
{
    return outage_read(client_outage(client), region).missing;
}

static uint64_t is_avoided(struct srow_client *client, const char *region)
{
    struct breaker_state state;
    return breaker_read(&state, client_breaker(client), region) && state.open;
}

static void put_total(struct srow_buf *out, const char *name, const char *help, uint64_t number)
{
    put_head(out, name, "counter", help);
    buf_printf(out, "sealrow_%s %llu\n", name, (unsigned long long)number);
}

static void put_outage(struct srow_buf *out, struct srow_client *client)
{
    struct outage_counts counts = outage_count(client_outage(client));
    put_head(out, "region_declared_down", "gauge", "1 if the Region is declared down.");
    put_regions(out, client, "region_declared_down", is_down);
    put_head(out, "region_avoided", "gauge",
             "1 if the Region has not answered of late, so that others are asked first.");
    put_regions(out, client, "region_avoided", is_avoided);
    put_head(out, "missing_total", "counter", "Values sealed without a promised Region.");
    put_regions(out, client, "missing_total", count_missing);
    put_total(out, "debts_total", "Values sealed in fewer Regions than promised.", counts.debts);
    put_total(out, "while_down_changes_total", "Changes of what is declared down.", counts.changes);
    put_total(out, "while_down_file_errors_total",
              "Times that write.while_down_file could not be used.", counts.file_errors);
}

enum srow_rc srow_client_while_down(struct srow_client *client, const char *const *regions,
                                    struct srow_error *e)
{
    FAIL_IF(client == NULL, e, SROW_E_USAGE, "no client is given");
    return outage_declare(client_outage(client), regions, e);
}

enum srow_rc srow_client_metrics(struct srow_buf *out, struct srow_client *client,
                                 struct srow_error *e)
{
    FAIL_IF(client == NULL, e, SROW_E_USAGE, "no client is given");
    AUTO(buf_cleanup) struct srow_buf text = {0};
    meter_put(&text, client_meter(client));
    put_events(&text, client);
    put_outage(&text, client);
    buf_printf(&text,
               "# HELP sealrow_alarms_dropped_total Events that a full queue kept from the alarm "
               "commands.\n# TYPE sealrow_alarms_dropped_total counter\n"
               "sealrow_alarms_dropped_total %llu\n",
               (unsigned long long)client_alarms_dropped(client));
    TRY(buf_check(&text, e));
    *out = buf_take(&text);
    return SROW_OK;
}

/* -- forget -- */

void srow_client_forget(struct srow_client *client)
{
    if (client != NULL) {
        client_disconnect(client);
    }
    gcm_forget();
    random_forget();
}
