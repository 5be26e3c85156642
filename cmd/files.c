/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and context are read first; then each input is read whole, turned, and written whole.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/arn.h"
#include "aws/region.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "config/key_sets.h"
#include "io.h"
#include "output.h"
#include "tree.h"

static const char given_keys[] = "--key"; /* of the set; no name in a file has two dashes first */

static void cleanup(struct files *f)
{
    context_cleanup(&f->context);
    program_cleanup(&f->program);
}

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static void seen(struct key_watch *watch, const struct key_event *event)
{
    char code[16];
    (void)watch;
    snprintf(code, sizeof code, "SROW-%03u", (unsigned)event->rc);
    log_line(LOG_LEVEL_WARNING, code, "%s", event->text);
}

struct key_watch files_watch = {seen};

enum srow_rc files_tools(struct cell_tools *out, struct files *f, struct srow_error *e)
{
    return client_tools(out, f->program.client, f->key_set, f->args->via, e);
}

/* -- keys -- */

struct keys {
    struct config_key list[CMD_MAX_WORDS];
    size_t count;
};

static void keys_cleanup(struct keys *k)
{
    for (size_t i = 0; i < k->count; i++) {
        free(k->list[i].region);
        free(k->list[i].arn);
    }
}

static enum srow_rc read_keys(struct keys *out, const struct args *args, struct srow_error *e)
{
    for (size_t i = 0; i < args->key_count; i++) {
        struct arn arn;
        struct srow_bytes text = srow_str(args->keys[i]);
        FAIL_IF(arn_parse_key(&arn, text, NULL) != SROW_OK, e, SROW_E_USAGE,
                "--key %s: not a key's ARN: write arn:aws:kms:REGION:ACCOUNT:key/ID",
                args->keys[i]);
        struct config_key *key = &out->list[out->count++];
        TRY(bytes_dup_str(&key->arn, text, e));
        TRY(bytes_dup_str(&key->region, arn.region, e));
    }
    return SROW_OK;
}

/* "Regions of the keys", as the configuration would say it. */
static void put_regions(struct srow_buf *yaml, const struct keys *keys)
{
    buf_put_str(yaml, "version: 1\ndomain: files\nkeys: {}\ntables: {}\nregions:\n");
    for (size_t i = 0; i < keys->count; i++) {
        size_t first = 0;
        while (strcmp(keys->list[first].region, keys->list[i].region) != 0) {
            first++;
        }
        if (first == i) {
            buf_put_str(yaml, "  ");
            json_put_string(yaml, srow_str(keys->list[i].region));
            buf_put_str(yaml, ": {}\n");
        }
    }
}

/* The environment's Region if it is one of the keys', else that of the first key. */
static const char *choose_local(const struct srow_config *config, const struct keys *keys)
{
    const char *local = NULL;
    if (region_local(&local, NULL) == SROW_OK && config_region_find(config, local) != NULL) {
        return local;
    }
    return keys->list[0].region;
}

/* Without a configuration file the keys say which Regions there are. */
static enum srow_rc load_config(struct files *f, struct args *args, const struct keys *keys,
                                struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf yaml = {0};
    enum srow_rc rc = program_config(&f->program, args, e);
    bool named = strcmp(program_config_file(args).from, "default") != 0;
    if (rc != SROW_E_CONFIG_MISSING || named || keys->count == 0) {
        return rc;
    }
    put_regions(&yaml, keys);
    TRY(buf_check(&yaml, e));
    TRY(srow_config_parse(&f->program.config, bytes_buf(&yaml), e));
    if (args->local_region == NULL) {
        args->local_region = choose_local(f->program.config, keys);
    }
    return SROW_OK;
}

static enum srow_rc load_keys(struct files *f, struct srow_error *e)
{
    AUTO(keys_cleanup) struct keys keys = {0};
    struct args args = *f->args;
    FAIL_IF(args.key_count > 0 && args.key_set != NULL, e, SROW_E_USAGE,
            "--key and --key-set: give one of them");
    TRY(read_keys(&keys, &args, e));
    TRY(load_config(f, &args, &keys, e));
    f->key_set = args.key_set == NULL ? "default" : args.key_set;
    if (keys.count > 0) {
        enum srow_rc rc = key_sets_add(f->program.config, given_keys, keys.list, keys.count, e);
        if (rc != SROW_OK) {
            return error_wrap(e, rc, "--key");
        }
        f->key_set = given_keys;
    }
    FAIL_IF(config_key_set_find(f->program.config, f->key_set) == NULL, e, SROW_E_USAGE,
            "--key-set %s: the configuration has no such key set: add it under keys, or give "
            "--key ARN",
            f->key_set);
    return program_client(&f->program, &args, e);
}

/* -- other options -- */

static enum srow_rc read_context(struct files *f, struct srow_error *e)
{
    for (size_t i = 0; i < f->args->context_count; i++) {
        const char *word = f->args->contexts[i], *equals = strchr(word, '=');
        FAIL_IF(equals == NULL || equals == word, e, SROW_E_USAGE,
                "--context number %zu: no equals sign: write KEY=VALUE", i + 1);
        struct srow_pair pair = {bytes_of(word, (size_t)(equals - word)), srow_str(equals + 1)};
        enum srow_rc rc = context_add(&f->context, pair, e);
        FAIL_IF(rc == SROW_E_MALFORMED, e, SROW_E_USAGE,
                "--context %.*s: given twice, or not UTF-8: give each key once", (int)pair.key.len,
                word);
        TRY(rc);
    }
    return SROW_OK;
}

static bool is_hex(const char *text)
{
    return text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

static enum srow_rc read_suite(struct files *f, struct srow_error *e)
{
    const char *word = f->args->suite;
    if (word == NULL) {
        return SROW_OK;
    }
    word += strncmp(word, "0x", 2) == 0 ? 2 : 0;
    FAIL_IF(strlen(word) != 4 || !is_hex(word), e, SROW_E_USAGE,
            "--suite %s: not a suite's number: write 0478 or 0578", f->args->suite);
    f->suite = (uint16_t)strtoul(word, NULL, 16);
    const struct suite *suite = suite_find(f->suite);
    FAIL_IF(suite == NULL || suite->commitment_bytes == 0, e, SROW_E_NOT_BUILT,
            "--suite %s: this version does not write it: write 0478 or 0578", f->args->suite);
    return SROW_OK;
}

static enum srow_rc read_limits(struct files *f, struct srow_error *e)
{
    uint64_t most = f->program.config->wrapped_keys;
    if (f->args->max_edks != NULL) {
        FAIL_IF(text_parse_size(&most, srow_str(f->args->max_edks), UINT16_MAX, NULL) != SROW_OK ||
                    most == 0,
                e, SROW_E_USAGE, "--max-edks %s: not a number: write one from 1 to 65535",
                f->args->max_edks);
    }
    f->max_edks = (size_t)most;
    return SROW_OK;
}

/* -- one file -- */

/* The bytes of a file, turned. */
static enum srow_rc turn(struct srow_buf *out, struct files *f, int fd, const char *shown,
                         struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf in = {0};
    TRY(io_read_fd(&in, fd, shown, f->way->most, e));
    enum srow_rc rc = f->way->turn(out, f, bytes_buf(&in), e);
    return rc == SROW_OK ? rc : error_wrap(e, rc, "%s", shown);
}

/* A failure of an output, with the option that names it. */
static enum srow_rc about_output(enum srow_rc rc, struct srow_error *e)
{
    return rc == SROW_OK ? rc : error_wrap(e, rc, "--out");
}

static enum srow_rc turn_to_file(struct files *f, int fd, const char *shown,
                                 const struct output *to, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    TRY(about_output(output_check(to, e), e));
    TRY(turn(&out, f, fd, shown, e));
    TRY(f->args->dry_run ? SROW_OK : about_output(output_write(to, bytes_buf(&out), e), e));
    log_line(LOG_LEVEL_INFO, "file.written", "%s %s to %s", shown, f->way->done, to->shown);
    f->done++;
    return SROW_OK;
}

/* -- a folder -- */

/* The counterpart of a file; `name` and `shown` are what it borrows. */
static enum srow_rc counterpart(struct output *out, struct srow_buf *name, struct srow_buf *shown,
                                const struct files *f, const struct tree_file *file,
                                struct srow_error *e)
{
    const char *below = file->path + strlen(f->args->in);
    f->way->put_name(name, file->name);
    buf_printf(shown, "%s%.*s%s", f->args->out, (int)(strlen(below) - strlen(file->name)), below,
               buf_cstr(name));
    *out =
        (struct output){file->to, buf_cstr(name), buf_cstr(shown), .overwrite = f->args->overwrite};
    TRY(buf_check(name, e));
    return buf_check(shown, e);
}

static enum srow_rc check(void *state, const struct tree_file *file, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf name = {0}, shown = {0};
    struct output to;
    TRY(counterpart(&to, &name, &shown, state, file, e));
    return file->to < 0 ? SROW_OK : about_output(output_check(&to, e), e);
}

static enum srow_rc visit(void *state, const struct tree_file *file, struct srow_error *e)
{
    struct files *f = state;
    struct output to;
    AUTO(buf_cleanup) struct srow_buf name = {0}, shown = {0}, out = {0};
    AUTO(close_fd)
    int fd = openat(file->from, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    FAIL_IF(fd < 0, e, SROW_E_IO, "%s: it cannot be opened: %s: see who may read it", file->path,
            strerror(errno));
    TRY(counterpart(&to, &name, &shown, f, file, e));
    if (file->to >= 0) {
        return turn_to_file(f, fd, file->path, &to, e);
    }
    TRY(turn(&out, f, fd, file->path, e)); /* a dry run into a folder that is not there */
    f->done++;
    return SROW_OK;
}

/* -- what --in and --out name -- */

static bool is_folder(const char *path)
{
    struct stat st;
    return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum srow_rc open_input(int *out, const char *path, struct srow_error *e)
{
    *out = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    FAIL_IF(*out < 0 && errno == ENOENT, e, SROW_E_NOT_FOUND,
            "--in %s: no such file: check its name", path);
    FAIL_IF(*out < 0, e, SROW_E_IO, "--in %s: it cannot be opened: %s: see who may read it", path,
            strerror(errno));
    return SROW_OK;
}

static const char *shown_input(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static enum srow_rc to_output(struct files *f, int fd, const char *in, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf out = {0};
    FAIL_IF(f->args->json, e, SROW_E_USAGE,
            "--json: standard output is for the data: name a file with --out");
    TRY(turn(&out, f, fd, shown_input(in), e));
    return f->args->dry_run ? SROW_OK : io_write_buf(&out, e);
}

/* A file, or one in a folder under the name that folders' files get. */
static enum srow_rc to_file(struct files *f, int fd, const char *in, const char *out,
                            struct srow_error *e)
{
    AUTO(str_free) char *folder = NULL, *path = NULL, *source = NULL;
    AUTO(buf_cleanup) struct srow_buf name = {0};
    AUTO(close_fd) int at = -1;
    bool within = is_folder(out);
    FAIL_IF(within && strcmp(in, "-") == 0, e, SROW_E_USAGE,
            "--out %s: a folder: name the file, standard input has no name", out);
    FAIL_IF(!within && out[strlen(out) - 1] == '/', e, SROW_E_USAGE,
            "--out %s: there is no such folder: make it first", out);
    TRY(bytes_dup_str(&folder, srow_str(out), e));
    TRY(bytes_dup_str(&path, srow_str(out), e));
    TRY(bytes_dup_str(&source, srow_str(in), e));
    if (within) {
        f->way->put_name(&name, basename(source));
    } else {
        buf_put_str(&name, basename(path));
    }
    const char *parent = within ? out : dirname(folder);
    at = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FAIL_IF(at < 0 && errno == ENOENT, e, SROW_E_NOT_FOUND,
            "--out %s: there is no folder %s: make it first", out, parent);
    FAIL_IF(at < 0, e, SROW_E_IO,
            "--out %s: its folder cannot be opened: %s: see who may write there", out,
            strerror(errno));
    struct output to = {at, buf_cstr(&name), within ? buf_cstr(&name) : out,
                        .overwrite = f->args->overwrite};
    TRY(buf_check(&name, e));
    return turn_to_file(f, fd, shown_input(in), &to, e);
}

static enum srow_rc to_folder(struct files *f, const char *in, const char *out,
                              struct srow_error *e)
{
    FAIL_IF(strcmp(out, "-") == 0, e, SROW_E_USAGE, "--in %s: a folder: name another with --out",
            in);
    struct tree tree = {.from = in,
                        .to = out,
                        .check = check,
                        .visit = visit,
                        .state = f,
                        .dry_run = f->args->dry_run};
    return tree_walk(&tree, e);
}

static enum srow_rc tell(const struct files *f, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf line = {0};
    if (f->args->json) {
        buf_printf(&line, "{\"files\":%zu}\n", f->done);
    } else {
        buf_printf(&line, "%zu file%s %s\n%s", f->done, f->done == 1 ? "" : "s", f->way->done,
                   f->args->dry_run ? "dry run: nothing was stored\n" : "");
    }
    return io_write_buf(&line, e);
}

enum srow_rc files_run(const struct args *args, const struct files_way *way, struct srow_error *e)
{
    AUTO(cleanup) struct files f = {.args = args, .way = way};
    AUTO(close_fd) int fd = -1;
    const char *in = args->in == NULL ? "-" : args->in, *out = args->out == NULL ? "-" : args->out;
    FAIL_IF(*in == '\0' || *out == '\0', e, SROW_E_USAGE,
            "--in and --out: a path is empty: name one, or -");
    TRY(read_context(&f, e));
    TRY(read_suite(&f, e));
    TRY(load_keys(&f, e));
    TRY(read_limits(&f, e));
    if (is_folder(in)) {
        TRY(to_folder(&f, in, out, e));
        return tell(&f, e);
    }
    TRY(open_input(&fd, in, e));
    if (strcmp(out, "-") == 0) {
        return to_output(&f, fd, in, e);
    }
    TRY(to_file(&f, fd, in, out, e));
    return tell(&f, e);
}
