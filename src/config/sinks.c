/* SPDX-License-Identifier: Apache-2.0
 *
 * Alarm sinks.
 */
#include "config/sinks.h"

#include <stdlib.h>

enum sink { SINK_LOG = 1, SINK_EXEC };

struct alarm_entry {
    int to;
    char **command;
    size_t length;
};

static const struct binder_word sinks[] = {
    {"log", SINK_LOG},         {"exec", SINK_EXEC},          {"sns", BINDER_LATER},
    {"webhook", BINDER_LATER}, {"cloudwatch", BINDER_LATER}, {NULL, 0},
};

static const size_t command_length = offsetof(struct alarm_entry, length);

static const struct binder_field to_field = {"to", binder_word, offsetof(struct alarm_entry, to),
                                             sinks, true};

static const struct binder_field log_fields[] = {
    {"to", binder_word, offsetof(struct alarm_entry, to), sinks, true},
    {"emf", NULL, 0, NULL, false},
    {0},
};

const struct binder_field sinks_fields[] = {
    {"to", binder_word, offsetof(struct alarm_entry, to), sinks, true},
    {"command", binder_texts, offsetof(struct alarm_entry, command), &command_length, true},
    {0},
};

/* Which sink decides which keys there are. */
static enum srow_rc read_sink(struct srow_config *c, struct alarm_entry *entry,
                              const struct node *n, struct srow_error *e)
{
    TRY(binder_expect(n, NODE_MAPPING, e));
    const struct node *to = node_find(n, "to");
    if (to == NULL) {
        return node_fail(e, SROW_E_CONFIG, n, "key \"to\" is missing");
    }
    TRY(binder_word(c, entry, &to_field, to, e));
    TRY(binder_fields(c, entry, entry->to == SINK_LOG ? log_fields : sinks_fields, n, e));
    if (entry->to == SINK_EXEC && (entry->length == 0 || entry->command[0][0] != '/')) {
        return node_fail(e, SROW_E_CONFIG, node_find(n, "command"),
                         "a list that begins with the program's absolute path is expected");
    }
    return SROW_OK;
}

static enum srow_rc add_command(struct srow_config *c, struct alarm_entry *entry,
                                struct srow_error *e)
{
    void *grown = NULL;
    TRY(binder_grow(&grown, entry->command, entry->length, sizeof(char *), e));
    entry->command = grown; /* its last element, NULL, ends the command */
    TRY(binder_grow(&grown, c->alarms, c->alarm_count, sizeof *c->alarms, e));
    c->alarms = grown;
    c->alarms[c->alarm_count++].command = entry->command;
    entry->command = NULL;
    return SROW_OK;
}

static void entry_cleanup(struct alarm_entry *entry)
{
    for (size_t i = 0; entry->command != NULL && i < entry->length; i++) {
        str_free(&entry->command[i]);
    }
    free(entry->command);
}

enum srow_rc sinks_read(struct srow_config *c, void *base, const struct binder_field *f,
                        const struct node *n, struct srow_error *e)
{
    (void)base;
    (void)f;
    TRY(binder_expect(n, NODE_SEQUENCE, e));
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        AUTO(entry_cleanup) struct alarm_entry entry = {0};
        TRY(read_sink(c, &entry, item, e));
        TRY(entry.to == SINK_LOG ? SROW_OK : add_command(c, &entry, e));
    }
    return SROW_OK;
}
