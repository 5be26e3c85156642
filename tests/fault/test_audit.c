/* SPDX-License-Identifier: Apache-2.0
 *
 * A line of the KMS's audit log under failing allocations: with all of the call, or none.
 */
#include "kmsd/audit.h"

#include "base/json.h"
#include "fault/fault.h"
#include "kmsd/op.h"

enum { PAIRS = 60 };

static json_node *document;

static enum srow_rc line(struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    const struct call call = {.region = "us-east-1",
                              .in = document,
                              .op = op_find(srow_str("Encrypt")),
                              .event = "Encrypt"};
    const struct audit_peer peer = {.source = "127.0.0.1", .tls_version = "", .tls_suite = ""};
    audit_put_line(&out, &call, &peer, "2026-11-24T08:30:00Z", "an id");
    const char *text = buf_cstr(&out);
    TRY(buf_check(&out, e));
    bool whole = strstr(text, "\"k0\":") != NULL && strstr(text, "\"k59\":") != NULL;
    return whole ? SROW_OK : fault_wrong("a line without its encryption context");
}

int main(void)
{
    static const struct fault_case audit = {.name = "an audit line is whole or there is none",
                                            .run = line};
    AUTO(buf_cleanup) struct srow_buf body = {0};
    struct srow_error e = {0};
    buf_put_str(&body, "{\"KeyId\":\"k\",\"EncryptionContext\":{");
    for (int i = 0; i < PAIRS; i++) {
        buf_printf(&body, "%s\"k%d\":\"%0100d\"", i == 0 ? "" : ",", i, i);
    }
    buf_put_str(&body, "}}");
    if (json_parse(&document, bytes_buf(&body), &e) != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        return 1;
    }
    fault_run(&audit);
    json_free(&document);
    return check_done();
}
