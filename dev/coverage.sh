#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/coverage.sh
#
# What tests execute, nothing excluded. Of the rooms in which a value is made and read, by the unit
# tests alone, failing allocations among them: at least 95 % of lines and 85 % of branches. Of the
# rooms that know SQL, by these and some tests with servers: at least 92 % and 82 %. Prints what is
# missing in each file; the pages are in build/coverage/*/html. Ends with `N passed, ...`.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/coverage
servers=(tests/cli/test_status_page.py
         tests/databases/test_{faces,roles,logins,made,dependents,postgres}.py
         tests/databases/test_faults_allocations.py)
passed=0 failed=0

# gate NAME ROOMS LINES BRANCHES: rooms joined by |, percent.
gate() {
    local to=$build/$1 status=0
    mkdir -p "$to/html"
    gcovr -r . --object-directory "$build" -f "src/($2)/" --txt "$to/lines.txt" --print-summary \
        --html-details "$to/html/index.html" \
        --fail-under-line "$3" --fail-under-branch "$4" >"$to/summary.txt" 2>&1 || status=$?
    echo "$1: ${2//|/, }"
    grep -E '^src.*%' "$to/lines.txt" | grep -v ' 100%' || true
    grep -E '^(lines|functions|branches):' "$to/summary.txt" || cat "$to/summary.txt"
    if [ "$status" = 0 ]; then
        passed=$((passed + 2))
    else
        echo "FAILED: $1: $3 % of lines and $4 % of branches are expected"
        failed=$((failed + 1))
    fi
}

# tests NAME COMMAND ...: what it says is only shown when something failed.
tests() {
    local log=$build/$1.txt
    shift
    "$@" >"$log" 2>&1 || { cat "$log"; exit 1; }
}

dev/build.sh "$build" all meson-test-prereq -- -Db_coverage=true
find "$build" -name '*.gcda' -delete
tests suite /usr/bin/python3 dev/suite.py "$build" unit
gate core 'base|crypto|format|keys|message|cell|config' 95 85
SEALROW_BUILD=$build tests servers /usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider \
    "${servers[@]}"
gate sql 'db|schema|rows|jobs' 92 82
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
