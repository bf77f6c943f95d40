/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checksum of HDLC frames, eight octets a step. */
#include "diag_inside.h"

enum { POLYNOMIAL = 0x8408, BEGIN = 0xffff }; /* x^16 + x^12 + x^5 + 1, least significant bit first */

void diag_crc_init(struct diag_crc *crc)
{
    for (unsigned i = 0; i < 256; i++) {
        unsigned value = i;
        for (unsigned bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? value >> 1 ^ POLYNOMIAL : value >> 1;
        crc->table[0][i] = (uint16_t)value;
    }
    for (unsigned k = 1; k < 8; k++) {
        for (unsigned i = 0; i < 256; i++) {
            const uint16_t before = crc->table[k - 1][i];
            crc->table[k][i] = (uint16_t)(before >> 8 ^ crc->table[0][before & 0xff]);
        }
    }
}

uint16_t diag_crc_of(const struct diag_crc *crc, const uint8_t *octets, size_t n)
{
    unsigned value = BEGIN;

    for (; n >= 8; n -= 8, octets += 8) {
        value = crc->table[7][(octets[0] ^ value) & 0xff] ^ crc->table[6][octets[1] ^ value >> 8] ^
                crc->table[5][octets[2]] ^ crc->table[4][octets[3]] ^ crc->table[3][octets[4]] ^
                crc->table[2][octets[5]] ^ crc->table[1][octets[6]] ^ crc->table[0][octets[7]];
    }
    for (; n > 0; n--, octets++)
        value = value >> 8 ^ crc->table[0][(value ^ *octets) & 0xff];
    return (uint16_t)value;
}
