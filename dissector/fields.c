/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registration of what can be shown and filtered. */
#include "fields.h"

#include "daps/words.h"

static int field_numbers[DAPS_FIELD_COUNT];
static const value_string *words_of[DAPS_FIELD_COUNT];
static int parts[DAPS_FIELD_COUNT], n_parts;
static int subtree_numbers[DAPS_SUBTREE_COUNT];

enum { SEVERITIES = DAPS_SEVERITY_HIGH + 1 };
static expert_field experts[DAPS_RULE_COUNT][SEVERITIES];
static expert_field other_experts[DAPS_EXPERT_COUNT];

int field(enum daps_field id)
{
    return field_numbers[id];
}

const value_string *field_words(enum daps_field id)
{
    return words_of[id];
}

bool fields_of_parts_wanted(proto_tree *tree)
{
    for (int i = 0; i < n_parts; i++) {
        if (proto_field_is_referenced(tree, parts[i]))
            return true;
    }
    return false;
}

int subtree(enum daps_subtree id)
{
    return subtree_numbers[id];
}

expert_field *field_expert(enum daps_rule_id rule, enum daps_severity severity)
{
    return &experts[rule][severity];
}

expert_field *field_other_expert(enum daps_expert id)
{
    return &other_experts[id];
}

static int register_part(const header_field_info *part, int protocol)
{
    const char *name = wmem_strdup_printf(wmem_epan_scope(), "DAPS %s", part->name);

    parts[n_parts] = proto_register_protocol_in_name_only(name, name, part->abbrev, protocol, FT_PROTOCOL);
    return parts[n_parts++];
}

static void register_fields(int protocol)
{
#define DAPS_FIELD_ROW(id, title, name, type, display, strings, blurb)                                                 \
    {&field_numbers[hf_daps_##id], {title, name, type, display, strings, 0, blurb, HFILL}},
    static hf_register_info rows[] = {DAPS_FIELDS(DAPS_FIELD_ROW)};
#undef DAPS_FIELD_ROW

    for (unsigned i = 0; i < DAPS_FIELD_COUNT; i++) {
        field_numbers[i] = -1;
        if (rows[i].hfinfo.type == FT_UINT8)
            words_of[i] = rows[i].hfinfo.strings;
        if (rows[i].hfinfo.type == FT_PROTOCOL)
            field_numbers[i] = register_part(&rows[i].hfinfo, protocol);
        else
            proto_register_field_array(protocol, &rows[i], 1);
    }
}

static void register_subtrees(void)
{
    static int *rows[DAPS_SUBTREE_COUNT];

    for (unsigned i = 0; i < DAPS_SUBTREE_COUNT; i++) {
        subtree_numbers[i] = -1;
        rows[i] = &subtree_numbers[i];
    }
    proto_register_subtree_array(rows, DAPS_SUBTREE_COUNT);
}

/* A finding may be graver or lighter than its rule usually is, and Wireshark has the severity in the item. */
static void register_experts(int protocol)
{
    static const int severities[SEVERITIES] = {[DAPS_SEVERITY_INFO] = PI_CHAT,
                                               [DAPS_SEVERITY_LOW] = PI_NOTE,
                                               [DAPS_SEVERITY_MEDIUM] = PI_WARN,
                                               [DAPS_SEVERITY_HIGH] = PI_ERROR};
    static ei_register_info rows[DAPS_RULE_COUNT * SEVERITIES];
    expert_module_t *module = expert_register_protocol(protocol);

    for (unsigned rule = 0; rule < DAPS_RULE_COUNT; rule++) {
        const struct daps_rule *about = daps_rule((enum daps_rule_id)rule);
        for (unsigned severity = 0; severity < SEVERITIES; severity++) {
            ei_register_info *row = &rows[rule * SEVERITIES + severity];
            experts[rule][severity] = (expert_field)EI_INIT;
            row->ids = &experts[rule][severity];
            row->eiinfo.name = wmem_strdup_printf(wmem_epan_scope(), "daps.expert.%s.%s", about->name,
                                                  daps_severity_name((enum daps_severity)severity));
            row->eiinfo.group = PI_SECURITY;
            row->eiinfo.severity = severities[severity];
            row->eiinfo.summary = about->title;
        }
    }
    expert_register_field_array(module, rows, (int)G_N_ELEMENTS(rows));
}

static void register_other_experts(int protocol)
{
#define DAPS_EXPERT_ROW(id, name, group, severity, summary)                                                            \
    {&other_experts[ei_daps_##id], {name, group, severity, summary, EXPFILL}},
    static ei_register_info rows[] = {DAPS_EXPERTS(DAPS_EXPERT_ROW)};
#undef DAPS_EXPERT_ROW

    for (unsigned i = 0; i < DAPS_EXPERT_COUNT; i++)
        other_experts[i] = (expert_field)EI_INIT;
    expert_register_field_array(expert_register_protocol(protocol), rows, (int)G_N_ELEMENTS(rows));
}

int fields_register(void)
{
    int protocol;

    enums_fill();
    protocol = proto_register_protocol("DAPS handover security", "DAPS", "daps");

    register_fields(protocol);
    register_subtrees();
    register_experts(protocol);
    register_other_experts(protocol);
    return protocol;
}
