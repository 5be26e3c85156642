/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion scripts, written from the tables of commands and options. Each shell has its writer;
 * what an option's value is tells how it is completed: FILE and PATH are files, words with '|'
 * between them are these words, anything else is left to the user.
 */
#include "io.h"
#include "options.h"

static bool is_file(const struct option *o)
{
    return o->value != NULL && (strcmp(o->value, "FILE") == 0 || strcmp(o->value, "PATH") == 0);
}

static bool has_words(const struct option *o)
{
    return o->value != NULL && strchr(o->value, '|') != NULL;
}

static bool takes_file(const struct command *c)
{
    return strstr(c->takes, "[FILE]") != NULL;
}

/* Text with each of `marks` written as `\mark`, and ' so that it may stand between two of them. */
static void put_escaped(struct srow_buf *out, const char *text, const char *marks)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            buf_put_str(out, "'\\''");
            continue;
        }
        buf_printf(out, strchr(marks, *text) != NULL ? "\\%c" : "%c", *text);
    }
}

/* "a|b" as "a b" */
static void put_words(struct srow_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        buf_put_u8(out, *text == '|' ? ' ' : (uint8_t)*text);
    }
}

static void put_commands(struct srow_buf *out)
{
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        buf_printf(out, "%s%s", c == cmd_all ? "" : " ", (*c)->name);
    }
}

static bool has_arguments(const struct command *c)
{
    return c->words != NULL || c == &cmd_help;
}

/* What may stand as a command's arguments. */
static void put_arguments(struct srow_buf *out, const struct command *c)
{
    if (c == &cmd_help) {
        put_commands(out);
        return;
    }
    buf_put_str(out, c->words == NULL ? "" : c->words);
}

/* -- bash -- */

enum wanted { WITH_VALUE, WITH_FILE };

/* "-c|--config|--local-region": for a case; nothing if there is none. */
static void put_bash_case(struct srow_buf *out, const struct option *o, enum wanted wanted)
{
    for (; o != NULL && o->name != NULL; o++) {
        if (o->kind == OPTION_FLAG || (wanted == WITH_FILE && !is_file(o))) {
            continue;
        }
        buf_put_str(out, out->len == 0 ? "" : "|");
        if (o->brief != 0) {
            buf_printf(out, "-%c|", o->brief);
        }
        buf_printf(out, "--%s", o->name);
    }
}

static void put_bash_cases(struct srow_buf *out, enum wanted wanted)
{
    AUTO(buf_cleanup) struct srow_buf all = {0};
    put_bash_case(&all, options_globals, wanted);
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        put_bash_case(&all, (*c)->options, wanted);
    }
    buf_put_padded(out, &all, 0);
}

/* One option may take other words in another command. */
static void put_bash_words(struct srow_buf *out, const char *command, const struct option *o)
{
    for (; o != NULL && o->name != NULL; o++) {
        if (has_words(o)) {
            buf_printf(out, "    %s--%s) words='", command, o->name);
            put_words(out, o->value);
            buf_put_str(out, "' ;;\n");
        }
    }
}

static void put_bash_names(struct srow_buf *out, const struct option *o)
{
    for (; o != NULL && o->name != NULL; o++) {
        buf_printf(out, " --%s", o->name);
    }
}

static void put_bash_commands(struct srow_buf *out)
{
    buf_put_str(out, "    '') words='");
    put_commands(out);
    buf_put_str(out, "' ;;\n");
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        buf_printf(out, "    %s) words='", (*c)->name);
        put_arguments(out, *c);
        buf_printf(out, "' files=%d options='", takes_file(*c));
        put_bash_names(out, (*c)->options);
        buf_put_str(out, "' ;;\n");
    }
}

static void put_bash(struct srow_buf *out)
{
    buf_put_str(out, "# bash completion for sealrow; made by `sealrow completion bash`\n"
                     "_sealrow()\n{\n"
                     "    local current=${COMP_WORDS[COMP_CWORD]} before= command= i\n"
                     "    local words= options= files=0\n"
                     "    ((COMP_CWORD > 1)) && before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "    if [[ $current == = ]]; then\n        current=\n"
                     "    elif [[ $before == = ]]; then\n"
                     "        before=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        case ${COMP_WORDS[i]} in\n        ");
    put_bash_cases(out, WITH_VALUE);
    buf_put_str(out, ") ((i++)); [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;\n"
                     "        -*) ;;\n"
                     "        *) command=${COMP_WORDS[i]}; break ;;\n"
                     "        esac\n    done\n"
                     "    case $command in\n");
    put_bash_commands(out);
    buf_put_str(out, "    esac\n    options+='");
    put_bash_names(out, options_globals);
    buf_put_str(out, "'\n    case $command$before in\n");
    put_bash_words(out, "*", options_globals);
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        put_bash_words(out, (*c)->name, (*c)->options);
    }
    buf_put_str(out, "    *)\n        case $before in\n        ");
    put_bash_cases(out, WITH_FILE);
    buf_put_str(out, ") words= files=1 options= ;;\n        ");
    put_bash_cases(out, WITH_VALUE);
    buf_put_str(out, ") return ;;\n        esac ;;\n    esac\n"
                     "    if [[ $current == -* ]]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
                     "    elif ((files)); then\n"
                     "        compopt -o filenames 2>/dev/null\n"
                     "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
                     "    else\n"
                     "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                     "    fi\n}\n"
                     "complete -F _sealrow sealrow\n");
}

/* -- zsh -- */

static void put_zsh_option(struct srow_buf *out, const struct option *o)
{
    static const char marks[] = "[]:\\";
    buf_put_str(out, " \\\n            ");
    if (o->brief != 0) {
        buf_printf(out, "'(-%c --%s)'{-%c%s,--%s%s}'", o->brief, o->name, o->brief,
                   o->kind == OPTION_FLAG ? "" : "+", o->name, o->kind == OPTION_FLAG ? "" : "=");
    } else {
        buf_printf(out, "'%s--%s%s", o->kind == OPTION_LIST ? "*" : "", o->name,
                   o->kind == OPTION_FLAG ? "" : "=");
    }
    buf_put_str(out, "[");
    put_escaped(out, o->help, marks);
    buf_put_str(out, "]");
    if (o->kind != OPTION_FLAG) {
        buf_put_str(out, ":");
        put_escaped(out, o->value, marks);
        buf_put_str(out, ":");
    }
    if (is_file(o)) {
        buf_put_str(out, "_files");
    } else if (has_words(o)) {
        buf_put_str(out, "(");
        put_words(out, o->value);
        buf_put_str(out, ")");
    }
    buf_put_str(out, "'");
}

static void put_zsh_options(struct srow_buf *out, const struct option *o)
{
    for (; o != NULL && o->name != NULL; o++) {
        put_zsh_option(out, o);
    }
}

static void put_zsh(struct srow_buf *out)
{
    buf_put_str(out, "#compdef sealrow\n"
                     "# zsh completion for sealrow; made by `sealrow completion zsh`\n"
                     "_sealrow() {\n"
                     "    local state line\n"
                     "    local -a commands\n"
                     "    commands=(\n");
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        buf_printf(out, "        '%s:", (*c)->name);
        put_escaped(out, (*c)->brief, ":\\");
        buf_put_str(out, "'\n");
    }
    buf_put_str(out, "    )\n    _arguments -C");
    put_zsh_options(out, options_globals);
    buf_put_str(out, " \\\n            '1:command:->command' '*::argument:->argument'\n"
                     "    case $state in\n"
                     "    command) _describe command commands ;;\n"
                     "    argument)\n        case $words[1] in\n");
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        buf_printf(out, "        %s) _arguments", (*c)->name);
        put_zsh_options(out, options_globals);
        put_zsh_options(out, (*c)->options);
        if (has_arguments(*c)) {
            buf_put_str(out, " \\\n            '1:argument:(");
            put_arguments(out, *c);
            buf_put_str(out, ")'");
        } else if (takes_file(*c)) {
            buf_put_str(out, " \\\n            '1:file:_files'");
        }
        buf_put_str(out, " ;;\n");
    }
    buf_put_str(out, "        esac ;;\n    esac\n}\n_sealrow \"$@\"\n");
}

/* -- fish -- */

static void put_fish_options(struct srow_buf *out, const struct option *o, const char *command)
{
    for (; o != NULL && o->name != NULL; o++) {
        buf_put_str(out, "complete -c sealrow");
        if (command != NULL) {
            buf_printf(out, " -n '__fish_seen_subcommand_from %s'", command);
        }
        if (o->brief != 0) {
            buf_printf(out, " -s %c", o->brief);
        }
        buf_printf(out, " -l %s%s", o->name,
                   o->kind == OPTION_FLAG ? ""
                   : is_file(o)           ? " -r -F"
                                          : " -x");
        if (has_words(o)) {
            buf_put_str(out, " -a '");
            put_words(out, o->value);
            buf_put_str(out, "'");
        }
        buf_put_str(out, " -d '");
        put_escaped(out, o->help, "\\");
        buf_put_str(out, "'\n");
    }
}

static void put_fish(struct srow_buf *out)
{
    buf_put_str(out, "# fish completion for sealrow; made by `sealrow completion fish`\n"
                     "complete -c sealrow -f\n");
    put_fish_options(out, options_globals, NULL);
    for (const struct command *const *c = cmd_all; *c != NULL; c++) {
        buf_printf(out, "complete -c sealrow -n __fish_use_subcommand -a %s -d '", (*c)->name);
        put_escaped(out, (*c)->brief, "\\");
        buf_put_str(out, "'\n");
        put_fish_options(out, (*c)->options, (*c)->name);
        if (has_arguments(*c) || takes_file(*c)) {
            buf_printf(out, "complete -c sealrow -n '__fish_seen_subcommand_from %s'%s", (*c)->name,
                       takes_file(*c) ? " -F" : " -a '");
            put_arguments(out, *c);
            buf_put_str(out, takes_file(*c) ? "\n" : "'\n");
        }
    }
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    static const struct {
        const char *name;
        void (*put)(struct srow_buf *out);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    AUTO(buf_cleanup) struct srow_buf out = {0};
    (void)status;
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].name, args->words[0]) == 0) {
            shells[i].put(&out);
            return io_write_buf(&out, e);
        }
    }
    FAIL(e, SROW_E_USAGE, "completion %s: unknown shell: say bash, zsh or fish", args->words[0]);
}

const struct command cmd_completion = {
    .name = "completion",
    .takes = "bash|zsh|fish",
    .brief = "Print the completion script of a shell",
    .words = "bash zsh fish",
    .least = 1,
    .most = 1,
    .run = run,
};
