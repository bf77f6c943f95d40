#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which technology the lives of this process are in: NR, or LTE with DAPS_LIVES_RAT=lte (run.py --rat lte). What differs is here."""
import os

LTE = os.environ.get("DAPS_LIVES_RAT") == "lte"

if LTE:
    import rrc_messages_lte as rrc
else:
    import rrc_messages as rrc

CIPHERING, INTEGRITY = ("EEA", "EIA") if LTE else ("NEA", "NIA")
FRAMING = "lte" if LTE else "nr"          # of MAC, RLC and PDCP: mac-lte, mac-nr, ...
KEY, ROOT = ("KENB", "KASME") if LTE else ("KGNB", "KAMF")
