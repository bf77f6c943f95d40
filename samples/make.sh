#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays every scenario into its capture and key log. Usage: samples/make.sh DAPSAUDIT [FOLDER]
set -eu
program=$1
here=$(dirname "$0")
out=${2:-$here}
for scenario in "$here"/*.scenario; do
    id=$(basename "$scenario" .scenario)
    case $id in ten-handovers | two-ues) ext=pcapng ;; *) ext=pcap ;; esac
    "$program" synth "$scenario" -o "$out/$id.$ext" --keys-out "$out/$id.keys"
    [ -s "$out/$id.keys" ] || rm -f "$out/$id.keys"
done
