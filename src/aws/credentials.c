/* SPDX-License-Identifier: Apache-2.0
 *
 * The chain of AWS credentials, in the order of the AWS CLI: environment, web identity, the profile
 * of the shared files, container. What this version cannot follow stops the chain with its name
 * where the CLI would use it: going on would sign as somebody else.
 */
#include "aws/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "aws/profile.h"

/* NULL if it is not set, or empty. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static MUST enum srow_rc take(struct credentials *out, struct srow_bytes id,
                              struct srow_bytes secret, struct srow_bytes token,
                              struct srow_error *e)
{
    AUTO(credentials_cleanup) struct credentials c = {0};
    TRY(bytes_dup_str(&c.access_key_id, id, e));
    TRY(secret_of(&c.secret_access_key, secret, e));
    if (token.len > 0) {
        TRY(bytes_dup_str(&c.session_token, token, e));
    }
    *out = c;
    c = (struct credentials){0};
    return SROW_OK;
}

/* NOT_FOUND: the environment names none. */
static MUST enum srow_rc from_environment(struct credentials *out, struct srow_error *e)
{
    const char *id = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");
    FAIL_IF(id == NULL && secret == NULL, e, SROW_E_NOT_FOUND, "none in the environment");
    FAIL_IF(secret == NULL, e, SROW_E_CREDENTIALS,
            "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not: set both, or neither");
    FAIL_IF(id == NULL, e, SROW_E_CREDENTIALS,
            "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not: set both, or neither");
    return take(out, srow_str(id), srow_str(secret), srow_str(variable("AWS_SESSION_TOKEN")), e);
}

static MUST enum srow_rc refuse_variable(const char *name, struct srow_error *e)
{
    FAIL_IF(variable(name) != NULL, e, SROW_E_CREDENTIALS,
            "%s names a source of credentials that this version does not have: set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with keys",
            name);
    return SROW_OK;
}

static MUST enum srow_rc refuse_source(const struct profile *p, struct srow_error *e)
{
    FAIL(e, SROW_E_CREDENTIALS,
         "profile \"%s\" in %s uses %s, which this version does not have: give it "
         "aws_access_key_id and aws_secret_access_key, or set them in the environment",
         p->name, p->path, p->other_source);
}

static MUST enum srow_rc from_keys(struct credentials *out, const struct profile *p,
                                   struct srow_error *e)
{
    FAIL_IF(p->secret.len == 0, e, SROW_E_CREDENTIALS,
            "profile \"%s\" in %s has aws_access_key_id and no aws_secret_access_key: add it",
            p->name, p->path);
    FAIL_IF(p->id.len == 0, e, SROW_E_CREDENTIALS,
            "profile \"%s\" in %s has aws_secret_access_key and no aws_access_key_id: add it",
            p->name, p->path);
    return take(out, p->id, p->secret, p->token, e);
}

static bool has_keys(const struct profile *p)
{
    return p->id.len > 0 || p->secret.len > 0;
}

/* The CLI prefers keys of the credentials file to credential_process, and to nothing else. */
static MUST enum srow_rc from_files(struct credentials *out, const struct profile *credentials,
                                    const struct profile *config, struct srow_error *e)
{
    const struct profile *both[] = {credentials, config};
    for (size_t i = 0; i < 2; i++) {
        const char *other = both[i]->other_source;
        bool yields = other != NULL && strcmp(other, "credential_process") == 0;
        if (other != NULL && !(yields && has_keys(credentials))) {
            return refuse_source(both[i], e);
        }
    }
    if (has_keys(credentials)) {
        return from_keys(out, credentials, e);
    }
    FAIL_IF(!has_keys(config), e, SROW_E_NOT_FOUND, "none in the files");
    return from_keys(out, config, e);
}

static MUST enum srow_rc from_profile(struct credentials *out, struct srow_error *e)
{
    AUTO(profile_cleanup) struct profile credentials = {0};
    AUTO(profile_cleanup) struct profile config = {0};
    const char *named = variable("AWS_PROFILE");
    named = named != NULL ? named : variable("AWS_DEFAULT_PROFILE");
    const char *name = named == NULL ? "default" : named;
    TRY(profile_load(&credentials, PROFILE_CREDENTIALS, name, e));
    TRY(profile_load(&config, PROFILE_CONFIG, name, e));
    FAIL_IF(named != NULL && !credentials.found && !config.found, e, SROW_E_CREDENTIALS,
            "profile \"%s\" is neither in %s nor in %s: add it, or set AWS_PROFILE to one that is",
            name, credentials.path, config.path);
    enum srow_rc rc = from_files(out, &credentials, &config, e);
    FAIL_IF(rc == SROW_E_NOT_FOUND && named != NULL, e, SROW_E_CREDENTIALS,
            "profile \"%s\" has no keys: give it aws_access_key_id and aws_secret_access_key in %s",
            name, credentials.path);
    return rc;
}

enum srow_rc credentials_load(struct credentials *out, struct srow_error *e)
{
    enum srow_rc rc = from_environment(out, e);
    if (rc != SROW_E_NOT_FOUND) {
        return rc;
    }
    TRY(refuse_variable("AWS_WEB_IDENTITY_TOKEN_FILE", e));
    rc = from_profile(out, e);
    if (rc != SROW_E_NOT_FOUND) {
        return rc;
    }
    TRY(refuse_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", e));
    TRY(refuse_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", e));
    FAIL(e, SROW_E_CREDENTIALS,
         "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
         "AWS_SHARED_CREDENTIALS_FILE and AWS_PROFILE (instance metadata is not asked by this "
         "version)");
}

void credentials_cleanup(struct credentials *c)
{
    str_free(&c->access_key_id);
    secret_cleanup(&c->secret_access_key);
    if (c->session_token != NULL) {
        bytes_wipe(c->session_token, strlen(c->session_token));
    }
    str_free(&c->session_token);
}
