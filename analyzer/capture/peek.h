/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the room: a look at where the second record of a pcap begins, before anybody reads the first. */
#ifndef DAPS_CAPTURE_PEEK_H
#define DAPS_CAPTURE_PEEK_H

#include <pcap/pcap.h>
#include <stdbool.h>

#include "input.h"

/*
 * Whether what stands where pcap, which has read the file header of input and nothing more, will look for the second
 * record cannot be one. What was read for that is given back to input from *octets: to be freed with g_free after
 * input.
 */
bool peek_second_is_odd(struct input *input, pcap_t *pcap, uint8_t **octets);

#endif
