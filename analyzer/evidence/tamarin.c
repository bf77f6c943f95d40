/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formal twin: keys and attempts of the UEs with repeated keys as a theory of the Tamarin prover (.spthy). Keys are
 * terms of a one-way function, as in the audit; each derivation is a rule, in order. One lemma says that no key is made
 * for two attempts: false of what was captured. The same story again, with the key of the source changed after each
 * DAPS fallback (TS 33.501 6.9.4.5), is held to the same lemma.
 */
#include <inttypes.h>
#include <string.h>

#include "evidence/sections.h"

#define MOST_UES    DAPS_BOUND(5, 2)
#define MOST_KEYS   DAPS_BOUND(200, 8) /* derivations of one UE */
#define MOST_CLIMB  16
#define NAME_OCTETS 64

/* One derivation. */
struct made {
    uint64_t frame;
    const struct story_key *key;
    const struct daps_handover *handover; /* NULL: not among those kept */
};

struct theory {
    struct outbuf *out;
    const struct story *story;
    unsigned ue; /* number in the theory */
    bool refreshed;
    char active[24], consumed[24]; /* names of keys: in force; a pair that a refresh took */
};

/* Letters, digits and _ only: what a constant or fact may be called. */
static const char *plain(char name[static NAME_OCTETS], const char *text)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < NAME_OCTETS; text++)
        name[n++] = g_ascii_isalnum(*text) ? *text : '_';
    name[n] = '\0';
    return name;
}

static int by_frame(gconstpointer a, gconstpointer b)
{
    const struct made *x = a, *y = b;

    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* The last two inputs of a KDF, or the counter. */
static void inputs(struct outbuf *out, const struct daps_key_view *view)
{
    if (view->kind == DAPS_KEY_KSN) {
        outbuf_printf(out, "<'sk_counter', '%d'>", view->sk_counter);
        return;
    }
    outbuf_printf(out, "<'fc_%02X', ", view->fc);
    if (view->cell.pci >= 0)
        outbuf_printf(out, "'pci_%d', ", view->cell.pci);
    else
        outbuf_literal(out, "'pci_not_seen', ");
    if (view->cell.ssb_arfcn >= 0)
        outbuf_printf(out, "'arfcn_%d'>", view->cell.ssb_arfcn);
    else
        outbuf_printf(out, "'%s'>", view->same_frequency ? "arfcn_of_source" : "arfcn_not_seen");
}

/* The key of that name as a term: what it was made from down to what comes from the core. */
static void term(struct theory *t, const char *id)
{
    const struct story_key *chain[MOST_CLIMB], *key;
    char name[NAME_OCTETS];
    unsigned n = 0;

    for (; n < MOST_CLIMB && strcmp(id, t->active) != 0 && (key = story_key(t->story, id)) != NULL &&
           (key->view.kind == DAPS_KEY_KGNB_STAR || key->view.kind == DAPS_KEY_KSN);
         id = key->view.parent)
        chain[n++] = key;
    for (unsigned i = 0; i < n; i++)
        outbuf_literal(t->out, "kdf(");
    if (strcmp(id, t->active) == 0 || (t->consumed[0] != '\0' && strcmp(id, t->consumed) == 0))
        outbuf_literal(t->out, "active");
    else
        outbuf_printf(t->out, "kdf(core, '%s')", plain(name, id));
    while (n-- > 0) {
        outbuf_literal(t->out, ", ");
        inputs(t->out, &chain[n]->view);
        outbuf_char(t->out, ')');
    }
}

static const char *variant(const struct theory *t)
{
    return t->refreshed ? "_refreshed" : "";
}

static void fact(struct theory *t, guint i)
{
    outbuf_printf(t->out, "Ue%u%s_%u", t->ue, variant(t), i);
}

/* Did it fail? Where its outcome is not kept, what came next tells: from the same key once more, or from its own. */
static bool failed(const struct theory *t, const struct made *made, const struct made *next)
{
    if (made->handover == NULL)
        return next != NULL && strcmp(next->key->view.parent, t->active) == 0 &&
               strcmp(next->key->view.parent, made->key->view.id) != 0;
    return made->handover->outcome == DAPS_OUTCOME_DAPS_FALLBACK ||
           made->handover->outcome == DAPS_OUTCOME_REESTABLISHED || made->handover->outcome == DAPS_OUTCOME_SUPERSEDED;
}

/* Did it fall back from DAPS, by a derivation that a change of the source's key would come before the next time? */
static bool is_refreshed(const struct theory *t, const struct made *made, const struct made *next)
{
    const bool daps = made->handover != NULL ? made->handover->outcome == DAPS_OUTCOME_DAPS_FALLBACK
                                             : made->key->procedure == DAPS_PROC_DAPS_HANDOVER;

    return t->refreshed && daps && failed(t, made, next) && made->key->view.kind == DAPS_KEY_KGNB_STAR &&
           made->key->view.derivation != DAPS_DERIVATION_NEW_KEY_SET;
}

/* The source's cell, as far as it is known. */
static void source_inputs(struct theory *t, const struct made *made)
{
    struct daps_key_view view = made->key->view;

    if (made->handover == NULL || made->handover->source.pci < 0) {
        outbuf_printf(t->out, "<'fc_%02X', 'source_cell'>", view.fc);
        return;
    }
    view.cell = made->handover->source;
    view.same_frequency = false;
    inputs(t->out, &view);
}

/* What is in force behind it. */
static void outcome(struct theory *t, const struct made *made, const struct made *next)
{
    const struct daps_key_view *view = &made->key->view;

    if (is_refreshed(t, made, next)) {
        outbuf_literal(t->out, "again");
        g_strlcpy(t->consumed, strcmp(view->parent, t->active) != 0 ? view->parent : "", sizeof t->consumed);
    } else if (view->kind == DAPS_KEY_KSN || failed(t, made, next)) {
        outbuf_literal(t->out, "active");
    } else {
        outbuf_literal(t->out, "key");
        g_strlcpy(t->active, view->id, sizeof t->active);
        t->consumed[0] = '\0';
    }
}

static void comment(struct theory *t, const struct made *made)
{
    const struct daps_key_view *view = &made->key->view;
    char name[NAME_OCTETS];

    outbuf_printf(t->out, "/* frame %" PRIu64 ": %s, %s, %s; %s */\n", made->frame,
                  daps_procedure_name(made->handover != NULL ? made->handover->procedure : made->key->procedure),
                  daps_derivation_name(view->derivation), plain(name, view->id),
                  made->handover != NULL ? daps_outcome_name(made->handover->outcome) : "its outcome is not kept");
}

static void rule(struct theory *t, const struct made *made, const struct made *next, guint i)
{
    const char *action = t->refreshed ? "DerivedIfRefreshed" : "Derived";
    const bool again = is_refreshed(t, made, next);

    comment(t, made);
    outbuf_printf(t->out, "rule Ue%u%s_attempt_%u:\n  let parent = ", t->ue, variant(t), i + 1);
    term(t, made->key->view.parent);
    outbuf_literal(t->out, "\n      key = kdf(parent, ");
    inputs(t->out, &made->key->view);
    outbuf_char(t->out, ')');
    if (again) {
        outbuf_literal(t->out, "\n      again = kdf(parent, ");
        source_inputs(t, made);
        outbuf_char(t->out, ')');
    }
    outbuf_literal(t->out, "\n  in [ ");
    fact(t, i);
    outbuf_printf(t->out, "(core, active) ]\n  --[ %s(key, 'ue_%u_attempt_%u')", action, t->ue, i + 1);
    if (again)
        outbuf_printf(t->out, ", %s(again, 'ue_%u_refresh_%u')", action, t->ue, i + 1);
    outbuf_literal(t->out, " ]->\n  [ ");
    fact(t, i + 1);
    outbuf_literal(t->out, "(core, ");
    outcome(t, made, next);
    outbuf_literal(t->out, ") ]\n\n");
}

static GArray *derivations_of(const struct story *story)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct made));

    for (guint i = 0; i < story->keys->len; i++) {
        const struct story_key *key = g_ptr_array_index(story->keys, i);
        const unsigned n = (unsigned)MIN(key->n_frames, G_N_ELEMENTS(key->frames));
        for (unsigned j = 0; j < n && (key->view.kind == DAPS_KEY_KGNB_STAR || key->view.kind == DAPS_KEY_KSN); j++) {
            const struct made made = {key->frames[j], key, story_command(story, key->frames[j])};
            const struct made *last = all->len > 0 ? &g_array_index(all, struct made, all->len - 1) : NULL;
            if (made.handover != NULL && key->view.kind == DAPS_KEY_KGNB_STAR &&
                strcmp(made.handover->key.id, key->view.id) != 0)
                continue; /* its value was found out in that frame */
            if (last == NULL || last->frame != made.frame || last->key != key) /* told once more with its value */
                g_array_append_val(all, made);
        }
    }
    g_array_sort(all, by_frame);
    return all;
}

static void one_variant(struct theory *t, const GArray *all, bool refreshed)
{
    const struct made *first = &g_array_index(all, struct made, 0);
    char name[NAME_OCTETS];

    t->refreshed = refreshed;
    t->consumed[0] = '\0';
    /* What is in force in front of a vertical derivation is not named by it; it has a name that nothing else has. */
    g_strlcpy(t->active,
              first->key->view.derivation == DAPS_DERIVATION_HORIZONTAL ? first->key->view.parent : "first_key",
              sizeof t->active);
    outbuf_printf(t->out, "rule Ue%u%s_secured:\n  [ Fr(~core) ] --> [ ", t->ue, variant(t));
    fact(t, 0);
    outbuf_printf(t->out, "(~core, kdf(~core, '%s')) ]\n\n", plain(name, t->active));
    for (guint i = 0; i < MIN(all->len, MOST_KEYS); i++)
        rule(t, &g_array_index(all, struct made, i), i + 1 < all->len ? &g_array_index(all, struct made, i + 1) : NULL,
             i);
    outbuf_printf(t->out, "rule Ue%u%s_end:\n  [ ", t->ue, variant(t));
    fact(t, MIN(all->len, MOST_KEYS));
    outbuf_printf(t->out, "(core, active) ] --[ End%s('ue_%u') ]-> [ ]\n\n", t->refreshed ? "IfRefreshed" : "", t->ue);
}

static bool has_repeat(const struct evidence *evidence, const struct story *story)
{
    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct evidence_finding *numbered = g_ptr_array_index(evidence->findings, i);
        if (numbered->finding->rule == DAPS_RULE_REPEATED_KEY && story_is_of(story, numbered->finding))
            return true;
    }
    return false;
}

static void lemmas(struct outbuf *out, unsigned ues)
{
    static const char *const variants[] = {"", "IfRefreshed"}, *const names[] = {"", "_if_refreshed"};

    for (unsigned i = 0; i < 2; i++) {
        for (unsigned ue = 1; ue <= ues; ue++)
            outbuf_printf(out, "lemma ue_%u_story_is_possible%s: exists-trace\n  \"Ex #i. End%s('ue_%u') @ #i\"\n\n",
                          ue, names[i], variants[i], ue);
        outbuf_printf(out,
                      "lemma no_key_is_derived_for_two_attempts%s: all-traces\n  \"All k a b #i #j.\n     "
                      "Derived%s(k, a) @ #i & Derived%s(k, b) @ #j ==> a = b\"\n\n",
                      names[i], variants[i], variants[i]);
    }
}

void evidence_tamarin(const struct evidence *evidence, struct outbuf *out)
{
    const GPtrArray *list = evidence->stories->list;
    unsigned ues = 0, left_out = 0;
    uint64_t keys_left_out = 0;

    outbuf_printf(out,
                  "theory dapsaudit\nbegin\n\n/*\n  Made by dapsaudit " DAPSAUDIT_VERSION
                  " of a capture with SHA-256\n  %s.\n"
                  "  UEs with a repeated key only; keys are terms, the cells and frequencies constants.\n*/\n\n"
                  "functions: kdf/2\n\n",
                  evidence->facts.sha256[0] != '\0' ? evidence->facts.sha256 : "(not known)");
    for (guint i = 0; i < list->len; i++) {
        const struct story *story = g_ptr_array_index(list, i);
        struct theory t = {.out = out, .story = story, .ue = ues + 1};
        GArray *all = has_repeat(evidence, story) ? derivations_of(story) : NULL;
        if (all == NULL || all->len == 0 || ues == MOST_UES) {
            left_out += all != NULL && all->len > 0;
        } else {
            one_variant(&t, all, false);
            one_variant(&t, all, true);
            keys_left_out += all->len - MIN(all->len, MOST_KEYS);
            ues++;
        }
        if (all != NULL)
            g_array_unref(all);
    }
    if (left_out > 0 || keys_left_out > 0)
        outbuf_printf(out, "/* Left out: %u UEs with a repeated key, %" PRIu64 " derivations. */\n\n", left_out,
                      keys_left_out);
    if (ues == 0)
        outbuf_literal(out, "/* No key was repeated in this capture, so there is no story to tell. */\n\n");
    else
        lemmas(out, ues);
    outbuf_literal(out, "end\n");
}
