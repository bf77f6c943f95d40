# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark's fields say of the frames of a capture."""
import subprocess


def rows(capture, wanted, fields, options=()):
    """(frame, a list of values for each field) of each frame that the filter wanted lets through."""
    command = ["tshark", "-r", capture, *options, "-Y", wanted, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,", "-e",
               "frame.number"]
    for field in fields:
        command += ["-e", field]
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        frame, *columns = line.split("\t")
        columns += [""] * (len(fields) - len(columns))
        yield int(frame), [[value for value in column.split(",") if value] for column in columns]
