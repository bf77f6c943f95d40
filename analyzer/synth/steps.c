/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a UE and its network do: one function a statement, found by name in the table at the end. */
#include "synth/steps.h"

#include <string.h>

void step_send(struct player *p, const char *message, struct synth_simple values)
{
    enum daps_channel channel = DAPS_CH_NONE;
    GByteArray *pdu;

    values.rat = p->rat;
    values.number = p->ue->messages;
    pdu = synth_message(message, &values, &channel, &p->error);
    player_send(p, channel, pdu);
}

unsigned step_transaction(struct player *p)
{
    unsigned transaction = p->ue->transaction;

    p->ue->transaction = (transaction + 1) & 3;
    return transaction;
}

struct synth_simple step_with_transaction(unsigned transaction)
{
    return (struct synth_simple){.transaction = transaction};
}

void step_tell_key(struct player *p)
{
    if (p->ue->key_told || p->ue->key_line[0] == '\0')
        return;
    p->ue->key_told = true;
    if (p->sink->key != NULL)
        p->sink->key(p->sink->user, p->ue->key_line);
}

void step_settle(struct synth_ue *ue, bool in_target)
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
    {"mobility-from-eutra", step_mobility_from_eutra},
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
