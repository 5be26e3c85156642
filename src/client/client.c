/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's life: built in order, freed in reverse. A lock that calls hold shared lets the end
 * wait for calls in flight.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/log.h"
#include "base/time.h"
#include "cell/type.h"
#include "client/alarm.h"
#include "client/client.h"
#include "client/connection.h"
#include "client/outage.h"
#include "config/stages.h"
#include "crypto/random.h"
#include "keys/keyring_regions.h"
#include "kms/breaker.h"
#include "kms/kms_own.h"

/* What cells of one key set are sealed and opened with. */
struct set {
    struct srow_keyring *keyring;
    struct manager *manager;
};

struct srow_client {
    const struct srow_config *config;
    struct srow_config *owned; /* NULL: the caller's */
    char *local_region;
    uint32_t deadline_ms;
    pid_t pid;                     /* of the process that made it */
    struct connection *connection; /* NULL: KMS functions of others */
    struct kms *own_kms;           /* over the program's functions */
    struct kms *breaker;           /* in front of either */
    struct kms *kms;               /* the meter's, in front of that */
    struct meter *meter;
    struct set *sets; /* as config->key_sets */
    struct alarm *alarm;
    struct outage *outage;
    pthread_rwlock_t calls;
};

/* -- building -- */

/* A Region that somebody named must be one of the configuration. */
static enum srow_rc check_region(const struct srow_client *c, const char *what, const char *region,
                                 struct srow_error *e)
{
    if (config_region_find(c->config, region) != NULL) {
        return SROW_OK;
    }
    AUTO(buf_cleanup) struct srow_buf known = {0};
    for (size_t i = 0; i < c->config->region_count; i++) {
        buf_printf(&known, "%s%s", i > 0 ? ", " : "", c->config->regions[i].name);
    }
    FAIL(e, SROW_E_REGION, "%s: the configuration has no Region %s: name one of %s", what, region,
         buf_cstr(&known));
}

static enum srow_rc find_local_region(struct srow_client *c, const char *wanted,
                                      struct srow_error *e)
{
    if (wanted == NULL) {
        TRY(region_local(&wanted, e));
    }
    TRY(check_region(c, "local Region", wanted, e));
    return bytes_dup_str(&c->local_region, srow_str(wanted), e);
}

static enum srow_rc add_breaker(struct srow_client *c, struct kms *kms, struct srow_error *e)
{
    const char **names = calloc(c->config->region_count, sizeof(const char *));
    FAIL_IF(names == NULL, e, SROW_E_NOMEM, "no memory for the Regions");
    for (size_t i = 0; i < c->config->region_count; i++) {
        names[i] = c->config->regions[i].name;
    }
    struct breaker_options options = {.kms = kms,
                                      .regions = names,
                                      .count = c->config->region_count,
                                      .attempt_ms = c->config->attempt_ms};
    enum srow_rc rc = breaker_new(&c->breaker, &options, e);
    free(names);
    return rc;
}

static enum srow_rc find_kms(struct srow_client *c, const struct client_options *options,
                             struct srow_error *e)
{
    struct kms *kms = options->kms;
    if (kms == NULL && options->face.kms != NULL) {
        TRY(kms_own_new(&c->own_kms, options->face.kms, c->config->attempt_ms, e));
        kms = c->own_kms;
    } else if (kms == NULL) {
        TRY(connection_new(&c->connection, c->config, e));
        kms = connection_kms(c->connection);
    }
    TRY(add_breaker(c, kms, e));
    TRY(meter_new(&c->meter, c->config, c->breaker, e));
    c->kms = meter_kms(c->meter);
    return SROW_OK;
}

/* Appends the set's keys of one Region; returns how many there are now. */
static size_t add_keys(struct keyring_regions_key *keys, size_t count,
                       const struct config_key_set *set, const char *region)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->keys[i].region, region) == 0) {
            keys[count++] =
                (struct keyring_regions_key){region, set->keys[i].arn, set->keys[i].open_only};
        }
    }
    return count;
}

static enum srow_rc check_arns(const struct config_key_set *set, struct srow_error *e)
{
    struct arn arn;
    for (size_t i = 0; i < set->count; i++) {
        const struct config_key *key = &set->keys[i];
        FAIL_IF(arn_parse_key(&arn, srow_str(key->arn), NULL) != SROW_OK, e, SROW_E_CONFIG,
                "key set \"%s\", Region %s: %s is not the ARN of a KMS key: write "
                "arn:aws:kms:REGION:ACCOUNT:key/ID",
                set->name, key->region, key->arn);
    }
    return SROW_OK;
}

static enum keyring_require requirement_of(const struct srow_config *config)
{
    return config->require == CONFIG_REQUIRE_QUORUM  ? REQUIRE_QUORUM
           : config->require == CONFIG_REQUIRE_LOCAL ? REQUIRE_LOCAL
                                                     : REQUIRE_ALL;
}

static enum srow_rc make_set(struct set *out, struct srow_client *c,
                             const struct config_key_set *set, struct srow_error *e)
{
    TRY(check_arns(set, e));
    struct keyring_regions_key *keys = calloc(set->count, sizeof *keys);
    FAIL_IF(keys == NULL, e, SROW_E_NOMEM, "no memory for a key set");
    size_t count = add_keys(keys, 0, set, c->local_region);
    for (size_t i = 0; i < c->config->order_count; i++) {
        if (strcmp(c->config->order[i], c->local_region) != 0) {
            count = add_keys(keys, count, set, c->config->order[i]);
        }
    }
    struct keyring_regions_options options = {.keys = keys,
                                              .count = count,
                                              .local = c->local_region,
                                              .require = requirement_of(c->config),
                                              .quorum = c->config->quorum,
                                              .outage = outage_face(c->outage)};
    options.failover = c->config->failover == CONFIG_FAILOVER_ANY           ? FAILOVER_ANY
                       : c->config->failover == CONFIG_FAILOVER_UNAVAILABLE ? FAILOVER_UNAVAILABLE
                                                                            : FAILOVER_NONE;
    enum srow_rc rc = keyring_regions_new(&out->keyring, c->kms, &options, e);
    free(keys);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "key set \"%s\"", set->name);
    }
    return manager_default_new(&out->manager, out->keyring, e);
}

static enum srow_rc build(struct srow_client *c, const struct client_options *options,
                          struct srow_error *e)
{
    TRY(find_local_region(c, options->face.local_region, e));
    c->deadline_ms =
        options->face.deadline_ms != 0 ? options->face.deadline_ms : c->config->deadline_ms;
    TRY(alarm_new(&c->alarm, c->config, e));
    TRY(outage_new(&c->outage, c->config, NULL, e));
    TRY(find_kms(c, options, e));
    c->sets = calloc(c->config->key_set_count, sizeof *c->sets);
    FAIL_IF(c->sets == NULL, e, SROW_E_NOMEM, "no memory for the key sets");
    for (size_t i = 0; i < c->config->key_set_count; i++) {
        TRY(make_set(&c->sets[i], c, &c->config->key_sets[i], e));
    }
    if (!secret_is_locked()) {
        log_line(LOG_LEVEL_WARNING, "secret.lock",
                 "the system does not let keys be locked in memory: raise RLIMIT_MEMLOCK, or keep "
                 "swap encrypted");
    }
    return SROW_OK;
}

static void free_client(struct srow_client **client)
{
    srow_client_free(*client);
}

enum srow_rc client_new(struct srow_client **out, const struct srow_config *config,
                        const struct client_options *options, struct srow_error *e)
{
    FAIL_IF(config == NULL, e, SROW_E_USAGE, "a client needs a configuration");
    TRY(stages_check(config, time_wall_ms() / 1000, e));
    AUTO(free_client) struct srow_client *c = calloc(1, sizeof *c);
    FAIL_IF(c == NULL, e, SROW_E_NOMEM, "no memory for a client");
    c->config = config;
    c->pid = getpid();
    pthread_rwlock_init(&c->calls, NULL);
    TRY(build(c, options, e));
    *out = c;
    c = NULL;
    return SROW_OK;
}

enum srow_rc srow_client_new(struct srow_client **out, const struct srow_config *config,
                             const struct srow_client_options *options, struct srow_error *e)
{
    struct client_options own = {0};
    if (options != NULL) {
        own.face = *options;
    }
    return client_new(out, config, &own, e);
}

static void free_config(struct srow_config **config)
{
    srow_config_free(*config);
}

enum srow_rc srow_client_open(struct srow_client **out, const char *path, struct srow_error *e)
{
    AUTO(free_config) struct srow_config *config = NULL;
    struct srow_client *client = NULL;
    TRY(srow_config_load(&config, path, e));
    TRY(srow_client_new(&client, config, NULL, e));
    client->owned = config;
    config = NULL;
    *out = client;
    return SROW_OK;
}

/* In a child of fork the calls of the parent's threads never end: it does not wait. */
static void wait_for_calls(struct srow_client *c)
{
    if (c->pid == getpid()) {
        pthread_rwlock_wrlock(&c->calls);
        pthread_rwlock_unlock(&c->calls);
        pthread_rwlock_destroy(&c->calls);
    }
}

void srow_client_free(struct srow_client *c)
{
    if (c == NULL) {
        return;
    }
    wait_for_calls(c);
    for (size_t i = 0; c->sets != NULL && i < c->config->key_set_count; i++) {
        manager_free(&c->sets[i].manager);
        keyring_free(&c->sets[i].keyring);
    }
    free(c->sets);
    meter_free(&c->meter);
    kms_free(&c->breaker);
    kms_free(&c->own_kms);
    connection_free(&c->connection);
    alarm_free(&c->alarm);
    outage_free(&c->outage);
    srow_config_free(c->owned);
    free(c->local_region);
    free(c);
}

/* -- what the rooms above ask -- */

const struct srow_config *client_config(const struct srow_client *c)
{
    return c->config;
}

const char *client_local_region(const struct srow_client *c)
{
    return c->local_region;
}

struct kms *client_kms(struct srow_client *c)
{
    return c->kms;
}

uint64_t client_deadline(const struct srow_client *c)
{
    return time_monotonic_ms() + c->deadline_ms;
}

struct outage *client_outage(struct srow_client *c)
{
    return c->outage;
}

struct kms *client_breaker(struct srow_client *c)
{
    return c->breaker;
}

struct meter *client_meter(struct srow_client *c)
{
    return c->meter;
}

enum srow_rc client_count(struct srow_client *c, enum meter_call call, enum srow_rc rc)
{
    meter_count(c->meter, call, rc);
    return rc;
}

uint64_t client_alarms_dropped(const struct srow_client *c)
{
    return alarm_dropped(c->alarm);
}

/* The lock of the calls would wait for a moment without any. */
void client_disconnect(struct srow_client *c)
{
    if (c->connection != NULL) {
        connection_forget(c->connection);
    }
}

uint64_t client_events(const struct srow_client *c, enum srow_rc rc)
{
    return alarm_count(c->alarm, rc);
}

void client_enter(struct srow_client *c)
{
    pthread_rwlock_rdlock(&c->calls);
}

void client_leave(struct srow_client *c)
{
    pthread_rwlock_unlock(&c->calls);
}

enum srow_rc client_tools(struct cell_tools *out, struct srow_client *c, const char *key_set,
                          const char *via, struct srow_error *e)
{
    const struct config_key_set *set = config_key_set_find(c->config, key_set);
    FAIL_IF(set == NULL, e, SROW_E_USAGE,
            "the configuration has no key set \"%s\": add it under keys", key_set);
    TRY(via == NULL ? SROW_OK : check_region(c, "via", via, e));
    *out = (struct cell_tools){
        .config = c->config,
        .manager = c->sets[set - c->config->key_sets].manager,
        .via = via,
        .deadline = client_deadline(c),
        .watch = alarm_watch(c->alarm),
    };
    return SROW_OK;
}

enum srow_rc client_check_sealing(const struct srow_cell *cell, const struct bind *bind,
                                  struct srow_error *e)
{
    FAIL_IF(cell->via != NULL, e, SROW_E_USAGE, "via is for opening: a value is sealed everywhere");
    FAIL_IF(cell->min_version != 0, e, SROW_E_USAGE,
            "min_version is for opening: a value is sealed with its version");
    FAIL_IF(bind->column->version != NULL && cell->version == 0, e, SROW_E_USAGE,
            "%s.%s: give the version that the value gets, one more than the last",
            bind->table->name, bind->column->name);
    return SROW_OK;
}

enum srow_rc client_null_cell(struct srow_client *c, const struct srow_cell *cell,
                              struct srow_error *e)
{
    AUTO(bind_cleanup) struct bind bind = {0};
    struct cell_tools tools = {0};
    TRY(bind_read(&bind, c->config, cell, e));
    TRY(client_tools(&tools, c, bind.column->keys, NULL, e));
    return cell_null(&tools, &bind, e);
}

enum srow_rc client_given_text(struct srow_buf *out, enum srow_type type, struct srow_bytes given,
                               struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf room = {0};
    struct srow_bytes text;
    TRY(type_text(&text, &room, type, given, e));
    buf_put(out, text);
    return buf_check(out, e);
}

enum srow_rc client_stored_text(struct srow_buf *out, enum srow_type type, struct srow_bytes stored,
                                struct srow_error *e)
{
    return type_put_stored(out, type, stored, e);
}

enum srow_rc client_uuid_make(struct srow_buf *out, struct srow_error *e)
{
    uint8_t id[16];
    TRY(random_bytes(id, sizeof id, e));
    id[6] = (uint8_t)((id[6] & 0x0F) | 0x40);
    id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
    for (size_t i = 0; i < sizeof id; i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        buf_printf(out, "%s%02x", dash ? "-" : "", id[i]);
    }
    return buf_check(out, e);
}
