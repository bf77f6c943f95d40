/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a UE and its network do: one function a statement, found by name in the table at the end. */
#include <string.h>

#include "synth/layers.h"
#include "synth/player.h"

static void send_simple(struct player *p, const char *message, struct synth_simple values)
{
    enum daps_channel channel = DAPS_CH_NONE;
    GByteArray *pdu;

    values.number = p->ue->messages;
    pdu = synth_message(message, &values, &channel, &p->error);
    player_send(p, channel, pdu);
}

/* The network's next rrc-TransactionIdentifier. */
static unsigned next_transaction(struct player *p)
{
    unsigned transaction = p->ue->transaction;

    p->ue->transaction = (transaction + 1) & 3;
    return transaction;
}

static struct synth_simple with_transaction(unsigned transaction)
{
    return (struct synth_simple){.transaction = transaction};
}

static void tell_key(struct player *p)
{
    if (p->ue->key_told || p->ue->key_line[0] == '\0')
        return;
    p->ue->key_told = true;
    if (p->sink->key != NULL)
        p->sink->key(p->sink->user, p->ue->key_line);
}

static void settle(struct synth_ue *ue, bool in_target)
{
    if (ue->air.open && in_target && ue->target != NULL) {
        ue->air.pci = ue->target->pci;
        ue->air.ssb_arfcn = ue->target->ssb_arfcn;
    }
    air_settle(&ue->air, in_target);
    if (in_target && ue->target != NULL)
        ue->cell = ue->target;
    else if (!in_target && ue->target != NULL)
        ue->c_rnti = ue->source_c_rnti;
    ue->target = NULL;
    ue->logged = ue->cell;
}

/* ---- connection ---- */

static void step_connect(struct player *p)
{
    if (player_accept(p, "in"))
        p->ue->cell = player_cell(p);
    if (p->error != NULL)
        return;
    p->ue->target = NULL;
    p->ue->logged = p->ue->cell;
    p->ue->n_candidates = 0;
    air_connect(&p->ue->air, p->ue->c_rnti, p->ue->cell);
    send_simple(p, "setup-request", with_transaction(0));
    send_simple(p, "setup", with_transaction(p->ue->transaction));
    send_simple(p, "setup-complete", with_transaction(next_transaction(p)));
}

static void step_security(struct player *p)
{
    struct synth_simple values = {.nea = 2, .nia = 2};
    bool complete = true;
    const char *answer = "security-mode-complete";

    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "nea"))
            values.nea = (int)player_number(p, "NEA algorithm", 0, 7);
        else if (player_accept(p, "nia"))
            values.nia = (int)player_number(p, "NIA algorithm", 0, 7);
        else if (player_accept(p, "kgnb"))
            player_key_words(p, p->ue, "KGNB");
        else if (player_accept(p, "kamf"))
            player_key_words(p, p->ue, "KAMF");
        else if (player_accept(p, "no-complete"))
            complete = false;
        else if (player_accept(p, "failure"))
            answer = "security-mode-failure";
        else
            player_fail(p, "'%s' is none of nea, nia, kgnb, kamf, no-complete, failure", player_peek(p));
    }
    if (!p->ue->key_told)
        air_start(&p->ue->air, p->ue->number, p->ue->key_line);
    tell_key(p);
    values.transaction = next_transaction(p);
    air_secure(&p->ue->air, values.nea, values.nia);
    send_simple(p, "security-mode-command", values);
    if (complete) {
        p->ue->air.clear_once = true; /* TS 38.331 5.3.4.3 */
        send_simple(p, answer, with_transaction(values.transaction));
    }
    p->ue->air.active.ul_ciphered = p->ue->air.active.dl_ciphered = true;
}

/* The scenario begins in the middle of a connection, with these COUNTs of SRB1 next. */
static void step_middle(struct player *p)
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
    tell_key(p);
}

static void step_release(struct player *p)
{
    settle(p->ue, true);
    send_simple(p, "release", with_transaction(next_transaction(p)));
}

static void step_suspend(struct player *p)
{
    struct synth_simple values = with_transaction(next_transaction(p));

    if (!player_accept(p, "ncc"))
        player_fail(p, "suspend needs ncc");
    values.ncc = (int)player_number(p, "NCC", 0, 7);
    if (player_accept(p, "i-rnti"))
        p->ue->i_rnti = player_number(p, "I-RNTI", 0, (INT64_C(1) << 40) - 1);
    values.i_rnti = p->ue->i_rnti;
    settle(p->ue, true);
    send_simple(p, "suspend", values);
    p->ue->air.suspend_ncc = values.ncc;
}

static void step_resume_request(struct player *p)
{
    struct synth_simple values = with_transaction(0);

    if (player_accept(p, "in"))
        p->ue->cell = player_cell(p);
    if (player_accept(p, "c-rnti"))
        p->ue->c_rnti = p->ue->next_c_rnti = (int32_t)player_number(p, "C-RNTI", 0, 65535);
    p->ue->logged = p->ue->cell;
    values.i_rnti = p->ue->i_rnti;
    send_simple(p, "resume-request", values);
}

static void step_resume(struct player *p)
{
    if (p->ue->air.suspend_ncc >= 0)
        air_rekey(&p->ue->air, p->ue->air.suspend_ncc, p->ue->cell, p->ue->c_rnti);
    p->ue->air.suspend_ncc = -1;
    send_simple(p, "resume", with_transaction(next_transaction(p)));
}

static void step_resume_complete(struct player *p)
{
    send_simple(p, "resume-complete", with_transaction((p->ue->transaction + 3) & 3));
}

static void step_reject(struct player *p)
{
    send_simple(p, "reject", with_transaction(0));
}

/* ---- handover ---- */

static enum daps_rach rach_word(struct player *p, bool *matched)
{
    *matched = true;
    if (player_accept(p, "cbra"))
        return DAPS_RACH_CBRA;
    if (player_accept(p, "cfra"))
        return DAPS_RACH_CFRA;
    if (player_accept(p, "cfra-2step"))
        return DAPS_RACH_CFRA_2STEP;
    *matched = false;
    return DAPS_RACH_CBRA;
}

static void algorithm_words(struct player *p, struct synth_command *command)
{
    if (!player_accept(p, "nea"))
        player_fail(p, "algorithms is followed by nea <n> nia <n>");
    command->nea = (int)player_number(p, "NEA algorithm", 0, 7);
    if (!player_accept(p, "nia"))
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
                        "'%s' is none of ncc, cbra, cfra, cfra-2step, c-rnti, transaction, t304, sk-counter, "
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
    struct synth_command command = {
        .target = target, .ncc = -1, .nea = -1, .nia = -1, .sk_counter = -1, .rach = DAPS_RACH_CBRA, .t304 = "ms1000"};

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
    tell_key(p);
    settle(ue, true); /* a command can only come from where the UE is by now */
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

static void step_handover(struct player *p)
{
    any_handover(p, false);
}

static void step_daps_handover(struct player *p)
{
    any_handover(p, true);
}

/* Intra-cell handover for a new key (TS 33.501 6.9.4.5). */
static void step_refresh(struct player *p)
{
    struct synth_command command;

    settle(p->ue, true);
    command = new_command(p, p->ue->cell);
    command_words(p, &command);
    send_command(p, &command);
}

static void step_conditional_handover(struct player *p)
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
    settle(ue, true);
    transaction = next_transaction(p);
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
static void step_execute(struct player *p)
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
        send_simple(p, "complete", with_transaction(ue->candidate_transaction[i]));
        return;
    }
    player_fail(p, "'%s' is not among the candidates", cell != NULL ? cell->name : "?");
}

static void step_complete(struct player *p)
{
    if (p->ue->target != NULL)
        p->ue->logged = p->ue->target;
    send_simple(p, "complete", with_transaction(p->ue->last_transaction));
}

static void step_fallback(struct player *p)
{
    settle(p->ue, false);
    send_simple(p, "daps-failure", with_transaction(0));
}

static void step_source_release(struct player *p)
{
    struct synth_command command = new_command(p, NULL);

    if (!player_accept(p, "unheard")) /* the UE may not have heard the target that heard it */
        settle(p->ue, true);
    command.source_release = true;
    p->ue->transaction = (command.transaction + 1) & 3;
    p->ue->last_transaction = command.transaction;
    player_send(p, DAPS_CH_DL_DCCH, synth_reconfiguration(&command, &p->error));
}

static void step_sk_counter(struct player *p)
{
    struct synth_command command = new_command(p, NULL);

    command.sk_counter = (int)player_number(p, "SK counter", 0, 65535);
    settle(p->ue, true);
    p->ue->transaction = (command.transaction + 1) & 3;
    p->ue->last_transaction = command.transaction;
    player_send(p, DAPS_CH_DL_DCCH, synth_reconfiguration(&command, &p->error));
}

static void step_scg_change(struct player *p)
{
    struct synth_command command;

    if (!player_accept(p, "to"))
        player_fail(p, "an SCG change is 'to' a cell");
    command = new_command(p, player_cell(p));
    if (p->error == NULL)
        player_send(p, DAPS_CH_RECONFIGURATION, synth_scg_change(&command, &p->error));
}

/* ---- failure and traffic ---- */

/* The request names the PCell the UE speaks for: the source after a failed handover (TS 38.331 5.3.7.4). */
static void step_reestablish(struct player *p)
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
    settle(ue, reached);
    request.c_rnti = ue->c_rnti;
    request.pci = ue->cell->pci;
    ue->cell = ue->logged = selected;
    ue->c_rnti = ++ue->next_c_rnti;
    send_simple(p, "reestablishment-request", request);
    answer.transaction = next_transaction(p);
    air_rekey(&ue->air, answer.ncc, selected, ue->c_rnti);
    ue->air.clear_once = true; /* TS 38.331 5.3.7.5: integrity protected only */
    send_simple(p, "reestablishment", answer);
    if (complete)
        send_simple(p, "reestablishment-complete", with_transaction(0));
}

static void step_traffic(struct player *p)
{
    const char *way = player_word(p, "dl or ul");

    if (strcmp(way, "dl") == 0) {
        if (p->ue->target != NULL)
            p->ue->logged = p->ue->target;
        send_simple(p, "capability-enquiry", with_transaction(next_transaction(p)));
    } else if (strcmp(way, "ul") == 0) {
        send_simple(p, "measurement-report", with_transaction(0));
    } else {
        player_fail(p, "'%s' is neither dl nor ul", way);
    }
}

static void step_nas(struct player *p)
{
    const char *way = player_word(p, "dl or ul");

    p->ue->air.new_key_set = false;
    if (strcmp(way, "dl") == 0)
        send_simple(p, "nas-dl", with_transaction(next_transaction(p)));
    else if (strcmp(way, "ul") == 0)
        send_simple(p, "nas-ul", with_transaction(0));
    else
        player_fail(p, "'%s' is neither dl nor ul", way);
}

static void step_measurement_report(struct player *p)
{
    send_simple(p, "measurement-report", with_transaction(0));
}

static void step_counter_check(struct player *p)
{
    send_simple(p, "counter-check", with_transaction(next_transaction(p)));
}

static void step_mobility_from_nr(struct player *p)
{
    send_simple(p, "mobility-from-nr", with_transaction(next_transaction(p)));
}

static void step_rlc_failure(struct player *p)
{
    send_simple(p, "rlc-failure", with_transaction(0));
}

/* The log holds the newest message once more. */
static void step_duplicate(struct player *p)
{
    int64_t step = p->step_ns;

    if (p->last == NULL) {
        player_fail(p, "there is no message yet to duplicate");
        return;
    }
    p->step_ns = 0;
    p->again = true;
    player_send(p, p->last_channel, g_byte_array_append(g_byte_array_new(), p->last->data, p->last->len));
    p->again = false;
    p->step_ns = step;
}

/* bearers [sn 12|18] | bearers release: DRB 1 and 2 come or go. */
static void step_bearers(struct player *p)
{
    const bool release = player_accept(p, "release");
    unsigned sn_bits = 12, transaction;

    if (!release && player_accept(p, "sn"))
        sn_bits = player_number(p, "SN bits", 12, 18) == 12 ? 12 : 18;
    settle(p->ue, true);
    transaction = p->ue->last_transaction = next_transaction(p);
    player_send(p, DAPS_CH_DL_DCCH, synth_bearers(transaction, sn_bits, release, &p->error));
    if (release) {
        memset(p->ue->air.drb, 0, sizeof p->ue->air.drb);
        memset(p->ue->air.drb_rlc, 0, sizeof p->ue->air.drb_rlc);
    }
}

/* data dl|ul [drb N] [count N] [octets N] [sn 12|18] [source] */
static void step_data(struct player *p)
{
    const char *way = player_word(p, "dl or ul");
    const bool downlink = strcmp(way, "dl") == 0;
    unsigned drb = 1, count = 1, octets = 60, sn_bits = 12;
    bool source = false;

    if (!downlink && strcmp(way, "ul") != 0)
        player_fail(p, "'%s' is neither dl nor ul", way);
    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "drb"))
            drb = (unsigned)player_number(p, "DRB", 1, 28);
        else if (player_accept(p, "count"))
            count = (unsigned)player_number(p, "number of PDUs", 1, 1000000000);
        else if (player_accept(p, "octets"))
            octets = (unsigned)player_number(p, "octets", 1, 8900);
        else if (player_accept(p, "sn"))
            sn_bits = player_number(p, "SN bits", 12, 18) == 12 ? 12 : 18;
        else if (player_accept(p, "source"))
            source = true;
        else
            player_fail(p, "'%s' is none of drb, count, octets, sn, source", player_peek(p));
    }
    if (!synth_is_below_rrc(p->framing))
        player_fail(p, "user data needs a framing below RRC");
    for (unsigned i = 0; i < count && p->error == NULL; i++)
        player_send_data(p, downlink, drb, source, sn_bits, octets);
}

/* data-reset dl|ul [drb N] [to COUNT]: the entity counts from there again, as an implementation should not. */
static void step_data_reset(struct player *p)
{
    const char *way = player_word(p, "dl or ul");
    unsigned drb = 1;
    uint32_t count = 0;

    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "drb"))
            drb = (unsigned)player_number(p, "DRB", 1, 28);
        else if (player_accept(p, "to"))
            count = (uint32_t)player_number(p, "COUNT", 0, G_MAXUINT32);
        else
            player_fail(p, "'%s' is none of drb, to", player_peek(p));
    }
    p->ue->air.drb[drb][strcmp(way, "dl") == 0] = count;
}

static void step_raw(struct player *p)
{
    const char *channel_name = player_word(p, "a channel"), *hex = player_word(p, "hexadecimal digits");
    unsigned channel = 0;
    GByteArray *pdu = g_byte_array_new();

    while (channel < DAPS_CH_COUNT && strcmp(daps_channel_name((enum daps_channel)channel), channel_name) != 0)
        channel++;
    if (channel == DAPS_CH_COUNT)
        player_fail(p, "'%s' is no channel", channel_name);
    for (; p->error == NULL && *hex != '\0'; hex += 2) {
        int high = g_ascii_xdigit_value(hex[0]), low = high < 0 ? -1 : g_ascii_xdigit_value(hex[1]);
        uint8_t octet = (uint8_t)(high * 16 + low);
        if (low < 0)
            player_fail(p, "'%.12s' is no row of pairs of hexadecimal digits", hex);
        else
            g_byte_array_append(pdu, &octet, 1);
    }
    player_send(p, (enum daps_channel)channel, pdu);
}

static void step_ueid(struct player *p)
{
    p->ue->ue_id = (unsigned)player_number(p, "UEId", 0, 65535);
}

static void step_writer(struct player *p)
{
    p->ue->writer = (unsigned)player_number(p, "writer", 0, 254);
}

void player_names(const struct synth_ue *ue, struct synth_frame *frame)
{
    frame->ue = ue->number;
    frame->ue_id = ue->ue_id;
    frame->writer = ue->writer;
}

static const struct step {
    const char *word;
    void (*play)(struct player *p);
} steps[] = {
    {"connect", step_connect},
    {"security", step_security},
    {"handover", step_handover},
    {"daps-handover", step_daps_handover},
    {"conditional-handover", step_conditional_handover},
    {"execute", step_execute},
    {"refresh", step_refresh},
    {"complete", step_complete},
    {"fallback", step_fallback},
    {"source-release", step_source_release},
    {"sk-counter", step_sk_counter},
    {"scg-change", step_scg_change},
    {"reestablish", step_reestablish},
    {"middle", step_middle},
    {"release", step_release},
    {"suspend", step_suspend},
    {"resume-request", step_resume_request},
    {"resume", step_resume},
    {"resume-complete", step_resume_complete},
    {"reject", step_reject},
    {"traffic", step_traffic},
    {"nas", step_nas},
    {"measurement-report", step_measurement_report},
    {"counter-check", step_counter_check},
    {"mobility-from-nr", step_mobility_from_nr},
    {"rlc-failure", step_rlc_failure},
    {"duplicate", step_duplicate},
    {"bearers", step_bearers},
    {"data", step_data},
    {"data-reset", step_data_reset},
    {"raw", step_raw},
    {"ueid", step_ueid},
    {"writer", step_writer},
};

bool player_step(struct player *p, const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (strcmp(steps[i].word, word) == 0) {
            steps[i].play(p);
            return true;
        }
    }
    return false;
}
