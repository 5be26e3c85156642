/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <stddef.h>

#include "base/text.h"

#define GLOBAL(b, n, v, h, k, m)                                                                   \
    {                                                                                              \
        .brief = b, .name = n, .value = v, .help = h, .kind = k, .at = offsetof(struct args, m)    \
    }

const struct option options_globals[] = {
    GLOBAL('c', "config", "FILE", "configuration (default sealrow.yaml; env:NAME: in a variable)",
           OPTION_VALUE, config),
    GLOBAL(0, "local-region", "NAME", "the Region this runs in", OPTION_VALUE, local_region),
    GLOBAL(0, "log-level", "error|warning|info|debug",
           "what the log on standard error has (default warning)", OPTION_VALUE, log_level),
    GLOBAL(0, "json", NULL, "print JSON", OPTION_FLAG, json),
    GLOBAL(0, "dry-run", NULL, "do everything but write", OPTION_FLAG, dry_run),
    GLOBAL('h', "help", NULL, "print this", OPTION_FLAG, help),
    GLOBAL('V', "version", NULL, "print the version", OPTION_FLAG, version),
    {0},
};

static bool same(struct srow_bytes word, const char *text)
{
    return bytes_equal_str(word, text);
}

static const struct option *find_in(const struct option *table, struct srow_bytes name, bool brief)
{
    for (; table != NULL && table->name != NULL; table++) {
        bool hit = brief ? name.len == 1 && *(const char *)name.at == table->brief
                         : same(name, table->name);
        if (hit) {
            return table;
        }
    }
    return NULL;
}

/* Its name alone is repeated: what stands behind it may be a value. */
static enum srow_rc unknown_option(const struct command *command, const char *dashes,
                                   struct srow_bytes name, struct srow_error *e)
{
    const char *words[32] = {0};
    const struct option *tables[] = {options_globals, command == NULL ? NULL : command->options};
    size_t n = 0;
    for (size_t t = 0; t < 2; t++) {
        for (const struct option *o = tables[t]; o != NULL && o->name != NULL && n < 31; o++) {
            words[n++] = o->name;
        }
    }
    const char *near = text_nearest(name, words);
    FAIL_IF(near != NULL, e, SROW_E_USAGE, "unknown option %s%.*s: did you mean --%s?", dashes,
            (int)name.len, (const char *)name.at, near);
    FAIL(e, SROW_E_USAGE, "unknown option %s%.*s: see sealrow %s%s--help", dashes, (int)name.len,
         (const char *)name.at, command == NULL ? "" : command->name, command == NULL ? "" : " ");
}

static enum srow_rc set(struct args *args, const struct option *o, const char *value,
                        struct srow_error *e)
{
    char *base = (char *)args;
    if (o->kind == OPTION_FLAG) {
        *(bool *)(void *)(base + o->at) = true;
        return SROW_OK;
    }
    if (o->kind == OPTION_VALUE) {
        *(const char **)(void *)(base + o->at) = value;
        return SROW_OK;
    }
    size_t *count = (size_t *)(void *)(base + o->count);
    FAIL_IF(*count == CMD_MAX_WORDS, e, SROW_E_USAGE, "--%s: given more than %d times: give fewer",
            o->name, CMD_MAX_WORDS);
    ((const char **)(void *)(base + o->at))[(*count)++] = value;
    return SROW_OK;
}

/* One option with its value, which may stand in the same word or be the next; *argv moves on. */
static enum srow_rc take_option(struct args *args, const struct command *command, char ***argv,
                                struct srow_error *e)
{
    const char *word = **argv;
    bool brief = word[1] != '-';
    const char *name = word + (brief ? 1 : 2);
    const char *inside = brief ? (name[1] == '\0' ? NULL : name + 1) : strchr(name, '=');
    size_t len = brief ? 1 : inside == NULL ? strlen(name) : (size_t)(inside - name);
    const struct option *o = find_in(options_globals, bytes_of(name, len), brief);
    if (o == NULL && command != NULL) {
        o = find_in(command->options, bytes_of(name, len), brief);
    }
    if (o == NULL) {
        return unknown_option(command, brief ? "-" : "--", bytes_of(name, len), e);
    }
    (*argv)++;
    if (o->kind == OPTION_FLAG) {
        FAIL_IF(inside != NULL, e, SROW_E_USAGE, "--%s takes no value: leave it out", o->name);
        return set(args, o, NULL, e);
    }
    const char *value = inside == NULL ? *(*argv) : inside + (brief ? 0 : 1);
    FAIL_IF(value == NULL, e, SROW_E_USAGE, "--%s: its value is missing: give %s", o->name,
            o->value);
    *argv += inside == NULL;
    return set(args, o, value, e);
}

const struct command *options_command(const char *name)
{
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        if (strcmp((*c)->name, name) == 0) {
            return *c;
        }
    }
    return NULL;
}

enum srow_rc options_unknown_command(const char *name, struct srow_error *e)
{
    const char *words[32] = {0};
    for (size_t i = 0; cmd_all[i] != NULL && i < 31; i++) {
        words[i] = cmd_all[i]->name;
    }
    const char *near = text_nearest(srow_str(name), words);
    FAIL_IF(near != NULL, e, SROW_E_USAGE, "unknown command %s: did you mean %s?", name, near);
    FAIL(e, SROW_E_USAGE, "unknown command %s: see sealrow --help", name);
}

static enum srow_rc take_word(struct args *args, const struct command **command, const char *word,
                              struct srow_error *e)
{
    if (*command == NULL) {
        *command = options_command(word);
        return *command == NULL ? options_unknown_command(word, e) : SROW_OK;
    }
    FAIL_IF(args->word_count == CMD_MAX_WORDS, e, SROW_E_USAGE,
            "%s: more than %d arguments: give fewer", (*command)->name, CMD_MAX_WORDS);
    args->words[args->word_count++] = word;
    return SROW_OK;
}

/* The command's own options may stand before its name, so the name is looked for first. */
static const struct command *foresee(char **argv)
{
    for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
        const struct option *o = NULL;
        if ((*argv)[0] != '-') {
            return options_command(*argv);
        }
        bool brief = (*argv)[1] != '-';
        if (strchr(*argv, '=') == NULL && (!brief || (*argv)[1] == '\0' || (*argv)[2] == '\0')) {
            o = find_in(options_globals, srow_str(*argv + (brief ? 1 : 2)), brief);
        }
        if (o != NULL && o->kind != OPTION_FLAG && argv[1] != NULL) {
            argv++;
        }
    }
    return NULL;
}

/* A table that is named twice would be counted twice. */
static enum srow_rc check_tables(const struct args *args, const struct command *command,
                                 struct srow_error *e)
{
    static const char tables[] = "[TABLE ...]";
    size_t count = strncmp(command->takes, tables, strlen(tables)) == 0 ? args->word_count : 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            FAIL_IF(strcmp(args->words[k], args->words[i]) == 0, e, SROW_E_USAGE,
                    "%s: %s is named twice: name it once", command->name, args->words[i]);
        }
    }
    return SROW_OK;
}

static enum srow_rc check_words(const struct args *args, const struct command *command,
                                struct srow_error *e)
{
    FAIL_IF(command == NULL, e, SROW_E_USAGE, "no command: see sealrow --help");
    FAIL_IF(args->word_count < command->least, e, SROW_E_USAGE,
            "%s: arguments are missing: write sealrow %s %s", command->name, command->name,
            command->takes);
    FAIL_IF(args->word_count > command->most, e, SROW_E_USAGE,
            "%s: one argument too many: write sealrow %s %s", command->name, command->name,
            command->takes);
    return check_tables(args, command, e);
}

bool options_want_json(char *const *argv)
{
    for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
        if (strcmp(*argv, "--json") == 0) {
            return true;
        }
    }
    return false;
}

enum srow_rc options_parse(struct args *out, const struct command **command, char **argv,
                           struct srow_error *e)
{
    struct args args = {0};
    const struct command *named = NULL, *coming = foresee(argv);
    bool ended = false;
    while (*argv != NULL) {
        if (!ended && strcmp(*argv, "--") == 0) {
            ended = true;
            argv++;
        } else if (!ended && (*argv)[0] == '-' && (*argv)[1] != '\0') {
            TRY(take_option(&args, coming, &argv, e));
        } else {
            TRY(take_word(&args, &named, *argv++, e));
        }
    }
    if (args.help) {
        args.words[0] = named == NULL ? NULL : named->name;
        args.word_count = named != NULL;
        named = &cmd_help;
    } else if (args.version) {
        args.word_count = 0;
        named = &cmd_version;
    }
    TRY(check_words(&args, named, e));
    *out = args;
    *command = named;
    return SROW_OK;
}

/* -- usage -- */

static void put_options(struct srow_buf *out, const struct option *o)
{
    for (; o != NULL && o->name != NULL; o++) {
        AUTO(buf_cleanup) struct srow_buf left = {0};
        if (o->brief != 0) {
            buf_printf(&left, "-%c, ", o->brief);
        }
        buf_printf(&left, "--%s%s%s", o->name, o->value == NULL ? "" : " ",
                   o->value == NULL ? "" : o->value);
        buf_put_str(out, "  ");
        buf_put_padded(out, &left, -22);
        buf_printf(out, "  %s\n", o->help);
    }
}

static void put_program(struct srow_buf *out)
{
    buf_put_str(out, "usage: sealrow COMMAND ...\n\n"
                     "Seals column values before they reach an SQL database, and opens them in any "
                     "Region.\n\n");
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        buf_printf(out, "  %-22s  %s\n", (*c)->name, (*c)->brief);
    }
    buf_put_str(out, "\nOptions of every command, before or after its name:\n");
    put_options(out, options_globals);
    buf_put_str(out,
                "\nThe database is in DATABASE_URL: sqlite:PATH, postgresql://... or mysql://...\n"
                "Exit codes: 0 done, 1 findings or not equal, 2 usage, 65 data, 66 not found,\n"
                "69 unavailable, 70 internal, 71 resource, 75 conflict, 77 denied,\n"
                "78 configuration, 130 interrupted. \"sealrow COMMAND --help\" says more.\n");
}

void options_put_usage(struct srow_buf *out, const struct command *command)
{
    if (command == NULL) {
        put_program(out);
        return;
    }
    buf_printf(out, "usage: sealrow %s%s%s\n\n%s.\n", command->name,
               *command->takes == '\0' ? "" : " ", command->takes, command->brief);
    if (command->more != NULL) {
        buf_printf(out, "%s\n", command->more);
    }
    buf_put_str(out, "\n");
    put_options(out, command->options);
    put_options(out, options_globals);
}
