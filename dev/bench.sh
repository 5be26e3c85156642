#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make bench: ratios of our seal and open to a limit program, and the instructions of one seal and
# one open as callgrind counts them; then put --from on each engine beside the same rows unsealed.
# bench/README.md says what the lines mean, and which variables make a run shorter or steadier. Exit
# code 1 below the floor, else 0.
set -euo pipefail
cd "$(dirname "$0")/.."

dev/deps.sh bench
dev/build.sh build all bench/bench bench/put
status=0
build/bench/bench "${ROUNDS:-15}" "${MILLISECONDS:-20}" || status=$?

# instructions OPERATION TIMES: all that a run with so many operations executes.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null build/bench/bench once "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : //p'
}

for operation in seal open; do
    few=$(instructions "$operation" 50) many=$(instructions "$operation" 550)
    echo "bench: $operation 6 instructions $(((many - few) / 500))"
done

/usr/bin/python3 bench/put.py || status=$?
exit "$status"
