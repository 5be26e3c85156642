#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/peers.sh FOLDER SHARED
#
# Sees that the stock clients of other makers are in FOLDER: boto3 and the AWS CLI in FOLDER/venv,
# the JavaScript SDK's modules in FOLDER/esdk-js. What was installed before is kept. Exit code 3: a
# registry does not answer; 4: SHARED has no JavaScript peer; 1: anything else.
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$1"
folder=$(realpath "$1")
shared=$2
list=tests/peers/requirements.txt

# Installs with a client of a registry; tells a registry that is not there from one that refuses.
fetch() {
    "$@" >"$folder/fetch.log" 2>&1 </dev/null && return
    cat "$folder/fetch.log" >&2
    unreachable='name resolution|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|NewConnectionError'
    ! grep -Eq "$unreachable" "$folder/fetch.log" || exit 3
    exit 1
}

if ! cmp -s "$list" "$folder/venv/frozen.txt"; then
    rm -rf "$folder/venv"
    /usr/bin/python3 -m venv "$folder/venv"
    fetch "$folder/venv/bin/pip" install -q --disable-pip-version-check --no-deps -r "$list"
    cp "$list" "$folder/venv/frozen.txt"
fi

[ -f "$shared/tools/esdk-js/package-lock.json" ] || exit 4
if ! cmp -s "$shared/tools/esdk-js/package-lock.json" "$folder/esdk-js/installed.json"; then
    rm -rf "$folder/esdk-js"
    mkdir "$folder/esdk-js"
    cp "$shared"/tools/esdk-js/package.json "$shared"/tools/esdk-js/package-lock.json \
        "$folder/esdk-js/"
    chmod u+w "$folder"/esdk-js/*
    (cd "$folder/esdk-js" && fetch npm ci --no-audit --no-fund)
    cp "$folder/esdk-js/package-lock.json" "$folder/esdk-js/installed.json"
fi
