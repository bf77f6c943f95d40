/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit decrypt: the NR RRC of a capture, deciphered, as upper PDUs that Wireshark opens. */
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "commands.h"
#include "daps/framing.h"
#include "keys/term.h"
#include "options.h"
#include "synth/carrier.h"
#include "synth/output.h"

struct decrypt {
    const char *path;
    struct daps_engine *engine;
    struct synth_output *output;
    uint64_t written, deciphered, unwritable;
    bool failed;
};

/* In clear in the capture (key NULL) or opened with a key whose MAC-I is right. */
static void on_rrc(void *user, const char *ue, const struct daps_pdu *pdu, const struct daps_term *key)
{
    struct decrypt *decrypt = user;
    GByteArray *octets = g_byte_array_append(g_byte_array_new(), pdu->octets, (guint)pdu->length), *frame;
    const struct synth_frame wrapped = {.channel = pdu->channel, .octets = octets, .cell = {-1, -1}};
    char *comment;

    frame = synth_wrap(SYNTH_UPPER_PDU, &wrapped);
    if (frame == NULL) {
        decrypt->unwritable++;
    } else {
        comment =
            g_strdup_printf("frame %" PRIu64 "%s%s%s%s", pdu->frame, ue != NULL ? ", UE " : "", ue != NULL ? ue : "",
                            key == NULL       ? ""
                            : pdu->deciphered ? ", deciphered and verified with key "
                                              : ", verified with key ",
                            key != NULL ? key->label : "");
        decrypt->failed |= !synth_output_comment(decrypt->output, pdu->time_ns, frame, comment);
        decrypt->written++;
        decrypt->deciphered += pdu->deciphered;
        g_free(comment);
        g_byte_array_unref(frame);
    }
    g_byte_array_unref(octets);
}

static int run(struct decrypt *decrypt, struct daps_capture *capture)
{
    enum daps_capture_status status = DAPS_CAPTURE_END;
    const struct daps_engine_counts *counts;
    struct daps_record record = {.frame = 0};

    while (!decrypt->failed && (status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD)
        daps_engine_record(decrypt->engine, &record);
    daps_engine_drain(decrypt->engine);
    daps_engine_finish(decrypt->engine);
    counts = daps_engine_counts(decrypt->engine);
    fprintf(stderr,
            "dapsaudit: %s: %" PRIu64 " RRC messages written, %" PRIu64 " of them deciphered; %" PRIu64
            " ciphered ones could not be read, %" PRIu64 " did not verify, %" PRIu64 " have no place in an upper PDU\n",
            decrypt->path, decrypt->written, decrypt->deciphered, counts->pdcp.unreadable, counts->pdcp.unverified,
            decrypt->unwritable);
    if (status == DAPS_CAPTURE_ERROR)
        fprintf(stderr, "dapsaudit: %s: %s\n", decrypt->path, daps_capture_error(capture));
    if (decrypt->failed)
        fprintf(stderr, "dapsaudit: writing failed: %s\n", g_strerror(errno));
    return status == DAPS_CAPTURE_ERROR || decrypt->failed || counts->undecoded > 0 ? EXIT_UNREADABLE : EXIT_CLEAN;
}

static int decrypt_capture(const char *path, const char *output, const struct daps_keylog *keylog)
{
    struct decrypt decrypt = {.path = path};
    const struct daps_engine_options options = {.keylog = keylog};
    const struct daps_sink sink = {.user = &decrypt, .rrc = on_rrc};
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open(path, &error);
    int status;

    if (capture == NULL) {
        fprintf(stderr, "dapsaudit: %s: %s\n", path, error);
        g_free(error);
        return EXIT_UNREADABLE;
    }
    decrypt.output = synth_output_open(output, SYNTH_PCAPNG, synth_link_type(SYNTH_UPPER_PDU));
    if (decrypt.output == NULL) {
        fprintf(stderr, "dapsaudit: %s: %s\n", output, g_strerror(errno));
        daps_capture_close(capture);
        return EXIT_UNREADABLE;
    }
    decrypt.engine = daps_engine_new(&options, &sink);
    status = run(&decrypt, capture);
    if (!synth_output_close(decrypt.output)) {
        fprintf(stderr, "dapsaudit: %s: writing failed\n", output);
        status = EXIT_UNREADABLE;
    }
    daps_engine_free(decrypt.engine);
    daps_capture_close(capture);
    return status;
}

int daps_cmd_decrypt(int argc, char **argv)
{
    char *output = NULL, *keys = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the messages to FILE (pcapng)", "FILE"},
        {"keys", 'k', 0, G_OPTION_ARG_FILENAME, &keys, "Key log with known keys", "FILE"},
        {0},
    };
    GOptionContext *context = g_option_context_new("CAPTURE");
    struct daps_keylog *keylog = NULL;
    GError *error = NULL;
    int status = EXIT_USAGE;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context,
                                 "Writes the NR RRC of a capture below RRC as upper PDUs: what was sent in clear, "
                                 "and what\ndeciphers with a key whose MAC-I is right.");
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "dapsaudit: decrypt: %s\n", error->message);
        g_error_free(error);
    } else if (argc != 2 || output == NULL) {
        fputs("dapsaudit: decrypt needs a capture and -o FILE\n", stderr);
    } else if (strcmp(argv[1], output) == 0 && strcmp(output, "-") != 0) {
        fprintf(stderr, "dapsaudit: %s is both input and output\n", output);
    } else if (keys == NULL || (keylog = options_keylog(keys)) != NULL) {
        status = decrypt_capture(argv[1], output, keylog);
    }
    daps_keylog_free(keylog);
    g_option_context_free(context);
    g_free(output);
    g_free(keys);
    return status;
}
