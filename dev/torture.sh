#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make torture [SECONDS=N] [SEED=N]: kills the server with -9 in the middle of changes, 300 times
# a round, and looks whether anything acknowledged was lost; rounds until N seconds have
# passed (default 600), each with the next seed. Stops at the first loss and says which seed it had.
# Before that, every allocation of tests/fault is failed, every planted bug of tests/mutants must be
# caught by a test, and databases are cut off and killed: with SECONDS of six hours or more at every
# byte, and 50 times each. A million rows go in and out in constant memory (1 GB of disk). As root
# the tests on databases also run with no interface but lo, and the Debian packages are made and
# installed in a minimal root (make deb-test): minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
# SECONDS is the shell's own clock too: what the caller gave is read before it is set to zero.
limit=${TORTURE_SECONDS:-600}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
SECONDS=0

dev/deps.sh check
dev/build.sh build all meson-test-prereq bench/memory
rounds=0
for program in build/tests/fault/fault_*; do
    [ -x "$program" ] && [ -f "$program" ] || continue
    if ! FAULT_ALL=1 "$program" >build/fault.log 2>&1; then
        grep -B 3 '^not ok' build/fault.log || tail -n 20 build/fault.log
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
done
if ! /usr/bin/python3 tests/mutants/run.py >build/mutants.log 2>&1; then
    grep -A 5 '^FAILED: ' build/mutants.log || tail -n 20 build/mutants.log
    tail -n 1 build/mutants.log
    exit 1
fi
folder=$(mktemp -d)
if ! build/bench/memory "$folder" 1000000 >build/memory.log 2>&1; then
    grep -v '^ok ' build/memory.log
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
rm -rf "$folder"
packages=0
if [ "$(id -u)" = 0 ]; then
    if ! unshare -n sh -c \
        'ip link set lo up && exec /usr/bin/python3 dev/suite.py build databases' \
        >build/only-lo.log 2>&1; then
        grep -A 12 '^FAILED: ' build/only-lo.log || tail -n 20 build/only-lo.log
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
    if ! make -s deb-test >build/deb-test.log 2>&1; then
        tail -n 20 build/deb-test.log
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
    packages=$(sed -n '$s/^\([0-9]*\) passed.*/\1/p' build/deb-test.log)
fi
IFS=' ' read -r bugs _ <<<"$(tail -n 1 build/mutants.log)"
if ! SEED=$seed SEALROW_HEAL_KILLS=50 SEALROW_BUILD=$PWD/build \
    /usr/bin/python3 -m pytest -q --tb=short -p no:cacheprovider \
    tests/databases/test_heal.py -k killed >build/heal.log 2>&1; then
    tail -n 20 build/heal.log
    echo "heal was killed and lost something; again with: make torture SEED=$seed"
    echo "$bugs passed, 1 failed, 0 skipped"
    exit 1
fi
# Every byte of a put at which its connection can break, every message in which a server can lie,
# and databases killed 50 times under 20,000 rows, take hours; a shorter run draws some of each.
cuts=600 lies=12 kills=2
if [ "$limit" -ge 21600 ]; then cuts=every lies=every kills=50; fi
if ! SEED=$seed SEALROW_CUTS=$cuts SEALROW_LIES=$lies SEALROW_DB_KILLS=$kills \
    SEALROW_DB_ROWS=20000 SUITE_PATIENCE=86400 \
    /usr/bin/python3 dev/suite.py build faults >build/faults.log 2>&1; then
    grep -A 12 '^FAILED: ' build/faults.log || tail -n 20 build/faults.log
    echo "a database was cut off or killed, and something was lost; again with the same SEED=$seed"
    echo "$bugs passed, 1 failed, 0 skipped"
    exit 1
fi
while [ "$SECONDS" -lt "$limit" ]; do
    if ! SEED=$seed SEALROW_KILLS=300 SEALROW_BUILD=$PWD/build \
        /usr/bin/python3 -m pytest -q -s --tb=short -p no:cacheprovider \
        tests/system/test_kmsd_durable.py -k kill_9 >build/torture.log 2>&1; then
        tail -n 20 build/torture.log
        echo "round $((rounds + 1)) failed; again with: make torture SEED=$seed"
        echo "$((bugs + packages + rounds)) passed, 1 failed, 0 skipped"
        exit 1
    fi
    echo "seed $seed: $(grep -o '[0-9]* kills, .*' build/torture.log)"
    rounds=$((rounds + 1)) seed=$((seed + 1))
done
echo "$((bugs + packages + rounds)) passed, 0 failed, 0 skipped"
