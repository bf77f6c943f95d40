/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The player: declarations, time, repetition, and frames on their way out. */
#include "synth/scenario.h"

#include <errno.h>
#include <string.h>

#include "daps/bound.h"
#include "synth/layers.h"
#include "synth/player.h"

#define START_NS      INT64_C(1767225600000000000) /* 2026-01-01T00:00:00Z */
#define STEP_NS       INT64_C(20000000)
#define MOST_DECLARED DAPS_BOUND(10000, 8) /* cells; UEs */

struct line {
    unsigned number;
    char **words;
};

bool player_put(struct player *p, int64_t time_ns, const GByteArray *octets)
{
    if (!p->opened) {
        p->opened = p->sink->open(p->sink->user, synth_link_type(p->framing));
        if (!p->opened)
            player_fail(p, "the output cannot be opened");
    }
    if (p->error == NULL && !p->sink->frame(p->sink->user, time_ns, octets))
        player_fail(p, "writing failed: %s", g_strerror(errno));
    return p->error == NULL;
}

bool player_write(struct player *p, const GByteArray *octets)
{
    return player_hold(p, octets) ? p->error == NULL : player_put(p, p->time_ns, octets);
}

/* In clear, as a log has it. */
static void send_log(struct player *p, struct synth_frame *frame)
{
    GByteArray *octets;

    if (p->silent)
        return;
    frame->number = ++p->frames;
    octets = synth_wrap(p->framing, frame);
    if (octets == NULL) {
        player_fail(p, "this framing cannot carry a PDU of channel %s", daps_channel_name(frame->channel));
        return;
    }
    p->shift_ns += p->log_shift_ns;
    player_write(p, octets);
    p->shift_ns -= p->log_shift_ns;
    g_byte_array_unref(octets);
}

void player_send(struct player *p, enum daps_channel channel, GByteArray *pdu)
{
    struct synth_frame frame = {.rat = p->rat, .channel = channel, .octets = pdu, .many_ues = p->many_ues};

    if (pdu == NULL || p->error != NULL) {
        if (pdu != NULL)
            g_byte_array_unref(pdu);
        return;
    }
    if (!synth_framing_carries(p->framing, p->rat))
        player_fail(p, "this framing cannot carry %s", p->rat == DAPS_RAT_LTE ? "LTE" : "NR");
    player_advance(p, p->step_ns);
    if (p->last != NULL)
        g_byte_array_unref(p->last);
    p->last = pdu;
    p->last_channel = channel;
    p->ue->messages++;
    player_names(p->ue, &frame);
    frame.cell.pci = p->ue->logged->pci;
    frame.cell.ssb_arfcn = p->ue->logged->ssb_arfcn;
    frame.time_ns = p->time_ns;
    frame.number = p->frames + 1;
    if (synth_framing_logs(p->framing))
        send_log(p, &frame);
    if (synth_is_below_rrc(p->framing) && p->error == NULL)
        player_send_below(p, &frame);
}

static void declare_cell(struct player *p)
{
    struct synth_cell *cell = g_new0(struct synth_cell, 1);
    const char *name = player_word(p, "the cell's name");

    g_strlcpy(cell->name, name, sizeof cell->name);
    cell->point_a = -1;
    cell->pci = cell->ssb_arfcn = -1;
    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "pci"))
            cell->pci = (int32_t)player_number(p, "PCI", 0, 1007);
        else if (player_accept(p, "earfcn"))
            cell->ssb_arfcn = (int32_t)player_number(p, "EARFCN", 0, 262143);
        else if (player_accept(p, "ssb-arfcn"))
            cell->ssb_arfcn = (int32_t)player_number(p, "NR-ARFCN", 0, 3279165);
        else if (player_accept(p, "point-a"))
            cell->point_a = (int32_t)player_number(p, "NR-ARFCN", 0, 3279165);
        else
            player_fail(p, "'%s' is none of pci, ssb-arfcn, earfcn, point-a", player_peek(p));
    }
    if (p->error == NULL && (cell->pci < 0 || cell->ssb_arfcn < 0))
        player_fail(p, "cell '%s' needs pci and ssb-arfcn (LTE: earfcn)", name);
    if (cell->point_a < 0)
        cell->point_a = cell->ssb_arfcn > 1000 ? cell->ssb_arfcn - 1000 : cell->ssb_arfcn;
    g_ptr_array_add(p->cells, cell);
    if (p->cells->len > MOST_DECLARED)
        player_fail(p, "a scenario declares at most %d cells", MOST_DECLARED);
}

void player_key_words(struct player *p, struct synth_ue *ue, const char *kind)
{
    const char *key = player_word(p, "a key of 64 hexadecimal digits");

    ue->key_told = false;
    if (p->error == NULL && (strlen(key) != 64 || strspn(key, "0123456789abcdefABCDEF") != 64))
        player_fail(p, "what follows %s is no key of 64 hexadecimal digits", kind);
    g_snprintf(ue->key_line, sizeof ue->key_line, "%s %u %.64s", kind, ue->number, key);
    if (strcmp(kind, "KAMF") == 0 || strcmp(kind, "KASME") == 0) {
        int64_t count = 0;
        if (player_accept(p, "ul-nas-count"))
            count = player_number(p, "COUNT", 0, G_MAXUINT32);
        g_snprintf(ue->key_line, sizeof ue->key_line, "%s %u %.64s ul_nas_count=%" G_GINT64_FORMAT, kind, ue->number,
                   key, count);
    }
}

static enum air_quirk quirk_word(struct player *p)
{
    static const char *const names[] = {"none",       "point-a",  "carrier",      "two-octets",
                                        "stored-ncc", "nh-ahead", "failed-parent"};
    const char *word = player_word(p, "a quirk");

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], word) == 0)
            return (enum air_quirk)i;
    }
    player_fail(p, "'%s' is none of none, point-a, carrier, two-octets, stored-ncc, nh-ahead, failed-parent", word);
    return AIR_CONFORMANT;
}

static void declare_ue(struct player *p)
{
    struct synth_ue *ue = g_new0(struct synth_ue, 1);

    ue->number = (unsigned)player_number(p, "UE number", 1, 250);
    ue->ue_id = ue->number;
    ue->c_rnti = ue->next_c_rnti = 17000 + (int32_t)ue->number * 100;
    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "c-rnti"))
            ue->c_rnti = ue->next_c_rnti = (int32_t)player_number(p, "C-RNTI", 0, 65535);
        else if (player_accept(p, "in"))
            ue->cell = player_cell(p);
        else if (player_accept(p, "kgnb"))
            player_key_words(p, ue, "KGNB");
        else if (player_accept(p, "kamf"))
            player_key_words(p, ue, "KAMF");
        else if (player_accept(p, "kenb"))
            player_key_words(p, ue, "KENB");
        else if (player_accept(p, "kasme"))
            player_key_words(p, ue, "KASME");
        else if (player_accept(p, "quirk"))
            ue->air.quirk = quirk_word(p);
        else
            player_fail(p, "'%s' is none of c-rnti, in, kgnb, kamf, quirk", player_peek(p));
    }
    if (ue->cell == NULL && p->cells->len > 0)
        ue->cell = g_ptr_array_index(p->cells, 0);
    if (ue->cell == NULL)
        player_fail(p, "a cell must be declared before a UE");
    ue->logged = ue->cell;
    ue->air.rat = p->rat;
    if (p->error == NULL) /* else the key may be none */
        air_start(&ue->air, ue->number, ue->key_line);
    g_ptr_array_add(p->ues, ue);
    p->ue = ue;
    if (p->ues->len > MOST_DECLARED)
        player_fail(p, "a scenario declares at most %d UEs", MOST_DECLARED);
}

static void choose_ue(struct player *p)
{
    int64_t number;

    player_accept(p, "ue");
    number = player_number(p, "UE number", 1, 250);
    p->ue = NULL;
    for (guint i = 0; i < p->ues->len; i++) {
        struct synth_ue *ue = g_ptr_array_index(p->ues, i);
        if (ue->number == number)
            p->ue = ue;
    }
    if (p->ue == NULL)
        player_fail(p, "no UE %" G_GINT64_FORMAT " has been declared", number);
}

static void choose_framing(struct player *p)
{
    const char *word = player_word(p, "a framing");
    enum synth_framing framing = synth_framing_by_name(word);

    if (framing == SYNTH_FRAMING_COUNT)
        player_fail(p, "'%s' is none of %s", word, synth_framing_names());
    else
        p->framing = framing;
}

static void choose_rat(struct player *p)
{
    const char *word = player_word(p, "nr or lte");

    if (strcmp(word, "lte") == 0)
        p->rat = DAPS_RAT_LTE;
    else if (strcmp(word, "nr") == 0)
        p->rat = DAPS_RAT_NR;
    else
        player_fail(p, "'%s' is neither nr nor lte", word);
}

/* lose before a statement keeps its frames out of the capture, unsent off the air only; early and late move them. */
static const char *take_prefixes(struct player *p, const char *word)
{
    p->shift_ns = 0;
    if (strcmp(word, "early") == 0 || strcmp(word, "late") == 0) {
        p->shift_ns = player_shift(p);
        if (strcmp(word, "early") == 0)
            p->shift_ns = -p->shift_ns;
        word = player_word(p, "a statement");
    }
    if (p->ue != NULL)
        p->ue->air.rat = p->rat;
    if (strcmp(word, "in-clear") == 0) {
        if (p->ue != NULL)
            p->ue->air.clear_once = true;
        word = player_word(p, "a statement");
    }
    p->silent = strcmp(word, "lose") == 0;
    p->unsent = strcmp(word, "unsent") == 0;
    if (p->silent || p->unsent)
        word = player_word(p, "a statement");
    return word;
}

static void play_statement(struct player *p, const struct synth_options *options)
{
    const char *word = take_prefixes(p, player_word(p, "a statement"));

    if (strcmp(word, "cell") == 0) {
        declare_cell(p);
    } else if (strcmp(word, "ue") == 0) {
        declare_ue(p);
    } else if (strcmp(word, "as") == 0) {
        choose_ue(p);
    } else if (strcmp(word, "framing") == 0) {
        enum synth_framing kept = p->framing;
        choose_framing(p);
        if (options->framing != NULL)
            p->framing = kept;
    } else if (strcmp(word, "rat") == 0) {
        choose_rat(p);
    } else if (strcmp(word, "step") == 0) {
        p->step_ns = player_duration(p);
    } else if (strcmp(word, "log-late") == 0) {
        p->log_shift_ns = player_shift(p);
    } else if (strcmp(word, "log-early") == 0) {
        p->log_shift_ns = -player_shift(p);
    } else if (strcmp(word, "segment") == 0) {
        p->segment = (unsigned)player_number(p, "octets", 0, 9000);
    } else if (strcmp(word, "no-srb0") == 0) {
        p->no_srb0 = true;
    } else if (strcmp(word, "wait") == 0) {
        player_advance(p, player_duration(p));
    } else if (p->ue == NULL) {
        player_fail(p, "'%s' needs a UE: declare one with ue", word);
    } else if (!player_step(p, word)) {
        player_fail(p, "no statement '%s'", word);
    }
    if (p->error == NULL && player_peek(p) != NULL)
        player_fail(p, "'%s' is more than this statement takes", player_peek(p));
}

static GArray *split_lines(const char *text)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    char **raw = g_strsplit(text, "\n", -1);

    for (unsigned i = 0; raw[i] != NULL; i++) {
        struct line line = {i + 1, NULL};
        GPtrArray *words = g_ptr_array_new();
        char **pieces;
        raw[i][strcspn(raw[i], "#")] = '\0';
        g_strdelimit(raw[i], "\t\r", ' ');
        pieces = g_strsplit(raw[i], " ", -1);
        for (unsigned j = 0; pieces[j] != NULL; j++) {
            if (*pieces[j] != '\0')
                g_ptr_array_add(words, pieces[j]);
            else
                g_free(pieces[j]);
        }
        g_free(pieces);
        g_ptr_array_add(words, NULL);
        line.words = (char **)g_ptr_array_free(words, FALSE);
        if (line.words[0] != NULL)
            g_array_append_val(lines, line);
        else
            g_strfreev(line.words);
    }
    g_strfreev(raw);
    return lines;
}

#define MOST_NESTED DAPS_BOUND(8, 3)
#define MOST_PLAYED DAPS_BOUND(50000000U, 3000U)

struct loop {
    guint first; /* line behind repeat */
    int64_t left;
};

/* Plays all lines; repeat N ... end may nest. */
static void play_lines(struct player *p, GArray *lines, const struct synth_options *options)
{
    struct loop loops[MOST_NESTED];
    unsigned depth = 0, played = 0;

    for (guint i = 0; i < lines->len; i++) {
        const struct line *line = &g_array_index(lines, struct line, i);
        p->words = line->words;
        p->next = 0;
        if (++played > MOST_PLAYED)
            player_fail(p, "more than %u lines have been played, with every repetition", MOST_PLAYED);
        else if (player_accept(p, "repeat")) {
            if (depth == MOST_NESTED)
                player_fail(p, "repeat is nested more than %d deep", MOST_NESTED);
            else
                loops[depth++] = (struct loop){i, player_number(p, "number of times", 1, 100000000)};
        } else if (player_accept(p, "end")) {
            if (depth == 0)
                player_fail(p, "end without repeat");
            else if (--loops[depth - 1].left > 0)
                i = loops[depth - 1].first;
            else
                depth--;
        } else {
            play_statement(p, options);
        }
        if (p->error != NULL) {
            char *whole = g_strdup_printf("%s: line %u: %s", p->name, line->number, p->error);
            g_free(p->error);
            p->error = whole;
            return;
        }
    }
    if (depth > 0)
        p->error = g_strdup_printf("%s: a repeat has no end", p->name);
}

static bool declares_many_ues(GArray *lines)
{
    unsigned n = 0;

    for (guint i = 0; i < lines->len; i++)
        n += strcmp(g_array_index(lines, struct line, i).words[0], "ue") == 0;
    return n > 1;
}

static void free_ue(gpointer data)
{
    struct synth_ue *ue = data;

    air_stop(&ue->air);
    if (ue->random != NULL)
        g_rand_free(ue->random);
    g_free(ue);
}

char *synth_play(const char *name, const char *text, const struct synth_options *options, const struct synth_sink *sink)
{
    struct player p = {.name = name, .sink = sink, .time_ns = START_NS, .step_ns = STEP_NS};
    GArray *lines = split_lines(text);

    p.cells = g_ptr_array_new_with_free_func(g_free);
    p.ues = g_ptr_array_new_with_free_func(free_ue);
    p.many_ues = declares_many_ues(lines);
    for (guint i = 0; i < lines->len; i++) {
        const char *first = g_array_index(lines, struct line, i).words[0];
        if (strcmp(first, "early") == 0 || strcmp(first, "late") == 0 || g_str_has_prefix(first, "log-"))
            player_will_shift(&p);
    }
    if (options->framing != NULL) {
        p.framing = synth_framing_by_name(options->framing);
        if (p.framing == SYNTH_FRAMING_COUNT)
            p.error = g_strdup_printf("'%s' is none of %s", options->framing, synth_framing_names());
    }
    if (p.error == NULL)
        play_lines(&p, lines, options);
    player_release(&p, true);
    if (p.delayed != NULL)
        g_ptr_array_unref(p.delayed);
    if (p.error == NULL && !p.opened && !sink->open(sink->user, synth_link_type(p.framing)))
        p.error = g_strdup_printf("%s: the output cannot be opened", name);
    if (p.last != NULL)
        g_byte_array_unref(p.last);
    if (p.newest != NULL)
        g_ptr_array_unref(p.newest);
    g_ptr_array_unref(p.cells);
    g_ptr_array_unref(p.ues);
    for (guint i = 0; i < lines->len; i++)
        g_strfreev(g_array_index(lines, struct line, i).words);
    g_array_unref(lines);
    return p.error;
}
