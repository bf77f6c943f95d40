/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could have been done against a repeated key, in words. */
#include "daps/mitigation.h"

#include <string.h>

static const struct {
    const char *name;
    struct daps_mitigation_words words;
} mitigations[DAPS_MITIGATION_COUNT] = {
    [DAPS_MITIGATION_NONE] = {"none", {"Nothing is changed", "the capture", "none", "says what the audit says"}},
    [DAPS_MITIGATION_REFRESH] =
        {"refresh",
         {"The source changes its key right after a DAPS fallback", "TS 33.501 6.9.4.5, TS 33.401 7.2.9.3", "none",
          "an unused {NH, NCC} pair is taken for it; two RRC messages and an interruption after each fallback"}},
    [DAPS_MITIGATION_FRESH_NH] = {"fresh-nh",
                                  {"The AMF gives a pair never used before a key or a failed pair would come again",
                                   "TS 33.501 6.9.2.3.3", "none",
                                   "needs the core for each; within one node there is no procedure for it but N2 "
                                   "handover or path switch"}},
    [DAPS_MITIGATION_NH_CONSUMED] =
        {"nh-consumed",
         {"A {NH, NCC} pair counts as used once an attempt with it has failed",
          "reading of TS 33.501 6.9.2.3.1; no text says it", "none",
          "the next attempt derives horizontally: that key is new once, and comes again with the attempt after it"}},
    [DAPS_MITIGATION_OTHER_CELL] = {"other-cell",
                                    {"No (PCI, ARFCN) is commanded twice under one key",
                                     "implementation; TS 38.331 5.3.1.2 leaves it to the network", "none",
                                     "the source remembers where it has sent each UE; the best cell may be barred"}},
    [DAPS_MITIGATION_OTHER_ALGORITHMS] =
        {"other-algorithms",
         {"A command that makes a key again selects other algorithms", "TS 33.501 A.8, TS 33.401 A.7", "none",
          "KNG-RAN* itself is still repeated; three algorithms of each kind are all there are"}},
    [DAPS_MITIGATION_CFRA] =
        {"cfra",
         {"Every handover has four-step contention-free random access", "TS 38.321 5.1.4", "none",
          "the key is still repeated; a UE may fall back to contention, and then it does not help; "
          "a dedicated preamble for each attempt"}},
    [DAPS_MITIGATION_FRESH_INPUT] = {"fresh-input",
                                     {"The KDF of KNG-RAN* has a counter or nonce as a further input",
                                      "no standard has it: a change of TS 33.501 A.11 and A.12, TS 33.401 A.5",
                                      "a counter under each key, if no nonce is sent",
                                      "UE and network have to change; two octets or more in each command"}},
    [DAPS_MITIGATION_COUNT_KEPT] = {"count-kept",
                                    {"COUNT goes on where it was when a key comes again",
                                     "no standard has it: a change of TS 38.323 5.1.1, TS 36.323 5.2",
                                     "COUNTs of each bearer, as long as the key they go with can come again",
                                     "the key is still repeated; UE and network must agree on COUNT after a failure"}},
};

const char *daps_mitigation_name(enum daps_mitigation mitigation)
{
    return mitigation < DAPS_MITIGATION_COUNT ? mitigations[mitigation].name : "unknown";
}

enum daps_mitigation daps_mitigation_by_name(const char *name)
{
    unsigned i = 0;

    while (i < DAPS_MITIGATION_COUNT && strcmp(mitigations[i].name, name) != 0)
        i++;
    return (enum daps_mitigation)i;
}

const struct daps_mitigation_words *daps_mitigation_words(enum daps_mitigation mitigation)
{
    return &mitigations[mitigation < DAPS_MITIGATION_COUNT ? mitigation : DAPS_MITIGATION_NONE].words;
}
