/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/credentials.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char folder[] = "/tmp/sealrow-credentials-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[2][128];
    static int turn;
    turn = 1 - turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(path_of(name), "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
        abort();
    }
}

static void clear(void)
{
    static const char *const names[] = {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv(names[i]);
    }
    setenv("HOME", folder, 1);
    unlink(path_of(".aws/credentials"));
    unlink(path_of(".aws/config"));
}

struct row {
    const char *what;
    const char *env[3][2]; /* name, value */
    const char *credentials, *config;
    const char *wanted; /* "id:secret:token", or a part of the error's text */
    enum srow_rc rc;
};

#define KEYS "aws_access_key_id = F\naws_secret_access_key = fs/+=\n"

static const struct row rows[] = {
    {"environment before files",
     {{"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "es"}},
     "[default]\n" KEYS,
     NULL,
     "E:es:",
     SROW_OK},
    {"environment with token",
     {{"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "es"}, {"AWS_SESSION_TOKEN", "t"}},
     NULL,
     NULL,
     "E:es:t",
     SROW_OK},
    {"half a pair: id",
     {{"AWS_ACCESS_KEY_ID", "E"}},
     "[default]\n" KEYS,
     NULL,
     "AWS_SECRET_ACCESS_KEY is not",
     SROW_E_CREDENTIALS},
    {"half a pair: secret",
     {{"AWS_SECRET_ACCESS_KEY", "es"}},
     NULL,
     NULL,
     "AWS_ACCESS_KEY_ID is not",
     SROW_E_CREDENTIALS},
    {"default profile",
     {{NULL, NULL}},
     "# a comment\n\n[other]\naws_access_key_id=O\n[default]\r\n" KEYS,
     NULL,
     "F:fs/+=:",
     SROW_OK},
    {"named profile",
     {{"AWS_PROFILE", "app"}},
     "[default]\nx=y\n[app]\n" KEYS "aws_session_token=tok\n",
     NULL,
     "F:fs/+=:tok",
     SROW_OK},
    {"no newline at the end",
     {{NULL, NULL}},
     "[default]\naws_access_key_id=F\naws_secret_access_key=s",
     NULL,
     "F:s:",
     SROW_OK},
    {"config file",
     {{"AWS_PROFILE", "app"}},
     NULL,
     "[app]\naws_access_key_id=X\n[profile app]\n" KEYS,
     "F:fs/+=:",
     SROW_OK},
    {"config file, default",
     {{NULL, NULL}},
     NULL,
     "[default]\nregion = x\ns3 =\n  aws_access_key_id = no\n" KEYS,
     "F:fs/+=:",
     SROW_OK},
    {"profile missing",
     {{"AWS_PROFILE", "gone"}},
     "[default]\n" KEYS,
     NULL,
     "profile \"gone\" is neither in",
     SROW_E_CREDENTIALS},
    {"profile without keys",
     {{"AWS_PROFILE", "app"}},
     NULL,
     "[profile app]\nregion=x\n",
     "profile \"app\" has no keys",
     SROW_E_CREDENTIALS},
    {"half a pair in a profile",
     {{NULL, NULL}},
     "[default]\naws_access_key_id=F\n",
     NULL,
     "no aws_secret_access_key",
     SROW_E_CREDENTIALS},
    {"other half",
     {{NULL, NULL}},
     "[default]\naws_secret_access_key=F\n",
     NULL,
     "no aws_access_key_id",
     SROW_E_CREDENTIALS},
    {"process",
     {{NULL, NULL}},
     NULL,
     "[default]\ncredential_process=/bin/x\n",
     "credential_process",
     SROW_E_CREDENTIALS},
    {"keys before process",
     {{NULL, NULL}},
     "[default]\n" KEYS,
     "[default]\ncredential_process=/bin/x\n",
     "F:fs/+=:",
     SROW_OK},
    {"role before keys",
     {{NULL, NULL}},
     "[default]\n" KEYS,
     "[default]\nrole_arn=arn:aws:iam::1:role/r\ncredential_process=x\n",
     "role_arn",
     SROW_E_CREDENTIALS},
    {"sso",
     {{"AWS_PROFILE", "app"}},
     NULL,
     "[profile app]\nsso_session=corp\n",
     "sso_session",
     SROW_E_CREDENTIALS},
    {"web identity",
     {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/x"}},
     "[default]\n" KEYS,
     NULL,
     "AWS_WEB_IDENTITY_TOKEN_FILE",
     SROW_E_CREDENTIALS},
    {"container",
     {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://x"}},
     NULL,
     NULL,
     "AWS_CONTAINER_CREDENTIALS_FULL_URI",
     SROW_E_CREDENTIALS},
    {"container, relative",
     {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}},
     NULL,
     NULL,
     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
     SROW_E_CREDENTIALS},
    {"files before container",
     {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://x"}},
     "[default]\n" KEYS,
     NULL,
     "F:fs/+=:",
     SROW_OK},
    {"nothing", {{NULL, NULL}}, NULL, NULL, "no AWS credentials", SROW_E_CREDENTIALS},
    {"a file that is named and not there",
     {{"AWS_SHARED_CREDENTIALS_FILE", "/nowhere/x"}},
     NULL,
     NULL,
     "/nowhere/x",
     SROW_E_IO},
};

static bool right(const struct row *row)
{
    clear();
    for (size_t i = 0; i < 3 && row->env[i][0] != NULL; i++) {
        setenv(row->env[i][0], row->env[i][1], 1);
    }
    if (row->credentials != NULL) {
        write_file(".aws/credentials", row->credentials);
    }
    if (row->config != NULL) {
        write_file(".aws/config", row->config);
    }
    AUTO(credentials_cleanup) struct credentials c = {0};
    struct srow_error e = {0};
    enum srow_rc rc = credentials_load(&c, &e);
    char got[512];
    snprintf(got, sizeof got, "%s:%.*s:%s", c.access_key_id == NULL ? "" : c.access_key_id,
             (int)c.secret_access_key.len, (const char *)c.secret_access_key.at,
             c.session_token == NULL ? "" : c.session_token);
    bool good = rc == row->rc && (rc == SROW_OK ? strcmp(got, row->wanted) == 0
                                                : strstr(e.text, row->wanted) != NULL);
    if (!good) {
        printf("# %s: %s %s %s\n", row->what, srow_rc_name(rc), e.text, got);
    }
    return good && strstr(e.text, "fs/") == NULL;
}

CASE(each_source_is_taken_in_its_turn_or_refused_by_name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(right(&rows[i]));
    }
}

CASE(the_environment_names_other_files)
{
    clear();
    write_file("elsewhere", "[default]\n" KEYS);
    setenv("AWS_SHARED_CREDENTIALS_FILE", path_of("elsewhere"), 1);
    AUTO(credentials_cleanup) struct credentials c = {0};
    struct srow_error e = {0};
    CHECK_OK(credentials_load(&c, &e), e);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere", 1);
    credentials_cleanup(&c);
    CHECK_OK(credentials_load(&c, &e), e);
    CHECK(strcmp(c.access_key_id, "F") == 0);
}

int main(void)
{
    if (mkdtemp(folder) == NULL || mkdir(path_of(".aws"), 0700) != 0) {
        return 1;
    }
    RUN(each_source_is_taken_in_its_turn_or_refused_by_name);
    RUN(the_environment_names_other_files);
    clear();
    unlink(path_of("elsewhere"));
    rmdir(path_of(".aws"));
    rmdir(folder);
    return check_done();
}
