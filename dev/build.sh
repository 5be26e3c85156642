#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/build.sh FOLDER [TARGET ...] [-- MESON OPTION ...]
#
# Sets the folder up when it is new and builds the targets (default: all) in it. Prints nothing
# while all is well; what the compiler said is in FOLDER/build.log and is shown on failure.
set -eu
cd "$(dirname "$0")/.."

folder=$1
shift
targets=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do targets+=("$1"); shift; done
[ $# -eq 0 ] || shift

mkdir -p "$folder"
{
    [ -f "$folder/build.ninja" ] || meson setup "$folder" "$@"
    ninja -C "$folder" "${targets[@]}"
} >"$folder/build.log" 2>&1 || {
    grep -E -A 5 'error:|ERROR|FAILED|undefined reference' "$folder/build.log" | head -60 >&2
    echo "the build failed: $folder/build.log has all of it" >&2
    exit 1
}
