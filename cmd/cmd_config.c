/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json.h"
#include "config/show.h"
#include "io.h"
#include "program.h"

/* What is printed, and how. */
struct page {
    struct srow_buf text;
    bool json;
    bool started;
};

static void page_cleanup(struct page *p)
{
    buf_cleanup(&p->text);
}

static void put(struct page *p, const char *key, const struct program_setting *s)
{
    if (!p->json) {
        buf_printf(&p->text, "%s: %s  # %s\n", key, s->value, s->where);
        return;
    }
    buf_put_str(&p->text, p->started ? ",{\"key\":" : "{\"settings\":[{\"key\":");
    p->started = true;
    json_put_string(&p->text, srow_str(key));
    buf_put_str(&p->text, ",\"value\":");
    json_put_string(&p->text, srow_str(s->value));
    buf_printf(&p->text, ",\"from\":\"%s\",\"where\":", s->from);
    json_put_string(&p->text, srow_str(s->where));
    buf_put_str(&p->text, "}");
}

static enum srow_rc print(struct page *p, struct srow_error *e)
{
    buf_put_str(&p->text, p->json ? "]}\n" : "");
    return io_write_buf(&p->text, e);
}

/* -- show -- */

/* The address is a secret: only whether there is one is told. */
static void put_database(struct page *p, const struct srow_config *config)
{
    const char *name = config->writer == NULL ? "DATABASE_URL" : config->writer;
    const char *url = getenv(name);
    bool set = url != NULL && *url != '\0';
    struct program_setting s = {set ? "set" : "not set", set ? "environment" : "default", name};
    put(p, "database", &s);
}

static void put_program(struct page *p, const struct args *args, const struct srow_config *config)
{
    struct program_setting file = program_config_file(args), level = program_log_level(args);
    struct program_setting region = program_local_region(args);
    if (strchr(file.value, '\n') != NULL) {
        file.value = "env:SEALROW_CONFIG";
    }
    put(p, "config", &file);
    put(p, "local-region", &region);
    put(p, "log-level", &level);
    put_database(p, config);
}

/* Where the file does not say how a Region is reached, the environment may. */
static enum srow_rc put_endpoints(struct page *p, const struct srow_config *config,
                                  struct srow_error *e)
{
    static const char *const names[] = {"AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL", NULL};
    struct program_setting s = program_setting_of(NULL, NULL, names, "AWS's own");
    for (size_t i = 0; i < config->region_count; i++) {
        AUTO(buf_cleanup) struct srow_buf key = {0};
        buf_printf(&key, "regions.%s.endpoint", config->regions[i].name);
        const char *text = buf_cstr(&key);
        TRY(buf_check(&key, e));
        if (config->regions[i].endpoint == NULL) {
            put(p, text, &s);
        }
    }
    return SROW_OK;
}

/* The text of the configuration, and what its lines are called. */
static enum srow_rc read_text(struct srow_buf *out, const char **name, const struct args *args,
                              struct srow_error *e)
{
    struct program_setting file = program_config_file(args);
    const char *variable = program_config_variable(&file);
    *name = variable == NULL ? file.value : variable;
    if (variable == NULL) {
        return io_read_file(out, file.value, e);
    }
    buf_put_str(out, getenv(variable));
    return buf_check(out, e);
}

/* Whether a variable stands in place of this key, or of an element of its list. */
static bool in_place(const char *key, const char **variable, const char **value)
{
    static const char list[] = "write.while_down";
    size_t len = sizeof list - 1;
    *variable = "SEALROW_WHILE_DOWN";
    *value = getenv(*variable);
    return *value != NULL && strncmp(key, list, len) == 0 && (key[len] == '\0' || key[len] == '[');
}

/* What a variable says in place of the key `line`; of a list, once. */
static enum srow_rc put_in_place(struct page *p, const struct show_line *line, const char *variable,
                                 const char *value, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf list = {0};
    const char *bracket = strchr(line->key, '[');
    if (bracket != NULL && strcmp(bracket, "[0]") != 0) {
        return SROW_OK;
    }
    buf_printf(&list, "[%s]", value);
    struct program_setting s = {buf_cstr(&list), "environment", variable};
    TRY(buf_check(&list, e));
    put(p, "write.while_down", &s);
    return SROW_OK;
}

static enum srow_rc put_file(struct page *p, const struct args *args, struct srow_error *e)
{
    AUTO(show_cleanup) struct show show = {0};
    AUTO(buf_cleanup) struct srow_buf text = {0};
    const char *name = NULL, *variable = NULL, *value = NULL;
    TRY(read_text(&text, &name, args, e));
    TRY(show_config(&show, bytes_buf(&text), e));
    for (size_t i = 0; i < show.count; i++) {
        const struct show_line *line = &show.lines[i];
        AUTO(buf_cleanup) struct srow_buf where = {0};
        if (in_place(line->key, &variable, &value)) {
            TRY(put_in_place(p, line, variable, value, e));
            continue;
        }
        buf_printf(&where, "%s:%zu", name, line->line);
        bool is_default = line->line == 0;
        struct program_setting s = {line->value, is_default ? "default" : "file",
                                    is_default ? "default" : buf_cstr(&where)};
        TRY(buf_check(&where, e));
        put(p, line->key, &s);
    }
    return SROW_OK;
}

static enum srow_rc show_all(const struct args *args, struct srow_error *e)
{
    AUTO(program_cleanup) struct program p = {0};
    AUTO(page_cleanup) struct page page = {.json = args->json};
    TRY(program_config(&p, args, e)); /* who may write the file is looked at here */
    put_program(&page, args, p.config);
    TRY(put_file(&page, args, e));
    TRY(put_endpoints(&page, p.config, e));
    return print(&page, e);
}

/* -- keys -- */

static enum srow_rc list_keys(const struct args *args, struct srow_error *e)
{
    AUTO(show_cleanup) struct show keys = {0};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    TRY(show_keys(&keys, e));
    buf_put_str(&out, args->json ? "{\"keys\":[" : "");
    for (size_t i = 0; i < keys.count; i++) {
        const struct show_line *line = &keys.lines[i];
        if (args->json) {
            buf_printf(&out, "%s{\"key\":\"%s\",\"values\":\"%s\"}", i == 0 ? "" : ",", line->key,
                       line->value);
            continue;
        }
        buf_printf(&out, "%s%s%s\n", line->key, *line->value == '\0' ? "" : ": ", line->value);
    }
    buf_put_str(&out, args->json ? "]}\n" : "");
    return io_write_buf(&out, e);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    const char *word = args->words[0];
    (void)status;
    if (strcmp(word, "show") == 0) {
        return show_all(args, e);
    }
    FAIL_IF(strcmp(word, "keys") != 0, e, SROW_E_USAGE, "config %s: unknown: say show or keys",
            word);
    return list_keys(args, e);
}

const struct command cmd_config = {
    .name = "config",
    .takes = "show|keys",
    .brief = "Tell what is in force and where it comes from, or every key of the file",
    .more = "Each setting stands with its line of the file, its variable, its option, or as "
            "default.\nAddresses of databases are not shown: they hold passwords.",
    .words = "show keys",
    .least = 1,
    .most = 1,
    .run = run,
};
