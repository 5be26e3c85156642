#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/installed.sh FOLDER      (as root, on a Debian without our packages; it is changed)
#
# Installs the packages that are in the folder, builds the example against the installed library as
# C and as C++, runs it with the installed server, and removes everything again.
set -euo pipefail

debs=$(realpath "$1")
work=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cases=0
ok() { cases=$((cases + 1)); echo "ok $cases - $1"; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >"$work/apt.log" 2>&1 ||
    { tail -n 20 "$work/apt.log"; return 1; }; }
ours() { dpkg-query -W -f '${Package} ${db:Status-Status}\n' '*sealrow*' | grep -v ' not-'; }
files() { find /usr /etc /var/lib -xdev -iname '*sealrow*' ! -path '/var/lib/dpkg/*'; }

cd "$work"
apt update
apt install --no-install-recommends "$debs"/sealrow_*.deb "$debs"/sealrow-kmsd_*.deb
sealrow version >/dev/null
sealrow-kmsd --version >/dev/null
ok "the programs run with the packages that theirs depend on"
apt install --no-install-recommends "$debs"/libsealrow0_*.deb "$debs"/libsealrow-sql0_*.deb \
    "$debs"/libsealrow-dev_*.deb gcc g++ libc6-dev pkg-config
ok "the packages of the library install beside them"

free_port() {
    local port=$((20000 + RANDOM % 12000))
    while (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
    echo "$port"
}
one=$(free_port)
regions=(--region "us-east-1=127.0.0.1:$one" --region "eu-west-1=127.0.0.1:$((one + 1))")
sealrow-kmsd --data kms "${regions[@]}" --init >kms.txt
{
    echo 'version: 1'
    echo 'domain: bank'
    echo 'tables: {customer_profile: {bind: {account_number: text}, columns: {userid: {}}}}'
    sed -n '/^regions:/,$p' kms.txt
} >sealrow.yaml
eval "$(grep ^export kms.txt)"
exec 3< <(exec sealrow-kmsd --data kms "${regions[@]}" 2>kmsd.log)
server=$!
grep -q '^ready$' <&3
ok "the installed server serves two Regions"

cell=(customer_profile.userid --bind account_number=1001)
printf AX-4417-01 | sealrow seal "${cell[@]}" >sealed
[ "$(AWS_REGION=eu-west-1 sealrow open "${cell[@]}" <sealed)" = AX-4417-01 ]
ok "the installed command line seals in one Region and opens in the other"

example=/usr/share/doc/libsealrow-dev/examples/hello.c
cc -Wall -Wextra -Werror "$example" -o hello-c $(pkg-config --cflags --libs sealrow)
c++ -std=c++11 -Wall -Wextra -Werror -x c++ "$example" -x none -o hello-c++ \
    $(pkg-config --cflags --libs sealrow)
for program in hello-c hello-c++; do
    "./$program" | grep -q 'opened: abc123$'
    ok "$program, built against the installed library, seals and opens"
done

kill "$server"
apt purge sealrow sealrow-kmsd libsealrow-dev libsealrow-sql0 libsealrow0
if ours 2>/dev/null || files | grep .; then
    echo "not ok - something is left"
    echo "$cases passed, 1 failed, 0 skipped"
    exit 1
fi
ok "nothing is left of the packages when they are removed"
echo "$cases passed, 0 failed, 0 skipped"
