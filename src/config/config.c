/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration as its readers hold it: load, parse, free.
 */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/canon.h"
#include "config/node.h"
#include "config/shape.h"

enum { FILE_MAX = 1 << 20 };

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts != NULL && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

static void free_key_sets(struct srow_config *c)
{
    for (size_t i = 0; i < c->key_set_count; i++) {
        for (size_t k = 0; k < c->key_sets[i].count; k++) {
            free(c->key_sets[i].keys[k].region);
            free(c->key_sets[i].keys[k].arn);
        }
        free(c->key_sets[i].keys);
        free(c->key_sets[i].name);
    }
    free(c->key_sets);
}

static void free_table(struct config_table *t)
{
    for (size_t i = 0; i < t->bind_count; i++) {
        free(t->binds[i].name);
        free(t->binds[i].column);
        free(t->binds[i].sequence_schema);
        free(t->binds[i].sequence);
    }
    for (size_t i = 0; i < t->column_count; i++) {
        free(t->columns[i].name);
        free(t->columns[i].full_name);
        free(t->columns[i].sealed);
        free(t->columns[i].plain);
        free(t->columns[i].until);
        free(t->columns[i].version);
        free(t->columns[i].keys);
    }
    free_texts(t->key, t->key_count);
    free(t->binds);
    free(t->columns);
    free(t->name);
    free(t->schema);
    free(t->table);
}

static void free_alarms(struct srow_config *c)
{
    for (size_t i = 0; i < c->alarm_count; i++) {
        size_t count = 0;
        while (c->alarms[i].command[count] != NULL) {
            count++;
        }
        free_texts(c->alarms[i].command, count);
    }
    free(c->alarms);
}

void srow_config_free(struct srow_config *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->region_count; i++) {
        free(c->regions[i].name);
        free(c->regions[i].endpoint);
    }
    for (size_t i = 0; i < c->table_count; i++) {
        free_table(&c->tables[i]);
    }
    free_key_sets(c);
    free_alarms(c);
    free_texts(c->order, c->order_count);
    free_texts(c->while_down, c->while_down_count);
    free(c->while_down_file);
    free(c->regions);
    free(c->tables);
    free(c->writer);
    free(c->domain);
    free(c->canonical);
    free(c->path);
    free(c);
}

static void free_config(struct srow_config **c)
{
    srow_config_free(*c);
}

enum srow_rc srow_config_parse(struct srow_config **out, struct srow_bytes yaml,
                               struct srow_error *e)
{
    AUTO(node_free) struct node *root = NULL;
    TRY(node_parse(&root, yaml, e));
    AUTO(free_config) struct srow_config *c = calloc(1, sizeof *c);
    FAIL_IF(c == NULL, e, SROW_E_NOMEM, "no memory for the configuration");
    TRY(shape_read(c, root, e));
    AUTO(buf_cleanup) struct srow_buf canonical = {0};
    TRY(canon_put(&canonical, root, e));
    TRY(bytes_dup_str(&c->canonical, bytes_buf(&canonical), e));
    *out = c;
    c = NULL;
    return SROW_OK;
}

/* Who may write the file decides which keys seal the data. */
static enum srow_rc check_file(const struct stat *st, const char *path, struct srow_error *e)
{
    FAIL_IF(S_ISDIR(st->st_mode), e, SROW_E_IO,
            "%s is a directory, not a configuration: name the file in it", path);
    FAIL_IF((st->st_mode & (S_IWGRP | S_IWOTH)) != 0, e, SROW_E_PERMISSIONS,
            "others may write the configuration %s (mode %04o): chmod go-w %s", path,
            (unsigned)(st->st_mode & 07777), path);
    FAIL_IF(st->st_uid != 0 && st->st_uid != geteuid(), e, SROW_E_PERMISSIONS,
            "the configuration %s belongs to another user (uid %lu): it must be root's or yours",
            path, (unsigned long)st->st_uid);
    return SROW_OK;
}

static enum srow_rc read_all(struct srow_buf *out, int fd, const char *path, struct srow_error *e)
{
    for (;;) {
        char *to = buf_room(out, 65536);
        TRY(buf_check(out, e));
        ssize_t n = read(fd, to, 65536);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        FAIL_IF(n < 0, e, SROW_E_IO, "the configuration %s cannot be read: %s", path,
                strerror(errno));
        if (n == 0) {
            return SROW_OK;
        }
        buf_grew(out, (size_t)n);
        FAIL_IF(out->len > FILE_MAX, e, SROW_E_CONFIG,
                "the configuration %s is larger than 1 MiB: is it the right file?", path);
    }
}

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

enum srow_rc srow_config_load(struct srow_config **out, const char *path, struct srow_error *e)
{
    FAIL_IF(path == NULL, e, SROW_E_USAGE, "no path of a configuration is given");
    AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    FAIL_IF(fd < 0 && errno == ENOENT, e, SROW_E_CONFIG_MISSING,
            "there is no configuration %s: name one with -c FILE or SEALROW_CONFIG", path);
    FAIL_IF(fd < 0, e, SROW_E_IO, "the configuration %s cannot be opened: %s: see who may read it",
            path, strerror(errno));
    struct stat st;
    FAIL_IF(fstat(fd, &st) != 0, e, SROW_E_IO, "the configuration %s cannot be read: %s", path,
            strerror(errno));
    TRY(check_file(&st, path, e));
    AUTO(buf_cleanup) struct srow_buf yaml = {0};
    AUTO(free_config) struct srow_config *c = NULL;
    TRY(read_all(&yaml, fd, path, e));
    enum srow_rc rc = srow_config_parse(&c, bytes_buf(&yaml), e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "%s", path);
    }
    TRY(bytes_dup_str(&c->path, srow_str(path), e));
    *out = c;
    c = NULL;
    return SROW_OK;
}
