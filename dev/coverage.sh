#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/coverage.sh
#
# What the unit tests, failing allocations among them, execute of the rooms in which a value is
# made and read: at least 95 % of their lines and 85 % of their branches, nothing excluded. Prints
# what is missing in each file; the pages are in build/coverage/html. Ends with `N passed, ...`.
set -euo pipefail
cd "$(dirname "$0")/.."
LINES=95 BRANCHES=85
rooms='src/(base|crypto|format|keys|message|cell|config)/'
build=build/coverage

dev/build.sh "$build" all meson-test-prereq -- -Db_coverage=true
find "$build" -name '*.gcda' -delete
/usr/bin/python3 dev/suite.py "$build" unit >"$build/suite.txt" ||
    { cat "$build/suite.txt"; exit 1; }
mkdir -p "$build/html"
status=0
gcovr -r . --object-directory "$build" -f "$rooms" --txt "$build/lines.txt" --print-summary \
    --html-details "$build/html/index.html" \
    --fail-under-line $LINES --fail-under-branch $BRANCHES >"$build/summary.txt" 2>&1 || status=$?
grep -E '^src.*%' "$build/lines.txt" | grep -v ' 100%' || true
grep -E '^(lines|functions|branches):' "$build/summary.txt"
if [ "$status" = 0 ]; then
    echo "2 passed, 0 failed, 0 skipped"
else
    echo "FAILED: $LINES % of lines and $BRANCHES % of branches are expected"
    cat "$build/summary.txt"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
