/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of findings.
 */
#include "schema/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

const struct finding_kind *finding_kind_find(const char *code)
{
    for (const struct finding_kind *k = finding_kinds; k->code != NULL; k++) {
        if (strcmp(k->code, code) == 0) {
            return k;
        }
    }
    return NULL;
}

void finding_list_cleanup(struct finding_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->all[i].where);
        free(list->all[i].text);
    }
    free(list->all);
    *list = (struct finding_list){0};
}

enum srow_rc finding_add(struct finding_list *list, const char *code, const char *where,
                         struct srow_error *e, const char *format, ...)
{
    assert(finding_kind_find(code) != NULL);
    struct finding *bigger = realloc(list->all, (list->count + 1) * sizeof *bigger);
    FAIL_IF(bigger == NULL, e, SROW_E_NOMEM, "no memory for a finding");
    list->all = bigger;
    struct finding *f = &list->all[list->count];
    *f = (struct finding){.code = code, .where = strdup(where)};
    va_list args;
    va_start(args, format);
    int n = vasprintf(&f->text, format, args);
    va_end(args);
    if (n < 0) {
        f->text = NULL;
    }
    list->count++;
    FAIL_IF(f->where == NULL || f->text == NULL, e, SROW_E_NOMEM, "no memory for a finding");
    return SROW_OK;
}

bool finding_has(const struct finding_list *list, size_t from, const char *code)
{
    for (size_t i = from; i < list->count; i++) {
        if (strcmp(list->all[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

static enum srow_rc fail_unknown(const char *code, struct srow_error *e)
{
    const char *words[FINDING_KINDS + 1] = {0};
    for (size_t i = 0, n = 0; finding_kinds[i].code != NULL; i++) {
        if (finding_kinds[i].may_accept && n < FINDING_KINDS) {
            words[n++] = finding_kinds[i].code;
        }
    }
    const char *near = text_nearest(srow_str(code), words);
    FAIL_IF(near != NULL, e, SROW_E_USAGE,
            "--accept %s: no finding has this code: did you mean %s?", code, near);
    FAIL(e, SROW_E_USAGE, "--accept %s: no finding has this code: sealrow explain lists all", code);
}

enum srow_rc finding_accept(struct finding_list *list, const char *code, struct srow_error *e)
{
    const struct finding_kind *kind = finding_kind_find(code);
    if (kind == NULL) {
        return fail_unknown(code, e);
    }
    FAIL_IF(!kind->may_accept, e, SROW_E_USAGE,
            "--accept %s: with this finding values are lost or unprotected: repair it", code);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->all[i].code, code) == 0) {
            list->all[i].accepted = true;
        }
    }
    return SROW_OK;
}

size_t finding_open(const struct finding_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++) {
        n += !list->all[i].accepted;
    }
    return n;
}
