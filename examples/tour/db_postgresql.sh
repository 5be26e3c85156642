# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL's part of the tour: a primary in $db/1 at port $one, a hot standby in $db/2 at port
# $two, and what is done to them. docs/databases.md shows the body of `promote` and of `rejoin`.

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
export PATH="${programs:+$programs:}$PATH"

engine=PostgreSQL
refused=23514    # the CHECK, in the server's words
read_only=25006  # what a standby says to a write
text=text        # a column type that tells all texts apart
tls=sslrootcert=
begins="encode(substr(user_id_sealed, 1, 6), 'hex')"

# admin NUMBER WORD ...: psql of the server's superuser.
admin() {
    local ports=("" "$one" "$two")
    psql -X -q -h "$db" -p "${ports[$1]}" -U postgres -v ON_ERROR_STOP=1 -v VERBOSITY=verbose \
        "${@:2}"
}
sql() { admin "$1" -d bank -c "$2"; }
app() { psql -X -q "$(url "$one" ca)" -c "$1"; }
dump() { pg_dump -h "$db" -p "$one" -U postgres bank; }
url() { echo "postgresql://app:app@localhost:$1/bank?$tls$db/$2.pem"; }

primary_start() {
    as initdb -D "$db/1" -U postgres -A trust -N -k --no-instructions >"$db/init.log" || return
    as tee -a "$db/1/postgresql.conf" >/dev/null <<END
listen_addresses = '127.0.0.1'
unix_socket_directories = '$db'
ssl = on
ssl_ca_file = '$db/ca.pem'
ssl_cert_file = '$db/server.pem'
ssl_key_file = '$db/server.key'
wal_keep_size = 256MB
dynamic_shared_memory_type = mmap
END
    as tee "$db/1/pg_hba.conf" >/dev/null <<END
local   all         all               trust
hostssl replication repl 127.0.0.1/32 scram-sha-256
hostssl all         all  127.0.0.1/32 scram-sha-256
END
    as pg_ctl -D "$db/1" -s -w -l "$db/1.log" -o "-p $one" start
    admin 1 -c "CREATE ROLE app LOGIN PASSWORD 'app'" -c "CREATE DATABASE bank OWNER app" \
        -c "CREATE ROLE repl REPLICATION LOGIN PASSWORD 'repl'" \
        -c "GRANT EXECUTE ON FUNCTION pg_ls_dir(text, bool, bool), pg_stat_file(text, bool),
            pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, bool) TO repl"
    admin 1 -d bank -c "GRANT CREATE ON SCHEMA public TO app"
}

replica_start() {
    as pg_basebackup -N -D "$db/2" -R -c fast -X stream -d "host=localhost port=$one user=repl \
        password=repl sslmode=verify-full sslrootcert=$db/ca.pem"
    as pg_ctl -D "$db/2" -s -w -l "$db/2.log" -o "-p $two" start
}

# crash: the primary is gone in the middle of whatever it did.
crash() {
    kill -9 "$(as head -n 1 "$db/1/postmaster.pid")" &&
        as rm "$db/1/postmaster.pid" "$db/.s.PGSQL.$one.lock"
}

promote() {
    as pg_ctl -D "$db/2" -s -w promote
}

rejoin() {
    admin 2 -c CHECKPOINT
    as pg_rewind -D "$db/1" -R --source-server="host=localhost port=$two user=repl password=repl \
        dbname=postgres sslmode=verify-full sslrootcert=$db/ca.pem"
    as pg_ctl -D "$db/1" -s -w -l "$db/1.log" -o "-p $one" start
}

servers_stop() {
    for number in 2 1; do
        ! as test -e "$db/$number/postmaster.pid" ||
            as pg_ctl -D "$db/$number" -s -m immediate stop
    done
}
