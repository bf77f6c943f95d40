/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a name is, in small stories: each kind of name, what outweighs what (identity.h), and what order, loss,
 * repetition and forgery must not change.
 */
#include "identity_story.h"

static uint64_t request(struct identity_name name, int32_t c_rnti, int32_t pci)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_REESTABLISHMENT_REQUEST);
    ev.ue_c_rnti = c_rnti;
    ev.ue_pci = pci;
    return common(name, &ev);
}

static void suspend(uint64_t ue, int64_t i_rnti)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_RELEASE);
    ev.frame = frame;
    ev.suspend = true;
    ev.i_rnti = i_rnti;
    ev.short_i_rnti = (int32_t)(i_rnti & 0xFFFFFF);
    identity_learn(identity, ue, &ev, 1);
}

static uint64_t resume(struct identity_name name, int64_t i_rnti, bool full)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_RESUME_REQUEST);
    if (full)
        ev.i_rnti = i_rnti;
    else
        ev.short_i_rnti = (int32_t)(i_rnti & 0xFFFFFF);
    return common(name, &ev);
}

/* ---- commands ---- */

START_TEST(a_command_names_the_ue)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4602));

    ck_assert_uint_ne(a, b);
    command(a, 0x4610, 22);
    ck_assert_uint_eq(pdu(name_of(7, 0x4610)), a); /* a UEId never seen */
    ck_assert_int_eq(told.reason, DAPS_JOIN_COMMAND);
    ck_assert_uint_eq(told.announced_frame, 6);
    ck_assert_str_eq(told.name, "UEId 7, C-RNTI 0x4610");
    command(b, 0x4611, 22);
    ck_assert_uint_eq(pdu(name_of(1, 0x4611)), b); /* the one that A had */
    ck_assert_uint_eq(pdu(name_of(1, 0x4611)), b);
}
END_TEST

/* A C-RNTI belongs to a cell: what another UE was sent to is no reason where the UE is still met under its own names.
 */
START_TEST(one_c_rnti_in_two_cells)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4601));

    ck_assert_uint_ne(a, b);
    command(a, 0x4602, 22);
    command(b, 0x4602, 33);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), b);
    ck_assert_uint_eq(pdu(name_of(1, 0x4602)), a);
    command(a, 0x4601, 44);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), b);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a);
    command(b, 0x4601, 44);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a); /* in use */
    ck_assert_uint_eq(pdu(name_of(2, 0x4601)), b);
}
END_TEST

START_TEST(a_command_waits_no_longer_than_t304)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));

    command(a, 0x4610, 22);
    now_ns += 20 * SECOND;
    ck_assert_uint_ne(pdu(name_of(7, 0x4610)), a);
    learn(a, DAPS_EV_CANDIDATE, 0x4611, 33); /* but a candidate does */
    now_ns += 20 * SECOND;
    ck_assert_uint_eq(pdu(name_of(8, 0x4611)), a);
}
END_TEST

/* TS 38.321 5.1.5; every temporary C-RNTI with a UEId of its own. */
START_TEST(msg3)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));

    command(a, 0x4610, 22);
    ck_assert_uint_eq(pdu(msg3_of(3, 0x4610)), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a); /* fallback */
    ck_assert_uint_eq(pdu(msg3_of(4, 0x4610)), a);
    ck_assert_uint_eq(pdu(name_of(2, 0x4610)), a);
    ck_assert_uint_eq(pdu(msg3_of(5, 0x4610)), a); /* beam failure, lost synchronisation */
}
END_TEST

START_TEST(the_c_rnti_alone)
{
    const struct identity_name old = {.has_rnti = true, .rnti = 0x4601}, new = {.has_rnti = true, .rnti = 0x4610};
    const uint64_t a = connect_ue(old), b = connect_ue(new);

    ck_assert_uint_ne(a, b);
    command(a, 0x4610, 22);
    ck_assert_uint_eq(pdu(new), a); /* B's until the command */
}
END_TEST

/* ---- UEIds ---- */

START_TEST(a_ue_id_stays_with_its_ue)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));

    ck_assert_uint_eq(pdu(name_of(1, 0x4999)), a); /* the command was not read */
    ck_assert_int_eq(told.reason, DAPS_JOIN_UE_ID);
    now_ns += 2 * SECOND;
    ck_assert_uint_eq(connect_ue(name_of(1, 0x4700)), a);
}
END_TEST

/* What fails in a connection is re-established, or takes longer (TS 38.331 5.3.7): the number has been given again. */
START_TEST(a_ue_id_of_a_ue_just_seen_in_its_connection)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));

    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a);
    now_ns += SECOND / 20;
    ck_assert_uint_ne(connect_ue(name_of(1, 0x4700)), a);
}
END_TEST

/* UEIds that change with the connection are of connections: a new connection has nobody's. */
START_TEST(a_ue_id_of_a_ue_that_had_another)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));

    command(a, 0x4602, 22);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), a);
    now_ns += 2 * SECOND;
    ck_assert_uint_ne(connect_ue(name_of(2, 0x4700)), a);
}
END_TEST

/* A name that its UE has moved on from: what is set up over it is another UE's. */
START_TEST(a_name_that_its_ue_has_left)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));

    command(a, 0x4602, 22);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a); /* back: the handover failed */
    ck_assert_uint_ne(connect_ue(name_of(2, 0x4602)), a);
}
END_TEST

START_TEST(a_ue_id_given_again)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));
    uint64_t b;

    command(a, 0x4602, 22);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), a);
    b = connect_ue(name_of(1, 0x4603));
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4603)), b);
}
END_TEST

/* The next UE connects before the first one has been seen where it was sent. */
START_TEST(a_ue_id_given_again_at_once)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));
    uint64_t b;

    command(a, 0x4602, 22);
    b = connect_ue(name_of(1, 0x4601));
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), b);
}
END_TEST

START_TEST(ue_id_zero_is_nobodys)
{
    ck_assert_uint_ne(connect_ue(name_of(0, 0x4601)), connect_ue(name_of(0, 0x4602)));
}
END_TEST

/* Some give a UEId only once the UE has sent its first message. */
START_TEST(a_ue_id_that_comes_later)
{
    struct daps_event ev;
    uint64_t a;

    daps_event_clear(&ev, DAPS_EV_SETUP_REQUEST);
    a = common(name_of(0, 0x4601), &ev);
    ck_assert_uint_eq(pdu(name_of(5, 0x4601)), a);
    ck_assert_int_eq(told.reason, DAPS_JOIN_SAME_RNTI);
}
END_TEST

/* One gNB writes a UEId that stands for nobody with every Msg3, and 0 for good from its answer on. */
START_TEST(a_ue_id_of_msg3_alone)
{
    struct daps_event ev;
    uint64_t a, b;

    daps_event_clear(&ev, DAPS_EV_SETUP_REQUEST);
    a = common(name_of(1024, 0x4601), &ev);
    ck_assert_uint_eq(pdu(name_of(0, 0x4601)), a);
    ck_assert_int_eq(told.reason, DAPS_JOIN_SAME_RNTI);
    ck_assert_uint_eq(pdu(name_of(0, 0x4601)), a);
    b = common(name_of(1024, 0x4602), &ev);
    ck_assert_uint_ne(b, a);
    ck_assert_uint_eq(pdu(name_of(0, 0x4602)), b);
    ck_assert_uint_eq(pdu(name_of(0, 0x4601)), a);
}
END_TEST

/* ---- requests ---- */

START_TEST(a_request_names_its_ue)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4602));

    ck_assert_uint_eq(request(name_of(3, 0x4603), 0x4601, 11), a);
    ck_assert_int_eq(told.reason, DAPS_JOIN_REQUEST);
    ck_assert_uint_eq(pdu(name_of(3, 0x4603)), a);
    ck_assert_uint_eq(request(name_of(1, 0x4604), 0x4602, 11), b); /* the number that A left */
    ck_assert_uint_eq(pdu(name_of(1, 0x4604)), b);
    ck_assert_uint_eq(request(name_of(9, 0x4605), 0x7777, 11) == a, false);
}
END_TEST

/* The cell tells two UEs with one C-RNTI apart, and a C-RNTI may be one that was only announced. */
START_TEST(a_request_names_a_cell)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4602));

    command(a, 0x4610, 22);
    ck_assert_uint_eq(pdu(name_of(1, 0x4610)), a);
    command(b, 0x4610, 33);
    ck_assert_uint_eq(request(name_of(5, 0x4701), 0x4610, 22), a);
    ck_assert_uint_eq(request(name_of(6, 0x4702), 0x4610, 33), b); /* a target never reached */
    ck_assert_uint_eq(told.announced_frame != 0, true);
    ck_assert_uint_ne(request(name_of(7, 0x4703), 0x4610, 44), a);
}
END_TEST

START_TEST(a_request_nobody_answers)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));
    uint64_t b;

    ck_assert_uint_eq(request(name_of(9, 0x7777), 0x4601, 11), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4602)), a); /* its UEId is still its own */
    b = connect_ue(name_of(9, 0x7777));            /* a setup is no answer to a request that speaks for A */
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a);
}
END_TEST

/* Over the name of a UE that goes on under it. */
START_TEST(a_request_takes_no_name)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4602));

    ck_assert_uint_eq(request(name_of(2, 0x4602), 0x4601, 11), a); /* what it says is said of A ... */
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), b);                 /* ... the name stays B's ... */
    ck_assert(identity_is_claimed(identity));
    ck_assert_uint_eq(identity_answered(identity), a); /* ... until RRCReestablishment comes */
    ck_assert_uint_eq(pdu(name_of(2, 0x4602)), a);
}
END_TEST

/* Captures merged with their clocks apart: what announces a name comes behind the first PDU under it. */
START_TEST(out_of_order)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4602));

    ck_assert_uint_ne(pdu(name_of(7, 0x4610)), a);
    command(a, 0x4610, 22);
    ck_assert_uint_eq(pdu(name_of(7, 0x4610)), a);
    ck_assert_uint_ne(pdu(name_of(8, 0x4603)), b);
    ck_assert_uint_eq(request(name_of(8, 0x4603), 0x4602, 11), b);
    ck_assert_uint_eq(pdu(name_of(8, 0x4603)), b);
    ck_assert_uint_ne(pdu(name_of(9, 0x4620)), a);
    now_ns += SECOND; /* too long: it was another UE */
    command(a, 0x4620, 22);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), a);
}
END_TEST

/* A request names the PCell its UE was in (TS 38.331 5.3.7.4), not one that it was only told of. */
START_TEST(request_with_a_c_rnti_that_another_was_told_of)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601)), b = connect_ue(name_of(2, 0x4602));

    learn(a, DAPS_EV_CANDIDATE, 0x4610, 22);
    ck_assert_uint_eq(request(name_of(2, 0x4610), 0x4602, 11), b);
    learn(b, DAPS_EV_REESTABLISHMENT, -1, -1);
    ck_assert_uint_eq(pdu(name_of(2, 0x4610)), b);
    ck_assert_uint_eq(request(name_of(2, 0x4611), 0x4610, 22), b);
}
END_TEST

/* Names without C-RNTI, as RLC and PDCP have them: that of a re-established UE is not known, and UEIds last. */
START_TEST(request_where_no_framing_names_c_rntis)
{
    struct identity_name first = name_of(1, 0), second = name_of(2, 0);
    uint64_t a, b;

    first.has_rnti = second.has_rnti = false;
    a = connect_ue(first);
    b = connect_ue(second);
    command(b, 0x4610, 11);
    learn(b, DAPS_EV_REESTABLISHMENT, -1, -1);
    ck_assert_uint_eq(request(first, 0x4610, 11), a);
    command(b, 0x4611, 11);
    ck_assert_uint_eq(request(first, 0x4611, 11), b); /* where B was sent last */
}
END_TEST

/* ---- resume ---- */

START_TEST(the_i_rnti_links)
{
    const uint64_t a = connect_ue(name_of(1, 0x4601));
    uint64_t b;

    suspend(a, INT64_C(0x1234567890));
    b = connect_ue(name_of(1, 0x4601)); /* the names of a suspended UE are free */
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(resume(name_of(9, 0x4701), INT64_C(0x1234567890), true), a);
    ck_assert_int_eq(told.reason, DAPS_JOIN_RESUME);
    ck_assert_uint_eq(pdu(name_of(9, 0x4701)), a);
    ck_assert_uint_eq(pdu(name_of(1, 0x4601)), b);
    ck_assert_uint_eq(resume(name_of(8, 0x4702), INT64_C(0x1234567890), false), a); /* rejected, and tried again */
    ck_assert_uint_ne(resume(name_of(7, 0x4703), 5, false), a);
}
END_TEST

/* ---- writers ---- */

START_TEST(two_writers)
{
    const uint64_t a = connect_ue(by(1, 9999, 1, 0x4601)), b = connect_ue(by(2, 9999, 1, 0x4601));

    ck_assert_uint_ne(a, b);
    command(a, 0x4602, 22);
    command(b, 0x4602, 33);
    ck_assert_uint_eq(pdu(by(2, 9999, 1, 0x4602)), b);
    ck_assert_uint_eq(pdu(by(1, 9999, 1, 0x4602)), a);
    command(a, 0x4603, 33);
    ck_assert_uint_eq(pdu(by(2, 9999, 1, 0x4603)), a); /* from one gNB to the other */
    ck_assert_uint_eq(pdu(by(2, 9999, 1, 0x4602)), b);
}
END_TEST

/* One address: a port for each gNB, or for each datagram. */
START_TEST(ports)
{
    const uint64_t a = connect_ue(by(1, 1000, 1, 0x4601));
    const uint64_t b = connect_ue(by(1, 2000, 1, 0x4601));

    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(pdu(by(1, 1000, 1, 0x4601)), a);
    ck_assert_uint_eq(pdu(by(1, 2000, 1, 0x4601)), b);
    ck_assert_uint_eq(pdu(by(1, 2001, 1, 0x4601)), b);
}
END_TEST

START_TEST(an_address_for_each_direction)
{
    const uint64_t a = connect_ue(by(1, 1000, 1, 0x4601));

    ck_assert_uint_eq(pdu(by(99, 3000, 1, 0x4601)), a);
    ck_assert_uint_eq(pdu(by(1, 1000, 1, 0x4601)), a);
}
END_TEST

START_TEST(a_log_is_about_one_ue)
{
    const struct identity_name of_log = {.has_rnti = true, .rnti = 0x4601, .of_log = true, .log_key = 77};

    ck_assert_uint_eq(pdu(of_log), 77);
    command(77, 0x4610, 22);
    ck_assert_uint_eq(pdu(name_of(4, 0x4610)), 77); /* and what it says tells names of others */
}
END_TEST

/* ---- bounds ---- */

START_TEST(the_oldest_gives_way)
{
    const uint64_t a = connect_ue(name_of(1, 0x0001));

    for (unsigned i = 0; i < 70000; i++) {
        (void)pdu(name_of((uint16_t)(2 + i % 60000), (uint16_t)(i * 7)));
        if (i % 1000 == 0)
            ck_assert_uint_eq(pdu(name_of(1, 0x0001)), a); /* still in use */
    }
    ck_assert_uint_gt(identity_evicted(identity), 0);
    ck_assert_uint_eq(pdu(name_of(1, 0x0001)), a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("identity");
    TCase *tests = tcase_create("identity");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_command_names_the_ue);
    tcase_add_test(tests, one_c_rnti_in_two_cells);
    tcase_add_test(tests, a_command_waits_no_longer_than_t304);
    tcase_add_test(tests, msg3);
    tcase_add_test(tests, the_c_rnti_alone);
    tcase_add_test(tests, a_ue_id_stays_with_its_ue);
    tcase_add_test(tests, a_ue_id_of_a_ue_just_seen_in_its_connection);
    tcase_add_test(tests, a_ue_id_of_a_ue_that_had_another);
    tcase_add_test(tests, a_name_that_its_ue_has_left);
    tcase_add_test(tests, request_with_a_c_rnti_that_another_was_told_of);
    tcase_add_test(tests, request_where_no_framing_names_c_rntis);
    tcase_add_test(tests, a_ue_id_given_again);
    tcase_add_test(tests, a_ue_id_given_again_at_once);
    tcase_add_test(tests, ue_id_zero_is_nobodys);
    tcase_add_test(tests, a_ue_id_that_comes_later);
    tcase_add_test(tests, a_ue_id_of_msg3_alone);
    tcase_add_test(tests, a_request_names_its_ue);
    tcase_add_test(tests, a_request_names_a_cell);
    tcase_add_test(tests, a_request_nobody_answers);
    tcase_add_test(tests, a_request_takes_no_name);
    tcase_add_test(tests, out_of_order);
    tcase_add_test(tests, the_i_rnti_links);
    tcase_add_test(tests, two_writers);
    tcase_add_test(tests, ports);
    tcase_add_test(tests, an_address_for_each_direction);
    tcase_add_test(tests, a_log_is_about_one_ue);
    tcase_add_test(tests, the_oldest_gives_way);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
