/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could not be taken out of a record. */
#include <inttypes.h>
#include <string.h>

#include "daps/problem.h"
#include "daps/words.h"

/* numbers: {} is the next one, {x} in hexadecimal, {4} with four digits of that; NULL none. */
static const struct {
    const char *reason, *numbers;
} problems[DAPS_PROBLEM_COUNT] = {
    [DAPS_PROBLEM_HEADER_CUT] = {"cut by the snap length inside a header", NULL},
    [DAPS_PROBLEM_HEADER_SHORT] = {"a header or field runs past the end", NULL},
    [DAPS_PROBLEM_HEADER_WORDS] = {"header too short", "{} words"},
    [DAPS_PROBLEM_RRC_CUT] = {"the RRC PDU is cut by the snap length", NULL},
    [DAPS_PROBLEM_RRC_SHORT] = {"the RRC PDU ends early", NULL},
    [DAPS_PROBLEM_RRC_MISSING] = {"no RRC PDU behind the header", NULL},
    [DAPS_PROBLEM_RRC_LENGTH] = {"an RRC PDU of impossible length", NULL},
    [DAPS_PROBLEM_RRC_CHANNEL] = {"unknown RRC channel", "{}"},
    [DAPS_PROBLEM_LTE_RRC_SUBTYPE] = {"unknown LTE RRC sub-type", "0x{4}"},
    [DAPS_PROBLEM_RRC_SUBTYPE] = {"unknown NR RRC sub-type", "0x{4}"},
    [DAPS_PROBLEM_PDCP_CUT] = {"the PDCP PDU is cut by the snap length", NULL},
    [DAPS_PROBLEM_PDCP_SHORT] = {"the PDCP PDU ends early", NULL},
    [DAPS_PROBLEM_LENGTH_PAST_END] = {"its length field goes past the end of the packet",
                                      "{} octets after the header, {} are there"},
    [DAPS_PROBLEM_NOT_IPV4] = {"not an IPv4 header", "version {}, header length {}"},
    [DAPS_PROBLEM_NOT_IPV6] = {"not an IPv6 header", "version {}"},
    [DAPS_PROBLEM_TOTAL_LENGTH] = {"total length shorter than the header", "{} octets, header {}"},
    [DAPS_PROBLEM_FRAGMENT_CUT] = {"a fragment is cut by the snap length", NULL},
    [DAPS_PROBLEM_FRAGMENT_NESTED] = {"a fragment inside a fragment", NULL},
    [DAPS_PROBLEM_FRAGMENT_LENGTH] = {"a fragment of impossible length", "offset {}, {} octets"},
    [DAPS_PROBLEM_FRAGMENTS_OVERLAP] = {"overlapping fragments", "identification 0x{x}, offset {}, from frame {} on"},
    [DAPS_PROBLEM_FRAGMENTS_DISAGREE] = {"fragments disagree on the length of the datagram",
                                         "identification 0x{x}, offset {}, from frame {} on"},
    [DAPS_PROBLEM_FRAGMENTS_MISSING] = {"fragments of a datagram are missing",
                                        "identification 0x{x}, from frame {} on, {} octets of {}"},
    [DAPS_PROBLEM_FRAGMENTS_UNENDED] = {"fragments of a datagram are missing",
                                        "identification 0x{x}, from frame {} on, {} octets of more than {}"},
    [DAPS_PROBLEM_UDP_LENGTH] = {"its length field does not fit", "length {}, {} octets are there"},
    [DAPS_PROBLEM_PAYLOAD_CUT] = {"cut by the snap length before its payload can be told", NULL},
    [DAPS_PROBLEM_SCTP_CHUNK] = {"a chunk shorter than its header", "length {}"},
    [DAPS_PROBLEM_TOO_MANY_LAYERS] = {"more layers inside one another than are followed", "{}"},
    [DAPS_PROBLEM_DISSECTOR_UNNAMED] = {"no tag names the dissector", NULL},
    [DAPS_PROBLEM_CONTEXT_TAG] = {"unknown tag in its context", NULL},
    [DAPS_PROBLEM_PDU_TYPE] = {"unknown PDU type", "type {} of version {}"},
    [DAPS_PROBLEM_PART_NUMBER] = {"unknown segment number", "{}"},
    [DAPS_PROBLEM_LOG_VERSION] = {"unknown version of the log", "version {}"},
    [DAPS_PROBLEM_PARTS_MISSING] = {"parts of an RRC PDU are missing", "part {}"},
    [DAPS_PROBLEM_MAC_CUT] = {"cut by the snap length, signalling may be behind it", "{} octets are missing"},
    [DAPS_PROBLEM_MAC_SUBPDU] = {"a subPDU runs past the end", "LCID {}"},
    [DAPS_PROBLEM_MAC_TALKATIVE] = {"more than one CCCH message in one PDU", NULL},
    [DAPS_PROBLEM_MAC_RESERVED] = {"a reserved bit is set, and no subPDU fits", NULL},
    [DAPS_PROBLEM_RLC_INCOMPLETE] = {"segments of an SDU are missing", "SN {}, from frame {} on"},
    [DAPS_PROBLEM_RLC_CUT] = {"a segment is cut by the snap length", "SN {}"},
    [DAPS_PROBLEM_RLC_LONG] = {"an SDU longer than PDCP makes them", "SN {}"},
    [DAPS_PROBLEM_RLC_EMPTY] = {"a segment without data", "SN {}"},
    [DAPS_PROBLEM_DIAG_CHECKSUM] = {"the checksum of its frame is wrong", "code 0x{4}"},
    [DAPS_PROBLEM_DIAG_FOREIGN] = {"what is between two items is none", "{} octets"},
    [DAPS_PROBLEM_DIAG_CUT] = {"the log ends in the middle of an item", "after {} octets of it"},
    [DAPS_PROBLEM_DIAG_ENCRYPTED] = {"an item is encrypted", NULL},
    [DAPS_PROBLEM_DIAG_LENGTH] = {"an item whose lengths disagree", "{} octets, {} are there"},
    [DAPS_PROBLEM_ROW_NAME] = {"a message of RRC with a name that says no channel", NULL},
    [DAPS_PROBLEM_ROW_DIRECTION] = {"a message goes one way by its name and the other way by its row", NULL},
};

const char *daps_problem_reason(enum daps_problem what)
{
    return (unsigned)what < DAPS_PROBLEM_COUNT ? problems[what].reason : "something unknown is wrong";
}

static void say_number(GString *text, char form, uint64_t number)
{
    if (form == 'x')
        g_string_append_printf(text, "%" PRIx64, number);
    else if (form == '4')
        g_string_append_printf(text, "%04" PRIx64, number);
    else
        g_string_append_printf(text, "%" PRIu64, number);
}

static void say_numbers(GString *text, const char *form, const uint64_t numbers[DAPS_PROBLEM_NUMBERS])
{
    unsigned n = 0;

    for (const char *at = form; *at != 0; at++) {
        if (*at != '{') {
            g_string_append_c(text, *at);
            continue;
        }
        say_number(text, at[1], numbers[n]);
        n += n + 1 < DAPS_PROBLEM_NUMBERS;
        at = strchr(at, '}');
    }
}

void daps_problem_say(GString *text, const struct daps_framing_problem *problem)
{
    g_string_append_printf(text, "%s: %s", problem->layer, daps_problem_reason(problem->what));
    if ((unsigned)problem->what >= DAPS_PROBLEM_COUNT || problems[problem->what].numbers == NULL)
        return;
    g_string_append(text, " (");
    say_numbers(text, problems[problem->what].numbers, problem->numbers);
    g_string_append_c(text, ')');
}
