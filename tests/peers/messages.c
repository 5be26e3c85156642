/* SPDX-License-Identifier: Apache-2.0
 *
 * The work that test_peers_esdk.py gives to each implementation, done by this one: messages of any
 * context under the KMS keys of a configuration's default key set, in one process.
 *
 *     peer-messages write FOLDER CONFIG           FOLDER/sealrow/NAME.bin for each entry
 *     peer-messages open  FOLDER CONFIG WRITER REGION
 *                                                 FOLDER/WRITER/NAME.bin, in that Region alone
 *
 * FOLDER/manifest.json: {"tests": {NAME: {"suite", "frame-length", "context", "plaintext"}}}, the
 * plaintext in base64. Each entry that fails is a line; so is, at the end, how many did not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "client/client.h"
#include "message/inspect.h"
#include "vectors/set.h"

struct work {
    const char *folder, *writer, *region; /* region NULL: write */
    struct set set;
    struct srow_config *config;
    struct srow_client *client;
    size_t done, failed;
};

/* One entry of the manifest. */
struct entry {
    struct pairs context;
    struct srow_buf plaintext;
    char uri[160];
    uint16_t suite;
    uint32_t frame_length;
};

static void work_cleanup(struct work *w)
{
    srow_client_free(w->client);
    srow_config_free(w->config);
    set_cleanup(&w->set);
}

static void entry_cleanup(struct entry *entry)
{
    pairs_cleanup(&entry->context);
    buf_cleanup(&entry->plaintext);
}

static MUST enum srow_rc entry_load(struct entry *out, const struct work *w, struct srow_bytes name,
                                    const json_node *node, struct srow_error *e)
{
    struct srow_bytes suite, plaintext;
    int64_t frame = 0;
    FAIL_IF(!json_as_string(&suite, json_get(node, "suite")) ||
                !json_as_string(&plaintext, json_get(node, "plaintext")) ||
                !json_as_integer(&frame, json_get(node, "frame-length")),
            e, SROW_E_VALUE, "the entry is not whole");
    snprintf(out->uri, sizeof out->uri, "file://%s/%.*s.bin", w->writer, (int)name.len,
             (const char *)name.at);
    out->suite = (uint16_t)strtoul(suite.at, NULL, 16);
    out->frame_length = (uint32_t)frame;
    TRY(text_parse_base64(&out->plaintext, plaintext, e));
    return pairs_load(&out->context, json_get(node, "context"), e);
}

static MUST enum srow_rc write_file(const char *path, struct srow_bytes b, struct srow_error *e)
{
    FILE *file = fopen(path, "wb");
    FAIL_IF(file == NULL, e, SROW_E_IO, "%s: %s", path, strerror(errno));
    bool ok = fwrite(b.at, 1, b.len, file) == b.len;
    ok = fclose(file) == 0 && ok;
    FAIL_IF(!ok, e, SROW_E_IO, "%s cannot be written", path);
    return SROW_OK;
}

static MUST enum srow_rc write_entry(const struct work *w, const struct entry *entry,
                                     struct srow_error *e)
{
    struct cell_tools tools = {0};
    struct message_encrypted made = {0};
    AUTO(buf_cleanup) struct srow_buf path = {0};
    TRY(client_tools(&tools, w->client, "default", NULL, e));
    struct message_encrypt_options options = {.suite = entry->suite,
                                              .frame_length = entry->frame_length,
                                              .context = &entry->context.context,
                                              .deadline = tools.deadline};
    TRY(message_encrypt(&made, tools.manager, &options, bytes_buf(&entry->plaintext), e));
    AUTO(buf_cleanup) struct srow_buf message = made.bytes;
    buf_printf(&path, "%s/%s", w->folder, entry->uri + strlen("file://"));
    return write_file(buf_cstr(&path), bytes_buf(&message), e);
}

/* The context is compared exactly: the message has these pairs and no others. */
static MUST enum srow_rc open_entry(const struct work *w, const struct entry *entry,
                                    struct srow_error *e)
{
    struct cell_tools tools = {0};
    AUTO(buf_cleanup) struct srow_buf message = {0}, plaintext = {0};
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    TRY(client_tools(&tools, w->client, "default", w->region, e));
    TRY(set_read(&message, &w->set, srow_str(entry->uri), e));
    TRY(message_inspect(&m, bytes_buf(&message), e));
    FAIL_IF(m.header.suite->id != entry->suite, e, SROW_E_VALUE, "suite %04x", m.header.suite->id);
    struct message_decrypt_options options = {
        .expected = &entry->context.context, .via = w->region, .deadline = tools.deadline};
    TRY(message_decrypt(&plaintext, tools.manager, &options, bytes_buf(&message), e));
    FAIL_IF(!bytes_equal(bytes_buf(&plaintext), bytes_buf(&entry->plaintext)), e, SROW_E_VALUE,
            "another plaintext");
    return SROW_OK;
}

static MUST enum srow_rc visit(void *state, struct srow_bytes name, const json_node *node,
                               struct srow_error *e)
{
    struct work *w = state;
    struct srow_error own = {0};
    (void)e;
    AUTO(entry_cleanup) struct entry entry = {0};
    enum srow_rc rc = entry_load(&entry, w, name, node, &own);
    if (rc == SROW_OK) {
        rc = w->region == NULL ? write_entry(w, &entry, &own) : open_entry(w, &entry, &own);
    }
    if (rc != SROW_OK) {
        printf("%.*s: %s\n", (int)name.len, (const char *)name.at, own.text);
    }
    w->done += rc == SROW_OK;
    w->failed += rc != SROW_OK;
    return SROW_OK;
}

static MUST enum srow_rc run(struct work *w, const char *config, struct srow_error *e)
{
    struct srow_client_options options = {0};
    TRY(set_load(&w->set, w->folder, e));
    TRY(srow_config_load(&w->config, config, e));
    TRY(srow_client_new(&w->client, w->config, &options, e));
    TRY(json_each(json_get(w->set.manifest, "tests"), visit, w, e));
    printf("%zu done\n", w->done);
    return SROW_OK;
}

int main(int argc, char **argv)
{
    bool writes = argc == 4 && strcmp(argv[1], "write") == 0;
    if (!writes && (argc != 6 || strcmp(argv[1], "open") != 0)) {
        fprintf(stderr, "usage: peer-messages write FOLDER CONFIG\n"
                        "       peer-messages open FOLDER CONFIG WRITER REGION\n");
        return 2;
    }
    AUTO(work_cleanup)
    struct work w = {.folder = argv[2],
                     .writer = writes ? "sealrow" : argv[4],
                     .region = writes ? NULL : argv[5]};
    struct srow_error e = {0};
    if (run(&w, argv[3], &e) != SROW_OK) {
        fprintf(stderr, "peer-messages: %s\n", e.text);
        return 1;
    }
    return w.failed > 0;
}
