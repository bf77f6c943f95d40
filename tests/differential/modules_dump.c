/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For modules.py: walks hex encodings with one module's tables and prints the hits, "field=value:hex", one line each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include TABLES

static bool on_hit(void *user, const struct per_hit *hit)
{
    const struct daps_bits *whole = user;
    struct daps_bits bits = *whole;

    printf(" %u=%" PRId64, hit->field, hit->value);
    bits.position = hit->bit;
    if (hit->value > 0 && hit->value <= 512) {
        printf(":");
        for (int64_t i = 0; i < hit->value && bits.position < bits.limit && i < 256; i++)
            printf("%u", daps_bits_take(&bits, 1));
    }
    return true;
}

int main(void)
{
    static char line[1 << 18];
    static uint8_t octets[1 << 17];

    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t n = strspn(line, "0123456789abcdef") / 2;
        struct daps_bits bits, whole;
        for (size_t i = 0; i < n; i++) {
            const char digits[3] = {line[2 * i], line[2 * i + 1], '\0'};
            octets[i] = (uint8_t)strtoul(digits, NULL, 16);
        }
        whole = bits = daps_bits_of(octets, n);
        printf("hits");
        if (!per_walk(&TABLE, ROOT, &bits, on_hit, &whole))
            printf(" error=%s at bit %" PRIu64, bits.error, bits.position);
        printf("\n");
    }
    return 0;
}
