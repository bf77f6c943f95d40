/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PDUs below RRC show of this UE's keys (daps/evidence.h). Values are computed here once more, from the inputs the
 * evidence names: an event carries no key.
 */
#include <string.h>

#include "daps/kdf.h"
#include "ue/recovery.h"

/* UE and network agree on another UL NAS COUNT than the key log gives: that is the log's matter, and said. */
static void tell_nas_count(struct daps_ue *ue, const struct daps_root_evidence *root)
{
    struct daps_moment moment = {.kind = DAPS_MOMENT_KEY_FITS,
                                 .fits = {.key = ue->active.chain.root,
                                          .frame = root->command_frame,
                                          .fit = {.what = DAPS_FITS_NAS_COUNT,
                                                  .arfcn = -1,
                                                  .nas_count = root->ul_nas_count,
                                                  .nas_count_given = root->given}}};

    daps_ue_tell(ue, &moment);
}

static void key_root(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_root_evidence *root = &ev->root;

    if (root->confirmed) {
        tell_nas_count(ue, root);
        return;
    }
    ue->root = (struct daps_root_match){.match = root->fits ? DAPS_ROOT_FITS : DAPS_ROOT_NONE_FITS,
                                        .ordinal = root->ordinal,
                                        .near = root->near,
                                        .ul_nas_count = root->ul_nas_count};
    g_strlcpy(ue->root.ue, root->name, sizeof ue->root.ue);
    if (!root->in_force)
        return;
    if (ue->active.chain.key == NULL)
        daps_ue_require_key(ue, ev);
    else
        daps_ue_root_matched(ue);
    if (root->ciphering >= 0)
        ue->active.ciphering = root->ciphering;
    if (root->integrity >= 0)
        ue->active.integrity = root->integrity;
}

/* ---- a key that fits ---- */

/* What the evidence makes of the attempt: the key's place in the hierarchy, and its value if it can be computed. */
struct fitting {
    const struct daps_key_evidence *key;
    const struct daps_term *parent;
    uint32_t n;
    enum daps_derivation derivation;
    struct daps_frequencies frequencies;
    struct daps_dialect dialect;
    bool has_value;
    uint8_t value[32];
};

/* The other reading of the NCC (TS 38.331 5.3.5.7 against TS 33.501 6.9.2.3.4). */
static void read_otherwise(struct daps_ue *ue, const struct daps_attempt *attempt, struct fitting *f)
{
    struct daps_chain other = attempt->source.chain;
    struct daps_chain_step step;

    if (daps_engine_ncc_reading(ue->engine) != DAPS_NCC_STORED)
        other.n = ue->stored_n;
    step = daps_chain_step(ue->pool, &other, (uint8_t)attempt->ncc);
    f->parent = step.parent;
    f->n = step.n;
    f->derivation = step.derivation;
}

static const struct daps_term *key_of_failed(const struct daps_ue *ue, uint64_t frame)
{
    const struct daps_attempt *attempt;

    for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;) {
        if (attempt->frame == frame && attempt->key != NULL && attempt->procedure != DAPS_PROC_SK_COUNTER)
            return attempt->key;
    }
    return NULL;
}

static void compute(struct daps_ue *ue, const struct daps_attempt *attempt, struct fitting *f)
{
    const struct daps_key_evidence *key = f->key;
    const struct daps_chain *source = &attempt->source.chain;
    struct daps_term nh = {.kind = DAPS_TERM_NH};
    const struct daps_term *parent = f->parent;

    if (key->nh_ahead != 0) {
        nh.has_value = daps_term_nh_value(ue->pool, source->root, (uint32_t)((int64_t)f->n + key->nh_ahead), nh.value);
        parent = &nh;
    } else if (key->horizontal) {
        parent = source->key;
    } else if (key->failed_frame != 0) {
        parent = key_of_failed(ue, key->failed_frame);
    }
    f->has_value = parent != NULL && parent->has_value &&
                   daps_term_star_value(&(struct daps_star_inputs){attempt->key->fc, parent, key->pci, &f->frequencies},
                                        &f->dialect, key->deep, f->value);
    daps_wipe(&nh, sizeof nh);
}

static void adopt_in(struct daps_context *context, const struct fitting *f, const struct daps_term *key)
{
    if (context->serial != f->key->context || context->supposed)
        return;
    context->pci = f->key->pci;
    context->arfcn = f->key->arfcn;
    context->chain.key = key;
    context->chain.n = f->n;
}

static void adopt_in_attempts(struct daps_ue *ue, const struct fitting *f, const struct daps_term *key)
{
    struct daps_attempt *attempt;

    for (guint i = ue->attempts->len;
         (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL && attempt->serials >= f->key->context;) {
        daps_kept_out(ue, attempt);
        adopt_in(&attempt->source, f, key);
        adopt_in(&attempt->target, f, key);
        daps_kept_in(ue, attempt);
    }
}

/* Inputs as commanded, and where those were open, as the MAC-I has settled them. */
static const struct daps_term *term_of(struct daps_ue *ue, const struct daps_attempt *attempt, const struct fitting *f)
{
    const struct daps_term *term = daps_term_star(ue->pool, f->parent, f->key->pci, f->key->arfcn);

    if (f->key->other != 0)
        term = daps_term_other(ue->pool, term, f->key->other);
    daps_term_frequencies(ue->pool, term, f->frequencies.point_a, f->frequencies.carrier);
    if (f->has_value)
        daps_term_verified(ue->pool, term, &f->dialect, f->value, f->key->deep);
    if (f->key->nh_ahead != 0)
        daps_term_nh_ahead(ue->pool, attempt->source.chain.root, f->key->nh_ahead);
    return term;
}

static bool departs(const struct fitting *f)
{
    const struct daps_dialect standard = daps_dialect(0);

    return !daps_dialect_equal(&f->dialect, &standard) || f->key->other_reading || f->key->nh_ahead != 0 ||
           f->key->horizontal || f->key->failed_frame != 0;
}

static struct daps_fit fit_of(const struct daps_ue *ue, const struct daps_attempt *attempt, const struct fitting *f)
{
    const bool point_a = f->dialect.frequency == DAPS_FREQUENCY_POINT_A,
               carrier = f->dialect.frequency == DAPS_FREQUENCY_CARRIER,
               by_stored = daps_engine_ncc_reading(ue->engine) == DAPS_NCC_STORED;

    return (struct daps_fit){
        .what = (point_a ? DAPS_FITS_POINT_A : 0U) | (carrier ? DAPS_FITS_CARRIER : 0U) |
                (f->dialect.two_octets ? DAPS_FITS_TWO_OCTETS : 0U) |
                (f->key->other_reading && !by_stored ? DAPS_FITS_STORED_NCC : 0U) |
                (f->key->other_reading && by_stored ? DAPS_FITS_ACTIVE_NCC : 0U) |
                (f->key->nh_ahead != 0 ? DAPS_FITS_NH_STEP : 0U) | (f->key->horizontal ? DAPS_FITS_HORIZONTAL : 0U) |
                (f->key->failed_frame != 0 ? DAPS_FITS_FAILED_KEY : 0U),
        .arfcn = carrier   ? attempt->key->carrier
                 : point_a ? attempt->key->point_a
                           : -1,
        .nh = (int64_t)attempt->target.chain.n + f->key->nh_ahead,
        .nh_given = f->key->nh_ahead != 0 &&
                    daps_term_nh_is_given(ue->pool, attempt->source.chain.root,
                                          (uint32_t)((int64_t)attempt->target.chain.n + f->key->nh_ahead)),
    };
}

static bool came_about_alike(const struct daps_key_evidence *a, const struct daps_key_evidence *b)
{
    return a->frequency == b->frequency && a->two_octets == b->two_octets && a->other_reading == b->other_reading &&
           a->nh_ahead == b->nh_ahead && a->horizontal == b->horizontal && a->failed_frame == b->failed_frame;
}

/* The same network doing the same thing is told once. */
static void tell_fit(struct daps_ue *ue, const struct daps_attempt *attempt, const struct fitting *f)
{
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_KEY_FITS,
        .fits = {.attempt = attempt, .parent_frame = f->key->failed_frame, .fit = fit_of(ue, attempt, f)}};

    if (came_about_alike(f->key, &ue->seen.told))
        return;
    ue->seen.told = *f->key;
    daps_ue_tell(ue, &moment);
}

/* From here on the key is what the network showed it to be. */
static void key_fits(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *attempt = daps_ue_attempt_to(ue, ev->key.context);
    struct fitting f = {.key = &ev->key,
                        .frequencies = {ev->key.arfcn, ev->key.point_a, ev->key.carrier},
                        .dialect = {(enum daps_frequency)ev->key.frequency, ev->key.two_octets}};
    const struct daps_term *term;
    bool is_new;

    if (attempt == NULL)
        return;
    if (ev->key.other == 0) {
        daps_ue_resolve(ue, attempt->target.pci, ev->key.pci);
        daps_ue_resolve(ue, attempt->target.arfcn, ev->key.arfcn);
    }
    f.parent = attempt->parent;
    f.n = attempt->target.chain.n;
    f.derivation = attempt->derivation;
    if (ev->key.other_reading)
        read_otherwise(ue, attempt, &f);
    if (attempt->target.supposed) { /* what-if: the MAC-I was right under another key than this one */
        if (departs(&f))
            tell_fit(ue, attempt, &f);
        return;
    }
    compute(ue, attempt, &f);
    term = term_of(ue, attempt, &f);
    daps_wipe(f.value, sizeof f.value);
    is_new = attempt->key != term;
    if (ue->pdcp != NULL)
        daps_pdcp_let_go(ue->pdcp, attempt->key);
    daps_kept_out(ue, attempt);
    attempt->parent = f.parent;
    attempt->key = term;
    daps_kept_in(ue, attempt);
    attempt->derivation = f.derivation;
    adopt_in(&ue->active, &f, term);
    adopt_in_attempts(ue, &f, term);
    attempt->to_pci = f.key->pci;
    attempt->to_arfcn = f.key->arfcn;
    if (ev->key.deep)
        daps_deliver_value(ue, f.parent, attempt);
    if (is_new || departs(&f))
        daps_deliver_derivation(ue, attempt); /* once more, now with the right inputs or value */
    if (departs(&f))
        tell_fit(ue, attempt, &f);
}

/* What could not be read may have changed the key, or what the next one comes from. */
static void unread(struct daps_ue *ue, const struct daps_event *ev)
{
    const bool downlink = ev->channel == DAPS_CH_DL_DCCH;

    if (ue->seen.log)
        return;
    ue->unread += downlink;
    ue->seen.doubt_frame = MAX(ue->seen.doubt_frame, ev->frame);
    if (!downlink && ue->n_candidates == 0 && ue->open == NULL)
        return; /* no such message of the UE changes anything then */
    ue->active.doubt = ++ue->seen.doubts;
    if (ue->open != NULL)
        ue->open->target.doubt = ue->seen.doubts;
}

static void believe_in(struct daps_context *context, uint32_t serial)
{
    if (serial == 0 || context->serial == serial)
        context->doubt = 0;
}

void daps_ue_believe(struct daps_ue *ue, uint32_t serial)
{
    struct daps_attempt *attempt;

    believe_in(&ue->active, serial);
    for (guint i = ue->attempts->len;
         (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL && attempt->serials >= serial;) {
        believe_in(&attempt->source, serial);
        believe_in(&attempt->target, serial);
        if (serial == 0 || (attempt->target.serial == serial && attempt->procedure != DAPS_PROC_SK_COUNTER))
            attempt->doubt = 0;
    }
}

static void keystream_use(struct daps_ue *ue, const struct daps_event *ev)
{
    const struct daps_term *key = daps_ue_key_of(ue, ev->use.context);
    struct daps_attempt *attempt;

    if ((ev->use.context & DAPS_STAY_UNSEEN) != 0) {
        daps_ue_see_unseen(ue, ev);
        return;
    }
    if (ev->use.verified && key != NULL)
        daps_term_confirm(key);
    if (ev->use.verified)
        daps_ue_believe(ue, ev->use.context);
    if (!ev->use.srb || ev->use.direction != 0)
        return;
    ue->seen.uplink = true;
    for (guint i = ue->attempts->len;
         (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL && attempt->serials >= ev->use.context;) {
        if (attempt->target.serial == ev->use.context) {
            attempt->target_used = !attempt->unsent;
            return;
        }
    }
}

static void request_forged(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_moment moment = {
        .kind = DAPS_MOMENT_REQUEST_FORGED,
        .request = {.frame = ev->frame, .resume = ev->request.resume, .tried = ev->request.tried}};

    daps_ue_tell(ue, &moment);
}

/* Its Msg3 names the UE by the C-RNTI that the command gave it (TS 36.321 5.1.5): the newest such attempt's. */
static void message_sent(struct daps_ue *ue, const struct daps_event *ev)
{
    struct daps_attempt *attempt;

    for (guint i = ue->attempts->len; (attempt = daps_attempts_back(daps_kept_all(ue), &i)) != NULL;) {
        if (attempt->c_rnti < 0 || (uint32_t)attempt->c_rnti != ev->sent.c_rnti)
            continue;
        if (ev->time_ns != INT64_MIN && attempt->time_ns != INT64_MIN && ev->time_ns >= attempt->time_ns)
            attempt->sent = true;
        return;
    }
}

void daps_ue_evidence(struct daps_ue *ue, const struct daps_event *ev)
{
    if (ev->kind == DAPS_EV_MESSAGE_SENT) {
        message_sent(ue, ev);
        return;
    }
    if (ev->kind == DAPS_EV_NODE) {
        daps_ue_node(ue, ev);
        daps_ue_tell_progress(ue, ev->frame);
        return;
    }
    if (ev->kind == DAPS_EV_KEY_SEEN) {
        daps_ue_see_keys(ue, ev);
        return;
    }
    ue->seen.pdus |= ev->kind != DAPS_EV_COLLISION || !ev->collision.by_value;
    switch (ev->kind) {
    case DAPS_EV_KEY_ROOT:
        key_root(ue, ev);
        break;
    case DAPS_EV_KEY_FITS:
        key_fits(ue, ev);
        break;
    case DAPS_EV_KEYSTREAM_USE:
        keystream_use(ue, ev);
        break;
    case DAPS_EV_COLLISION:
        daps_ue_see_collision(ue, ev);
        break;
    case DAPS_EV_BEARER:
        daps_ue_see_bearer(ue, ev);
        break;
    case DAPS_EV_REQUEST_FORGED:
        request_forged(ue, ev);
        break;
    case DAPS_EV_KEY_UNFIT:
        daps_ue_see_unfit(ue, ev);
        break;
    case DAPS_EV_RESUMED:
        daps_ue_resumed(ue, ev);
        break;
    case DAPS_EV_UNREAD:
        unread(ue, ev);
        break;
    default:
        return;
    }
    daps_ue_tell_progress(ue, ev->frame); /* the PDU may have waited, and the frame at hand be about something else */
}
