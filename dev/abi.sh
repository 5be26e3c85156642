#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/abi.sh [--store]      (over the libraries in build/)
#
# Holds what a compiled program sees of the shared libraries - functions, structures, numbers -
# against the record in tests/golden/abi/. From version 1.0 a difference that breaks a program needs
# another soname; before that, and for what is only added, store the new record together with the
# change and a line in CHANGELOG.md. Needs abigail-tools and libraries with debugging information.
set -euo pipefail
cd "$(dirname "$0")/.."

record=tests/golden/abi
now=build/abi
mkdir -p "$record" "$now"
printf '[suppress_function]\nsymbol_name_regexp = ^srow_inner_\n' >"$now/private"
passed=0 failed=0

# describe NAME: the public half of a library; the names between our own two are no part of it.
describe() {
    {
        echo '[abi_symbol_list]'
        nm -D --defined-only --with-symbol-versions "build/src/$1.so.0" |
            sed -n 's/.* T \(.*\)@@SROW_.*/  \1/p'
    } >"$now/$1.symbols"
    abidw -w "$now/$1.symbols" --headers-dir include/sealrow --drop-private-types \
        --drop-undefined-syms --no-show-locs --no-comp-dir-path --no-corpus-path \
        --out-file "$now/$1.abi" "build/src/$1.so.0"
}

for name in libsealrow libsealrow-sql; do
    describe "$name"
    if [ "${1:-}" = --store ]; then
        cp "$now/$name.abi" "$record/"
    elif abidiff --suppressions "$now/private" --no-unreferenced-symbols --harmless \
        "$record/$name.abi" "$now/$name.abi" >"$now/$name.diff"; then
        passed=$((passed + 1))
    else
        echo "FAILED: $name differs from $record/$name.abi; if that is meant: dev/abi.sh --store"
        sed 's/^/    /' "$now/$name.diff"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
