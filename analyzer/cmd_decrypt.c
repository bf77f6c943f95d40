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
#include "outfile.h"
#include "process.h"
#include "sandbox.h"
#include "say.h"
#include "synth/carrier.h"
#include "synth/output.h"

struct decrypt {
    const char *path, *output_path;
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
    const struct synth_frame wrapped = {.rat = pdu->rat, .channel = pdu->channel, .octets = octets, .cell = {-1, -1}};
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

static void tell(const struct decrypt *decrypt, const struct daps_engine_counts *counts)
{
    say("%s: %" PRIu64 " RRC message%s written, %" PRIu64 " of them deciphered; %" PRIu64
        " ciphered could not be read, %" PRIu64 " did not verify, %" PRIu64 " had no place in an upper PDU",
        decrypt->path, decrypt->written, decrypt->written == 1 ? "" : "s", decrypt->deciphered, counts->pdcp.unreadable,
        counts->pdcp.unverified, decrypt->unwritable);
}

/* A reader that went away is no error. */
static int output_failed(const char *path, int error)
{
    if (error == EPIPE)
        return EXIT_CLEAN;
    say("%s: %s", strcmp(path, "-") == 0 ? "standard output" : path,
        error != 0 ? g_strerror(error) : "could not be written");
    return EXIT_UNREADABLE;
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
    tell(decrypt, counts);
    if (status == DAPS_CAPTURE_ERROR)
        say("%s", daps_capture_error(capture));
    return status == DAPS_CAPTURE_ERROR || counts->undecoded > 0 ? EXIT_UNREADABLE : EXIT_CLEAN;
}

/* All of it to output, which takes its name only if all of it arrived. file NULL: standard output. */
static int decrypt_to(struct decrypt *decrypt, struct daps_capture *capture, struct outfile *file,
                      const struct daps_keylog *keylog)
{
    const struct daps_engine_options options = {.keylog = keylog};
    const struct daps_sink sink = {.user = decrypt, .rrc = on_rrc};
    FILE *stream = outfile_stream(file);
    int status;

    decrypt->output = stream != NULL ? synth_output_open(stream, SYNTH_PCAPNG, synth_link_type(SYNTH_UPPER_PDU)) : NULL;
    if (decrypt->output == NULL) {
        outfile_abandon(file);
        return output_failed(decrypt->output_path, errno);
    }
    process_catch_interrupts();
    decrypt->engine = daps_engine_new(&options, &sink);
    status = run(decrypt, capture);
    daps_engine_free(decrypt->engine);
    if (!synth_output_close(decrypt->output)) {
        const int error = errno;
        outfile_abandon(file);
        return output_failed(decrypt->output_path, error);
    }
    if (file != NULL && !outfile_finish(file))
        return output_failed(decrypt->output_path, errno);
    return status;
}

static int decrypt_capture(const char *path, const char *output, const struct daps_keylog *keylog)
{
    const bool standard = strcmp(output, "-") == 0;
    struct decrypt decrypt = {.path = path, .output_path = output};
    struct outfile *file = NULL;
    struct daps_capture *capture;
    char *error = NULL;
    int status;

    sandbox_enter(&(struct sandbox){.inputs = (char *const[]){(char *)path, NULL}, .output = output});
    capture = daps_capture_open(path, &error);
    if (capture == NULL) {
        say("%s", error);
        g_free(error);
        return EXIT_UNREADABLE;
    }
    if (!standard && (file = outfile_open(output, true)) == NULL)
        status = output_failed(output, errno);
    else
        status = decrypt_to(&decrypt, capture, file, keylog);
    daps_capture_close(capture);
    return status;
}

/* Nothing that is read may be written as well. */
static bool files_apart(const char *path, const char *keys, const char *output)
{
    struct outfile_names *names = outfile_names_new();
    bool apart;

    outfile_names_read(names, path, "input");
    outfile_names_read(names, keys, "key log");
    apart = outfile_names_write(names, output);
    outfile_names_free(names);
    return apart;
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
        status = options_refused("decrypt", error);
    } else if (argc != 2 || output == NULL) {
        say("decrypt needs a capture and -o FILE");
    } else if (!files_apart(argv[1], keys, output)) {
        status = EXIT_USAGE;
    } else if (keys == NULL || (keylog = options_keylog(keys)) != NULL) {
        status = decrypt_capture(argv[1], output, keylog);
    }
    daps_keylog_free(keylog);
    process_scrub_stack();
    g_option_context_free(context);
    g_free(output);
    g_free(keys);
    return status;
}
