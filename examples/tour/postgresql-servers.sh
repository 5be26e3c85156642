#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: postgresql-servers.sh start FOLDER PORT PORT | crash FOLDER | promote FOLDER | stop FOLDER
#
# A PostgreSQL primary and its hot standby for the tour: on this machine's loopback, TLS on, files
# in FOLDER. The server refuses to run as root; root runs it as nobody.
set -euo pipefail
verb=$1 folder=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1) || true
bin=${bin:-$(dirname "$(command -v initdb)")}

as() {
    local who=()
    [ "$(id -u)" != 0 ] ||
        who=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups)
    (cd "$folder" && env HOME="$folder" "${who[@]}" "$@")
}

# server NUMBER PORT: starts it and waits until it answers.
server() {
    as "$bin/pg_ctl" -D "$folder/$1" -s -w -l "$folder/$1.log" start -o "-p $2 \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c ssl=on \
        -c ssl_cert_file=$folder/server.pem -c ssl_key_file=$folder/server.key"
}

admin() { psql -X -q -h "$folder" -p "$1" -U postgres -v ON_ERROR_STOP=1 "${@:2}"; }

certificates() {
    local ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    for name in ca other; do
        openssl req -x509 "${ec[@]}" -days 2 -subj "/CN=$name" -keyout "$name.key" \
            -out "$name.pem" -addext basicConstraints=critical,CA:TRUE
    done
    openssl req "${ec[@]}" -subj /CN=localhost -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -out server.pem -extfile <(echo subjectAltName=DNS:localhost)
    chmod 600 server.key
} 2>"$folder/openssl.log"

start() {
    (cd "$folder" && certificates)
    [ "$(id -u)" != 0 ] || chown -R nobody "$folder"
    as "$bin/initdb" -D "$folder/1" -U postgres -A trust -N -k --no-instructions >"$folder/init.log"
    as tee "$folder/1/pg_hba.conf" >/dev/null <<END
local   all         all               trust
hostssl replication repl 127.0.0.1/32 scram-sha-256
hostssl all         all  127.0.0.1/32 scram-sha-256
END
    server 1 "$1"
    admin "$1" -c "CREATE ROLE repl REPLICATION LOGIN PASSWORD 'repl'" \
        -c "CREATE ROLE app LOGIN PASSWORD 'app'" -c "CREATE DATABASE bank OWNER app" \
        -o /dev/null -c "SELECT pg_create_physical_replication_slot('two')"
    admin "$1" -d bank -c "GRANT CREATE ON SCHEMA public TO app"
    as env PGPASSWORD=repl "$bin/pg_basebackup" -D "$folder/2" -R -S two -c fast -X stream -d \
        "host=localhost port=$1 user=repl sslmode=verify-full sslrootcert=$folder/ca.pem"
    server 2 "$2"
    # a write has reached the standby before it is answered, so the tour need not wait
    admin "$1" -c "ALTER SYSTEM SET synchronous_standby_names = '*'" \
        -c "ALTER SYSTEM SET synchronous_commit = remote_apply" -o /dev/null \
        -c "SELECT pg_reload_conf()"
}

stop() {
    for number in 2 1; do
        [ ! -e "$folder/$number/postmaster.pid" ] ||
            as "$bin/pg_ctl" -D "$folder/$number" -s -m immediate stop || true
    done
}

case $verb in
start) start "$3" "$4" && echo "primary on port $3, standby on port $4" ;;
crash) kill -9 "$(head -n 1 "$folder/1/postmaster.pid")" && rm "$folder/1/postmaster.pid" ;;
promote) as "$bin/pg_ctl" -D "$folder/2" -s -w promote && echo promoted ;;
stop) stop ;;
esac
