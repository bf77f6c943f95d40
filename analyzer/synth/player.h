/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the scenario player share; not for others. */
#ifndef DAPS_SYNTH_PLAYER_H
#define DAPS_SYNTH_PLAYER_H

#include "synth/air.h"
#include "synth/scenario.h"

struct synth_ue {
    unsigned number;
    unsigned ue_id, writer; /* as in struct synth_frame */
    int64_t i_rnti;
    unsigned sn_bits; /* of DRBs, as "bearers" configured them; 0 not yet */
    int32_t c_rnti, next_c_rnti;
    int32_t source_c_rnti;           /* while a command is open */
    const struct synth_cell *cell;   /* serving */
    const struct synth_cell *target; /* of the open command, NULL none */
    const struct synth_cell *logged; /* the cell the next frame is logged in */
    unsigned transaction;            /* next one of the network */
    unsigned last_transaction;       /* of the newest command */
    unsigned candidate_transaction[8];
    const struct synth_cell *candidates[8];
    int32_t candidate_c_rnti[8];
    unsigned n_candidates;
    char key_line[160]; /* of a key log, empty: none */
    bool key_told;
    bool failed; /* the open command has failed */
    uint32_t messages;
    struct air air;
    struct synth_command candidate_commands[8];
    GRand *random; /* user data */
};

struct player {
    const char *name;
    const struct synth_sink *sink;
    enum synth_framing framing;
    enum daps_rat rat;      /* of the statements that follow */
    bool opened, silent;    /* silent: the log loses what happens */
    bool no_srb0;           /* ... and all of SRB0 */
    bool unsent;            /* the phone logs the message, but it never goes on the air */
    unsigned segment;       /* octets of an RLC segment, 0 none */
    bool again;             /* the newest frames once more */
    GPtrArray *newest;      /* GByteArray *: frames of the newest message */
    GPtrArray *cells, *ues; /* struct synth_cell, struct synth_ue, owned */
    struct synth_ue *ue;
    bool many_ues;
    int64_t time_ns, step_ns;
    int64_t shift_ns;     /* the frames of this statement are captured that much later (earlier below zero) */
    int64_t log_shift_ns; /* likewise of RRC logged in clear, beside PDCP */
    GPtrArray *delayed;   /* struct player_frame: those not yet written, by time; NULL while nothing was shifted */
    uint32_t frames;
    GByteArray *last; /* newest PDU, for "duplicate" */
    enum daps_channel last_channel;
    char **words;  /* of the current line */
    unsigned next; /* word to be read */
    char *error;   /* first one */
};

/* words.c: reading a statement's words; errors name the word. */
void player_fail(struct player *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
const char *player_peek(const struct player *p);
const char *player_word(struct player *p, const char *what);
bool player_accept(struct player *p, const char *keyword);
int64_t player_number(struct player *p, const char *what, int64_t least, int64_t most);
int64_t player_duration(struct player *p);
/* Time goes on; an error where a capture could not hold it (pcap counts seconds from 1970 to 2106). */
void player_advance(struct player *p, int64_t ns);
const struct synth_cell *player_cell(struct player *p);

/* steps.c: one statement each; false if word is no statement of a UE. */
bool player_step(struct player *p, const char *word);
void player_names(const struct synth_ue *ue, struct synth_frame *frame); /* as its framing names the UE */

/* below.c: below RRC */
void player_send_below(struct player *p, struct synth_frame *frame);
void player_send_data(struct player *p, bool downlink, unsigned drb, bool source, unsigned sn_bits, unsigned octets);
bool player_write(struct player *p, const GByteArray *octets);

/* shift.c: clocks out of step. Frames keep their time order in the file, as where captures are merged. */
bool player_hold(struct player *p, const GByteArray *octets); /* false: write it at once */
void player_will_shift(struct player *p);                     /* before the first frame */
void player_release(struct player *p, bool all);
int64_t player_shift(struct player *p); /* reads a duration */

/* scenario.c */
bool player_put(struct player *p, int64_t time_ns, const GByteArray *octets);
void player_key_words(struct player *p, struct synth_ue *ue, const char *kind);
void player_send(struct player *p, enum daps_channel channel, GByteArray *pdu); /* takes pdu, which may be NULL */

#endif
