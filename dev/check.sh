#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make check: what takes longer than make test, part by part, each with its seconds: the suite under
# the sanitizers and without a network, the other compiler, foreign vectors, stock clients of other
# makers, databases that are cut off and killed, and a sample of planted bugs. SHARED (default
# ../shared) is a folder with vectors and peers; parts without what they need are skipped, by name,
# and counted. Ends with `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "$0")/.."
SHARED=$(realpath -m "${SHARED:-../shared}")
logs=build/check
readers=(tests/vectors tests/sigv4-vectors tests/wycheproof)
passed=0 failed=0 skipped=0

dev/deps.sh check
mkdir -p "$logs"

# part NAME COMMAND ...: runs it, adds up what its last line counts, and shows what went wrong.
part() {
    local name=$1 start=$SECONDS status=0 log=$logs/$1.log p=0 f=0 s=0 line
    shift
    ("$@") >"$log" 2>&1 </dev/null || status=$?
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1) || true
    [ -z "$line" ] || IFS=' ,' read -r p _ f _ s _ <<<"${line//, / }"
    if [ "$f" = 0 ] && { [ "$status" != 0 ] || [ -z "$line" ]; }; then f=1; fi
    printf '%-14s %4d s %6d passed, %d failed, %d skipped\n' \
        "$name" $((SECONDS - start)) "$p" "$f" "$s"
    grep '^skipped: ' "$log" || true
    if [ "$f" != 0 ]; then
        grep -A 12 '^FAILED: ' "$log" || tail -n 30 "$log"
        echo "    ($log has all of it)"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

skip() {
    echo "skipped: $1"
    echo "0 passed, 0 failed, 1 skipped"
}

sanitizers() {
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
    ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 # tests preload faults of the system
    export ASAN_OPTIONS
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    dev/build.sh build/asan all meson-test-prereq -- -Db_sanitize=address,undefined || return
    /usr/bin/python3 dev/suite.py build/asan unit system cli databases
}

# The other compiler, and P-384 by the other library.
clang() {
    CC=clang dev/build.sh build/clang all meson-test-prereq "${readers[@]}" -- -Dp384=openssl ||
        return
    /usr/bin/python3 dev/suite.py build/clang unit
}

# tap LOG: what programs printed as TAP, counted.
tap() {
    local p s f
    sed -n 's/^ok [0-9]* - \(.*\) # SKIP \(.*\)/skipped: \1: \2/p' "$1"
    s=$(grep -c '^ok .* # SKIP' "$1") || true
    p=$(($(grep -c '^ok ' "$1") - s))
    f=$(grep -c -e '^not ok' -e '^WARNING: ThreadSanitizer' "$1") || true
    [ "$f" = 0 ] || sed 's/^not ok/FAILED: &/; s/^WARNING: Thr/FAILED: &/' "$1"
    echo "$p passed, $f failed, $s skipped"
}

# ThreadSanitizer on the tests that have threads; cases that fork are skipped there, by name.
threads() {
    local tests=() name
    for name in net_net client_alarm client_care client_cells client_client client_process \
        db_attempt db_db db_many db_walk rows_many rows_rows jobs_heal; do
        tests+=("tests/unit/test_$name")
    done
    dev/build.sh build/tsan all "${tests[@]}" -- -Db_sanitize=thread -Db_lundef=false || return
    for name in "${tests[@]}"; do # without address randomisation, which the sanitizer may not bear
        echo "program: $name"
        setarch -R "build/tsan/$name" 2>&1 || echo "not ok: $name ended with $?"
    done >build/tsan/tap.log
    tap build/tsan/tap.log
}

# The same of connections to each engine, with the client libraries as they are.
thread_servers() {
    setarch -R /usr/bin/python3 dev/suite.py build/tsan threads
}

# Code that must not branch on secrets: Valgrind is told that they were never set.
constant_time() {
    local to=build/check/constant-time
    if ! command -v valgrind >/dev/null || ! dev/build.sh build tests/constant-time; then
        skip "constant time: no Valgrind, or no valgrind/memcheck.h when build/ was set up"
        return
    fi
    valgrind -q --log-file=$to.valgrind build/tests/constant-time >$to.tap 2>&1 ||
        echo "not ok: it ended with $?" >>$to.tap
    tap $to.tap
}

# memory ROWS: many rows in and out, and large values, in the memory that few and small ones take.
memory() {
    local folder
    dev/build.sh build bench/memory || return
    folder=$(mktemp -d)
    build/bench/memory "$folder" "$1" >build/check/memory.tap 2>&1 ||
        echo "not ok: it ended with $?" >>build/check/memory.tap
    rm -rf "$folder"
    tap build/check/memory.tap
}

# The smallest library: no network, no engine, no program.
smallest() {
    dev/build.sh build/smallest all meson-test-prereq -- -Dnet=disabled -Dsqlite=disabled \
        -Dpostgresql=disabled -Dmysql=disabled || return
    if ldd build/smallest/src/libsealrow.so.0 | grep -E 'curl|sqlite|microhttpd'; then return 1; fi
    /usr/bin/python3 dev/suite.py build/smallest unit
}

# The command line with one engine: it says which option the others need.
one_engine() {
    local kept engine said count=0 key=arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab
    local -A urls=([sqlite]=sqlite:none.db [postgresql]=postgresql:///none [mysql]=mysql:///none)
    local -x AWS_REGION=us-east-1 DATABASE_URL
    cat >"$logs/one-engine.yaml" <<END
version: 1
domain: bank
regions: {us-east-1: {}}
keys: {default: {us-east-1: [$key-34cd-56ef-1234567890ab]}}
tables: {t: {bind: {id: integer}, columns: {c: {}}}}
END
    for kept in "${!urls[@]}"; do
        dev/build.sh "build/one-$kept" all -- -Dtests=false -Dkmsd=disabled -Dsqlite=disabled \
            -Dpostgresql=disabled -Dmysql=disabled "-D$kept=enabled" || return
        for engine in "${!urls[@]}"; do
            DATABASE_URL=${urls[$engine]}
            said=$("build/one-$kept/cmd/sealrow" -c "$logs/one-engine.yaml" status 2>&1) && return 1
            case "$said" in
            *"build it with -D$engine=enabled"*) [ "$engine" != "$kept" ] ;;
            *) [ "$engine" = "$kept" ] ;;
            esac || { echo "FAILED: $kept alone, asked for $engine: $said"; return 1; }
            count=$((count + 1))
        done
    done
    echo "$count passed, 0 failed, 0 skipped"
}

# tidy: spaces as .clang-format has them, and what clang-tidy finds.
tidy() {
    git ls-files -z '*.[ch]' | xargs -0 clang-format --dry-run -Werror || return
    git ls-files -z 'src/*.c' 'kmsd/*.c' 'cmd/*.c' | xargs -0 clang-tidy --quiet -p build/clang ||
        return
    echo "2 passed, 0 failed, 0 skipped"
}

# vectors PROGRAM FOLDER: a program that reads foreign test vectors.
vectors() {
    if [ -d "$SHARED/vectors/$2" ]; then "$1" "$SHARED/vectors/$2"; else skip "no $2 vectors"; fi
}

peers() {
    local status=0
    dev/peers.sh build/peers || status=$?
    [ "$status" != 3 ] || { skip "peers: no package registry answers"; return; }
    [ "$status" = 0 ] || return 1
    export ESDK_JS=$PWD/build/peers/esdk-js SHARED
    export SEALROW_PEERS_VENV=$PWD/build/peers/venv SEALROW_ESDK_VENV=$PWD/build/peers/esdk-venv
    export SEALROW_CLI_VENV=$PWD/build/peers/cli-venv SEALROW_BROWSER=$PWD/build/peers/browser
    /usr/bin/python3 dev/suite.py build peers
}

# only_lo PART ...: the suite where no interface but lo is there: nothing it needs is off this
# machine. The databases, which take the longest, are in make torture.
only_lo() {
    local unshare=(unshare -n)
    [ "$(id -u)" = 0 ] || unshare=(unshare -rn)
    if ! "${unshare[@]}" true; then
        skip "the suite with lo alone: this machine gives no network namespace"
        return
    fi
    "${unshare[@]}" sh -c 'ip link set lo up && exec /usr/bin/python3 dev/suite.py build "$@"' \
        sh "$@"
}

dev/build.sh build all meson-test-prereq "${readers[@]}"
part sanitizers sanitizers
part clang clang
part smallest smallest
part one-engine one_engine
part threads threads
part thread-servers thread_servers
part tidy tidy
part abi dev/abi.sh
part vectors vectors build/tests/vectors esdk-js
part sigv4 vectors build/tests/sigv4-vectors sigv4
part wycheproof vectors build/tests/wycheproof wycheproof
part clang-vectors vectors build/clang/tests/vectors esdk-js
part clang-sigv4 vectors build/clang/tests/sigv4-vectors sigv4
part clang-wycheproof vectors build/clang/tests/wycheproof wycheproof
part valgrind dev/valgrind.sh build tour
part constant-time constant_time
part memory memory 100000
part coverage dev/coverage.sh
part peers peers
part faults /usr/bin/python3 dev/suite.py build faults
part mutants /usr/bin/python3 tests/mutants/run.py --sample 6
part only-lo only_lo unit system cli attacks

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
