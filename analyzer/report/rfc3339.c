/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RFC 3339 times from and to nanoseconds, in the proleptic Gregorian calendar, without the C library's time zone
 * machinery (which is neither thread-safe nor free of the environment).
 */
#include "report/rfc3339.h"

#include <string.h>

#define NS_PER_S      INT64_C(1000000000)
#define S_PER_DAY     INT64_C(86400)
#define DAYS_PER_ERA  INT64_C(146097) /* 400 years */
#define DAYS_TO_EPOCH INT64_C(719468) /* 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Years begin in March here, so that the leap day is the last of its year. */
static void date_of_day(int64_t day, int64_t *year, int64_t *month, int64_t *date)
{
    int64_t shifted = day + DAYS_TO_EPOCH;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    int64_t day_of_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;

    *date = day_of_year - (153 * march_month + 2) / 5 + 1;
    *month = march_month < 10 ? march_month + 3 : march_month - 9;
    *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

static int64_t day_of_date(int64_t year, int64_t month, int64_t date)
{
    int64_t march_year = year - (month <= 2 ? 1 : 0);
    int64_t era = floor_div(march_year, 400);
    int64_t year_of_era = march_year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

static char *put_digits(char *to, int64_t value, int n)
{
    for (int i = n - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + n;
}

static inline char *put_two(char *to, int64_t value)
{
    to[0] = (char)('0' + value / 10);
    to[1] = (char)('0' + value % 10);
    return to + 2;
}

static char *put_fraction(char *to, int64_t ns)
{
    if (ns == 0)
        return to;
    *to++ = '.';
    if (ns % 1000000 == 0) /* as most logs have it */
        to = put_digits(to, ns / 1000000, 3);
    else
        to = put_digits(to, ns, 9);
    while (to[-1] == '0')
        to--;
    return to;
}

bool rfc3339_write(int64_t time_ns, char text[static RFC3339_OCTETS])
{
    int64_t seconds = floor_div(time_ns, NS_PER_S), day = floor_div(seconds, S_PER_DAY);
    int64_t second = seconds - day * S_PER_DAY;
    int64_t year, month, date;
    char *to = text;

    *to = '\0';
    if (time_ns == INT64_MIN)
        return false;
    date_of_day(day, &year, &month, &date); /* INT64_MIN to INT64_MAX ns are the years 1677 to 2262 */
    to = put_two(put_two(to, year / 100), year % 100);
    *to++ = '-';
    to = put_two(to, month);
    *to++ = '-';
    to = put_two(to, date);
    *to++ = 'T';
    to = put_two(to, second / 3600);
    *to++ = ':';
    to = put_two(to, second / 60 % 60);
    *to++ = ':';
    to = put_two(to, second % 60);
    to = put_fraction(to, (time_ns % NS_PER_S + NS_PER_S) % NS_PER_S);
    *to++ = 'Z';
    *to = '\0';
    return true;
}

/* n digits at *at; -1 if they are not there. */
static int take_digits(const char **at, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_fraction(const char **at, int64_t *fraction)
{
    int64_t unit = NS_PER_S / 10;

    *fraction = 0;
    if (!take_char(at, '.'))
        return true;
    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10) {
        if (unit == 0)
            return false; /* finer than a nanosecond: would not survive */
        *fraction += (**at - '0') * unit;
    }
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool rfc3339_read(const char *text, int64_t *time_ns)
{
    int year, month, date, hour, minute, second;
    int64_t fraction, seconds;

    year = take_digits(&text, 4);
    if (year < 0 || !take_char(&text, '-') || (month = take_digits(&text, 2)) < 1 || month > 12 ||
        !take_char(&text, '-') || (date = take_digits(&text, 2)) < 1 || date > days_in_month(year, month) ||
        !take_char(&text, 'T'))
        return false;
    if ((hour = take_digits(&text, 2)) < 0 || hour > 23 || !take_char(&text, ':') ||
        (minute = take_digits(&text, 2)) < 0 || minute > 59 || !take_char(&text, ':') ||
        (second = take_digits(&text, 2)) < 0 || second > 59 || !take_fraction(&text, &fraction) ||
        strcmp(text, "Z") != 0)
        return false;
    seconds = day_of_date(year, month, date) * S_PER_DAY + INT64_C(3600) * hour + INT64_C(60) * minute + second;
    /* The first second of the range begins before INT64_MIN; go through the sum that does not overflow. */
    if (seconds < INT64_MIN / NS_PER_S - 1 || seconds > INT64_MAX / NS_PER_S)
        return false;
    if (seconds < 0) {
        seconds++;
        fraction -= NS_PER_S;
    }
    return !__builtin_mul_overflow(seconds, NS_PER_S, time_ns) &&
           !__builtin_add_overflow(*time_ns, fraction, time_ns) && *time_ns != INT64_MIN;
}
