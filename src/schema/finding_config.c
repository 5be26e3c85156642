/* SPDX-License-Identifier: Apache-2.0
 *
 * What the configuration allows and a reviewer should know of.
 */
#include <ctype.h>
#include <strings.h>

#include "base/time.h"
#include "config/stages.h"
#include "schema/finding.h"

/* Words that begin a part of a name ("card_no", "cardNo", "e-mail") of what should not be bound. */
static const char *const sensitive[] = {
    "card",    "cvc",     "cvv",      "ssn",     "iban",      "email",    "mail",    "phone",
    "mobile",  "passw",   "pin",      "secret",  "token",     "birth",    "dob",     "social",
    "license", "licence", "passport", "surname", "firstname", "lastname", "address", NULL,
};

static bool begins(const char *at, const char *word)
{
    return strncasecmp(at, word, strlen(word)) == 0;
}

/* "pin" and "dob" are too short to begin anything: "pinned", "pineapple". */
static bool is_sensitive_part(const char *at)
{
    for (size_t i = 0; sensitive[i] != NULL; i++) {
        size_t len = strlen(sensitive[i]);
        if (begins(at, sensitive[i]) && (len > 3 || islower((unsigned char)at[len]) == 0)) {
            return true;
        }
    }
    return false;
}

/* A part begins a word, or is a capital behind a small letter. */
static bool is_sensitive(const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++) {
        char before = i == 0 ? '_' : name[i - 1];
        bool part = isalpha((unsigned char)before) == 0 ||
                    (islower((unsigned char)before) != 0 && isupper((unsigned char)name[i]) != 0);
        if (part && is_sensitive_part(name + i)) {
            return true;
        }
    }
    return false;
}

static enum srow_rc look_stage(struct finding_list *list, const struct config_column *column,
                               const char *where, struct srow_error *e)
{
    enum { WARN = 30 * 86400 };
    int64_t left = stages_left(column, time_wall_ms() / 1000);
    if (left <= 0) {
        return finding_add(list, "stage-over", where, e,
                           "stage %s has ended with %s, and nothing starts: move it on, or give it "
                           "a later day",
                           stages_word(column), column->until);
    }
    return left > WARN ? SROW_OK
                       : finding_add(list, "stage-ends", where, e,
                                     "stage %s ends with %s, and then nothing starts: move it on, "
                                     "give it a later day, or say --accept stage-ends",
                                     stages_word(column), column->until);
}

static enum srow_rc look_table(struct finding_list *list, const struct config_table *table,
                               struct srow_error *e)
{
    for (size_t i = 0; i < table->bind_count; i++) {
        const struct config_bind *bind = &table->binds[i];
        AUTO(buf_cleanup) struct srow_buf where = {0};
        buf_printf(&where, "%s.%s", table->name, bind->name);
        TRY(buf_check(&where, e));
        if (is_sensitive(bind->name) || is_sensitive(bind->column)) {
            TRY(finding_add(
                list, "bind-sensitive", buf_cstr(&where), e,
                "its name looks like personal data or a secret, and bound values stand "
                "in clear in each sealed value and in the audit log of each Region: "
                "bind an identifier that says nothing, or say --accept bind-sensitive"));
        }
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct config_column *column = &table->columns[i];
        TRY(look_stage(list, column, column->full_name, e));
        if (column->accepts_no_cell) {
            TRY(finding_add(list, "accept-no-cell", column->full_name, e,
                            "values without the cell's name open here and may be moved between "
                            "such columns: replace them and remove accept, or say --accept "
                            "accept-no-cell"));
        }
    }
    return SROW_OK;
}

static enum srow_rc look_write(struct finding_list *list, const struct srow_config *config,
                               struct srow_error *e)
{
    for (size_t i = 0; i < config->key_set_count; i++) {
        const struct config_key_set *set = &config->key_sets[i];
        uint32_t regions = config_key_set_regions(config, set);
        if (config->require == CONFIG_REQUIRE_QUORUM && config->quorum > regions) {
            TRY(finding_add(list, "write-quorum", set->name, e,
                            "quorum:%u is asked for, and this key set has keys for new values in "
                            "%u Region%s: ask for fewer, or add keys",
                            config->quorum, regions, regions == 1 ? "" : "s"));
        }
    }
    if (config->require == CONFIG_REQUIRE_ALL) {
        return SROW_OK;
    }
    return finding_add(list, "write-below-all", "write.require", e,
                       "a value may be written that lacks Regions, and dies with the ones it has: "
                       "say all, or say --accept write-below-all");
}

enum srow_rc finding_config(struct finding_list *list, const struct srow_config *config,
                            struct srow_error *e)
{
    for (size_t i = 0; i < config->table_count; i++) {
        TRY(look_table(list, &config->tables[i], e));
    }
    return look_write(list, config, e);
}

enum srow_rc finding_local(struct finding_list *list, const struct srow_config *config,
                           const char *region, struct srow_error *e)
{
    if (config->require != CONFIG_REQUIRE_LOCAL) {
        return SROW_OK;
    }
    for (size_t i = 0; i < config->key_set_count; i++) {
        const struct config_key_set *set = &config->key_sets[i];
        if (!config_key_set_seals_in(set, region)) {
            TRY(finding_add(list, "write-local-missing", set->name, e,
                            "require: local, and this key set has no key for new values in the "
                            "local Region %s, so nothing is sealed with it there: add one, or "
                            "require all or quorum:N",
                            region));
        }
    }
    return SROW_OK;
}
