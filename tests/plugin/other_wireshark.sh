#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds and tests the Wireshark plugin under another Debian release: trixie (Wireshark 4.4) or sid (4.6 or later).
#
#     tests/plugin/other_wireshark.sh SUITE [FOLDER]
#
# Debian goes into FOLDER (default: build-check/SUITE; 1.1 GB), which is kept for the next run and not upgraded by it: for
# newer packages remove the folder. Needs root and debootstrap; exit status 77 (skipped) without. sid moves, so only trixie
# is part of ./check.
set -eu
suite=${1:-}
top=$(cd "$(dirname "$0")/../.." && pwd)
tree=${2:-$top/build-check/$suite}
case $suite in
trixie | sid) ;;
*)
    echo "usage: $0 trixie|sid [FOLDER]" >&2
    exit 2
    ;;
esac

skip() {
    echo "skipped: $0 $suite $*"
    exit 77
}

[ "$(id -u)" = 0 ] || skip "needs root"
command -v debootstrap >/dev/null || skip "needs debootstrap"

# In a mount namespace of our own nothing stays mounted, however this ends. Without the right to mount it does without
# /proc.
if [ -z "${DAPS_OWN_MOUNTS:-}" ]; then
    DAPS_OWN_MOUNTS=no
    ! unshare --mount true 2>/dev/null || DAPS_OWN_MOUNTS=yes
    export DAPS_OWN_MOUNTS
    [ $DAPS_OWN_MOUNTS = no ] || exec unshare --mount sh "$0" "$suite" "$tree"
fi

inside() {
    chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"} "$@"
}

# Prints what the command says only if it fails.
quietly() {
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
    else
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
}

packages="gcc cmake ninja-build pkgconf libglib2.0-dev libpcap-dev libgcrypt20-dev libsqlite3-dev libwiretap-dev
wireshark-dev libwireshark-dev libwsutil-dev tshark python3"
[ "$(dpkg --print-architecture)" != amd64 ] || packages="$packages libipsec-mb-dev"

if [ ! -e "$tree" ]; then
    echo "debootstrap $suite"
    mkdir -p "$(dirname "$tree")"
    rm -rf --one-file-system "$tree.part"
    quietly debootstrap --variant=minbase "$suite" "$tree.part"
    mv "$tree.part" "$tree"
fi
grep -qs " $suite " "$tree/etc/apt/sources.list" || {
    echo "$tree: not a tree of Debian $suite" >&2
    exit 2
}
# One run at a time.
exec 9>"$tree/daps.lock"
flock 9
[ "$DAPS_OWN_MOUNTS" = no ] || mount -t proc proc "$tree/proc"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$tree/etc/resolv.conf"

# shellcheck disable=SC2086 # a list
install_packages() {
    inside apt-get install -y --no-install-recommends $packages
}
if ! install_packages >/dev/null 2>&1; then
    echo "packages"
    quietly inside apt-get update
    quietly install_packages
fi

# What is the same stays as it was, so that a kept tree builds only what has changed. Times do not tell: a file may have
# changed here while it was being built there.
echo "sources"
rm -rf --one-file-system "$tree/daps/new" "$tree/daps/shared"
mkdir -p "$tree/daps/new" "$tree/daps/source"
(cd "$top" && git ls-files -z --cached --others --exclude-standard |
    tar -c --null --ignore-failed-read -T - 2>/dev/null) | tar -x -m -C "$tree/daps/new"
(cd "$tree/daps/new" && find . -type f) | while IFS= read -r file; do
    ! cmp -s "$tree/daps/new/$file" "$tree/daps/source/$file" ||
        cp -p "$tree/daps/source/$file" "$tree/daps/new/$file"
done
rm -rf --one-file-system "$tree/daps/source"
mv "$tree/daps/new" "$tree/daps/source"
shared=${DAPS_SHARED:-$top/../shared}
if [ -d "$shared/captures" ]; then
    mkdir "$tree/daps/shared"
    cp -R "$shared/captures" "$tree/daps/shared/"
fi

echo "build"
quietly inside cmake -S /daps/source -B /daps/build -G Ninja -DDAPS_TESTS=OFF -DDAPS_WERROR=ON
quietly inside cmake --build /daps/build

# All they need is there, so none may be skipped either.
inside python3 /daps/source/tests/plugin/load.py /daps/build
if [ -n "${DAPS_QUICK:-}" ]; then
    inside python3 /daps/source/tests/plugin/agree.py /daps/build --quick
else
    for script in agree carried trees visits stock views; do
        inside python3 "/daps/source/tests/plugin/$script.py" /daps/build
    done
fi
echo "the plugin works under Debian $suite"
