/* SPDX-License-Identifier: Apache-2.0
 *
 * Which Regions are declared down: by the start, by the program, by the file; and that a file that
 * cannot be used changes nothing.
 */
#include "client/outage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "client/client.h"
#include "fake/fake_kms.h"

#define ARN(region) "arn:aws:kms:" region ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

static const char *const names[] = {"us-east-1", "eu-west-1", "us-west-2", NULL};
static uint64_t now_ms = 1000000;

static uint64_t own_clock(void)
{
    return now_ms;
}

/* A configuration of three Regions with a watched file in a folder of its own, and what watches it;
 * the log goes to a file. */
struct scene {
    char folder[32], file[64], log[64];
    struct srow_config *config;
    struct outage *outage;
    int stderr_before;
    struct srow_error e;
    unsigned told; /* lines that the log's function got */
    bool told_down;
};

static void scene_end(struct scene *s)
{
    outage_free(&s->outage);
    srow_config_free(s->config);
    fflush(stderr);
    dup2(s->stderr_before, STDERR_FILENO);
    close(s->stderr_before);
    remove(s->file);
    rmdir(s->file);
    remove(s->log);
    rmdir(s->folder);
    unsetenv("SEALROW_WHILE_DOWN");
}

static enum srow_rc start(struct scene *s, const char *write)
{
    char yaml[1024];
    outage_free(&s->outage);
    srow_config_free(s->config);
    s->config = NULL;
    snprintf(
        yaml, sizeof yaml,
        "version: 1\ndomain: bank\nregions: {us-east-1: {}, eu-west-1: {}, us-west-2: {}}\n"
        "keys: {default: {us-east-1: [" ARN("us-east-1") "], eu-west-1: [" ARN(
            "eu-west-1") "], us-west-2: [" ARN("us-west-2") "]}}\n"
                                                            "write: {while_down_file: %s%s}\n"
                                                            "tables: {profile: {bind: {account: "
                                                            "text}, columns: {userid: {}}}}\n",
        s->file, write);
    TRY(srow_config_parse(&s->config, srow_str(yaml), &s->e));
    return outage_new(&s->outage, s->config, own_clock, &s->e);
}

static struct scene scene_new(void)
{
    struct scene s = {.folder = "/tmp/test_outage_XXXXXX"};
    if (mkdtemp(s.folder) == NULL) {
        abort();
    }
    snprintf(s.file, sizeof s.file, "%s/down", s.folder);
    snprintf(s.log, sizeof s.log, "%s/log", s.folder);
    s.stderr_before = dup(STDERR_FILENO);
    if (freopen(s.log, "w", stderr) == NULL) {
        abort();
    }
    dup2(fileno(stderr), STDERR_FILENO);
    return s;
}

/* The file as of now, seen by whoever looks from now on. */
static void write_file(const struct scene *s, const char *text, mode_t mode)
{
    FILE *f = fopen(s->file, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 || chmod(s->file, mode) != 0) {
        abort();
    }
    now_ms += 1000;
}

/* "100": us-east-1 is down and the others are not. */
static bool is(const struct scene *s, const char *wanted)
{
    bool down[3] = {false}, same = true;
    struct keyring_outage *face = outage_face(s->outage);
    face->ask(face, down, names, 3);
    for (size_t i = 0; i < 3; i++) {
        same = same && down[i] == (wanted[i] == '1') &&
               outage_read(s->outage, names[i]).down == down[i];
    }
    return same;
}

/* How many lines of the log have a text. */
static int logged(const struct scene *s, const char *text)
{
    char line[2048];
    int count = 0;
    FILE *f = fopen(s->log, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        count += strstr(line, text) != NULL;
    }
    if (f != NULL) {
        fclose(f);
    }
    return count;
}

CASE(the_file_is_read_again_within_a_second_and_each_change_is_logged)
{
    AUTO(scene_end) struct scene s = scene_new();
    CHECK_OK(start(&s, ""), s.e);
    CHECK(is(&s, "000") && logged(&s, "write.while_down") == 0);
    write_file(&s, "us-east-1\n", 0644);
    CHECK(is(&s, "100"));
    CHECK(logged(&s, "\"code\":\"write.while_down\"") == 1);
    CHECK(logged(&s, "us-east-1; before: none") == 1);
    write_file(&s, "us-west-2\n", 0600); /* as long as before, perhaps in the same tick */
    CHECK(is(&s, "001"));
    CHECK(logged(&s, "us-west-2; before: us-east-1") == 1);
    now_ms += 1000;
    CHECK(is(&s, "001") && outage_count(s.outage).changes == 2);
    remove(s.file);
    now_ms += 1000;
    CHECK(is(&s, "000") && logged(&s, "none; before: us-west-2") == 1);
    CHECK(outage_count(s.outage).changes == 3 && outage_count(s.outage).file_errors == 0);
}

CASE(comments_spaces_and_empty_lines_are_allowed)
{
    static const char *const texts[] = {
        "# since Tuesday\n\n  us-east-1\t\n",
        "us-east-1",
        "us-east-1\r\n",
        "us-east-1 # flooded\nus-east-1\n",
    };
    AUTO(scene_end) struct scene s = scene_new();
    CHECK_OK(start(&s, ""), s.e);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_file(&s, texts[i], 0644);
        CHECK(is(&s, "100"));
        write_file(&s, "#us-east-1\n\n", 0644);
        CHECK(is(&s, "000"));
    }
}

CASE(a_file_that_cannot_be_used_changes_nothing_and_is_logged_once)
{
    static char large[5000];
    memset(large, '\n', sizeof large - 1);
    static const struct {
        const char *text;
        mode_t mode;
        const char *told;
    } rows[] = {
        {"us-west-2\nus-east-9\n", 0644, "no Region us-east-9: name one of us-east-1, eu-west-1"},
        {"us-west-2, us-east-1\n", 0644, "no Region"},
        {"us-east-1\neu-west-1\nus-west-2\n", 0644, "declares every Region down"},
        {"us-west-2\n", 0664, "others may write it"},
        {"us-west-2\n", 0646, "others may write it"},
        {large, 0644, "larger than 4096 bytes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_new();
        CHECK_OK(start(&s, ""), s.e);
        write_file(&s, "us-east-1\n", 0644);
        CHECK(is(&s, "100"));
        write_file(&s, rows[i].text, rows[i].mode);
        CHECK(is(&s, "100"));
        now_ms += 1000;
        CHECK(is(&s, "100"));
        CHECK(logged(&s, rows[i].told) == 1);
        CHECK(logged(&s, "\"code\":\"write.while_down_file\"") == 1);
        CHECK(outage_count(s.outage).file_errors == 2);
        write_file(&s, "eu-west-1\n", 0644);
        CHECK(is(&s, "010"));
    }
}

CASE(what_is_no_file_declares_nothing_down)
{
    AUTO(scene_end) struct scene s = scene_new();
    CHECK(mkdir(s.file, 0755) == 0);
    CHECK_OK(start(&s, ""), s.e);
    CHECK(is(&s, "000") && logged(&s, "it is no file") == 1);
    rmdir(s.file);
    CHECK(mkfifo(s.file, 0644) == 0);
    now_ms += 1000;
    CHECK(is(&s, "000"));
}

CASE(the_start_is_the_variable_or_else_the_configuration)
{
    static const struct {
        const char *write, *variable, *wanted;
    } rows[] = {
        {", while_down: [eu-west-1]", NULL, "010"},
        {", while_down: [eu-west-1]", "us-east-1", "100"},
        {", while_down: [eu-west-1]", "", "000"},
        {"", " us-east-1, us-west-2 ", "101"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_new();
        if (rows[i].variable != NULL) {
            setenv("SEALROW_WHILE_DOWN", rows[i].variable, 1);
        }
        CHECK_OK(start(&s, rows[i].write), s.e);
        CHECK(is(&s, rows[i].wanted));
        CHECK(logged(&s, "before: none") == (strchr(rows[i].wanted, '1') != NULL));
    }
}

CASE(a_wrong_variable_is_refused)
{
    AUTO(scene_end) struct scene s = scene_new();
    setenv("SEALROW_WHILE_DOWN", "us-east-9", 1);
    CHECK_RC(start(&s, ""), SROW_E_REGION);
    CHECK(strcmp(s.e.text,
                 "SEALROW_WHILE_DOWN: the configuration has no Region us-east-9: name one of "
                 "us-east-1, eu-west-1, us-west-2") == 0);
    setenv("SEALROW_WHILE_DOWN", "us-east-1,eu-west-1,us-west-2", 1);
    CHECK_RC(start(&s, ""), SROW_E_CONFIG);
}

CASE(the_program_replaces_its_list_and_the_file_adds_to_it)
{
    static const char *const west[] = {"us-west-2", NULL}, *const unknown[] = {"us-east-9", NULL},
                             *const two[] = {"us-west-2", "eu-west-1", NULL};
    AUTO(scene_end) struct scene s = scene_new();
    CHECK_OK(start(&s, ", while_down: [eu-west-1]"), s.e);
    CHECK_OK(outage_declare(s.outage, west, &s.e), s.e);
    CHECK(is(&s, "001"));
    write_file(&s, "us-east-1\n", 0644);
    CHECK(is(&s, "101"));
    CHECK_RC(outage_declare(s.outage, unknown, &s.e), SROW_E_REGION);
    CHECK_RC(outage_declare(s.outage, two, &s.e), SROW_E_USAGE);
    CHECK(is(&s, "101"));
    write_file(&s, "us-east-1\neu-west-1\n", 0644); /* with the program's: all */
    CHECK(is(&s, "101"));
    CHECK_OK(outage_declare(s.outage, NULL, &s.e), s.e);
    now_ms += 1000;
    CHECK(is(&s, "110"));
}

CASE(debts_are_counted_and_logged_at_most_once_a_minute)
{
    AUTO(scene_end) struct scene s = scene_new();
    CHECK_OK(start(&s, ""), s.e);
    struct keyring_outage *face = outage_face(s.outage);
    face->owe(face, names, 1);
    CHECK(logged(&s, "1 value sealed in fewer Regions than promised, the last one without "
                     "us-east-1\"") == 1);
    face->owe(face, names, 2);
    face->owe(face, names + 1, 1);
    CHECK(logged(&s, "write.missing") == 1);
    now_ms += 60000;
    face->owe(face, names, 2);
    CHECK(logged(&s, "3 values sealed in fewer Regions than promised, the last one without "
                     "us-east-1, eu-west-1\"") == 1);
    CHECK(outage_count(s.outage).debts == 4);
    CHECK(outage_read(s.outage, "us-east-1").missing == 3);
    CHECK(outage_read(s.outage, "eu-west-1").missing == 3);
    CHECK(outage_read(s.outage, "us-west-2").missing == 0);
}

/* -- the client -- */

static const struct srow_bind account[] = {{"account", {SROW_TYPE_TEXT, 0, 0, {"12345678", 8}}}};
static const struct srow_cell cell = {.column = "profile.userid", .bind = account, .bind_count = 1};

static void free_client(struct srow_client **c)
{
    srow_client_free(*c);
}

static void free_sealed(struct srow_sealed *s)
{
    srow_sealed_free(s);
}

static void free_health(struct srow_health *h)
{
    srow_health_free(h);
}

static bool has_line(struct srow_client *client, const char *line)
{
    AUTO(buf_cleanup) struct srow_buf text = {0};
    return srow_client_metrics(&text, client, NULL) == SROW_OK &&
           strstr(buf_cstr(&text), line) != NULL;
}

CASE(a_running_program_declares_a_Region_down_and_writes_on)
{
    static const char *const east[] = {"us-east-1", NULL};
    AUTO(scene_end) struct scene s = scene_new();
    AUTO(kms_free) struct kms *kms = fake_kms_new(names);
    AUTO(free_client) struct srow_client *client = NULL;
    AUTO(free_sealed) struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    CHECK_OK(start(&s, ""), s.e);
    struct client_options options = {.face = {.local_region = "us-east-1"}, .kms = kms};
    CHECK_OK(client_new(&client, s.config, &options, &s.e), s.e);
    fake_kms_set(kms, "us-east-1", SROW_E_CONNECT);
    CHECK_RC(srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), &s.e), SROW_E_REGIONS);
    CHECK_OK(srow_client_while_down(client, east, &s.e), s.e);
    fake_kms_reset(kms);
    CHECK_OK(srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), &s.e), s.e);
    CHECK(sealed.wrapped == 2 && sealed.missing == 1);
    CHECK(fake_kms_total(kms, "us-east-1") == 0);
    CHECK(fake_kms_count(kms, "eu-west-1", KMS_GENERATE) == 1);
    CHECK_OK(srow_cell_open(&plain, client, &cell, bytes_buf(&sealed.message), &s.e), s.e);
    CHECK(has_line(client, "\nsealrow_region_declared_down{region=\"us-east-1\"} 1\n"));
    CHECK(has_line(client, "\nsealrow_region_declared_down{region=\"eu-west-1\"} 0\n"));
    CHECK(has_line(client, "\nsealrow_missing_total{region=\"us-east-1\"} 1\n"));
    CHECK(has_line(client, "\nsealrow_debts_total 1\n"));
    CHECK(has_line(client, "\nsealrow_while_down_changes_total 1\n"));
    AUTO(free_health) struct srow_health health = {0};
    CHECK_OK(srow_client_health(&health, client, &s.e), s.e);
    CHECK(health.regions[0].declared_down == 1 && health.regions[1].declared_down == 0);
    CHECK_RC(srow_client_while_down(NULL, east, &s.e), SROW_E_USAGE);
}

CASE(health_and_metrics_show_whom_reads_avoid)
{
    AUTO(scene_end) struct scene s = scene_new();
    AUTO(kms_free) struct kms *kms = fake_kms_new(names);
    AUTO(free_client) struct srow_client *client = NULL;
    AUTO(free_sealed) struct srow_sealed sealed = {0};
    CHECK_OK(start(&s, ""), s.e);
    struct client_options options = {.face = {.local_region = "us-east-1"}, .kms = kms};
    CHECK_OK(client_new(&client, s.config, &options, &s.e), s.e);
    CHECK_OK(srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), &s.e), s.e);
    fake_kms_set(kms, "us-east-1", SROW_E_CONNECT);
    for (int i = 0; i < 3; i++) {
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        CHECK(has_line(client, "\nsealrow_region_avoided{region=\"us-east-1\"} 0\n"));
        CHECK_OK(srow_cell_open(&plain, client, &cell, bytes_buf(&sealed.message), &s.e), s.e);
    }
    CHECK(has_line(client, "\nsealrow_region_avoided{region=\"us-east-1\"} 1\n"));
    AUTO(free_health) struct srow_health health = {0};
    CHECK_OK(srow_client_health(&health, client, &s.e), s.e);
    CHECK(health.regions[0].avoided == 1 && health.regions[1].avoided == 0);
}

CASE(a_quorum_that_a_key_set_cannot_give_is_a_wrong_configuration)
{
    AUTO(scene_end) struct scene s = scene_new();
    AUTO(kms_free) struct kms *kms = fake_kms_new(names);
    struct srow_client *client = NULL;
    CHECK_OK(start(&s, ", require: \"quorum:4\""), s.e);
    struct client_options options = {.face = {.local_region = "us-east-1"}, .kms = kms};
    CHECK_RC(client_new(&client, s.config, &options, &s.e), SROW_E_CONFIG);
    CHECK(strcmp(s.e.text,
                 "key set \"default\": write.require: quorum:4, but new values are wrapped "
                 "for 3 Regions: ask for 1 to 3") == 0);
}

static void ask_back(void *state, uint32_t level, const char *code, const char *text)
{
    struct scene *s = state;
    (void)level;
    (void)text;
    s->told += strncmp(code, "write.", 6) == 0;
    s->told_down = outage_read(s->outage, "us-east-1").down;
}

/* Under the lock a call back would wait for ever. */
CASE(the_function_of_the_log_may_ask_what_it_is_told_of)
{
    static const char *const east[] = {"us-east-1", NULL};
    AUTO(scene_end) struct scene s = scene_new();
    CHECK_OK(start(&s, ""), s.e);
    alarm(20);
    srow_log_set(ask_back, &s);
    enum srow_rc rc = outage_declare(s.outage, east, &s.e);
    struct keyring_outage *face = outage_face(s.outage);
    face->owe(face, east, 1);
    srow_log_set(NULL, NULL);
    alarm(0);
    CHECK_OK(rc, s.e);
    CHECK(s.told == 2 && s.told_down);
}

int main(void)
{
    RUN(the_file_is_read_again_within_a_second_and_each_change_is_logged);
    RUN(comments_spaces_and_empty_lines_are_allowed);
    RUN(a_file_that_cannot_be_used_changes_nothing_and_is_logged_once);
    RUN(what_is_no_file_declares_nothing_down);
    RUN(the_start_is_the_variable_or_else_the_configuration);
    RUN(a_wrong_variable_is_refused);
    RUN(the_program_replaces_its_list_and_the_file_adds_to_it);
    RUN(debts_are_counted_and_logged_at_most_once_a_minute);
    RUN(a_running_program_declares_a_Region_down_and_writes_on);
    RUN(health_and_metrics_show_whom_reads_avoid);
    RUN(a_quorum_that_a_key_set_cannot_give_is_a_wrong_configuration);
    RUN(the_function_of_the_log_may_ask_what_it_is_told_of);
    return check_done();
}
