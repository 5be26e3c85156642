# SPDX-License-Identifier: Apache-2.0
#
# What the tour's steps are made of. A step says what it shows, runs commands that it prints before,
# and states for each its exit code, its output and how many requests each Region's KMS got. With
# TOUR_SABOTAGE=TEXT the commands of steps that begin with TEXT are printed but not run, so that
# they must fail.

steps=0
unexpected=0
regions=(us-east-1 eu-west-1)

# step TEXT: the next step, and in one line what it shows.
step() {
    steps=$((steps + 1))
    title=$1
    printf '\n%2d. %s\n' "$steps" "$title"
}

# Requests that a Region's KMS has answered or refused so far; 0 before there is a KMS.
requests() {
    sealrow-kmsd audit --data kms --total --region "$1" 2>/dev/null || echo 0
}

# Shows a file of output, indented, long lines cut; failures, and all where `whole` is set, folded.
show() {
    if [ -n "${whole:-}" ]; then
        fold -s -w 94 "$1"
    else
        awk '/^sealrow: / { print | "fold -s -w 94"; close("fold -s -w 94"); next }
            length > 160 { $0 = substr($0, 1, 157) "..." } { print; fflush() }' "$1"
    fi | sed 's/ *$//; s/^/      /' | sed '$a\'
}

# run COMMAND: prints it, runs it in this shell, shows what it said.
run() {
    local region
    for region in "${regions[@]}"; do before[$region]=$(requests "$region"); done
    printf '%s\n' "$1" | sed '1s/^/    $ /; 2,$s/^/      /'
    if [[ ${TOUR_SABOTAGE:-} && $title == "$TOUR_SABOTAGE"* ]]; then
        : >out; : >err; status=0
    else
        { eval "$1"; } >out 2>err </dev/null && status=0 || status=$?
    fi
    for region in "${regions[@]}"; do
        asked[$region]=$(($(requests "$region") - before[$region]))
    done
    show out
    show err
}
declare -A before asked

# gives EXIT US EU [TEXT ...]: what the last command must have done: its exit code, the requests at
# us-east-1 and eu-west-1, and for each TEXT an extended regular expression that some line of its
# output matches; one that begins with ! matches none.
gives() {
    local wrong=() text
    [ "$status" = "$1" ] || wrong+=("exit $1")
    [[ ${asked[us-east-1]} == $2 ]] || wrong+=("$2 requests at us-east-1")
    [[ ${asked[eu-west-1]} == $3 ]] || wrong+=("$3 requests at eu-west-1")
    for text in "${@:4}"; do
        case $text in
        !*) ! grep -Eq -- "${text#!}" out err || wrong+=("no line with ${text#!}") ;;
        *) grep -Eq -- "$text" out err || wrong+=("a line with $text") ;;
        esac
    done
    printf '    = exit %s; KMS requests: us-east-1 %s, eu-west-1 %s\n' \
        "$status" "${asked[us-east-1]}" "${asked[eu-west-1]}"
    [ ${#wrong[@]} -gt 0 ] || return 0
    unexpected=$((unexpected + 1))
    printf '    UNEXPECTED, expected: %s\n' "${wrong[@]}"
}

# wait_for_line FILE TEXT: until a program has said so in its log; twenty seconds at most.
wait_for_line() {
    timeout 20 sh -c 'until grep -q "$2" "$1"; do sleep 0.02; done' sh "$1" "$2" ||
        echo "    no line with $2 in $1"
}

# stage BUILD: the folder it all happens in, the programs of BUILD, two Regions' addresses in $us
# and $eu, and nothing set from outside, by a variable or a file in the home folder.
stage() {
    local name
    build=$(cd "$1" && pwd) || exit 2
    umask 022
    folder=$(mktemp -d) || exit 2
    trap curtain EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    cd "$folder"
    export HOME=$folder PATH="$build/cmd:$build/kmsd:$build/examples:$PATH"
    for name in $(compgen -e |
        grep -E '^(AWS_|SEALROW_|PG|MYSQL_|MARIADB_|DATABASE_URL$|.*_proxy$|.*_PROXY$)'); do
        unset "$name"
    done
    free_ports us eu
    us=127.0.0.1:$us eu=127.0.0.1:$eu
}

# free_ports NAME ...: into each variable another port of 127.0.0.1 on which nobody listens.
taken=" "
free_ports() {
    local name port
    for name; do
        while :; do
            port=$((20000 + RANDOM % 10000))
            [[ $taken != *" $port "* ]] && ! (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
        done
        taken+="$port "
        printf -v "$name" %s "$port"
    done
}

# curtain: ends what was started and removes what was made.
curtain() {
    trap '' INT TERM
    ! declare -F servers_stop >/dev/null || servers_stop >/dev/null 2>&1
    [ -z "${kmsd:-}" ] || { kill "$kmsd" 2>/dev/null; wait "$kmsd" 2>/dev/null; }
    cd / && rm -rf "$folder"
}

# finish: how it went; the exit code is 0 when nothing was unexpected.
finish() {
    printf '\ntour: %d steps, %d unexpected\n' "$steps" "$unexpected"
    [ "$unexpected" = 0 ]
}
