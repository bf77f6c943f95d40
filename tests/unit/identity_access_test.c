/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random access (identity/access.c): what responses and the contention resolution say of names, and what they do not
 * (TS 38.321 and TS 36.321 5.1.4, 5.1.5).
 */
#include "identity_story.h"

static struct identity_name only_rnti(uint16_t rnti)
{
    return (struct identity_name){.has_rnti = true, .rnti = rnti};
}

static uint64_t msg3(uint16_t rnti, struct daps_event *ev, uint64_t id)
{
    struct identity_name name = only_rnti(rnti);

    name.first_access = true;
    return identity_common(identity, find(name), ev, frame, id);
}

static void resolve(uint16_t rnti, uint64_t id)
{
    identity_resolved(identity, find(only_rnti(rnti)), id);
}

static void respond(uint16_t rnti)
{
    const struct identity_name writer = {.has_rnti = false};

    now_ns += 20000000;
    identity_assigned(identity, &writer, rnti, ++frame, now_ns);
}

enum { OF_UE = 1, OF_RIVAL, OF_NOBODY_SEEN, IDS };

static void contend(bool rival_first, uint64_t heard)
{
    struct daps_event request, setup_request;
    const uint64_t ue = connect_ue(only_rnti(70));
    uint64_t now;

    daps_event_clear(&setup_request, DAPS_EV_SETUP_REQUEST);
    daps_event_clear(&request, DAPS_EV_REESTABLISHMENT_REQUEST);
    request.ue_c_rnti = 70;
    request.ue_pci = 11;
    if (rival_first)
        msg3(80, &setup_request, OF_RIVAL);
    ck_assert_uint_eq(msg3(80, &request, OF_UE), ue);
    if (!rival_first)
        ck_assert_uint_ne(msg3(80, &setup_request, OF_RIVAL), ue);
    resolve(80, heard);
    resolve(80, heard); /* sent again */
    now = pdu(only_rnti(80));
    ck_assert_msg((now == ue) == (heard == OF_UE), "heard %u, rival first %d", (unsigned)heard, rival_first);
}

/* Two UEs send Msg3 over one temporary C-RNTI: the network repeats the one it heard. */
START_TEST(contention)
{
    for (uint64_t heard = OF_UE; heard < IDS; heard++) {
        teardown();
        setup();
        contend(false, heard);
        teardown();
        setup();
        contend(true, heard);
    }
}
END_TEST

/* Requests for two UEs over a name that a third one has: neither takes it, the one heard is the one answered. */
START_TEST(contention_of_claims)
{
    struct daps_event request;
    const uint64_t first = connect_ue(only_rnti(70)), second = connect_ue(only_rnti(71));

    connect_ue(only_rnti(80));
    daps_event_clear(&request, DAPS_EV_REESTABLISHMENT_REQUEST);
    request.ue_c_rnti = 70;
    ck_assert_uint_eq(msg3(80, &request, 1), first);
    request.ue_c_rnti = 71;
    ck_assert_uint_eq(msg3(80, &request, 2), second);
    resolve(80, 1);
    ck_assert(identity_is_claimed(identity));
    ck_assert_uint_eq(identity_answered(identity), first);
    ck_assert_uint_eq(pdu(only_rnti(80)), first);
}
END_TEST

START_TEST(no_contention)
{
    const uint64_t ue = connect_ue(only_rnti(70));

    resolve(70, 5); /* its Msg3 was not seen */
    ck_assert_uint_eq(pdu(only_rnti(70)), ue);
}
END_TEST

/* A response gives the C-RNTI of a UE that has been released: what comes over it next is another UE's. */
START_TEST(a_free_c_rnti)
{
    const uint64_t ue = connect_ue(only_rnti(70));

    respond(70); /* contention-free access may be answered with the C-RNTI that the UE has */
    ck_assert_uint_eq(pdu(only_rnti(70)), ue);
    learn(ue, DAPS_EV_RELEASE, -1, -1);
    ck_assert_uint_eq(pdu(only_rnti(70)), ue); /* RLC still acknowledges it */
    respond(70);
    ck_assert_uint_ne(pdu(only_rnti(70)), ue);
    ck_assert_int_eq(told.reason, DAPS_JOIN_ASSIGNED);
    ck_assert_uint_ne(told.announced_frame, 0);
}
END_TEST

/* ... unless Msg3 names the C-RNTI that its UE has, so that the temporary one is dropped; or its UE never came. */
START_TEST(a_response_nobody_takes)
{
    const uint64_t ue = connect_ue(only_rnti(70)), other = connect_ue(only_rnti(71));
    struct identity_name name = only_rnti(71);

    learn(ue, DAPS_EV_RELEASE, -1, -1);
    respond(70);
    name.in_mac_ce = name.has_temporary = true;
    name.temporary = 70;
    ck_assert_uint_eq(pdu(name), other);
    ck_assert_uint_eq(pdu(only_rnti(70)), ue);
    respond(70);
    now_ns += 3 * SECOND;
    ck_assert_uint_eq(pdu(only_rnti(70)), ue);
}
END_TEST

/* Where a UE has long been silent, a request of an unknown UE over its C-RNTI is not its own. */
START_TEST(a_request_of_somebody)
{
    const uint64_t ue = connect_ue(only_rnti(70));
    struct daps_event request;

    daps_event_clear(&request, DAPS_EV_REESTABLISHMENT_REQUEST);
    request.ue_c_rnti = 99;
    request.ue_pci = 12;
    now_ns += 6 * SECOND;
    respond(70);
    ck_assert_uint_ne(common(only_rnti(70), &request), ue);
    ck_assert_uint_ne(pdu(only_rnti(70)), ue);
}
END_TEST

/* A command gives a UE the C-RNTI it had before, and contention-free access is answered with it. */
START_TEST(a_response_behind_a_command)
{
    const uint64_t ue = connect_ue(only_rnti(70));

    command(ue, 71, 22);
    ck_assert_uint_eq(pdu(only_rnti(71)), ue);
    now_ns += 6 * SECOND;
    command(ue, 70, 11);
    respond(70);
    ck_assert_uint_eq(pdu(only_rnti(70)), ue);
    ck_assert_uint_eq(pdu(only_rnti(70)), ue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("identity_access");
    TCase *tests = tcase_create("access");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, contention);
    tcase_add_test(tests, contention_of_claims);
    tcase_add_test(tests, no_contention);
    tcase_add_test(tests, a_free_c_rnti);
    tcase_add_test(tests, a_response_nobody_takes);
    tcase_add_test(tests, a_request_of_somebody);
    tcase_add_test(tests, a_response_behind_a_command);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
