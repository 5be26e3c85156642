#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/peers.sh FOLDER
#
# Sees that the stock clients of other makers are in FOLDER: boto3 and the AWS CLI in FOLDER/venv,
# the AWS Encryption SDK for Python in FOLDER/esdk-venv, the one for JavaScript in FOLDER/esdk-js,
# the AWS Encryption CLI in FOLDER/cli-venv, playwright-core and axe-core in FOLDER/browser.
# Versions are frozen in tests/peers; what was installed before is kept. Exit code 3: a registry
# does not answer; 1: anything else.
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$1"
folder=$(realpath "$1")

# Installs with a client of a registry; tells a registry that is not there from one that refuses.
fetch() {
    "$@" >"$folder/fetch.log" 2>&1 </dev/null && return
    cat "$folder/fetch.log" >&2
    unreachable='name resolution|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|NewConnectionError'
    ! grep -Eq "$unreachable" "$folder/fetch.log" || exit 3
    exit 1
}

# venv NAME LIST: a virtual environment that holds what the list names and nothing else.
venv() {
    cmp -s "$2" "$folder/$1/frozen.txt" && return
    rm -rf "${folder:?}/$1"
    /usr/bin/python3 -m venv "$folder/$1"
    fetch "$folder/$1/bin/pip" install -q --disable-pip-version-check --no-deps -r "$2"
    cp "$2" "$folder/$1/frozen.txt"
}

venv venv tests/peers/requirements.txt
venv esdk-venv tests/peers/requirements-esdk.txt
venv cli-venv tests/peers/requirements-cli.txt

# modules NAME: what the lock file in tests/peers/NAME names, in FOLDER/NAME.
modules() {
    ! cmp -s "tests/peers/$1/package-lock.json" "$folder/$1/installed.json" || return 0
    rm -rf "${folder:?}/$1"
    mkdir "$folder/$1"
    cp "tests/peers/$1/package.json" "tests/peers/$1/package-lock.json" "$folder/$1/"
    (cd "$folder/$1" && fetch npm ci --no-audit --no-fund)
    cp "$folder/$1/package-lock.json" "$folder/$1/installed.json"
}

modules esdk-js
modules browser
