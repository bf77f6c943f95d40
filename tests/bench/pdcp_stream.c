/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdcp_stream PREFIX N OCTETS: the classic pcap PREFIX (Ethernet, made by `dapsaudit synth -f pdcp-nr`), then N
 * downlink PDCP PDUs of DRB 1 of UE 1 with that much user data, to standard output. For captures too long for a disk.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void big(uint8_t *at, uint32_t value, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++)
        at[i] = (uint8_t)(value >> (8 * (octets - 1 - i)));
}

static int copy(const char *path)
{
    uint8_t buffer[65536];
    size_t n;
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return -1;
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0)
        fwrite(buffer, 1, n, stdout);
    return fclose(file);
}

int main(int argc, char **argv)
{
    /* "pdcp-nr", user plane, SN length 18, downlink, DCCH, bearer 1, UEId 1, payload, then the PDU's header */
    static const uint8_t context[] = {'p',  'd', 'c',  'p', '-',  'n', 'r', 2,    0x02, 18, 0x03, 1,
                                      0x04, 1,   0x05, 1,   0x06, 0,   1,   0x01, 0x80, 0,  0};
    static uint8_t frame[16 + 42 + sizeof context + 9000];
    uint32_t record[4];
    size_t payload, length;
    uint64_t n, octets;

    if (argc != 4 || copy(argv[1]) != 0)
        return 2;
    n = strtoull(argv[2], NULL, 10);
    octets = strtoull(argv[3], NULL, 10);
    if (octets > 8900)
        return 2;
    payload = sizeof context + (size_t)octets;
    length = 42 + payload;
    memset(frame, 0, sizeof frame);
    big(frame + 16 + 12, 0x0800, 2);
    big(frame + 16 + 14, 0x4500, 2);
    big(frame + 16 + 16, (uint32_t)(28 + payload), 2);
    big(frame + 16 + 22, 0x4011, 2);
    big(frame + 16 + 26, 0x7F000001, 4);
    big(frame + 16 + 30, 0x7F000001, 4);
    big(frame + 16 + 34, 0x270F270F, 4);
    big(frame + 16 + 38, (uint32_t)(8 + payload), 2);
    memcpy(frame + 16 + 42, context, sizeof context);
    for (uint64_t i = 0; i < n; i++) {
        record[0] = (uint32_t)(1767225700 + i / 1000000);
        record[1] = (uint32_t)(i % 1000000);
        record[2] = record[3] = (uint32_t)length;
        memcpy(frame, record, sizeof record);
        big(frame + 16 + 42 + sizeof context - 3, 0x800000 | (uint32_t)(i & 0x3FFFF), 3);
        memcpy(frame + 16 + 42 + sizeof context, &i, octets < 8 ? (size_t)octets : 8);
        if (fwrite(frame, 1, 16 + length, stdout) != 16 + length)
            return 1;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
