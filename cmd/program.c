/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdlib.h>

#include "base/log.h"
#include "io.h"

void program_cleanup(struct program *p)
{
    srow_client_free(p->client);
    db_free(&p->db);
    srow_config_free(p->config);
    *p = (struct program){0};
}

/* -- settings -- */

struct program_setting program_setting_of(const char *given, const char *option,
                                          const char *const *variables, const char *fallback)
{
    if (given != NULL) {
        return (struct program_setting){given, "flag", option};
    }
    for (; *variables != NULL; variables++) {
        const char *value = getenv(*variables);
        if (value != NULL && *value != '\0') {
            return (struct program_setting){value, "environment", *variables};
        }
    }
    return (struct program_setting){fallback, "default", "default"};
}

struct program_setting program_config_file(const struct args *args)
{
    static const char *const names[] = {"SEALROW_CONFIG", NULL};
    return program_setting_of(args->config, "--config", names, "sealrow.yaml");
}

const char *program_config_variable(const struct program_setting *file)
{
    if (strcmp(file->from, "environment") == 0 && strchr(file->value, '\n') != NULL) {
        return file->where;
    }
    return strncmp(file->value, "env:", 4) == 0 ? file->value + 4 : NULL;
}

struct program_setting program_local_region(const struct args *args)
{
    static const char *const names[] = {"SEALROW_LOCAL_REGION", "AWS_REGION", "AWS_DEFAULT_REGION",
                                        NULL};
    return program_setting_of(args->local_region, "--local-region", names, "none");
}

struct program_setting program_log_level(const struct args *args)
{
    static const char *const names[] = {"SEALROW_LOG", NULL};
    return program_setting_of(args->log_level, "--log-level", names, "warning");
}

enum srow_rc program_log(const struct args *args, struct srow_error *e)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    struct program_setting s = program_log_level(args);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(levels[i], s.value) == 0) {
            log_set_level((enum log_level)i);
            return SROW_OK;
        }
    }
    FAIL(e, strcmp(s.from, "flag") == 0 ? SROW_E_USAGE : SROW_E_CONFIG,
         "%s: unknown level %s: say error, warning, info or debug", s.where, s.value);
}

/* -- what commands work with -- */

static enum srow_rc parse_variable(struct srow_config **out, const char *name, struct srow_error *e)
{
    const char *yaml = getenv(name);
    FAIL_IF(yaml == NULL, e, SROW_E_CONFIG_MISSING,
            "configuration: the variable %s is not set: set it, or give -c FILE", name);
    return srow_config_parse(out, srow_str(yaml), e);
}

enum srow_rc program_config(struct program *p, const struct args *args, struct srow_error *e)
{
    struct program_setting file = program_config_file(args);
    const char *variable = program_config_variable(&file);
    if (variable != NULL) {
        TRY(parse_variable(&p->config, variable, e));
    } else {
        TRY(srow_config_load(&p->config, file.value, e));
    }
    log_line(LOG_LEVEL_INFO, "config.read", "%s: Regions: %zu, tables: %zu",
             variable == NULL ? file.value : variable, p->config->region_count,
             p->config->table_count);
    return SROW_OK;
}

/* The library knows the word without its hyphens. */
static enum srow_rc check_via(const struct srow_config *config, const char *via,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf known = {0};
    for (size_t i = 0; i < config->region_count; i++) {
        buf_printf(&known, "%s%s", i > 0 ? ", " : "", config->regions[i].name);
    }
    FAIL_IF(via != NULL && config_region_find(config, via) == NULL, e, SROW_E_REGION,
            "--via: the configuration has no Region %s: name one of %s", via, buf_cstr(&known));
    return SROW_OK;
}

enum srow_rc program_client(struct program *p, const struct args *args, struct srow_error *e)
{
    struct srow_client_options options = {.local_region = args->local_region};
    if (p->config == NULL) {
        TRY(program_config(p, args, e));
    }
    TRY(check_via(p->config, args->via, e));
    return srow_client_new(&p->client, p->config, &options, e);
}

enum srow_rc program_db(struct program *p, const struct args *args, struct srow_error *e)
{
    if (p->config == NULL) {
        TRY(program_config(p, args, e));
    }
    const char *name = p->config->writer == NULL ? "DATABASE_URL" : p->config->writer;
    const char *url = getenv(name);
    if (url == NULL || *url == '\0') {
        AUTO(buf_cleanup) struct srow_buf urls = {0};
        db_put_urls(&urls);
        FAIL(e, SROW_E_CONFIG, "database: the variable %s is not set: set it to %s", name,
             buf_cstr(&urls));
    }
    return db_open(&p->db, url, e);
}

struct rows program_rows(const struct program *p)
{
    return (struct rows){p->config, p->client, p->db};
}

/* -- NAME=VALUE -- */

void program_given_cleanup(struct program_given *g)
{
    for (size_t i = 0; i < g->count; i++) {
        free(g->names[i]);
    }
    buf_cleanup(&g->input);
    *g = (struct program_given){0};
}

/* A word that is no pair may be a value, and is not repeated: its number is. */
static enum srow_rc read_one(struct program_given *g, const char *word, size_t number,
                             struct srow_error *e)
{
    const char *equals = strchr(word, '=');
    FAIL_IF(equals == NULL || equals == word, e, SROW_E_USAGE,
            "NAME=VALUE number %zu: no equals sign: write NAME=VALUE", number);
    TRY(bytes_dup_str(&g->names[g->count], bytes_of(word, (size_t)(equals - word)), e));
    struct rows_given *given = &g->list[g->count];
    *given = (struct rows_given){.name = g->names[g->count], .value = srow_str(equals + 1)};
    g->count++;
    if (strcmp(equals + 1, "-") != 0) {
        return SROW_OK;
    }
    FAIL_IF(g->has_input, e, SROW_E_USAGE, "%s: standard input is used already: give its value",
            given->name);
    g->has_input = true;
    TRY(io_read_input(&g->input, e));
    given->value = bytes_buf(&g->input);
    return SROW_OK;
}

enum srow_rc program_given_read(struct program_given *out, const char *const *words, size_t n,
                                struct srow_error *e)
{
    for (size_t i = 0; i < n; i++) {
        TRY(read_one(out, words[i], i + 1, e));
    }
    return SROW_OK;
}

enum srow_rc program_given_null(struct program_given *out, const char *const *names, size_t n,
                                struct srow_error *e)
{
    FAIL_IF(out->count + n > CMD_MAX_WORDS, e, SROW_E_USAGE, "more than %d columns: give fewer",
            CMD_MAX_WORDS);
    for (size_t i = 0; i < n; i++) {
        struct rows_given *given = &out->list[out->count];
        TRY(bytes_dup_str(&out->names[out->count], srow_str(names[i]), e));
        *given = (struct rows_given){.name = out->names[out->count], .null = true};
        out->count++;
    }
    return SROW_OK;
}

/* -- a cell -- */

void program_cell_cleanup(struct program_cell *c)
{
    program_given_cleanup(&c->given);
}

/* The type that the configuration gives a binding; text if it knows none: the library refuses. */
static uint32_t bind_type(const struct config_table *table, const char *name)
{
    for (size_t i = 0; table != NULL && i < table->bind_count; i++) {
        if (strcmp(table->binds[i].name, name) == 0 && table->binds[i].type == SROW_TYPE_BYTES) {
            return SROW_TYPE_BYTES;
        }
    }
    return SROW_TYPE_TEXT; /* integers may be given as their text */
}

enum srow_rc program_cell_read(struct program_cell *out, const struct program *p,
                               const struct args *args, struct srow_error *e)
{
    const char *column = args->words[0], *dot = strchr(column, '.');
    FAIL_IF(dot == NULL, e, SROW_E_USAGE, "%s: no dot: write TABLE.COLUMN", column);
    const struct config_table *table =
        config_table_find(p->config, bytes_of(column, (size_t)(dot - column)));
    TRY(program_given_read(&out->given, args->binds, args->bind_count, e));
    for (size_t i = 0; i < out->given.count; i++) {
        const struct rows_given *g = &out->given.list[i];
        out->binds[i] =
            (struct srow_bind){g->name, {.type = bind_type(table, g->name), .bytes = g->value}};
    }
    out->cell = (struct srow_cell){
        .column = column, .bind = out->binds, .bind_count = out->given.count, .via = args->via};
    return SROW_OK;
}
