/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs without their items, for passes in which Wireshark builds no tree, and what Wireshark does not open at all: the
 * datagram among the frame's data sources (the frame, and what was put together from several or decrypted), or the
 * record. framing/ goes on from there, as in the program.
 */
#include "take_parts.h"

#include <wiretap/wtap.h>

/* Payloads so far in which framing/ found nothing that it knows. */
static uint64_t foreign(struct session *session)
{
    static const enum daps_framing_class classes[] = {DAPS_FRAMING_GSMTAP_OTHER, DAPS_FRAMING_UPPER_OTHER,
                                                      DAPS_FRAMING_SCTP_OTHER,   DAPS_FRAMING_IP_OTHER,
                                                      DAPS_FRAMING_NON_IP,       DAPS_FRAMING_LINK_OTHER};
    uint64_t n = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(classes); i++)
        n += session_unwrapped(session)->classes[classes[i]];
    return n;
}

bool take_datagram(struct session *session, const packet_info *pinfo, bool of_those_ports, bool named)
{
    const struct daps_framing_udp_wanted wanted = {.of_ports = of_those_ports,
                                                   .source = (uint16_t)pinfo->srcport,
                                                   .destination = (uint16_t)pinfo->destport,
                                                   .named = named};
    struct take_place place = take_place(session, pinfo);
    const uint64_t before = foreign(session);
    struct daps_record record;
    tvbuff_t *found = NULL;
    size_t at = 0;

    for (const GSList *source = pinfo->data_src; source != NULL; source = source->next) {
        tvbuff_t *tvb = get_data_source_tvb(source->data);
        const size_t captured = tvb_captured_length(tvb);
        size_t here;
        if (captured > 0 && daps_framing_find_udp(tvb_get_ptr(tvb, 0, (int)captured), captured,
                                                  tvb_reported_length(tvb), &wanted, &here)) {
            found = tvb; /* the last source is the innermost */
            at = here;
        }
    }
    if (found == NULL)
        return false;
    take_ends(&place.ends, found, (int)at);
    record = (struct daps_record){.frame = place.frame,
                                  .time_ns = place.time_ns,
                                  .linktype = DAPS_LINKTYPE_UDP,
                                  .caplen = tvb_captured_length(found) - (guint)at,
                                  .len = tvb_reported_length(found) - (guint)at,
                                  .data = tvb_get_ptr(found, (int)at, -1),
                                  .ends = place.ends,
                                  .user_plane = place.user_plane};
    session_record(session, &record);
    return foreign(session) == before;
}

/* Link types by Wireshark's numbers for them (its own conversion is not for plugins). -1: none that holds RRC. */
static int linktype_of(int encapsulation)
{
    static const struct {
        int encapsulation, linktype;
    } known[] = {{WTAP_ENCAP_WIRESHARK_UPPER_PDU, 252},
                 {WTAP_ENCAP_ETHERNET, 1},
                 {WTAP_ENCAP_RAW_IP, 101},
                 {WTAP_ENCAP_RAW_IP4, 228},
                 {WTAP_ENCAP_RAW_IP6, 229},
                 {WTAP_ENCAP_SLL, 113}};

    if (encapsulation >= WTAP_ENCAP_USER0 && encapsulation <= WTAP_ENCAP_USER15)
        return 147 + encapsulation - WTAP_ENCAP_USER0;
    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        if (known[i].encapsulation == encapsulation)
            return known[i].linktype;
    }
    return -1;
}

bool take_knows_link(const packet_info *pinfo)
{
    return pinfo->rec != NULL && pinfo->rec->rec_type == REC_TYPE_PACKET &&
           linktype_of(pinfo->rec->rec_header.packet_header.pkt_encap) >= 0;
}

bool take_record(struct session *session, tvbuff_t *tvb, const packet_info *pinfo)
{
    struct daps_record record = {.frame = session_frame(session), .time_ns = take_place(session, pinfo).time_ns};
    const uint64_t before = foreign(session);

    if (!take_knows_link(pinfo))
        return false;
    record.linktype = linktype_of(pinfo->rec->rec_header.packet_header.pkt_encap);
    record.caplen = tvb_captured_length(tvb);
    record.len = tvb_reported_length(tvb);
    record.data = record.caplen > 0 ? tvb_get_ptr(tvb, 0, (int)record.caplen) : (const uint8_t *)"";
    session_record(session, &record);
    return foreign(session) == before;
}
