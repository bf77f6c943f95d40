/* SPDX-License-Identifier: GPL-2.0-or-later */
/* made by rrc_messages.py with pycrate 0.8.1; do not edit */
#ifndef DAPS_TEST_RRC_MESSAGES_H
#define DAPS_TEST_RRC_MESSAGES_H

/* clang-format off */
static const char daps_handover[] =
    "068af40116680682092046200601803871c40380180417e1241a42d0270408ec007d1a4d39a01349a5840000269470cb3506016230b52662"
    "0016c4d56001f800d00b96a07424048d159e26af37bc04";
static const char bare_daps_handover[] =
    "d15e8022cd00d0412408c400c030070e388070030082fc2483485a04e0811d800fa349a734026934b0800004d28e1966a0c02c4616a4cc40"
    "02d89aac003f001a0172d40e848091a2b3c4d5e6f78080";
static const char prepared_daps_handover[] =
    "04fd15e8022cd00d0412408c400c030070e388070030082fc2483485a04e0811d800fa349a734026934b0800004d28e1966a0c02c4616a4c"
    "c4002d89aac003f001a0172d40e848091a2b3c4d5e6f780800";
static const char handover_command_future[] =
    "80";
static const char handover_command_spare[] =
    "40";
static const char empty_reconfiguration[] =
    "0000";
static const char future_reconfiguration[] =
    "05";
static const char same_cell_same_frequency[] =
    "020c8028204000010000";
static const char without_ssb[] =
    "020c00c02043600000c0268009a400004d28e1966a0c02cffffe2200";
static const char two_step[] =
    "020c015020436007dedc824f409b9049e8000134a38659a8300b000036008720404018003800087e008140040000";
static const char no_sync[] =
    "000d00102010409f8000df804080";
static const char source_release[] =
    "02080a2100";
static const char conditional[] =
    "04080a220072127800e80c80c8204260002cd269cd009a4d2c20000134a38659a8300b00192042804f2d9110041c013820476003e8d269cd"
    "009a4d2c20000134a38659a8300b1185a9331000b626ab000fc006805cb500";
static const char candidate_7[] =
    "01901904084c00059a4d39a01349a5840000269470cb35060160032408";
static const char ltm[] =
    "00080a2001001014c0181028e80c80c8204260002cd269cd009a4d2c20000134a38659a8300b00192040";
static const char ltm_release[] =
    "00080a2001001010";
static const char endc_scg[] =
    "024118224360025ad26490009a4c6a80000134a38659a8300b004b19331000b626ab000fc000";
static const char nrdc_scg[] =
    "02080bd094208c1121b0012d693248004d26354000009a51c32cd4180580258c9988005b13558007e0001c500508c41a6703fffc";
static const char bearers_of_both[] =
    "0288280015010300922400";
static const char radio_bearer_config[] =
    "5e8022cd00d0412408c400c030070e388070030082fc24834840";
static const char cell_group_config[] =
    "04486c004b5a4c920013498d500000269470cb35060160096326620016c4d56001f800";
static const char cell_group_config_no_sync[] =
    "0040";
static const char complete[] =
    "0c00";
static const char bare_complete[] =
    "80";
static const char security_mode_command[] =
    "220898";
static const char security_mode_command_no_integrity[] =
    "220000";
static const char security_mode_complete[] =
    "2a00";
static const char security_mode_failure[] =
    "3200";
static const char daps_failure[] =
    "60c0";
static const char rlc_failure[] =
    "622300";
static const char empty_failure_extension[] =
    "6080";
static const char reestablishment_request[] =
    "48c2c0b091a2";
static const char reestablishment[] =
    "1a18";
static const char reestablishment_future[] =
    "1b";
static const char reestablishment_complete[] =
    "1a00";
static const char release[] =
    "1200";
static const char suspend[] =
    "1220091a2b3c4d091a2b18";
static const char resume_request[] =
    "200000200046";
static const char resume_request_1[] =
    "0000000000200048";
static const char resume[] =
    "0a00";
static const char resume_complete[] =
    "2600";
static const char setup_request[] =
    "1000000000a8";
static const char setup[] =
    "20000400";
static const char reject[] =
    "09e0";
static const char counter_check[] =
    "3a0000000000000000";
static const char mib[] =
    "030084";
static const char preparation[] =
    "0408a0800380";
static const char preparation_without_source[] =
    "0000";
/* clang-format on */

#endif
