# SPDX-License-Identifier: Apache-2.0
#
# MariaDB's part of the tour: a primary in $db/1 at port $one, a read-only replica in $db/2 at port
# $two that follows it by GTID, and what is done to them. docs/databases.md shows the body of
# `promote` and of `rejoin`.

export PATH="$PATH:/usr/sbin"

engine=MariaDB
refused=4025    # the CHECK, in the server's words
read_only=1290  # what a replica says to a write
text='VARCHAR(20) COLLATE utf8mb4_nopad_bin' # a column type that tells all texts apart
tls=ssl-ca=
begins="lower(hex(substr(user_id_sealed, 1, 6)))"

# admin NUMBER WORD ...: the client, as the server's superuser.
admin() { mariadb --no-defaults -u root -S "$db/$1.sock" "${@:2}"; }
sql() { admin "$1" -t bank -e "$2"; }
app() {
    mariadb --no-defaults -u app -papp -h localhost --protocol=tcp -P "$one" \
        --ssl-ca="$db/ca.pem" --ssl-verify-server-cert bank -e "$1"
}
dump() { mariadb-dump --no-defaults -u root -S "$db/1.sock" bank; }
url() { echo "mysql://app:app@localhost:$1/bank?$tls$db/$2.pem"; }

# start NUMBER PORT OPTION ...: a server, until it answers. Its folder for temporary tables is its
# own, since it removes what it finds there when it starts.
start() {
    become mariadbd --no-defaults --datadir="$db/$1" --tmpdir="$db/$1.tmp" --pid-file="$db/$1.pid" \
        --socket="$db/$1.sock" --bind-address=127.0.0.1 --port="$2" --skip-name-resolve \
        --ssl-ca="$db/ca.pem" --ssl-cert="$db/server.pem" --ssl-key="$db/server.key" \
        --server-id="$1" --log-bin=binlog --log-slave-updates --gtid-strict-mode \
        --binlog-format=ROW --innodb-buffer-pool-size=16M --innodb-log-file-size=4M \
        "${@:3}" </dev/null >"$db/$1.log" 2>&1 &
    server[$1]=$!
    timeout 30 sh -c 'until mariadb-admin --no-defaults -u root -S "$1" ping; do sleep 0.05; done' \
        sh "$db/$1.sock" >/dev/null 2>&1
}
server=()

# first_start NUMBER PORT OPTION ...: a new server, whose superuser comes by the socket alone.
first_start() {
    as mkdir "$db/$1.tmp" &&
        as mariadb-install-db --no-defaults --auth-root-authentication-method=normal \
            --skip-test-db --datadir="$db/$1" --tmpdir="$db/$1.tmp" >"$db/init.log" &&
        start "$@" && admin "$1" -e "SET sql_log_bin = 0;
        DELETE FROM mysql.global_priv WHERE user = 'root' AND host <> 'localhost';
        FLUSH PRIVILEGES"
}

primary_start() {
    first_start 1 "$one" || return
    admin 1 -e "CREATE DATABASE bank;
        CREATE USER app@127.0.0.1 IDENTIFIED BY 'app';
        GRANT ALL ON bank.* TO app@127.0.0.1;
        CREATE USER repl@127.0.0.1 IDENTIFIED BY 'repl' REQUIRE SSL;
        GRANT REPLICATION SLAVE ON *.* TO repl@127.0.0.1"
}

replica_start() {
    first_start 2 "$two" --read-only || return
    admin 2 -e "CHANGE MASTER TO master_host = '127.0.0.1', master_port = $one,
        master_user = 'repl', master_password = 'repl', master_use_gtid = slave_pos,
        master_ssl = 1, master_ssl_verify_server_cert = 1, master_ssl_ca = '$db/ca.pem';
        START SLAVE"
}

# crash: the primary is gone in the middle of whatever it did.
crash() {
    kill -9 "${server[1]:-none}" && ! wait "${server[1]:-none}" 2>/dev/null
}

promote() {
    admin 2 -e "STOP SLAVE IO_THREAD"
    arrived=$(admin 2 -e 'SHOW SLAVE STATUS\G' | sed -n 's/.*Gtid_IO_Pos: //p')
    admin 2 -e "SELECT master_gtid_wait('$arrived'); STOP SLAVE; RESET SLAVE ALL;
        SET GLOBAL read_only = 0"
}

rejoin() {
    start 1 "$one" --read-only
    admin 1 -e "SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos;
        CHANGE MASTER TO master_host = '127.0.0.1', master_port = $two,
        master_user = 'repl', master_password = 'repl', master_use_gtid = slave_pos,
        master_ssl = 1, master_ssl_verify_server_cert = 1, master_ssl_ca = '$db/ca.pem';
        START SLAVE"
}

servers_stop() {
    for number in 2 1; do
        [ -z "${server[$number]:-}" ] || { kill "${server[$number]}"; wait "${server[$number]}"; }
    done
}
