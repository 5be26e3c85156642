/* SPDX-License-Identifier: Apache-2.0 */
#include "failure.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"

static void put_json(struct srow_buf *out, const struct srow_error *e)
{
    buf_printf(out, "{\"error\":{\"code\":\"%s\",\"name\":\"%s\",\"class\":\"%s\",\"exit\":%d",
               e->event, srow_rc_name((enum srow_rc)e->rc),
               error_class_name((enum srow_class)e->cls), error_exit((enum srow_class)e->cls));
    buf_put_str(out, ",\"text\":");
    json_put_string(out, srow_str(e->text));
    buf_put_str(out, "}}");
}

void failure_print(const struct srow_error *e, bool json)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    if (json) {
        put_json(&out, e);
    }
    if (json && buf_check(&out, NULL) == SROW_OK) {
        fprintf(stderr, "%s\n", buf_cstr(&out));
        return;
    }
    fprintf(stderr, "sealrow: %s (%s)\n", e->text, e->event);
}

#define INTERRUPTED "interrupted, before it was done: run it again"

void failure_print_interrupted(bool json)
{
    static const char line[] = "sealrow: " INTERRUPTED " (SROW-220)\n";
    static const char object[] =
        "{\"error\":{\"code\":\"SROW-220\",\"name\":\"INTERRUPTED\",\"class\":\"interrupted\","
        "\"exit\":130,\"text\":\"" INTERRUPTED "\"}}\n";
    const char *text = json ? object : line;
    ssize_t n = write(STDERR_FILENO, text, strlen(text));
    (void)n;
}
