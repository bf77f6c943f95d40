/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every reading of a capture costs at least: libpcap's loop and nothing else. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    unsigned long frames = 0, octets = 0;
    struct pcap_pkthdr *header;
    const u_char *data;
    pcap_t *pcap;

    if (argc != 2 || (pcap = pcap_open_offline(argv[1], error)) == NULL)
        return 1;
    while (pcap_next_ex(pcap, &header, &data) == 1) {
        frames++;
        octets += header->caplen;
    }
    printf("%lu frames, %lu octets\n", frames, octets);
    pcap_close(pcap);
    return 0;
}
