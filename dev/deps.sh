#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/deps.sh build|demo-postgresql|demo-mariadb|test|check|bench|deb
#
# Sees that the Debian packages are there which a build, the tests or the checks need. What is
# missing is installed where that is allowed (root, or sudo without a password); elsewhere the
# command to type is printed and the exit code is 1. With nothing missing it does nothing.
set -euo pipefail

# A package, or package=command where any other way to have the command will do.
build='gcc libc6-dev meson=meson ninja-build=ninja pkg-config=pkg-config python3
       libssl-dev nettle-dev libgmp-dev libcurl4-openssl-dev libjansson-dev libyaml-dev
       libsqlite3-dev libpq-dev libmariadb-dev libmicrohttpd-dev libgnutls28-dev sqlite3=sqlite3
       curl=curl'
test="$build g++=c++ python3-pytest python3-pytest-xdist universal-ctags strace=strace
      openssl=openssl git=git postgresql mariadb-server"
demo_postgresql="$build openssl=openssl postgresql"
demo_mariadb="$build openssl=openssl mariadb-server"
deb="$build debhelper dpkg-dev git=git lintian=lintian"
bench="$build valgrind=valgrind python3-pytest openssl=openssl postgresql mariadb-server"
check="$test abigail-tools=abidw clang=clang clang-format=clang-format clang-tidy=clang-tidy
       valgrind=valgrind gcovr=gcovr iproute2 nodejs=node npm=npm python3-venv galera-4
       rsync=rsync chromium=chromium"

case "${1:-}" in
build) wanted=$build ;;
demo-postgresql) wanted=$demo_postgresql ;;
demo-mariadb) wanted=$demo_mariadb ;;
test) wanted=$test ;;
check) wanted=$check ;;
bench) wanted=$bench ;;
deb) wanted=$deb ;;
*) echo "usage: dev/deps.sh build|demo-postgresql|demo-mariadb|test|check|bench|deb" >&2; exit 2 ;;
esac

# Another system has other names for these; there meson says what it does not find.
command -v dpkg-query >/dev/null || exit 0

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
for entry in $wanted; do
    package=${entry%%=*}
    if [ "$package" != "$entry" ] && command -v "${entry#*=}" >/dev/null; then continue; fi
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
    root=()
elif sudo -n true 2>/dev/null; then
    root=(sudo -n)
else
    echo "These packages are missing; install them and run this again:" >&2
    echo "    sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}
# What is installed brings servers, and none of them is to start by itself.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$log"; "${root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null 2>&1 &&
        "${root[@]}" chmod 755 "$policy" || true
fi
echo "installing ${missing[*]}"
# The package lists are read again only when they do not lead to the packages.
apt install --no-install-recommends "${missing[@]}" ||
    { apt update && apt install --no-install-recommends "${missing[@]}"; } ||
    { cat "$log" >&2; echo "apt-get could not install: ${missing[*]}" >&2; exit 1; }
