/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing pcapng with comments: records as they were captured, one interface for each link type. */
#ifndef DAPSAUDIT_PCAPNG_H
#define DAPSAUDIT_PCAPNG_H

#include <stdbool.h>
#include <stdio.h>

#include "daps/record.h"

struct pcapng;

/* Begins a section whose comment is comment. file is borrowed. Free with pcapng_close. */
struct pcapng *pcapng_open(FILE *file, const char *application, const char *comment);

/* False if the record cannot be written in this format: no link type of its own, or no time. */
bool pcapng_can(const struct daps_record *record);

/* A record that pcapng_can, with its original length and time. comment: UTF-8, NULL none. */
void pcapng_record(struct pcapng *pcapng, const struct daps_record *record, const char *comment);

/* False if something could not be written. */
bool pcapng_close(struct pcapng *pcapng);

#endif
