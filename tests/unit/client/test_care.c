/* SPDX-License-Identifier: Apache-2.0
 *
 * Warm, health, metrics, forget, rebind.
 */
#include <stdlib.h>

#include "check.h"
#include "face.h"
#include "fake/fake_region.h"
#include "message/inspect.h"

static void sealed_cleanup(struct srow_sealed *s)
{
    srow_sealed_free(s);
}

static void health_cleanup(struct srow_health *h)
{
    srow_health_free(h);
}

static enum srow_rc seal(struct srow_sealed *out, struct face *f, int64_t account)
{
    struct srow_bind bind;
    struct srow_cell cell = face_cell(&bind, "profile.userid", account);
    return srow_cell_seal(out, f->client, &cell, srow_str("abc123"), &f->e);
}

CASE(warming_asks_for_every_key_at_once)
{
    AUTO(face_cleanup) struct face f = face_of();
    CHECK(f.client != NULL);
    CHECK_OK(srow_client_warm(f.client, 0, &f.e), f.e);
    CHECK(fake_kms_widest(f.kms) == 3);
    CHECK(fake_kms_count(f.kms, "us-east-1", KMS_DESCRIBE) == 2);
    CHECK(fake_kms_count(f.kms, "eu-west-1", KMS_DESCRIBE) == 1);
    CHECK_RC(srow_client_warm(NULL, 0, &f.e), SROW_E_USAGE);
}

CASE(warming_fails_for_what_the_first_customer_would_have_met)
{
    AUTO(face_cleanup) struct face f = face_of();
    CHECK(f.client != NULL);
    fake_kms_set(f.kms, "eu-west-1", SROW_E_CONNECT);
    CHECK_RC(srow_client_warm(f.client, 1000, &f.e), SROW_E_CONNECT);
    CHECK(f.e.cls == SROW_CLASS_UNAVAILABLE);
    fake_kms_set_key(f.kms, FACE_CARD, SROW_E_KMS_DENIED); /* the local Region's comes first */
    CHECK_RC(srow_client_warm(f.client, 1000, &f.e), SROW_E_KMS_DENIED);
}

CASE(health_says_which_region_answers)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(health_cleanup) struct srow_health before = {0}, after = {0}, refused = {0};
    struct srow_sealed none = {0};
    CHECK(f.client != NULL);
    CHECK_OK(srow_client_health(&before, f.client, &f.e), f.e);
    CHECK(before.count == 2 && strcmp(before.regions[0].region, "us-east-1") == 0);
    CHECK(before.regions[0].is_local == 1 && before.regions[1].is_local == 0);
    CHECK(before.regions[0].state == SROW_REGION_UNKNOWN);
    CHECK(before.regions[0].since_answer_ms == UINT64_MAX);
    fake_kms_set(f.kms, "eu-west-1", SROW_E_TIMEOUT);
    CHECK_RC(seal(&none, &f, 1), SROW_E_REGIONS);
    CHECK_OK(srow_client_health(&after, f.client, &f.e), f.e);
    CHECK(after.regions[0].state == SROW_REGION_ANSWERS && after.regions[0].last_error == 0);
    CHECK(after.regions[1].state == SROW_REGION_FAILS);
    CHECK(after.regions[1].last_error == SROW_E_TIMEOUT);
    CHECK(after.regions[1].since_error_ms < 60000);
    fake_kms_set(f.kms, "eu-west-1", SROW_E_KMS_DENIED); /* refused, and well */
    CHECK_RC(seal(&none, &f, 1), SROW_E_KMS_DENIED);
    CHECK_OK(srow_client_health(&refused, f.client, &f.e), f.e);
    CHECK(refused.regions[1].state == SROW_REGION_ANSWERS);
    CHECK(refused.regions[1].last_error == SROW_E_KMS_DENIED);
    CHECK_RC(srow_client_health(&refused, NULL, &f.e), SROW_E_USAGE);
}

/* One's own limit, or memory, says nothing of the Region. */
CASE(what_fails_on_this_side_leaves_the_health_of_a_region_as_it_was)
{
    static const enum srow_rc ours[] = {SROW_E_BUSY, SROW_E_NOMEM};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        AUTO(face_cleanup) struct face f = face_of();
        AUTO(health_cleanup) struct srow_health health = {0};
        struct srow_sealed none = {0};
        CHECK(f.client != NULL);
        fake_kms_set(f.kms, "us-east-1", ours[i]);
        CHECK(seal(&none, &f, 1) != SROW_OK);
        CHECK_OK(srow_client_health(&health, f.client, &f.e), f.e);
        CHECK(health.regions[0].state == SROW_REGION_UNKNOWN && health.regions[0].last_error == 0);
    }
}

static bool says(struct srow_buf *metrics, const char *line)
{
    const char *at = strstr(buf_cstr(metrics), line);
    return at != NULL && (at == metrics->at || at[-1] == '\n') && at[strlen(line)] == '\n';
}

CASE(metrics_count_calls_requests_and_events)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0}, plain = {0};
    struct srow_bind bind, other;
    struct srow_cell cell = face_cell(&bind, "profile.userid", 1);
    struct srow_cell wrong = face_cell(&other, "profile.userid", 2);
    int same;
    CHECK_OK(seal(&sealed, &f, 1), f.e);
    struct srow_bytes message = bytes_buf(&sealed.message);
    CHECK_OK(srow_cell_open(&plain, f.client, &cell, message, &f.e), f.e);
    CHECK_OK(srow_cell_match(&same, f.client, &cell, message, srow_str("x"), &f.e), f.e);
    CHECK_RC(srow_cell_open(&plain, f.client, &wrong, message, &f.e), SROW_E_CONTEXT);
    fake_kms_set(f.kms, "us-east-1", SROW_E_KMS_DENIED);
    buf_cleanup(&plain);
    CHECK_OK(srow_cell_open(&plain, f.client, &cell, message, &f.e), f.e);
    CHECK_OK(srow_client_metrics(&text, f.client, &f.e), f.e);
    static const char *const lines[] = {
        "# TYPE sealrow_seals_total counter",
        "sealrow_seals_total 1",
        "sealrow_opens_total 2",
        "sealrow_matches_total 1",
        "sealrow_failures_total{class=\"integrity\"} 1",
        "sealrow_failures_total{class=\"denied\"} 0",
        "sealrow_kms_requests_total{region=\"us-east-1\",operation=\"GenerateDataKey\",result="
        "\"ok\"} 1",
        "sealrow_kms_requests_total{region=\"us-east-1\",operation=\"Decrypt\",result=\"ok\"} 2",
        "sealrow_kms_requests_total{region=\"us-east-1\",operation=\"Decrypt\",result=\"denied\"} "
        "1",
        "sealrow_kms_requests_total{region=\"eu-west-1\",operation=\"Decrypt\",result=\"ok\"} 1",
        "sealrow_region_up{region=\"eu-west-1\"} 1",
        "sealrow_security_events_total{event=\"cell.context\"} 1",
        "sealrow_security_events_total{event=\"kms.refused\"} 1",
        "sealrow_security_events_total{event=\"cell.tag\"} 0",
        "sealrow_alarms_dropped_total 0",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!says(&text, lines[i])) {
            printf("# missing: %s\n", lines[i]);
        }
        CHECK(says(&text, lines[i]));
    }
    CHECK_RC(srow_client_metrics(&text, NULL, &f.e), SROW_E_USAGE);
}

CASE(a_client_that_forgot_works_on)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(sealed_cleanup) struct srow_sealed first = {0}, second = {0};
    CHECK_OK(seal(&first, &f, 1), f.e);
    srow_client_forget(f.client);
    CHECK_OK(seal(&second, &f, 1), f.e);
    srow_client_forget(NULL);
}

CASE(forgetting_ends_idle_connections)
{
    struct fake_region us = {0}, eu = {0};
    struct face f = {0};
    char yaml[2048];
    fake_region_start(&us, "us-east-1");
    fake_region_start(&eu, "eu-west-1");
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    snprintf(yaml, sizeof yaml,
             "version: 1\ndomain: bank\nregions: {us-east-1: {endpoint: \"%s\"}, eu-west-1: "
             "{endpoint: \"%s\"}}\nlimits: {attempt: 5s, deadline: 10s}\n" FACE_REST,
             fake_http_url(us.server), fake_http_url(eu.server));
    struct srow_client_options options = {.local_region = "us-east-1"};
    struct srow_sealed sealed[3] = {0};
    enum srow_rc rc[3] = {SROW_E_INTERNAL, SROW_E_INTERNAL, SROW_E_INTERNAL};
    unsigned connections[3] = {0};
    if (srow_config_parse(&f.config, srow_str(yaml), &f.e) == SROW_OK &&
        srow_client_new(&f.client, f.config, &options, &f.e) == SROW_OK) {
        for (size_t i = 0; i < 3; i++) {
            rc[i] = seal(&sealed[i], &f, 1);
            connections[i] = fake_http_connections(us.server);
            srow_sealed_free(&sealed[i]);
            if (i == 1) {
                srow_client_forget(f.client);
            }
        }
    }
    face_cleanup(&f);
    fake_region_stop(&us);
    fake_region_stop(&eu);
    CHECK(rc[0] == SROW_OK && rc[1] == SROW_OK && rc[2] == SROW_OK);
    CHECK(connections[0] == 1 && connections[1] == 1 && connections[2] == 2);
}

CASE(a_value_moves_to_another_row_under_a_new_message_id)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0}, moved = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    AUTO(message_inspected_cleanup) struct message_inspected old = {0}, new = {0};
    struct srow_bind one, two;
    struct srow_cell from = face_cell(&one, "profile.userid", 1);
    struct srow_cell to = face_cell(&two, "profile.userid", 2);
    CHECK_OK(seal(&sealed, &f, 1), f.e);
    struct srow_bytes message = bytes_buf(&sealed.message);
    CHECK_OK(srow_cell_rebind(&moved, f.client, &from, &to, message, &f.e), f.e);
    CHECK_OK(srow_cell_open(&plain, f.client, &to, bytes_buf(&moved.message), &f.e), f.e);
    CHECK(bytes_equal_str(bytes_buf(&plain), "abc123"));
    buf_cleanup(&plain);
    CHECK_RC(srow_cell_open(&plain, f.client, &from, bytes_buf(&moved.message), &f.e),
             SROW_E_CONTEXT);
    CHECK_OK(message_inspect(&old, message, &f.e), f.e);
    CHECK_OK(message_inspect(&new, bytes_buf(&moved.message), &f.e), f.e);
    CHECK(!bytes_equal(old.header.message_id, new.header.message_id));
}

CASE(a_value_does_not_move_to_another_column_or_from_a_row_it_is_not_of)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    struct srow_sealed moved = {0};
    struct srow_bind one, two;
    struct srow_cell from = face_cell(&one, "profile.userid", 1);
    struct srow_cell to = face_cell(&two, "profile.card", 1);
    CHECK_OK(seal(&sealed, &f, 1), f.e);
    struct srow_bytes message = bytes_buf(&sealed.message);
    CHECK_RC(srow_cell_rebind(&moved, f.client, &from, &to, message, &f.e), SROW_E_USAGE);
    CHECK_RC(srow_cell_rebind(&moved, f.client, NULL, &to, message, &f.e), SROW_E_USAGE);
    from = face_cell(&one, "profile.userid", 3);
    to = face_cell(&two, "profile.userid", 1);
    CHECK_RC(srow_cell_rebind(&moved, f.client, &from, &to, message, &f.e), SROW_E_CONTEXT);
    to.via = "us-east-1";
    CHECK_RC(srow_cell_rebind(&moved, f.client, &from, &to, message, &f.e), SROW_E_USAGE);
    CHECK(moved.message.at == NULL);
}

int main(void)
{
    RUN(warming_asks_for_every_key_at_once);
    RUN(warming_fails_for_what_the_first_customer_would_have_met);
    RUN(health_says_which_region_answers);
    RUN(what_fails_on_this_side_leaves_the_health_of_a_region_as_it_was);
    RUN(metrics_count_calls_requests_and_events);
    RUN(a_client_that_forgot_works_on);
    RUN(forgetting_ends_idle_connections);
    RUN(a_value_moves_to_another_row_under_a_new_message_id);
    RUN(a_value_does_not_move_to_another_column_or_from_a_row_it_is_not_of);
    return check_done();
}
