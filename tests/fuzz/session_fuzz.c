/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of the plugin's session and the engine's second door, driven as the plugin drives them: frames in
 * order, under numbers that a read filter gives again, PDUs and records in them, questions at any time.
 *
 *     input: u8 options | steps
 *     step:  u8 kind
 *     0 next frame, 1 the same number again, 2 a frame further on: u8
 *     3 a record (fuzz_record)
 *     4 a PDU: u8 layer | u8 flags | u16 UEId | u16 C-RNTI | u8 bearer or channel | u8 | u16 length | octets
 *     5 what could not be taken
 *     6 what is said of a frame: u8
 *     7 all there is by now
 *
 * What the session says at the end, and what was told bit by bit, is what an engine says that got the same and ended.
 */
#include <stdio.h>
#include <string.h>

#include "../said.h"
#include "fuzz.h"
#include "session.h"

struct run {
    struct session *session;
    struct daps_engine *engine; /* the same, without a session */
    GPtrArray *said;            /* by it */
    GHashTable *told;           /* id to struct said: what the news said last */
    uint64_t number, frame;
    bool open, filtered; /* numbers and ids differ: what was told has numbers that frames do not have any more */
};

static struct said *said_of(const struct daps_result *result)
{
    return result->is_finding ? said_of_finding(result->finding) : said_of_handover(&result->handover);
}

static void on_finding(void *user, const struct daps_finding *finding)
{
    const struct run *run = user;

    fuzz_finding(finding, run->frame);
    g_ptr_array_add(run->said, said_of_finding(finding));
}

static void on_handover(void *user, const struct daps_handover *handover)
{
    const struct run *run = user;

    must(handover->frame <= run->frame && handover->complete_frame <= run->frame &&
         handover->settled_frame <= run->frame);
    g_ptr_array_add(run->said, said_of_handover(handover));
}

static void hear(struct run *run)
{
    struct daps_news news = {g_ptr_array_new(), g_ptr_array_new_with_free_func(daps_result_free)};

    session_news(run->session, &news);
    for (guint i = 0; i < news.withdrawn->len; i++) {
        struct said *said = said_of(news.withdrawn->pdata[i]);
        must(g_hash_table_remove(run->told, said->id) || run->filtered);
        said_free(said);
    }
    for (guint i = 0; i < news.results->len; i++) {
        struct said *said = said_of(news.results->pdata[i]);
        g_hash_table_replace(run->told, said->id, said);
    }
    g_ptr_array_unref(news.withdrawn);
    g_ptr_array_unref(news.results);
}

static void end_frame(struct run *run)
{
    if (!run->open)
        return;
    session_end(run->session);
    hear(run);
    run->open = false;
}

static void begin_frame(struct run *run, uint64_t number)
{
    end_frame(run);
    run->number = number;
    session_begin(run->session, number);
    run->frame = session_frame(run->session);
    run->filtered |= run->frame != number;
    run->open = true;
}

static void give_record(struct run *run, struct feed *feed)
{
    const struct daps_record record = fuzz_record(feed, run->frame);

    session_record(run->session, &record);
    daps_engine_record(run->engine, &record);
    free((void *)record.data);
}

static void give_pdu(struct run *run, struct feed *feed)
{
    static const enum daps_layer layers[] = {DAPS_LAYER_RRC, DAPS_LAYER_PDCP, DAPS_LAYER_RLC, DAPS_LAYER_MAC};
    const unsigned layer = feed_number(feed, 1) % 4, flags = feed_number(feed, 1);
    struct daps_pdu pdu = {.frame = run->frame, .time_ns = (int64_t)run->frame * 1000000, .layer = layers[layer]};
    uint32_t length, number;

    pdu.names = (struct daps_names){.has_ue_id = (flags & 1) != 0, .has_rnti = (flags & 2) != 0};
    pdu.downlink = (flags & 4) != 0;
    pdu.srb = (flags & 8) != 0;
    pdu.rlc_mode = (enum daps_rlc_mode)(flags >> 4 & 3);
    pdu.rnti_type = (flags & 64) != 0 ? 3 : 0;
    pdu.missing = (flags & 128) != 0 ? 3 : 0;
    pdu.logged_cell = (struct daps_cell){-1, -1};
    pdu.names.ue_id = (uint16_t)feed_number(feed, 2);
    pdu.names.rnti = (uint16_t)feed_number(feed, 2);
    number = feed_number(feed, 1);
    pdu.channel = layer == 0 ? (enum daps_channel)(1 + number % (DAPS_CH_COUNT - 1)) : DAPS_CH_NONE;
    pdu.bearer = (uint8_t)(number % 33);
    number = feed_number(feed, 1);
    pdu.rlc_sn_bits = (uint8_t[]){0, 6, 12, 18}[number % 4];
    pdu.sn_bits = pdu.srb || number % 2 == 0 ? 12 : 18;
    pdu.sdap_octets = number / 4 % 2;
    length = feed_number(feed, 2);
    pdu.octets = feed_octets(feed, &length);
    pdu.length = length;
    session_pdu(run->session, &pdu);
    daps_engine_pdu(run->engine, &pdu);
    free((void *)pdu.octets);
}

static void miss(const struct run *run)
{
    session_miss(run->session, "of an unknown kind");
    daps_engine_gap(run->engine, 0, true, run->frame, DAPS_GAP_PDU_NOT_TAKEN);
}

/* Of a frame that has ended. */
static void ask_of(const struct run *run, uint64_t number)
{
    GPtrArray *results = g_ptr_array_new();
    const struct frame_note *note = session_note(run->session, number);

    must(note == NULL || (note->n_ues > 0 || note->missed != NULL || note->undecoded != NULL));
    session_results(run->session, number, results);
    for (guint i = 0; i < results->len; i++)
        said_free(said_of(results->pdata[i]));
    g_ptr_array_unref(results);
}

static GPtrArray *all(const struct run *run)
{
    GPtrArray *said = said_new();

    for (unsigned findings = 0; findings < 2; findings++) {
        const GPtrArray *lists[] = {session_settled(run->session, findings != 0),
                                    session_open(run->session, findings != 0)};
        for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++) {
            for (guint j = 0; j < lists[i]->len; j++)
                g_ptr_array_add(said, said_of(lists[i]->pdata[j]));
        }
    }
    return said;
}

static void are_the_same(GPtrArray *is, GPtrArray *should)
{
    g_ptr_array_sort(is, said_order);
    g_ptr_array_sort(should, said_order);
    for (guint i = 0; i < MAX(is->len, should->len); i++) {
        const char *a = i < is->len ? ((struct said *)is->pdata[i])->text : "nothing",
                   *b = i < should->len ? ((struct said *)should->pdata[i])->text : "nothing";
        if (strcmp(a, b) == 0)
            continue;
        fprintf(stderr, "said:   %s\nshould: %s\n", a, b);
        abort();
    }
}

static void step(struct run *run, struct feed *feed)
{
    const unsigned kind = feed_number(feed, 1) % 8;

    if (kind == 0 || !run->open) {
        begin_frame(run, run->number + 1);
    } else if (kind == 1) {
        begin_frame(run, run->number);
    } else if (kind == 2) {
        begin_frame(run, run->number + 1 + feed_number(feed, 1));
    } else if (kind == 3) {
        give_record(run, feed);
    } else if (kind == 4) {
        give_pdu(run, feed);
    } else if (kind == 5) {
        miss(run);
    } else {
        const uint64_t number = run->number;
        end_frame(run);
        if (kind == 6)
            ask_of(run, feed_number(feed, 1));
        else
            g_ptr_array_unref(all(run));
        begin_frame(run, number + 1);
    }
}

static void hold_to_the_end(struct run *run)
{
    GPtrArray *by_now = all(run), *told = g_ptr_array_new();
    struct daps_not_judged_count counts[DAPS_NOT_JUDGED_COUNT] = {0};
    GHashTableIter each;
    gpointer said;

    session_not_judged(run->session, counts);
    daps_engine_finish(run->engine);
    are_the_same(by_now, run->said);
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        const struct daps_not_judged_count *should = &daps_engine_counts(run->engine)->not_judged[i];
        if (counts[i].n == should->n && counts[i].first_frame == should->first_frame)
            continue;
        fprintf(stderr, "%s: %" PRIu64 " from frame %" PRIu64 ", should be %" PRIu64 " from %" PRIu64 "\n",
                daps_not_judged_name((enum daps_not_judged)i), counts[i].n, counts[i].first_frame, should->n,
                should->first_frame);
        abort();
    }
    g_hash_table_iter_init(&each, run->told);
    while (g_hash_table_iter_next(&each, NULL, &said))
        g_ptr_array_add(told, said);
    if (!run->filtered)
        are_the_same(told, run->said);
    g_ptr_array_unref(told);
    g_ptr_array_unref(by_now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed feed = {data, size};
    const unsigned flags = feed_number(&feed, 1);
    struct run run = {.said = said_new(), .told = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, said_free)};
    struct daps_keylog *keylog = (flags & 1) != 0 ? fuzz_sample_keys() : NULL;
    const struct session_options options = {
        .keylog = keylog, .ncc_reading = (flags & 2) != 0 ? DAPS_NCC_STORED : DAPS_NCC_ACTIVE, .keep_values = true};
    const struct daps_engine_options engine_options = {.keylog = keylog, .ncc_reading = options.ncc_reading};
    const struct daps_sink sink = {.user = &run, .finding = on_finding, .handover = on_handover};

    run.session = session_new(&options);
    run.engine = daps_engine_new(&engine_options, &sink);
    while (feed.left > 0)
        step(&run, &feed);
    end_frame(&run);
    hold_to_the_end(&run);
    session_free(run.session);
    daps_engine_free(run.engine);
    g_ptr_array_unref(run.said);
    g_hash_table_unref(run.told);
    daps_keylog_free(keylog);
    return 0;
}
