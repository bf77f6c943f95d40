/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forged-request: shortMAC-I and resumeMAC-I against a value computed elsewhere, and when nothing may be said.
 *
 * VarShortMAC-Input {11, 123456789, 17921} is 02c48d159e251804 in pycrate; AES-CMAC of openssl over ff ff ff ff fc 00
 * 00 00 and it, with KRRCint of KgNB 00 01 .. 1f and NIA2 from Python's hmac, begins 7299feb7.
 *
 * LTE: {0x1234567, 300, 17921} is 12345679623008 in pycrate as VarShortMAC-Input and VarShortINACTIVE-MAC-Input-r15,
 * 1234567962300c as VarShortResumeMAC-Input-r13 with its resumeDiscriminator 1; AES-CMAC of Python's cryptography over
 * ff ff ff ff fc 00 00 00 and them, with KRRCint of KeNB 00 01 .. 1f (FC 0x15) and EIA2, begins d762f651 and 9d8ae2da.
 */
#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "daps/engine.h"
#include "daps/keylog.h"
#include "ue/ue.h"

#define RIGHT_MAC            0xfeb7
#define RIGHT_LTE_MAC        0xf651
#define RIGHT_LTE_RESUME_MAC 0xe2da

struct world {
    struct daps_keylog *keylog;
    struct daps_engine *engine;
    struct daps_ue *ue;
    enum daps_rat rat;
    unsigned forged, others;
    uint64_t frame;
};

static void on_finding(void *user, const struct daps_finding *finding)
{
    struct world *world = user;

    if (finding->rule == DAPS_RULE_FORGED_REQUEST)
        world->forged++;
    else
        world->others++;
}

static struct daps_event event_of(struct world *world, enum daps_event_kind kind, enum daps_channel channel)
{
    struct daps_event ev;

    daps_event_clear(&ev, kind);
    ev.rat = world->rat;
    ev.channel = channel;
    ev.frame = ++world->frame;
    ev.time_ns = (int64_t)world->frame * 10000000;
    ev.logged_cell = (struct daps_cell){22, 632628};
    return ev;
}

static const struct story {
    enum daps_rat rat;
    const char *key;
    int64_t cell_identity;
    int32_t pci; /* of the source */
} nr = {DAPS_RAT_NR, "KGNB", 0x123456789, 11}, lte = {DAPS_RAT_LTE, "KENB", 0x1234567, 300};

static void start_as(struct world *world, const struct story *story, bool with_sib, bool verified)
{
    const struct daps_sink sink = {.user = world, .finding = on_finding};
    struct daps_engine_options options = {0};
    struct daps_event ev;
    char error[200], line[100];

    *world = (struct world){.keylog = daps_keylog_new(), .rat = story->rat};
    g_snprintf(line, sizeof line, "%s * 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", story->key);
    ck_assert(daps_keylog_add_line(world->keylog, line, error, sizeof error));
    options.keylog = world->keylog;
    world->engine = daps_engine_new(&options, &sink);
    world->ue = daps_ue_new(world->engine, "1", story->rat, false);
    ev = event_of(world, DAPS_EV_SYSTEM_INFORMATION, DAPS_CH_BCCH_DL_SCH);
    ev.cell_identity = story->cell_identity;
    if (with_sib)
        daps_engine_event(world->engine, 0, NULL, &ev);
    /* A cell of the other technology with the same numbers is another cell. */
    ev.rat = story->rat == DAPS_RAT_NR ? DAPS_RAT_LTE : DAPS_RAT_NR;
    ev.cell_identity = 1;
    daps_engine_event(world->engine, 0, NULL, &ev);
    ev = event_of(world, DAPS_EV_SECURITY_MODE_COMMAND, DAPS_CH_DL_DCCH);
    ev.logged_cell = (struct daps_cell){story->pci, 630000};
    ev.ciphering = ev.integrity = 2;
    daps_ue_event(world->ue, &ev);
    world->ue->active.c_rnti = 17921;
    if (verified)
        daps_term_confirm(world->ue->active.chain.key);
}

static void start(struct world *world, bool with_sib, bool verified)
{
    start_as(world, &nr, with_sib, verified);
}

static void end(struct world *world)
{
    daps_ue_free(world->ue);
    daps_engine_free(world->engine);
    daps_keylog_free(world->keylog);
}

static void request(struct world *world, enum daps_event_kind kind, int32_t mac, int32_t pci, int32_t c_rnti)
{
    const struct pdcp_host host = daps_ue_host(world->ue);
    struct daps_event ev = event_of(world, kind, DAPS_CH_UL_CCCH);

    ev.request_mac = mac;
    if (kind == DAPS_EV_REESTABLISHMENT_REQUEST) {
        ev.ue_pci = pci;
        ev.ue_c_rnti = c_rnti;
    }
    daps_pdcp_check_request(&host, &ev);
}

START_TEST(right_and_wrong)
{
    struct world world;

    start(&world, true, true);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC, 11, 17921);
    request(&world, DAPS_EV_RESUME_REQUEST, RIGHT_MAC, -1, -1); /* VarResumeMAC-Input is the same */
    ck_assert_uint_eq(world.forged, 0);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC ^ 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 1);
    request(&world, DAPS_EV_RESUME_REQUEST, 0, -1, -1);
    ck_assert_uint_eq(world.forged, 2);
    ck_assert_uint_eq(world.others, 0);
    end(&world);
}
END_TEST

START_TEST(right_and_wrong_in_lte)
{
    struct world world;

    start_as(&world, &lte, true, true);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_LTE_MAC, 300, 17921);
    request(&world, DAPS_EV_RESUME_REQUEST, RIGHT_LTE_RESUME_MAC, -1, -1); /* suspended in EPC */
    request(&world, DAPS_EV_RESUME_REQUEST, RIGHT_LTE_MAC, -1, -1);        /* in RRC_INACTIVE */
    ck_assert_uint_eq(world.forged, 0);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_LTE_RESUME_MAC, 300, 17921); /* it has no discriminator */
    ck_assert_uint_eq(world.forged, 1);
    request(&world, DAPS_EV_RESUME_REQUEST, RIGHT_LTE_RESUME_MAC ^ 1, -1, -1);
    ck_assert_uint_eq(world.forged, 2);
    end(&world);
    start_as(&world, &lte, false, true); /* only a cell of NR with those numbers was seen */
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, 1, 300, 17921);
    ck_assert_uint_eq(world.forged, 0);
    ck_assert_uint_eq(world.others, 0);
    end(&world);
}
END_TEST

START_TEST(nothing_is_said)
{
    struct world world;

    start(&world, false, true); /* where the cell's identity is not in the capture */
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 0);
    end(&world);
    start(&world, true, false); /* where no MAC-I has shown that the key is the UE's */
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 0);
    end(&world);
    start(&world, true, true); /* where the request speaks for a context that was not seen */
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, 1, 11, 17922);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, 1, 12, 17921);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, -1, 11, 17921);
    ck_assert_uint_eq(world.forged, 0);
    end(&world);
}
END_TEST

/* What a phone notes is not what its MAC is computed with; but against SIB1 it shows that SIB1's cell is another. */
START_TEST(notes_of_a_phone)
{
    struct world world;
    struct daps_event note;

    start(&world, false, true);
    note = event_of(&world, DAPS_EV_SYSTEM_INFORMATION, DAPS_CH_BCCH_DL_SCH);
    note.cell_identity = nr.cell_identity;
    note.of_phone = true;
    daps_engine_event(world.engine, 0, NULL, &note);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC ^ 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 0);
    end(&world);
    start(&world, true, true);
    daps_engine_event(world.engine, 0, NULL, &note);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC ^ 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 1);
    note.cell_identity++;
    note.logged_cell.ssb_arfcn++; /* of another cell */
    daps_engine_event(world.engine, 0, NULL, &note);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC ^ 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 2);
    note.logged_cell.ssb_arfcn--;
    daps_engine_event(world.engine, 0, NULL, &note);
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC ^ 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 2);
    note.of_phone = false;
    note.cell_identity = nr.cell_identity;
    daps_engine_event(world.engine, 0, NULL, &note); /* SIB1 once more */
    request(&world, DAPS_EV_REESTABLISHMENT_REQUEST, RIGHT_MAC ^ 1, 11, 17921);
    ck_assert_uint_eq(world.forged, 3);
    end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pdcp_request");
    TCase *tc = tcase_create("requests");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, right_and_wrong);
    tcase_add_test(tc, right_and_wrong_in_lte);
    tcase_add_test(tc, nothing_is_said);
    tcase_add_test(tc, notes_of_a_phone);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
