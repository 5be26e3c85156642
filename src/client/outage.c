/* SPDX-License-Identifier: Apache-2.0
 *
 * See outage.h. The file is small and read whole each time: its time stamp would not show two
 * changes in one tick. What cannot be used leaves the last good list in force, and a file that is
 * not there is an empty list. The log is told when the lock is free again: its function is the
 * program's, and may call back.
 */
#include "client/outage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/log.h"
#include "base/time.h"

enum { LOOK_MS = 500, TELL_MS = 60000, LARGEST = 4096 };

struct region {
    bool declared, filed;
    uint64_t missing;
};

struct outage {
    struct keyring_outage face;
    const struct srow_config *config;
    uint64_t (*clock)(void);
    struct guard guard;     /* a forked child goes on with what it finds: flags, counts and times */
    struct region *regions; /* as config->regions */
    struct outage_counts counts;
    uint64_t next_look, next_tell;
    uint64_t untold;           /* debts since the last line */
    struct srow_error trouble; /* what the log was told last about the file */
};

/* Lines for the log; empty: none. */
struct news {
    struct srow_buf changed, trouble, debt;
};

static void tell(enum log_level level, const char *code, struct srow_buf *line)
{
    if (line->len > 0) {
        log_line(level, code, "%s", buf_cstr(line));
    }
    buf_cleanup(line);
}

static void leave(struct outage *o, struct news *news)
{
    guard_unlock(&o->guard);
    tell(LOG_LEVEL_WARNING, "write.while_down", &news->changed);
    tell(LOG_LEVEL_ERROR, "write.while_down_file", &news->trouble);
    tell(LOG_LEVEL_WARNING, "write.missing", &news->debt);
}

/* -- lists of Regions -- */

static enum srow_rc find(size_t *out, const struct outage *o, struct srow_bytes name,
                         struct srow_error *e)
{
    for (size_t i = 0; i < o->config->region_count; i++) {
        if (bytes_equal_str(name, o->config->regions[i].name)) {
            *out = i;
            return SROW_OK;
        }
    }
    AUTO(buf_cleanup) struct srow_buf known = {0};
    for (size_t i = 0; i < o->config->region_count; i++) {
        buf_printf(&known, "%s%s", i > 0 ? ", " : "", o->config->regions[i].name);
    }
    FAIL(e, SROW_E_REGION, "the configuration has no Region %.*s: name one of %s",
         name.len < 40 ? (int)name.len : 40, (const char *)name.at, buf_cstr(&known));
}

static bool leaves_none(const struct outage *o, const bool *declared, const bool *filed)
{
    for (size_t i = 0; i < o->config->region_count; i++) {
        bool down = (declared != NULL ? declared[i] : o->regions[i].declared) ||
                    (filed != NULL ? filed[i] : o->regions[i].filed);
        if (!down) {
            return false;
        }
    }
    return true;
}

static void put_down(struct srow_buf *out, const struct outage *o)
{
    size_t before = out->len;
    for (size_t i = 0; i < o->config->region_count; i++) {
        if (o->regions[i].declared || o->regions[i].filed) {
            buf_printf(out, "%s%s", out->len == before ? "" : ", ", o->config->regions[i].name);
        }
    }
    buf_put_str(out, out->len == before ? "none" : "");
}

static bool changes(const struct outage *o, const bool *list, bool filed)
{
    for (size_t i = 0; i < o->config->region_count; i++) {
        const struct region *r = &o->regions[i];
        if ((r->declared || r->filed) != (list[i] || (filed ? r->declared : r->filed))) {
            return true;
        }
    }
    return false;
}

/* One of the two lists becomes `list`. Called with the lock held. */
static void replace(struct outage *o, struct news *news, const bool *list, bool filed,
                    const char *by)
{
    AUTO(buf_cleanup) struct srow_buf before = {0}, now = {0};
    bool changed = changes(o, list, filed);
    if (changed) {
        put_down(&before, o);
    }
    for (size_t i = 0; i < o->config->region_count; i++) {
        *(filed ? &o->regions[i].filed : &o->regions[i].declared) = list[i];
    }
    if (changed) {
        put_down(&now, o);
        o->counts.changes++;
        buf_clear(&news->changed);
        buf_printf(&news->changed, "Regions declared down by %s: %s; before: %s", by,
                   buf_cstr(&now), buf_cstr(&before));
    }
}

/* -- the file -- */

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

/* Who may write it decides how many Regions can lose a value. */
static MUST enum srow_rc check_file(int fd, struct srow_error *e)
{
    struct stat st;
    FAIL_IF(fstat(fd, &st) != 0, e, SROW_E_IO, "it cannot be read: %s", strerror(errno));
    FAIL_IF(!S_ISREG(st.st_mode), e, SROW_E_IO,
            "it is no file: name a file, or take while_down_file out");
    FAIL_IF((st.st_mode & (S_IWGRP | S_IWOTH)) != 0, e, SROW_E_PERMISSIONS,
            "others may write it (mode %04o): chmod go-w it", (unsigned)(st.st_mode & 07777));
    FAIL_IF(st.st_uid != 0 && st.st_uid != geteuid(), e, SROW_E_PERMISSIONS,
            "it belongs to another user (uid %lu): it must be root's or yours",
            (unsigned long)st.st_uid);
    return SROW_OK;
}

static MUST enum srow_rc load(char *out, size_t *len, const char *path, struct srow_error *e)
{
    AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *len = 0;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return SROW_OK;
    }
    FAIL_IF(fd < 0, e, SROW_E_IO, "it cannot be opened: %s", strerror(errno));
    TRY(check_file(fd, e));
    for (ssize_t n = 1; n > 0 && *len <= LARGEST;) {
        n = read(fd, out + *len, LARGEST + 1 - *len);
        FAIL_IF(n < 0 && errno != EINTR, e, SROW_E_IO, "it cannot be read: %s", strerror(errno));
        *len += n > 0 ? (size_t)n : 0;
        n = n < 0 ? 1 : n;
    }
    FAIL_IF(*len > LARGEST, e, SROW_E_LIMIT, "it is larger than %d bytes", LARGEST);
    return SROW_OK;
}

/* A line without its comment and the spaces around it. */
static struct srow_bytes bare(const char *line, size_t len)
{
    static const char spaces[] = " \t\r";
    const char *comment = memchr(line, '#', len);
    len = comment == NULL ? len : (size_t)(comment - line);
    while (len > 0 && memchr(spaces, line[0], sizeof spaces - 1) != NULL) {
        line++;
        len--;
    }
    while (len > 0 && memchr(spaces, line[len - 1], sizeof spaces - 1) != NULL) {
        len--;
    }
    return bytes_of(line, len);
}

/* Marks the Regions that a text names, set apart by `between`. */
static MUST enum srow_rc mark(bool *list, const struct outage *o, struct srow_bytes text,
                              char between, struct srow_error *e)
{
    const char *at = text.at;
    for (size_t left = text.len; left > 0;) {
        const char *end = memchr(at, between, left);
        size_t len = end == NULL ? left : (size_t)(end - at), region = 0;
        struct srow_bytes name = bare(at, len);
        if (name.len > 0) {
            TRY(find(&region, o, name, e));
            list[region] = true;
        }
        len += end != NULL;
        at += len;
        left -= len;
    }
    return SROW_OK;
}

static MUST enum srow_rc read_file(bool *list, const struct outage *o, struct srow_error *e)
{
    char text[LARGEST + 1];
    size_t len = 0;
    TRY(load(text, &len, o->config->while_down_file, e));
    TRY(mark(list, o, bytes_of(text, len), '\n', e));
    FAIL_IF(leaves_none(o, NULL, list), e, SROW_E_CONFIG, "it declares every Region down");
    return SROW_OK;
}

/* Called with the lock held. */
static void look(struct outage *o, struct news *news)
{
    uint64_t now = o->clock();
    if (o->config->while_down_file == NULL || now < o->next_look) {
        return;
    }
    struct srow_error e = {0};
    bool *list = calloc(o->config->region_count, sizeof *list);
    enum srow_rc rc =
        list != NULL ? read_file(list, o, &e) : error_set(&e, SROW_E_NOMEM, "no memory to read it");
    o->next_look = now + LOOK_MS;
    if (rc == SROW_OK) {
        replace(o, news, list, true, o->config->while_down_file);
    } else {
        o->counts.file_errors++;
        if (strcmp(e.text, o->trouble.text) != 0) {
            buf_printf(&news->trouble, "%s: %s: what it said before stays in force",
                       o->config->while_down_file, e.text);
        }
    }
    o->trouble = e;
    free(list);
}

/* -- for keyrings -- */

static void ask(struct keyring_outage *face, bool *down, const char *const *regions, size_t n)
{
    struct outage *o = (struct outage *)face;
    struct news news = {0};
    guard_lock(&o->guard);
    look(o, &news);
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        down[i] = find(&at, o, srow_str(regions[i]), NULL) == SROW_OK &&
                  (o->regions[at].declared || o->regions[at].filed);
    }
    leave(o, &news);
}

/* One line at once, then at most one a minute. Called with the lock held. */
static void note_debt(struct outage *o, struct news *news, const char *const *regions, size_t n)
{
    AUTO(buf_cleanup) struct srow_buf names = {0};
    uint64_t now = o->clock();
    o->untold++;
    if (now < o->next_tell) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        buf_printf(&names, "%s%s", i == 0 ? "" : ", ", regions[i]);
    }
    buf_printf(&news->debt,
               "%llu value%s sealed in fewer Regions than promised, the last one without %s",
               (unsigned long long)o->untold, o->untold == 1 ? "" : "s", buf_cstr(&names));
    o->untold = 0;
    o->next_tell = now + TELL_MS;
}

static void owe(struct keyring_outage *face, const char *const *regions, size_t n)
{
    struct outage *o = (struct outage *)face;
    struct news news = {0};
    guard_lock(&o->guard);
    o->counts.debts++;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        if (find(&at, o, srow_str(regions[i]), NULL) == SROW_OK) {
            o->regions[at].missing++;
        }
    }
    note_debt(o, &news, regions, n);
    leave(o, &news);
}

/* -- life -- */

static MUST enum srow_rc start(struct outage *o, bool *list, struct srow_error *e)
{
    const char *variable = getenv("SEALROW_WHILE_DOWN");
    struct news news = {0};
    for (size_t i = 0; variable == NULL && i < o->config->while_down_count; i++) {
        size_t at = 0;
        TRY(find(&at, o, srow_str(o->config->while_down[i]), e));
        list[at] = true;
    }
    if (variable != NULL) {
        enum srow_rc rc = mark(list, o, srow_str(variable), ',', e);
        if (rc != SROW_OK) {
            return error_wrap(e, rc, "SEALROW_WHILE_DOWN");
        }
    }
    FAIL_IF(leaves_none(o, list, NULL), e, SROW_E_CONFIG,
            "SEALROW_WHILE_DOWN declares every Region down: leave one that is written to");
    guard_lock(&o->guard);
    replace(o, &news, list, false, variable != NULL ? "SEALROW_WHILE_DOWN" : "the configuration");
    leave(o, &news);
    guard_lock(&o->guard);
    look(o, &news);
    leave(o, &news);
    return SROW_OK;
}

enum srow_rc outage_new(struct outage **out, const struct srow_config *config,
                        uint64_t (*clock)(void), struct srow_error *e)
{
    AUTO(outage_free) struct outage *o = calloc(1, sizeof *o);
    FAIL_IF(o == NULL, e, SROW_E_NOMEM, "no memory for the Regions");
    o->face = (struct keyring_outage){ask, owe};
    o->config = config;
    o->clock = clock != NULL ? clock : time_monotonic_ms;
    o->regions = calloc(config->region_count, sizeof *o->regions);
    bool *list = calloc(config->region_count, sizeof *list);
    enum srow_rc rc = o->regions != NULL && list != NULL
                          ? start(o, list, e)
                          : error_set(e, SROW_E_NOMEM, "no memory for the Regions");
    free(list);
    TRY(rc);
    *out = o;
    o = NULL;
    return SROW_OK;
}

void outage_free(struct outage **outage)
{
    if (*outage != NULL) {
        guard_cleanup(&(*outage)->guard);
        free((*outage)->regions);
        free(*outage);
    }
    *outage = NULL;
}

struct keyring_outage *outage_face(struct outage *o)
{
    return &o->face;
}

/* -- for the client -- */

static MUST enum srow_rc read_names(bool *list, const struct outage *o, const char *const *regions,
                                    struct srow_error *e)
{
    for (; regions != NULL && *regions != NULL; regions++) {
        size_t at = 0;
        TRY(find(&at, o, srow_str(*regions), e));
        list[at] = true;
    }
    FAIL_IF(leaves_none(o, list, NULL), e, SROW_E_USAGE,
            "every Region would be declared down: leave one that is written to");
    return SROW_OK;
}

enum srow_rc outage_declare(struct outage *o, const char *const *regions, struct srow_error *e)
{
    bool *list = calloc(o->config->region_count, sizeof *list);
    struct news news = {0};
    FAIL_IF(list == NULL, e, SROW_E_NOMEM, "no memory for the Regions");
    guard_lock(&o->guard);
    enum srow_rc rc = read_names(list, o, regions, e);
    if (rc == SROW_OK) {
        replace(o, &news, list, false, "the program");
    }
    leave(o, &news);
    free(list);
    return rc;
}

struct outage_region outage_read(struct outage *o, const char *region)
{
    struct outage_region out = {0};
    struct news news = {0};
    size_t at = 0;
    guard_lock(&o->guard);
    look(o, &news);
    if (find(&at, o, srow_str(region), NULL) == SROW_OK) {
        const struct region *r = &o->regions[at];
        out = (struct outage_region){r->declared || r->filed, r->missing};
    }
    leave(o, &news);
    return out;
}

struct outage_counts outage_count(struct outage *o)
{
    guard_lock(&o->guard);
    struct outage_counts counts = o->counts;
    guard_unlock(&o->guard);
    return counts;
}
