/* SPDX-License-Identifier: Apache-2.0 */
#include "config/made.h"

static const char prefix[] = "sequence:";

enum srow_rc made_read(struct srow_config *c, void *base, const struct binder_field *f,
                       const struct node *n, struct srow_error *e)
{
    struct config_bind *bind = base;
    (void)c;
    (void)f;
    TRY(binder_expect(n, NODE_TEXT, e));
    if (strcmp(n->text, "uuid") == 0) {
        bind->made = CONFIG_MADE_UUID;
        return SROW_OK;
    }
    bool is_sequence = strncmp(n->text, prefix, sizeof prefix - 1) == 0;
    const char *name = is_sequence ? n->text + sizeof prefix - 1 : "";
    const char *dot = strchr(name, '.'), *last = dot == NULL ? name : dot + 1;
    if (*last == '\0' || dot == name || strchr(last, '.') != NULL) {
        return node_fail(e, SROW_E_CONFIG, n,
                         "uuid, sequence:NAME or sequence:SCHEMA.NAME is expected");
    }
    bind->made = CONFIG_MADE_SEQUENCE;
    if (dot != NULL) {
        TRY(bytes_dup_str(&bind->sequence_schema, bytes_of(name, (size_t)(dot - name)), e));
    }
    return bytes_dup_str(&bind->sequence, srow_str(last), e);
}

enum srow_rc made_finish(const struct config_bind *bind, const struct node *n, struct srow_error *e)
{
    enum srow_type type = bind->type;
    if (bind->made == CONFIG_MADE_SEQUENCE && type != SROW_TYPE_INTEGER) {
        return node_fail(e, SROW_E_CONFIG, node_find(n, "made"),
                         "a sequence makes integers: say `type: integer`");
    }
    if (bind->made == CONFIG_MADE_UUID && type != SROW_TYPE_UUID && type != SROW_TYPE_TEXT) {
        return node_fail(e, SROW_E_CONFIG, node_find(n, "made"),
                         "a UUID is a uuid or a text: say `type: uuid`");
    }
    return SROW_OK;
}
