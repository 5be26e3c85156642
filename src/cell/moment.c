/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and moments by their digits, without the system's time zones.
 */
#include "cell/moment.h"

enum { MICROSECONDS = 6, DAY_MINUTES = 24 * 60, MOST_OFFSET = 15 * 60 + 59 };

struct moment {
    int year, month, day, minutes, second, micro; /* minutes of the day */
};

/* Takes `count` digits; -1 if there are fewer. */
static int number(struct reader *r, size_t count)
{
    int n = 0;
    if (r->left < count) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        if (r->at[i] < '0' || r->at[i] > '9') {
            return -1;
        }
        n = 10 * n + (r->at[i] - '0');
    }
    *r = (struct reader){r->at + count, r->left - count};
    return n;
}

static bool takes(struct reader *r, char c)
{
    bool found = r->left > 0 && *r->at == (uint8_t)c;
    if (found) {
        *r = (struct reader){r->at + 1, r->left - 1};
    }
    return found;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool read_date(struct moment *m, struct reader *r)
{
    m->year = number(r, 4);
    if (m->year < 1 || !takes(r, '-')) {
        return false;
    }
    m->month = number(r, 2);
    if (m->month < 1 || m->month > 12 || !takes(r, '-')) {
        return false;
    }
    m->day = number(r, 2);
    return m->day >= 1 && m->day <= days_of(m->year, m->month);
}

bool moment_is_date(struct srow_bytes text)
{
    struct reader r = reader_of(text);
    struct moment m = {0};
    return read_date(&m, &r) && r.left == 0;
}

/* Digits behind the sixth are zeros, or they would be lost. */
static bool read_fraction(struct moment *m, struct reader *r)
{
    int digits = 0;
    for (int digit = number(r, 1); digit >= 0; digit = number(r, 1)) {
        if (digits++ < MICROSECONDS) {
            m->micro = 10 * m->micro + digit;
        } else if (digit != 0) {
            return false;
        }
    }
    for (int i = digits; i < MICROSECONDS; i++) {
        m->micro *= 10;
    }
    return digits > 0;
}

static bool read_time(struct moment *m, struct reader *r)
{
    int hour = number(r, 2);
    if (hour < 0 || hour > 23 || !takes(r, ':')) {
        return false;
    }
    int minute = number(r, 2);
    if (minute < 0 || minute > 59 || !takes(r, ':')) {
        return false;
    }
    m->minutes = 60 * hour + minute;
    m->second = number(r, 2);
    if (m->second < 0 || m->second > 59) {
        return false;
    }
    return !takes(r, '.') || read_fraction(m, r);
}

/* Z, +02, +0200 or +02:00 and then nothing: how far the clock there is before UTC. */
static bool read_zone(int *minutes, struct reader *r)
{
    *minutes = 0;
    if (takes(r, 'Z')) {
        return r->left == 0;
    }
    bool west = takes(r, '-');
    if (!west && !takes(r, '+')) {
        return false;
    }
    int hour = number(r, 2), minute = 0;
    if (hour >= 0 && r->left > 0) {
        (void)takes(r, ':');
        minute = number(r, 2);
    }
    *minutes = (west ? -1 : 1) * (60 * hour + minute);
    return hour >= 0 && minute >= 0 && minute <= 59 && 60 * hour + minute <= MOST_OFFSET &&
           r->left == 0;
}

static void day_before(struct moment *m)
{
    if (--m->day == 0) {
        m->year -= m->month == 1;
        m->month = m->month == 1 ? 12 : m->month - 1;
        m->day = days_of(m->year, m->month);
    }
}

static void day_after(struct moment *m)
{
    if (++m->day > days_of(m->year, m->month)) {
        m->day = 1;
        m->year += m->month == 12;
        m->month = m->month == 12 ? 1 : m->month + 1;
    }
}

static void to_utc(struct moment *m, int offset)
{
    m->minutes -= offset;
    if (m->minutes < 0) {
        m->minutes += DAY_MINUTES;
        day_before(m);
    } else if (m->minutes >= DAY_MINUTES) {
        m->minutes -= DAY_MINUTES;
        day_after(m);
    }
}

enum srow_rc moment_put(struct srow_buf *out, struct srow_bytes text, bool utc,
                        struct srow_error *e)
{
    struct reader r = reader_of(text);
    struct moment m = {0};
    int offset = 0;
    bool good = read_date(&m, &r) && (takes(&r, 'T') || takes(&r, ' ')) && read_time(&m, &r);
    FAIL_IF(!good, e, SROW_E_VALUE,
            "the value is no timestamp: YYYY-MM-DDTHH:MM:SS[.ffffff]Z, or +HH:MM for Z, a moment "
            "that exists, no leap second, no more than microseconds");
    FAIL_IF(!utc && r.left == 0, e, SROW_E_VALUE,
            "the value is a time without a zone: write Z or +HH:MM behind it");
    FAIL_IF(r.left > 0 && !read_zone(&offset, &r), e, SROW_E_VALUE,
            "the value is a timestamp with a zone that is not Z or within +15:59 and -15:59");
    to_utc(&m, offset);
    FAIL_IF(m.year < 1 || m.year > 9999, e, SROW_E_VALUE,
            "the value is a timestamp outside the years 0001 to 9999 of UTC");
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", m.year, m.month, m.day, m.minutes / 60,
               m.minutes % 60, m.second);
    if (m.micro > 0) {
        buf_printf(out, ".%06d", m.micro);
    }
    buf_put_str(out, "Z");
    return buf_check(out, e);
}
