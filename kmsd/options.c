/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/options.h"

#include <stdio.h>

#include "base/text.h"

static enum srow_rc set(void *at, const struct option *option, const char *value,
                        struct srow_error *e)
{
    struct option_list *list = at;
    uint64_t number;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        break;
    case OPTION_TEXT:
        *(const char **)at = value;
        break;
    case OPTION_LIST:
        FAIL_IF(list->count == OPTIONS_LIST, e, SROW_E_USAGE, "%s: at most %d times", option->name,
                OPTIONS_LIST);
        list->at[list->count++] = value;
        break;
    case OPTION_NUMBER:
        FAIL_IF(text_parse_size(&number, srow_str(value), 1000000, NULL) != SROW_OK || number == 0,
                e, SROW_E_USAGE, "%s: a number from 1 to 1000000 is expected", option->name);
        *(uint32_t *)at = (uint32_t)number;
        break;
    }
    return SROW_OK;
}

static enum srow_rc unknown(struct srow_bytes name, const struct option *table,
                            struct srow_error *e)
{
    const char *names[OPTIONS_LIST] = {0};
    for (size_t i = 0; i < OPTIONS_LIST - 1 && table[i].name != NULL; i++) {
        names[i] = table[i].name;
    }
    const char *near = text_nearest(name, names);
    FAIL(e, SROW_E_USAGE, "unknown option %.*s%s%s; see --help", (int)name.len,
         (const char *)name.at, near == NULL ? "" : ": did you mean ", near == NULL ? "" : near);
}

/* One option at *args, which moves behind it. */
static enum srow_rc parse_one(void *out, const struct option *table, char *const **args,
                              struct srow_error *e)
{
    const char *text = *(*args)++, *equals = strchr(text, '=');
    struct srow_bytes name =
        bytes_of(text, equals == NULL ? strlen(text) : (size_t)(equals - text));
    const struct option *option = table;
    while (option->name != NULL && !bytes_equal_str(name, option->name)) {
        option++;
    }
    if (option->name == NULL) {
        return unknown(name, table, e);
    }
    const char *value = equals == NULL ? NULL : equals + 1;
    FAIL_IF(option->kind == OPTION_FLAG && value != NULL, e, SROW_E_USAGE, "%s takes no value",
            option->name);
    if (option->kind != OPTION_FLAG && value == NULL) {
        value = **args;
        FAIL_IF(value == NULL, e, SROW_E_USAGE, "%s: %s is missing", option->name, option->value);
        (*args)++;
    }
    return set((char *)out + option->offset, option, value, e);
}

enum srow_rc options_parse(void *out, struct option_list *words, const struct option *table,
                           char *const *args, struct srow_error *e)
{
    bool open = true;
    while (*args != NULL) {
        if (open && strcmp(*args, "--") == 0) {
            open = false;
            args++;
        } else if (open && strncmp(*args, "-", 1) == 0) {
            TRY(parse_one(out, table, &args, e));
        } else {
            FAIL_IF(words->count == OPTIONS_LIST, e, SROW_E_USAGE, "too many arguments");
            words->at[words->count++] = *args++;
        }
    }
    return SROW_OK;
}

void options_print(const struct option *table)
{
    for (const struct option *option = table; option->name != NULL; option++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", option->name,
                 option->value == NULL ? "" : option->value);
        printf("  %-32s %s\n", left, option->help);
    }
}
