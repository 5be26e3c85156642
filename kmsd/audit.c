/* SPDX-License-Identifier: Apache-2.0
 *
 * CloudTrail's record, member by member.
 */
#include "kmsd/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/time.h"
#include "kmsd/datadir.h"
#include "kmsd/op.h"
#include "kmsd/principal.h"

enum { SHOWN = 1024 };

enum srow_rc audit_open(struct audit *out, struct srow_error *e)
{
    int fd = open(AUDIT_FILE, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    FAIL_IF(fd < 0, e, SROW_E_IO, AUDIT_FILE ": %s", strerror(errno));
    enum srow_rc rc = datadir_check_file(AUDIT_FILE, e);
    if (rc != SROW_OK) {
        close(fd);
        return rc;
    }
    out->fd = fd;
    pthread_mutex_init(&out->lock, NULL);
    return SROW_OK;
}

void audit_close(struct audit *audit)
{
    if (audit->fd > 0) { /* 0: none; it is never ours */
        close(audit->fd);
        pthread_mutex_destroy(&audit->lock);
        audit->fd = 0;
    }
}

static struct srow_bytes cut(struct srow_bytes text)
{
    return bytes_of(text.at, text.len > SHOWN ? SHOWN : text.len);
}

static void put_identity(struct srow_buf *out, const struct principal *who)
{
    char arn[PRINCIPAL_ARN];
    if (who == NULL) {
        buf_put_str(out, "\"userIdentity\":{\"type\":\"Unknown\"}");
        return;
    }
    principal_format_arn(arn, who);
    buf_printf(out,
               "\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"%s\",\"arn\":\"%s\","
               "\"accountId\":\"" CALL_ACCOUNT "\",\"accessKeyId\":\"%s\",\"userName\":\"%s\"}",
               who->name, arn, who->access_key_id, who->name);
}

/* -- parameters -- */

static enum srow_rc put_pair(void *state, struct srow_bytes name, const json_node *value,
                             struct srow_error *e)
{
    struct srow_buf *out = state;
    struct srow_bytes text = {0};
    TRY(buf_check(out, e));
    json_as_string(&text, value);
    buf_put_str(out, ((const char *)out->at)[out->len - 1] == '{' ? "" : ",");
    json_put_string(out, name);
    buf_put_u8(out, ':');
    json_put_string(out, text);
    return SROW_OK;
}

static bool put_value(struct srow_buf *out, const struct member *member, const json_node *node)
{
    struct srow_bytes text;
    int64_t number;
    bool flag;
    if (member->type == MEMBER_TEXT && json_as_string(&text, node)) {
        json_put_string(out, cut(text));
    } else if (member->type == MEMBER_NUMBER && json_as_integer(&number, node)) {
        buf_printf(out, "%" PRId64, number);
    } else if (member->type == MEMBER_FLAG && json_as_bool(&flag, node)) {
        buf_put_str(out, flag ? "true" : "false");
    } else if (member->type == MEMBER_MAP && json_as_object(node)) {
        buf_put_u8(out, '{');
        enum srow_rc rc = json_each(node, put_pair, out, NULL); /* of memory: `out` remembers */
        (void)rc;
        buf_put_u8(out, '}');
    } else {
        return false;
    }
    return true;
}

/* Members of the operation's table alone, and no secret ones. */
static void put_parameters(struct srow_buf *out, const struct call *call)
{
    if (call->op == NULL || !json_as_object(call->in)) {
        buf_put_str(out, "\"requestParameters\":null");
        return;
    }
    const char *comma = "";
    buf_put_str(out, "\"requestParameters\":{");
    for (const struct member *member = call->op->members; member->name != NULL; member++) {
        AUTO(buf_cleanup) struct srow_buf value = {0};
        bool shown = put_value(&value, member, json_get(call->in, member->name));
        if (!shown && strstr(member->name, "EncryptionAlgorithm") != NULL) {
            buf_put_str(&value, "\"SYMMETRIC_DEFAULT\""); /* CloudTrail shows it all the same */
        }
        if (value.len > 0) {
            buf_printf(out, "%s\"%c%s\":", comma, member->name[0] | 0x20, member->name + 1);
            comma = ",";
        }
        buf_put_padded(out, &value, 0); /* also one that failed: without it there is no line */
    }
    buf_put_u8(out, '}');
}

/* -- the line -- */

static void put_materials(struct srow_buf *out, const struct call *call)
{
    const char *one = call->about[0].material, *two = call->about[1].material;
    if (call->refusal != NULL || one[0] == '\0') {
        return;
    }
    if (two[0] == '\0') {
        buf_printf(out, ",\"additionalEventData\":{\"keyMaterialId\":\"%s\"}", one);
    } else {
        buf_printf(out,
                   ",\"additionalEventData\":{\"sourceKeyMaterialId\":\"%s\","
                   "\"destinationKeyMaterialId\":\"%s\"}",
                   one, two);
    }
}

static void put_resources(struct srow_buf *out, const struct call *call)
{
    const char *mark = ",\"resources\":[";
    for (size_t i = 0; i < CALL_ABOUT; i++) {
        const char *arn = call->about[i].arn;
        if (arn[0] != '\0') {
            buf_printf(out, "%s{\"accountId\":\"" CALL_ACCOUNT "\",\"type\":\"AWS::KMS::%s\",",
                       mark, strstr(arn, ":alias/") == NULL ? "Key" : "Alias");
            buf_put_str(out, "\"ARN\":");
            json_put_string(out, srow_str(arn));
            buf_put_str(out, "}");
            mark = ",";
        }
    }
    buf_put_str(out, *mark == ',' && mark[1] == '\0' ? "]" : "");
}

static void put_outcome(struct srow_buf *out, const struct call *call)
{
    if (call->refusal != NULL) {
        buf_printf(out, ",\"errorCode\":\"%s\"", call->refusal->code);
        if (call->text.len > 0) {
            buf_put_str(out, ",\"errorMessage\":");
            json_put_string(out, cut(bytes_buf(&call->text)));
        }
    }
    buf_put_str(out, ",\"responseElements\":null");
    put_materials(out, call);
    put_resources(out, call);
}

void audit_put_line(struct srow_buf *out, const struct call *call, const struct audit_peer *peer,
                    const char *when, const char *event_id)
{
    buf_put_str(out, "{\"eventVersion\":\"1.11\",");
    put_identity(out, call->who);
    buf_printf(out,
               ",\"eventTime\":\"%s\",\"eventSource\":\"kms.amazonaws.com\",\"eventName\":", when);
    json_put_string(out, cut(srow_str(call->op != NULL ? call->op->name : call->event)));
    buf_printf(out, ",\"awsRegion\":\"%s\",\"sourceIPAddress\":\"%s\",\"userAgent\":", call->region,
               peer->source);
    json_put_string(out, cut(peer->user_agent));
    buf_put_u8(out, ',');
    put_parameters(out, call);
    put_outcome(out, call);
    buf_printf(out,
               ",\"requestID\":\"%s\",\"eventID\":\"%s\",\"readOnly\":%s,"
               "\"eventType\":\"AwsApiCall\",\"managementEvent\":true,"
               "\"recipientAccountId\":\"" CALL_ACCOUNT "\",\"eventCategory\":\"Management\","
               "\"tlsDetails\":{",
               call->id, event_id, call->op != NULL && call->op->read_only ? "true" : "false");
    if (peer->tls_version[0] != '\0') {
        buf_printf(out, "\"tlsVersion\":\"%s\",\"cipherSuite\":\"%s\",", peer->tls_version,
                   peer->tls_suite);
    }
    buf_put_str(out, "\"clientProvidedHostHeader\":");
    json_put_string(out, cut(peer->host));
    buf_put_str(out, "}}");
}

enum srow_rc audit_write(struct audit *audit, const struct call *call,
                         const struct audit_peer *peer, struct srow_error *e)
{
    char when[21], event_id[UUID_ROOM];
    AUTO(buf_cleanup) struct srow_buf line = {0};
    TRY(uuid_make(event_id, e));
    time_format_iso(when, (time_t)(time_wall_ms() / 1000));
    audit_put_line(&line, call, peer, when, event_id);
    buf_put_u8(&line, '\n');
    TRY(buf_check(&line, e));

    pthread_mutex_lock(&audit->lock);
    off_t before = lseek(audit->fd, 0, SEEK_END);
    ssize_t written = write(audit->fd, line.at, line.len);
    int why = written < 0 ? errno : ENOSPC;
    bool whole = written == (ssize_t)line.len;
    if (!whole && before >= 0 && ftruncate(audit->fd, before) != 0) {
        why = errno;
    }
    pthread_mutex_unlock(&audit->lock);
    FAIL_IF(!whole, e, SROW_E_IO, AUDIT_FILE ": %s", strerror(why));
    return SROW_OK;
}
