/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes of payload that are recognised and not audited, in words. */
#include <string.h>

#include "daps/words.h"

const char *daps_words_class(const char *class, uint64_t n)
{
    static const struct {
        const char *class, *one, *many;
    } known[] = {
        {"lte-rrc", "LTE RRC PDU", "LTE RRC PDUs"},
        {"nb-iot-rrc", "NB-IoT RRC PDU", "NB-IoT RRC PDUs"},
        {"umts-rrc", "UMTS RRC PDU", "UMTS RRC PDUs"},
        {"nas", "NAS PDU", "NAS PDUs"},
        {"mac-nr", "NR MAC PDU", "NR MAC PDUs"},
        {"blank-mac-nr", "NR MAC PDU of nothing but zeros", "NR MAC PDUs of nothing but zeros"},
        {"mac-crc-failed", "MAC PDU that was not received", "MAC PDUs that were not received"},
        {"mac-lte", "LTE MAC PDU", "LTE MAC PDUs"},
        {"rlc-lte", "LTE RLC PDU", "LTE RLC PDUs"},
        {"pdcp-lte", "LTE PDCP PDU", "LTE PDCP PDUs"},
        {"ngap", "NGAP PDU", "NGAP PDUs"},
        {"xnap", "XnAP PDU", "XnAP PDUs"},
        {"f1ap", "F1AP PDU", "F1AP PDUs"},
        {"e1ap", "E1AP PDU", "E1AP PDUs"},
        {"e2ap", "E2AP PDU", "E2AP PDUs"},
        {"s1ap", "S1AP PDU", "S1AP PDUs"},
        {"x2ap", "X2AP PDU", "X2AP PDUs"},
        {"gtp-u", "GTP-U packet", "GTP-U packets"},
        {"bearer-not-configured", "RLC PDU of a bearer whose configuration was not seen",
         "RLC PDUs of bearers whose configuration was not seen"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(known[i].class, class) == 0)
            return n == 1 ? known[i].one : known[i].many;
    }
    return class;
}
