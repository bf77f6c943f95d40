/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of findings, each made from the facts that a rule delivered. */
#include <inttypes.h>

#include "daps/words.h"

#define MOST_ATTEMPTS 8

static const char *joint(uint32_t i, uint32_t n)
{
    return i == 0 ? "" : i + 1 == n ? " and " : ", ";
}

/* "frame 3 (daps-handover), frame 5 (handover) and 2 more" */
static void append_attempts(GString *text, const struct daps_finding *finding)
{
    for (uint32_t i = 0; i < MIN(finding->n_frames, MOST_ATTEMPTS); i++) {
        g_string_append(text, joint(i, finding->repeats));
        daps_words_frame(text, finding->subjects[i].frame);
        g_string_append_printf(text, " (%s)", daps_procedure_name(finding->subjects[i].procedure));
    }
    if (finding->repeats > MOST_ATTEMPTS)
        g_string_append_printf(text, " and %" PRIu32 " more", finding->repeats - MOST_ATTEMPTS);
}

/* "frame 3, frame 5 and frame 9" */
static void append_frames(GString *text, const struct daps_finding *finding)
{
    for (uint32_t i = 0; i < finding->n_frames; i++) {
        g_string_append(text, joint(i, finding->n_frames));
        daps_words_frame(text, finding->subjects[i].frame);
    }
}

static void append_role(GString *text, const struct daps_finding *finding, enum daps_role role)
{
    const struct daps_subject *subject = daps_finding_subject(finding, role);

    daps_words_frame(text, subject != NULL ? subject->frame : 0);
}

/* ---- each rule ---- */

static const char *exposure_sentence(const struct daps_finding *finding)
{
    switch (finding->exposure) {
    case DAPS_EXPOSURE_NONE:
        return "No message can have been protected with it twice: nothing was sent under it in the earlier attempt, or "
               "other algorithms give other keys below it.";
    case DAPS_EXPOSURE_UNLIKELY:
        if (finding->below_rrc)
            return "The capture holds uplink signalling as PDCP PDUs, and none under this key in the earlier attempt; "
                   "only one that it missed could have been sent.";
        return "The earlier attempt had contention-free random access, which ends before the first uplink message; "
               "only a fall-back to contention-based preambles could have let one out.";
    case DAPS_EXPOSURE_POSSIBLE:
        if (finding->key.sk_counter >= 0) /* TS 33.501 6.10.2: nothing has failed */
            return "The log does not show what bearers of the secondary node sent under it, or how far they counted.";
        return "The earlier attempt may have sent an uplink message under it before it failed; the log does not hold "
               "the messages of both attempts.";
    case DAPS_EXPOSURE_LOGGED:
        return "The log holds the first uplink message of more than one attempt.";
    }
    return "";
}

/* "frame 3 (handover)", "frame 3" where it is no attempt's. */
static void append_contexts(GString *text, const struct daps_finding *finding)
{
    for (uint32_t i = 0; i < MIN(finding->n_frames, MOST_ATTEMPTS); i++) {
        g_string_append(text, joint(i, finding->repeats));
        daps_words_frame(text, finding->subjects[i].frame);
        if (finding->subjects[i].procedure != DAPS_PROC_COUNT)
            g_string_append_printf(text, " (%s)", daps_procedure_name(finding->subjects[i].procedure));
    }
    if (finding->repeats > MOST_ATTEMPTS)
        g_string_append_printf(text, " and %" PRIu32 " more", finding->repeats - MOST_ATTEMPTS);
}

/* The phone's log names the keys. */
static void say_named(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, "The phone's log names the AS keys, and those in force behind ");
    append_contexts(text, finding);
    g_string_append(text, " are the same by value.");
    if (finding->exposure == DAPS_EXPOSURE_LOGGED || finding->exposure == DAPS_EXPOSURE_NONE)
        g_string_append_printf(text, " %s",
                               exposure_sentence(finding)); /* the others speak of a first attempt that failed */
}

/* Node interfaces carried the key, or the NH that it comes from. */
static void say_carried(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, "Node interfaces carried the keys of the handovers prepared in ");
    append_contexts(text, finding);
    g_string_append(text, ", and they are the same by value.");
    if (finding->has_key && finding->key.parent[0] != '\0') {
        g_string_append(text, " It is ");
        daps_words_key(text, &finding->key, finding->rat);
        g_string_append_c(text, '.');
    }
}

static void say_unchanged(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, "The phone's log names the AS keys: behind ");
    append_contexts(text, finding);
    g_string_append(text, " they are the same by value, though the last of these had to change them.");
}

static void say_contradicted(GString *text, const struct daps_finding *finding)
{
    if (finding->n_frames > 1) {
        g_string_append(text, "By the inputs that RRC gives, ");
        append_contexts(text, finding);
        g_string_append(text, " lead to one key; the phone's log names the AS keys of each, and they differ.");
        return;
    }
    g_string_append(text, "The phone's log in ");
    append_role(text, finding, DAPS_ROLE_FAILED);
    g_string_append_printf(text, " names a KRRCenc that key %s, as derived, does not give.", finding->key.id);
}

static void say_repeated_key(GString *text, const struct daps_finding *finding)
{
    if (finding->variant == DAPS_VARIANT_BY_VALUE || finding->variant == DAPS_VARIANT_CARRIED) {
        (finding->variant == DAPS_VARIANT_CARRIED ? say_carried : say_named)(text, finding);
        return;
    }
    g_string_append(text, "The commands in ");
    append_attempts(text, finding);
    g_string_append(text, " lead to the same key: ");
    daps_words_key(text, &finding->key, finding->rat);
    g_string_append_printf(text, ". %s", exposure_sentence(finding));
}

static void say_nh_reuse(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text, "The pair {%s, NCC %d} served ", finding->key.parent, finding->key.ncc);
    append_attempts(text, finding);
    g_string_append(text, ". All but the last of them failed, and no newer pair was taken in between.");
}

static void say_what_it_costs(GString *text, const struct daps_keystream_tuple *tuple)
{
    if (tuple->integrity)
        g_string_append(text, "Two messages under one tuple give a relation on its one-time mask and hash key.");
    else if (tuple->overlap == 0)
        g_string_append(text, "The XOR of the two ciphertexts is the XOR of the two plaintexts, MAC-I included.");
    else
        g_string_append_printf(text,
                               "The XOR of their contents is the XOR of what they say: whoever knows one reads the "
                               "first %" PRIu32 " octets of the other, MAC-I included.",
                               tuple->overlap);
}

static void append_tuple(GString *text, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    g_string_append_printf(text, "COUNT %" PRIu32 ", BEARER %d (%s), DIRECTION %d (%s) under key %s", tuple->count,
                           tuple->bearer, tuple->srb ? "SRB" : "DRB", tuple->direction,
                           daps_words_direction(tuple->direction), finding->key.id);
}

/* Inferred from an RRC log. */
static void say_logged(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, "The messages in ");
    append_frames(text, finding);
    g_string_append_printf(
        text, " are each the first on SRB1 uplink under key %s: COUNT 0, BEARER 0, DIRECTION 0 both times. ",
        finding->key.id);
    if (finding->keystream.plaintext_differs)
        say_what_it_costs(text, &finding->keystream);
    else
        g_string_append(text, "Their octets are equal, so the same PDU was made twice and nothing is revealed.");
}

/* Seen as PDCP PDUs. */
static void say_seen(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, finding->variant == DAPS_VARIANT_BY_VALUE ? "PDCP PDUs that the phone logged in "
                                                                    : "The PDCP PDUs in ");
    append_frames(text, finding);
    g_string_append(text, finding->pdus.some_equal ? " are not all equal and share " : " differ and share ");
    append_tuple(text, finding);
    g_string_append_c(text, '.');
    if (finding->pdus.more > 0)
        g_string_append_printf(text, " So do PDUs of %" PRIu64 " further %s of this bearer.", finding->pdus.more,
                               finding->pdus.more == 1 ? "COUNT" : "COUNTs");
    g_string_append_c(text, ' ');
    say_what_it_costs(text, &finding->keystream);
    if (finding->variant == DAPS_VARIANT_BY_VALUE)
        g_string_append(text, " The log names key and COUNT of each.");
    else if (finding->evidence == DAPS_EVIDENCE_PROVEN)
        g_string_append(text, " Their MAC-Is are right under the one computed key.");
}

static void say_collision(GString *text, const struct daps_finding *finding)
{
    if (finding->variant == DAPS_VARIANT_LOGGED)
        say_logged(text, finding);
    else
        say_seen(text, finding);
}

static const char *parent_words(enum daps_derivation derivation)
{
    return derivation == DAPS_DERIVATION_HORIZONTAL ? "horizontally from the active key" : "vertically from NH";
}

static void say_readings(GString *text, const struct daps_finding *finding)
{
    const struct daps_reading *active = &finding->readings.active, *stored = &finding->readings.stored;

    g_string_append(text, "The attempt of ");
    append_role(text, finding, DAPS_ROLE_STORED);
    g_string_append_printf(text, " stored another NCC than that of the key in force and fell back. NCC %d in ",
                           finding->key.ncc);
    append_role(text, finding, DAPS_ROLE_COMMAND);
    g_string_append_printf(text,
                           " then derives %s (%s) if compared with the active key's NCC %" PRIu32
                           ", and %s (%s) if compared with the stored NCC %" PRIu32 ". This audit follows the %s.",
                           parent_words(active->derivation), active->parent, active->ncc,
                           parent_words(stored->derivation), stored->parent, stored->ncc,
                           finding->readings.follows_stored ? "stored NCC" : "active key");
}

/* ---- what fits instead ---- */

typedef void say_fit(GString *text, const struct daps_finding *finding);

static void say_point_a(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text,
                           "the key is derived with ARFCN %" PRId32 ", the frequency of Point A, instead of the SSB's",
                           finding->fit.arfcn);
}

static void say_carrier(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text,
                           "the key is derived with ARFCN %" PRId32 ", the centre of the carrier, instead of the SSB's",
                           finding->fit.arfcn);
}

static void say_two_octets(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, finding->rat == DAPS_RAT_LTE ? "the EARFCN is written in three octets instead of two"
                                                       : "the ARFCN is written in two octets instead of three");
}

static void say_stored_ncc(GString *text, const struct daps_finding *finding)
{
    (void)finding;
    g_string_append(text, "the received NCC is compared with the stored one, not with that of the active key");
}

static void say_active_ncc(GString *text, const struct daps_finding *finding)
{
    (void)finding;
    g_string_append(text, "the received NCC is compared with that of the active key, not with the stored one");
}

static void say_nh_step(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text, "its parent is NH %" PRId64 ": the network used NH %" PRId64 " for NCC %d",
                           finding->fit.nh, finding->fit.nh, finding->key.ncc);
}

static void say_horizontal(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text, "its parent is the active key, although NCC %d asks for an NH", finding->key.ncc);
}

static void say_failed_key(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, "the key of the failed attempt of ");
    append_role(text, finding, DAPS_ROLE_PARENT);
    g_string_append(text, " is its parent");
}

static void say_nas_count(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text,
                           "KgNB is derived from KAMF with ul_nas_count %" PRIu32 ", where the key log gives %" PRIu32,
                           finding->fit.nas_count, finding->fit.nas_count_given);
}

static void say_fits(GString *text, const struct daps_finding *finding)
{
    static const struct {
        enum daps_fits bit;
        say_fit *say;
    } rows[] = {
        {DAPS_FITS_POINT_A, say_point_a},       {DAPS_FITS_CARRIER, say_carrier},
        {DAPS_FITS_TWO_OCTETS, say_two_octets}, {DAPS_FITS_STORED_NCC, say_stored_ncc},
        {DAPS_FITS_ACTIVE_NCC, say_active_ncc}, {DAPS_FITS_NH_STEP, say_nh_step},
        {DAPS_FITS_HORIZONTAL, say_horizontal}, {DAPS_FITS_FAILED_KEY, say_failed_key},
        {DAPS_FITS_NAS_COUNT, say_nas_count},
    };
    const char *before = " ";

    g_string_append(text, "The MAC-I of the first message under the new key is right only if");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((finding->fit.what & rows[i].bit) == 0)
            continue;
        g_string_append(text, before);
        rows[i].say(text, finding);
        before = ", and ";
    }
    if ((finding->fit.what & (DAPS_FITS_NH_STEP | DAPS_FITS_HORIZONTAL | DAPS_FITS_FAILED_KEY)) != 0)
        g_string_append(text, ". Two messages agree, so UE and network took the same key: either both depart from the "
                              "standard, or the chain that the key log begins is not the one of this connection");
    g_string_append(text, ". The audit goes on with the key that verifies.");
    if (finding->fit.what == DAPS_FITS_NAS_COUNT)
        g_string_append(text, " This is the key log's matter, not the network's.");
}

static void say_none_fits(GString *text, const struct daps_finding *finding)
{
    g_string_append_printf(text, "None of %" PRIu64 " protected messages from ", finding->unfit.messages);
    append_role(text, finding, DAPS_ROLE_FAILED);
    g_string_append_printf(text, " on verifies under key %s, with any candidate for its inputs.", finding->key.id);
}

static void say_about_key(GString *text, const struct daps_finding *finding)
{
    if (finding->variant == DAPS_VARIANT_BY_VALUE)
        say_contradicted(text, finding);
    else if (finding->variant == DAPS_VARIANT_FITS)
        say_fits(text, finding);
    else if (finding->variant == DAPS_VARIANT_NONE_FITS)
        say_none_fits(text, finding);
    else
        say_readings(text, finding);
}

static void say_exposed_fallback(GString *text, const struct daps_finding *finding)
{
    g_string_append(text, "The attempt of ");
    append_role(text, finding, DAPS_ROLE_COMMAND);
    g_string_append(text, " derived ");
    daps_words_key(text, &finding->key, finding->rat);
    g_string_append(text, " and fell back in ");
    append_role(text, finding, DAPS_ROLE_FAILURE);
    g_string_append_printf(text,
                           ". %s is still in use where the log ends: a next handover to that cell with NCC %d derives "
                           "the same key.",
                           finding->fallback.in_force, finding->key.ncc);
    if (daps_finding_subject(finding, DAPS_ROLE_ARMED) == NULL)
        return;
    g_string_append(text, " A conditional handover to it is armed since ");
    append_role(text, finding, DAPS_ROLE_ARMED);
    g_string_append(text, " and would do so without another command.");
}

static void say_null_security(GString *text, const struct daps_finding *finding)
{
    const char *nea = daps_algorithm_name(finding->rat, true, 0), *nia = daps_algorithm_name(finding->rat, false, 0);

    if (finding->null.ciphering && finding->null.integrity)
        g_string_append_printf(text, "%s and %s were", nea, nia);
    else
        g_string_append_printf(text, "%s was", finding->null.ciphering ? nea : nia);
    g_string_append(text, " selected in ");
    append_role(text, finding, DAPS_ROLE_SELECTED);
    g_string_append(text, finding->repeats > 1 ? " and later ones." : ".");
    if (finding->null.integrity)
        g_string_append_printf(text, " %s is for unauthenticated emergency sessions only.", nia);
    else
        g_string_append(text, " There is no keystream to reuse, and nothing is confidential.");
}

static void say_unciphered(GString *text, const struct daps_finding *finding)
{
    const bool several = finding->repeats + finding->pdus.more > 1;

    g_string_append(text, several ? "The PDCP PDUs in " : "The PDCP PDU in ");
    append_frames(text, finding);
    if (finding->pdus.more > 0)
        g_string_append_printf(text, " and %" PRIu64 " more", finding->pdus.more);
    g_string_append(text, several ? ", the first with " : " with ");
    append_tuple(text, finding);
    g_string_append_printf(
        text, "%s sent in clear although %s is in force%s.", several ? ", were" : " was",
        finding->keystream.algorithm > 0 ? daps_algorithm_name(finding->rat, true, finding->keystream.algorithm)
                                         : "ciphering",
        finding->evidence == DAPS_EVIDENCE_PROVEN ? several ? "; their MAC-Is are right" : "; its MAC-I is right" : "");
}

static void say_count_near_wrap(GString *text, const struct daps_finding *finding)
{
    const bool said = finding->variant == DAPS_VARIANT_LOGGED;

    g_string_append(text, said ? "By the counter check in " : "The PDCP PDU in ");
    append_frames(text, finding);
    g_string_append(text, said ? " a bearer is at or beyond " : " has ");
    append_tuple(text, finding);
    g_string_append(text, said ? ": at most" : ":");
    g_string_append_printf(text, " %" PRIu32 " are left before COUNT ends, and the key was not refreshed.",
                           UINT32_MAX - finding->keystream.count);
}

static void say_forged_request(GString *text, const struct daps_finding *finding)
{
    const char *resume_mac = finding->rat == DAPS_RAT_LTE ? "shortResumeMAC-I" : "resumeMAC-I";

    g_string_append_printf(text, "%s of the %s request in ", finding->request.resume ? resume_mac : "shortMAC-I",
                           finding->request.resume ? "resume" : "re-establishment");
    append_role(text, finding, DAPS_ROLE_REQUEST);
    if (finding->request.tried == 1)
        g_string_append(text, " is not right under the one key that this UE is known to have had.");
    else
        g_string_append_printf(text, " is right under none of the %" PRIu32 " keys that this UE is known to have had.",
                               finding->request.tried);
}

char *daps_words_detail(const struct daps_finding *finding)
{
    typedef void say(GString * text, const struct daps_finding *finding);
    static say *const says[DAPS_RULE_COUNT] = {
        [DAPS_RULE_REPEATED_KEY] = say_repeated_key,     [DAPS_RULE_NH_REUSE] = say_nh_reuse,
        [DAPS_RULE_KEYSTREAM_REUSE] = say_collision,     [DAPS_RULE_MAC_NONCE_REUSE] = say_collision,
        [DAPS_RULE_NCC_AMBIGUITY] = say_about_key,       [DAPS_RULE_EXPOSED_FALLBACK] = say_exposed_fallback,
        [DAPS_RULE_KEY_MISMATCH] = say_about_key,        [DAPS_RULE_COUNT_REUSE] = say_collision,
        [DAPS_RULE_NULL_SECURITY] = say_null_security,   [DAPS_RULE_UNCIPHERED] = say_unciphered,
        [DAPS_RULE_KEY_UNCHANGED] = say_unchanged,       [DAPS_RULE_COUNT_NEAR_WRAP] = say_count_near_wrap,
        [DAPS_RULE_FORGED_REQUEST] = say_forged_request,
    };
    GString *text = g_string_new(NULL);

    if (says[finding->rule] != NULL)
        says[finding->rule](text, finding);
    return g_string_free(text, FALSE);
}
