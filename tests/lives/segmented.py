# SPDX-License-Identifier: GPL-2.0-or-later
"""A DL-DCCH message in DLDedicatedMessageSegments, which NR and LTE have alike (TS 38.331 5.7.7, TS 36.331 5.6.22)."""


def in_segments(encode, octets, size):
    """encode: the technology's encoder of DL_DCCH_Message."""
    parts = [octets[at:at + size] for at in range(0, len(octets), size)]
    return [_segment(encode, number, part, number == len(parts) - 1) for number, part in enumerate(parts)]


def _segment(encode, number, part, last):
    return encode("DL_DCCH_Message", {"message": ("c1", ("dlDedicatedMessageSegment-r16", {
        "criticalExtensions": ("dlDedicatedMessageSegment-r16", {
            "segmentNumber-r16": number, "rrc-MessageSegmentContainer-r16": part,
            "rrc-MessageSegmentType-r16": "lastSegment" if last else "notLastSegment"})}))})
