/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preferences: Wireshark re-reads the capture when one changes, and the session starts anew with it. */
#include "prefs.h"

#include <epan/prefs.h>
#include <wsutil/report_message.h>

#include "keyfile.h"

static struct daps_prefs prefs_now = {.keylog = "", .program = "", .decipher = TRUE, .ncc_reading = DAPS_NCC_ACTIVE};

void prefs_register_daps(int protocol)
{
    static const enum_val_t readings[] = {
        {"active", "NCC of the active key (TS 33.501 6.9.2.3.4)", DAPS_NCC_ACTIVE},
        {"stored", "Stored NCC, not taken back by a fallback (TS 38.331 5.3.5.7)", DAPS_NCC_STORED},
        {NULL, NULL, 0},
    };
    module_t *module = prefs_register_protocol(protocol, NULL);

    prefs_register_filename_preference(module, "keylog", "Key log",
                                       "File with known keys, one a line: KGNB, KAMF or NH, then the UE's name or *, "
                                       "then the key. Needed to compute key values and to decipher",
                                       &prefs_now.keylog, FALSE);
    prefs_register_bool_preference(module, "show_keys", "Show values of keys",
                                   "Show the values of keys that are known in the tree. Without it only their names "
                                   "and inputs are shown",
                                   &prefs_now.show_keys);
    prefs_register_enum_preference(module, "ncc", "NCC is compared with",
                                   "What a received NCC is compared with after a DAPS fallback. Where a MAC-I can be "
                                   "checked it decides",
                                   &prefs_now.ncc_reading, readings, FALSE);
    prefs_register_bool_preference(
        module, "decipher", "Dissect RRC that Wireshark does not show",
        "Show RRC that deciphers with the key log, or that only the plugin reads, as a data source of its own, "
        "dissected",
        &prefs_now.decipher);
    prefs_register_filename_preference(module, "program", "Program dapsaudit",
                                       "Writes the report of Tools > DAPS. Empty: the one that was built or installed "
                                       "with the plugin, else the one in PATH",
                                       &prefs_now.program, FALSE);
}

const struct daps_prefs *prefs_daps(void)
{
    return &prefs_now;
}

static void say(void *user, bool is_error, const char *sentence)
{
    static char *last; /* a warning once, not at every capture */

    (void)user;
    if (is_error) {
        report_failure("DAPS key log: %s", sentence);
    } else if (g_strcmp0(last, sentence) != 0) {
        g_free(last);
        last = g_strdup(sentence);
        report_warning("DAPS key log: %s", sentence);
    }
}

bool prefs_has_keylog(void)
{
    return prefs_now.keylog != NULL && prefs_now.keylog[0] != '\0' && strcmp(prefs_now.keylog, "-") != 0;
}

struct daps_keylog *prefs_load_keylog(void)
{
    return prefs_has_keylog() ? keyfile_load(prefs_now.keylog, say, NULL) : NULL;
}
