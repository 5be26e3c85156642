#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/minimal-root.sh [TARGET ... | --packages]      (as root; default: demo test)
#
# Shows that a newcomer gets through: makes a minimal Debian 12 to which only git, make and
# ca-certificates were added, clones the committed state of this project into it and makes the
# targets there as root, each with its seconds; or has dev/installed.sh install and remove what
# `make deb` made in this tree. Packages come from where this machine's apt gets
# them. Needs mmdebstrap; leaves nothing behind.
set -eu
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "this mounts a root: run it as root" >&2; exit 1; }
command -v mmdebstrap >/dev/null || { echo "apt-get install mmdebstrap" >&2; exit 1; }
targets=${*:-demo test}

root=$(mktemp -d)
cleanup() {
    for mount in dev proc; do
        ! mountpoint -q "$root/$mount" || umount -R "$root/$mount"
    done
    rm -rf --one-file-system "$root"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start=$SECONDS
sources=$(find /etc/apt -name '*.list' -o -name '*.sources' | xargs -r grep -l bookworm)
mmdebstrap --quiet --variant=minbase --include=git,make,ca-certificates bookworm "$root" $sources
echo "a minimal Debian 12: $((SECONDS - start)) s"

if [ "$targets" = --packages ]; then
    mkdir -p "$root/srv/packages"
    cp build/deb/*.deb dev/installed.sh "$root/srv/packages"
else
    git clone -q --no-hardlinks . "$root/srv/sealrow"
fi
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"

inside() {
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 chroot "$root" "$@" </dev/null
}
if [ "$targets" = --packages ]; then
    inside /srv/packages/installed.sh /srv/packages
    exit
fi

failed=0
for target in $targets; do
    start=$SECONDS
    inside make -C /srv/sealrow --no-print-directory "$target" && status=0 || status=$?
    echo "make $target: exit $status, $((SECONDS - start)) s"
    [ "$status" = 0 ] || failed=1
done
exit $failed
