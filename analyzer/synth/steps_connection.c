/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection: set up, secured, suspended, resumed, released. */
#include "synth/layers.h"
#include "synth/steps.h"

void step_connect(struct player *p)
{
    if (player_accept(p, "in"))
        p->ue->cell = player_cell(p);
    if (p->error != NULL)
        return;
    p->ue->target = NULL;
    p->ue->logged = p->ue->cell;
    p->ue->n_candidates = 0;
    air_connect(&p->ue->air, p->ue->c_rnti, p->ue->cell);
    step_send(p, "setup-request", step_with_transaction(0));
    step_send(p, "setup", step_with_transaction(p->ue->transaction));
    step_send(p, "setup-complete", step_with_transaction(step_transaction(p)));
}

void step_security(struct player *p)
{
    struct synth_simple values = {.nea = 2, .nia = 2};
    bool complete = true;
    const char *answer = "security-mode-complete";

    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "nea") || player_accept(p, "eea"))
            values.nea = (int)player_number(p, "NEA algorithm", 0, 7);
        else if (player_accept(p, "nia") || player_accept(p, "eia"))
            values.nia = (int)player_number(p, "NIA algorithm", 0, 7);
        else if (player_accept(p, "kgnb"))
            player_key_words(p, p->ue, "KGNB");
        else if (player_accept(p, "kamf"))
            player_key_words(p, p->ue, "KAMF");
        else if (player_accept(p, "kenb"))
            player_key_words(p, p->ue, "KENB");
        else if (player_accept(p, "kasme"))
            player_key_words(p, p->ue, "KASME");
        else if (player_accept(p, "no-complete"))
            complete = false;
        else if (player_accept(p, "failure"))
            answer = "security-mode-failure";
        else
            player_fail(p, "'%s' is none of nea, nia, kgnb, kamf, no-complete, failure", player_peek(p));
    }
    if (!p->ue->key_told)
        air_start(&p->ue->air, p->ue->number, p->ue->key_line);
    step_tell_key(p);
    values.transaction = step_transaction(p);
    air_secure(&p->ue->air, values.nea, values.nia);
    step_send(p, "security-mode-command", values);
    if (complete) {
        p->ue->air.clear_once = true; /* TS 38.331 5.3.4.3 */
        step_send(p, answer, step_with_transaction(values.transaction));
    }
    p->ue->air.active.ul_ciphered = p->ue->air.active.dl_ciphered = true;
}

/* The scenario begins in the middle of a connection, with these COUNTs of SRB1 next. */
void step_middle(struct player *p)
{
    air_start(&p->ue->air, p->ue->number, p->ue->key_line);
    air_assume_connected(&p->ue->air, p->ue->c_rnti, p->ue->cell);
    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "ul"))
            p->ue->air.active.srb1[0] = (uint32_t)player_number(p, "COUNT", 0, G_MAXUINT32);
        else if (player_accept(p, "dl"))
            p->ue->air.active.srb1[1] = (uint32_t)player_number(p, "COUNT", 0, G_MAXUINT32);
        else
            player_fail(p, "'%s' is neither ul nor dl", player_peek(p));
    }
    step_tell_key(p);
}

void step_release(struct player *p)
{
    step_settle(p->ue, true);
    step_send(p, "release", step_with_transaction(step_transaction(p)));
}

void step_suspend(struct player *p)
{
    struct synth_simple values = step_with_transaction(step_transaction(p));

    const bool ncc = player_accept(p, "ncc");

    if (!ncc && p->rat == DAPS_RAT_NR)
        player_fail(p, "suspend needs ncc");
    values.ncc = ncc ? (int)player_number(p, "NCC", 0, 7) : -1;
    if (player_accept(p, "i-rnti"))
        p->ue->i_rnti = player_number(p, "I-RNTI", 0, (INT64_C(1) << 40) - 1);
    values.i_rnti = p->ue->i_rnti;
    step_settle(p->ue, true);
    step_send(p, ncc ? "suspend" : "suspend-without-ncc", values);
    p->ue->air.suspend_ncc = values.ncc;
}

void step_resume_request(struct player *p)
{
    struct synth_simple values = step_with_transaction(0);

    if (player_accept(p, "in"))
        p->ue->cell = player_cell(p);
    if (player_accept(p, "c-rnti"))
        p->ue->c_rnti = p->ue->next_c_rnti = (int32_t)player_number(p, "C-RNTI", 0, 65535);
    p->ue->logged = p->ue->cell;
    values.i_rnti = p->ue->i_rnti;
    step_send(p, "resume-request", values);
}

void step_resume(struct player *p)
{
    struct synth_simple values = step_with_transaction(step_transaction(p));
    const bool keyed = p->ue->air.suspend_ncc >= 0;

    if (keyed)
        air_rekey(&p->ue->air, p->ue->air.suspend_ncc, p->ue->cell, p->ue->c_rnti);
    p->ue->air.suspend_ncc = -1;
    if (p->rat == DAPS_RAT_LTE && player_accept(p, "ncc")) {
        values.ncc = (int)player_number(p, "NCC", 0, 7);
        if (!keyed)
            air_rekey(&p->ue->air, values.ncc, p->ue->cell, p->ue->c_rnti);
        p->ue->air.clear_once = !keyed; /* TS 36.331 5.3.3.4a: integrity protected with the key that it brings */
    }
    step_send(p, "resume", values);
}

void step_resume_complete(struct player *p)
{
    step_send(p, "resume-complete", step_with_transaction((p->ue->transaction + 3) & 3));
}

void step_reject(struct player *p)
{
    step_send(p, "reject", step_with_transaction(0));
}

/* ---- handover ---- */
