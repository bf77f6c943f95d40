/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handover of every kind, what comes of it, and re-establishment. */
#include "synth/layers.h"
#include "synth/steps.h"

static enum daps_rach rach_word(struct player *p, bool *matched)
{
    *matched = true;
    if (player_accept(p, "cbra"))
        return DAPS_RACH_CBRA;
    if (player_accept(p, "cfra"))
        return DAPS_RACH_CFRA;
    if (player_accept(p, "cfra-2step"))
        return DAPS_RACH_CFRA_2STEP;
    if (player_accept(p, "skip"))
        return DAPS_RACH_SKIP;
    *matched = false;
    return DAPS_RACH_CBRA;
}

static void algorithm_words(struct player *p, struct synth_command *command)
{
    if (!player_accept(p, "nea") && !player_accept(p, "eea"))
        player_fail(p, "algorithms is followed by nea <n> nia <n>");
    command->nea = (int)player_number(p, "NEA algorithm", 0, 7);
    if (!player_accept(p, "nia") && !player_accept(p, "eia"))
        player_fail(p, "algorithms is followed by nea <n> nia <n>");
    command->nia = (int)player_number(p, "NIA algorithm", 0, 7);
}

/* ncc N and the options that every command takes. */
static void command_words(struct player *p, struct synth_command *command)
{
    bool key_update = true, matched;

    while (p->error == NULL && player_peek(p) != NULL) {
        enum daps_rach rach = rach_word(p, &matched);
        if (matched)
            command->rach = rach;
        else if (player_accept(p, "ncc"))
            command->ncc = (int)player_number(p, "NCC", 0, 7);
        else if (player_accept(p, "c-rnti"))
            command->c_rnti = (int32_t)player_number(p, "C-RNTI", 0, 65535);
        else if (player_accept(p, "transaction"))
            command->transaction = (unsigned)player_number(p, "transaction", 0, 3);
        else if (player_accept(p, "t304"))
            g_strlcpy(command->t304, player_word(p, "ms50 ... ms10000"), sizeof command->t304);
        else if (player_accept(p, "sk-counter"))
            command->sk_counter = (int)player_number(p, "SK counter", 0, 65535);
        else if (player_accept(p, "no-key-update"))
            key_update = false;
        else if (player_accept(p, "key-set-change"))
            command->key_set_change = true;
        else if (player_accept(p, "same-frequency"))
            command->same_frequency = true;
        else if (player_accept(p, "measconfig"))
            command->meas_config = true;
        else if (player_accept(p, "algorithms"))
            algorithm_words(p, command);
        else
            player_fail(p,
                        "'%s' is none of ncc, cbra, cfra, cfra-2step, skip, c-rnti, transaction, t304, sk-counter, "
                        "no-key-update, key-set-change, same-frequency, measconfig, algorithms",
                        player_peek(p));
    }
    if (key_update && command->ncc < 0)
        player_fail(p, "a command needs ncc <n> or no-key-update");
    if (!key_update)
        command->ncc = -1;
}

static struct synth_command new_command(struct player *p, const struct synth_cell *target)
{
    struct synth_command command = {.rat = p->rat,
                                    .target = target,
                                    .ncc = -1,
                                    .nea = -1,
                                    .nia = -1,
                                    .sk_counter = -1,
                                    .rach = DAPS_RACH_CBRA,
                                    .t304 = "ms1000"};

    p->ue->next_c_rnti = p->ue->next_c_rnti % 65500 + 1;
    command.c_rnti = p->ue->next_c_rnti;
    command.transaction = p->ue->transaction;
    return command;
}

static void begin_on_air(struct player *p, const struct synth_command *command)
{
    char line[160];

    if (command->key_set_change && command->ncc >= 0) {
        air_new_key_set(&p->ue->air, p->ue->number, line, sizeof line);
        if (line[0] != '\0' && p->sink->key != NULL && synth_is_below_rrc(p->framing))
            p->sink->key(p->sink->user, line);
    }
    air_command(&p->ue->air, command);
}

static void send_command(struct player *p, const struct synth_command *command)
{
    struct synth_ue *ue = p->ue;

    if (p->error != NULL)
        return;
    step_tell_key(p);
    step_settle(ue, true); /* a command can only come from where the UE is by now */
    ue->transaction = (command->transaction + 1) & 3;
    ue->last_transaction = command->transaction;
    player_send(p, DAPS_CH_DL_DCCH, synth_reconfiguration(command, &p->error));
    begin_on_air(p, command);
    ue->source_c_rnti = ue->c_rnti;
    ue->c_rnti = command->c_rnti;
    ue->target = command->target;
}

static void any_handover(struct player *p, bool daps)
{
    struct synth_command command;

    if (!player_accept(p, "to"))
        player_fail(p, "a handover is 'to' a cell");
    command = new_command(p, player_cell(p));
    command.daps = daps;
    command_words(p, &command);
    send_command(p, &command);
}

void step_handover(struct player *p)
{
    any_handover(p, false);
}

void step_daps_handover(struct player *p)
{
    any_handover(p, true);
}

/* Intra-cell handover for a new key (TS 33.501 6.9.4.5). */
void step_refresh(struct player *p)
{
    struct synth_command command;

    step_settle(p->ue, true);
    command = new_command(p, p->ue->cell);
    command_words(p, &command);
    send_command(p, &command);
}

void step_conditional_handover(struct player *p)
{
    struct synth_command candidates[8], options;
    const struct synth_cell *cells[8];
    unsigned n = 0, transaction;
    struct synth_ue *ue = p->ue;

    if (!player_accept(p, "to"))
        player_fail(p, "a conditional handover is 'to' cells");
    do
        cells[n++] = player_cell(p);
    while (p->error == NULL && n < 8 && player_accept(p, "or"));
    options = new_command(p, NULL);
    options.attempt_conditional = player_accept(p, "attempt");
    command_words(p, &options);
    if (p->error != NULL)
        return;
    step_settle(ue, true);
    transaction = step_transaction(p);
    for (unsigned i = 0; i < n; i++) {
        candidates[i] = options;
        candidates[i].target = cells[i];
        candidates[i].c_rnti = ++ue->next_c_rnti;
        candidates[i].transaction = (transaction + 1 + i) & 3;
        ue->candidates[i] = cells[i];
        ue->candidate_transaction[i] = candidates[i].transaction;
        ue->candidate_c_rnti[i] = candidates[i].c_rnti;
        ue->candidate_commands[i] = candidates[i];
    }
    ue->n_candidates = n;
    ue->last_transaction = transaction;
    player_send(p, DAPS_CH_DL_DCCH, synth_conditional(candidates, n, transaction, &p->error));
}

/* The UE applies a candidate by itself; all the log shows is the Complete. */
void step_execute(struct player *p)
{
    const struct synth_cell *cell = player_cell(p);
    struct synth_ue *ue = p->ue;

    for (unsigned i = 0; i < ue->n_candidates && p->error == NULL; i++) {
        if (ue->candidates[i] != cell)
            continue;
        if (ue->target == NULL)
            ue->source_c_rnti = ue->c_rnti;
        ue->c_rnti = ue->candidate_c_rnti[i];
        ue->target = cell;
        ue->logged = cell;
        air_settle(&ue->air, false);
        begin_on_air(p, &ue->candidate_commands[i]);
        step_send(p, "complete", step_with_transaction(ue->candidate_transaction[i]));
        return;
    }
    player_fail(p, "'%s' is not among the candidates", cell != NULL ? cell->name : "?");
}

void step_complete(struct player *p)
{
    if (p->ue->target != NULL)
        p->ue->logged = p->ue->target;
    step_send(p, "complete", step_with_transaction(p->ue->last_transaction));
}

void step_fallback(struct player *p)
{
    step_settle(p->ue, false);
    step_send(p, "daps-failure", step_with_transaction(0));
}

void step_source_release(struct player *p)
{
    struct synth_command command = new_command(p, NULL);

    if (!player_accept(p, "unheard")) /* the UE may not have heard the target that heard it */
        step_settle(p->ue, true);
    command.source_release = true;
    p->ue->transaction = (command.transaction + 1) & 3;
    p->ue->last_transaction = command.transaction;
    player_send(p, DAPS_CH_DL_DCCH, synth_reconfiguration(&command, &p->error));
}

void step_sk_counter(struct player *p)
{
    struct synth_command command = new_command(p, NULL);

    command.sk_counter = (int)player_number(p, "SK counter", 0, 65535);
    step_settle(p->ue, true);
    p->ue->transaction = (command.transaction + 1) & 3;
    p->ue->last_transaction = command.transaction;
    player_send(p, DAPS_CH_DL_DCCH, synth_reconfiguration(&command, &p->error));
}

void step_scg_change(struct player *p)
{
    struct synth_command command;

    if (!player_accept(p, "to"))
        player_fail(p, "an SCG change is 'to' a cell");
    command = new_command(p, player_cell(p));
    if (p->rat == DAPS_RAT_LTE) /* a message of its own, which the UE answers */
        command.transaction = p->ue->last_transaction = step_transaction(p);
    if (p->error == NULL)
        player_send(p, p->rat == DAPS_RAT_LTE ? DAPS_CH_DL_DCCH : DAPS_CH_RECONFIGURATION,
                    synth_scg_change(&command, &p->error));
}

/* The request names the PCell the UE speaks for: the source after a failed handover (TS 38.331 5.3.7.4). */
void step_reestablish(struct player *p)
{
    struct synth_ue *ue = p->ue;
    struct synth_simple request = {.cause = "handoverFailure"}, answer = {0};
    const struct synth_cell *selected = ue->cell;
    bool reached = false, complete = true;

    answer.ncc = -1;
    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "in"))
            selected = player_cell(p);
        else if (player_accept(p, "ncc"))
            answer.ncc = (int)player_number(p, "NCC", 0, 7);
        else if (player_accept(p, "cause"))
            request.cause = player_word(p, "a cause");
        else if (player_accept(p, "after-success"))
            reached = true;
        else if (player_accept(p, "no-complete"))
            complete = false;
        else
            player_fail(p, "'%s' is none of in, ncc, cause, after-success, no-complete", player_peek(p));
    }
    if (p->error == NULL && answer.ncc < 0)
        player_fail(p, "reestablish needs ncc <n>");
    if (p->error != NULL)
        return;
    step_settle(ue, reached);
    request.c_rnti = ue->c_rnti;
    request.pci = ue->cell->pci;
    ue->cell = ue->logged = selected;
    ue->c_rnti = ++ue->next_c_rnti;
    step_send(p, "reestablishment-request", request);
    answer.transaction = step_transaction(p);
    air_rekey(&ue->air, answer.ncc, selected, ue->c_rnti);
    ue->air.clear_once = p->rat == DAPS_RAT_NR; /* TS 38.331 5.3.7.5: integrity protected only; LTE: on CCCH */
    step_send(p, "reestablishment", answer);
    if (complete)
        step_send(p, "reestablishment-complete", step_with_transaction(0));
}
