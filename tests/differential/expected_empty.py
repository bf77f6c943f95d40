# SPDX-License-Identifier: GPL-2.0-or-later
"""The fields of struct daps_event as rrc_dump prints them, with the values that say "not there"."""
BEARERS = ("drb_added drb_released drb_daps drb_reestablish drb_recover drb_ul_sn12 drb_ul_sn18 drb_dl_sn12 drb_dl_sn18 "
           "drb_integrity drb_ciphering_disabled drb_sdap_ul drb_sdap_dl srb_added srb_reestablish").split()
EMPTY = {"kind": "", "rat": "nr", "channel": "", "digest": "0" * 16, "octets": 0, "transaction": -1, "ncc": -1, "ciphering": -1,
         "integrity": -1, "key_update": 0, "key_set_change": 0, "nas_container": 0, "nas_digest": "0" * 16,
         "sk_counter": -1, "sync": 0, "prepared": 0, "full_config": 0, "daps": 0, "daps_source_release": 0,
         "daps_power": 0, "rach": "unknown", "pci": -1, "ssb_arfcn": -1, "point_a": -1, "c_rnti": -1, "t304_ms": -1,
         "candidate_id": -1, "ltm": 0, "conditional": 0, "attempt_conditional": 0,
         "daps_failure": 0, "suspend": 0, "ue_c_rnti": -1, "ue_pci": -1, "i_rnti": -1,
         "short_i_rnti": -1, "request_mac": -1, "cell_identity": -1, "cause": "none",
         "count_ul_drb": 0, "count_ul": 0, "count_dl_drb": 0, "count_dl": 0, **{name: 0 for name in BEARERS}}
