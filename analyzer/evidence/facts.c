/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What identifies a capture, and the verdict on it in a sentence. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daps/words.h"
#include "evidence/evidence.h"
#include "report/said.h"
#include "report/text.h"

void evidence_facts_of(struct evidence_facts *facts, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    guchar octets[65536];
    ssize_t n = -1;

    facts->octets = 0;
    facts->sha256[0] = '\0';
    while (fd >= 0 && ((n = read(fd, octets, sizeof octets)) > 0 || (n < 0 && errno == EINTR))) {
        if (n > 0)
            g_checksum_update(sum, octets, n);
        facts->octets += n > 0 ? (uint64_t)n : 0;
    }
    if (n == 0)
        g_strlcpy(facts->sha256, g_checksum_get_string(sum), sizeof facts->sha256);
    g_checksum_free(sum);
    if (fd >= 0)
        close(fd);
}

/* The strongest evidence among the gravest findings, whose title speaks for all. */
static const struct daps_finding *foremost(const struct evidence *evidence)
{
    const struct daps_finding *best = NULL;

    for (guint i = 0; i < evidence->findings->len; i++) {
        const struct daps_finding *finding =
            ((const struct evidence_finding *)g_ptr_array_index(evidence->findings, i))->finding;
        if (best == NULL || (finding->severity == best->severity && finding->evidence > best->evidence))
            best = finding;
    }
    return best;
}

char *evidence_verdict(const struct capture_totals *totals, const struct evidence *evidence)
{
    const struct daps_finding *gravest = foremost(evidence);
    struct outbuf out;

    outbuf_init(&out, NULL, NULL);
    if (totals->error != NULL && totals->frames == 0) {
        outbuf_literal(&out, "Nothing could be read.");
    } else if (gravest == NULL) {
        outbuf_literal(&out, "No findings");
        said_none_found(&out, totals);
    } else {
        text_counted(&out, evidence->n_findings, "finding", NULL);
        outbuf_printf(&out, "%s (%s, %s): %s.", evidence->n_findings == 1 ? "" : ", the gravest",
                      daps_severity_name(gravest->severity), daps_evidence_name(gravest->evidence),
                      daps_words_title(gravest));
        if (daps_not_judged_total(totals->counts.not_judged) > 0 || totals->unreadable)
            outbuf_literal(&out, " Other parts of the capture could not be read or judged.");
    }
    outbuf_char(&out, '\0');
    return out.octets;
}
