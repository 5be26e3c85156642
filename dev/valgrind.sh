#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: dev/valgrind.sh BUILD [tour]      the unit tests, vectors among them, and one tour if asked
#        dev/valgrind.sh --one PROGRAM ... one program
#
# Valgrind over what is in BUILD: no invalid access, no use of what was never set, no leak; nothing
# is suppressed. Ends with `N passed, N failed, N skipped`.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

one() {
    local kinds=definite,indirect
    case ${1##*/} in
    # Its children of fork leave what their parent's threads hold alone, on purpose.
    test_net_net | test_client_process | test_client_alarm) kinds=none ;;
    # posix_spawn under Valgrind does not say that a program could not be started.
    test_client_exec) echo "1..0 # skip posix_spawn under Valgrind tells no failure"; exit 0 ;;
    # They count their blocks themselves, and fail some thousand allocations.
    fault_*) echo "1..0 # skip failing allocations are counted without Valgrind"; exit 0 ;;
    esac
    exec valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=$kinds \
        --errors-for-leak-kinds=$kinds ${VALGRIND_LOGS:+--log-file="$VALGRIND_LOGS/%p"} "$@"
}

# The tour, with programs that start the real ones under Valgrind, which are slow then: they get
# more time. That a step counts requests with is not the tour's, and runs as it is.
tour() {
    local to=$1/valgrind program
    rm -rf "$to"
    mkdir -p "$to/logs" "$to/cmd" "$to/kmsd" "$to/examples"
    for program in cmd/sealrow kmsd/sealrow-kmsd examples/teller; do
        {
            echo '#!/bin/sh'
            printf '[ "$1 $4" != "audit --total" ] || exec %q "$@"\n' "$(realpath "$1")/$program"
            printf 'exec %q --one %q "$@"\n' "$root/dev/valgrind.sh" "$(realpath "$1")/$program"
        } >"$to/$program"
        chmod +x "$to/$program"
    done
    VALGRIND_LOGS=$(realpath "$to/logs") TOUR_LIMITS='deadline: 60s, attempt: 20s' \
        "$root/examples/tour/tour.sh" "$to" >"$to/tour.txt" 2>&1 || true
    cat "$to"/logs/* >"$to/reports"
    if [ -s "$to/reports" ] || ! grep -q '^tour: .* 0 unexpected' "$to/tour.txt"; then
        echo "FAILED: the tour under Valgrind"
        head -n 40 "$to/reports"
        grep -B 8 -A 2 UNEXPECTED "$to/tour.txt" | head -n 60
        return 1
    fi
}

if [ "$1" = --one ]; then
    shift
    one "$@"
fi
units=$(SEALROW_WRAPPER="$root/dev/valgrind.sh --one" /usr/bin/python3 "$root/dev/suite.py" "$1" \
    unit) || true
echo "$units"
IFS=' ,' read -r passed _ failed _ skipped _ <<<"$(tail -n 1 <<<"${units//, / }")"
if [ "${2:-}" = tour ]; then
    if tour "$1"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
