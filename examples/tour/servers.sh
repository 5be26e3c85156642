# SPDX-License-Identifier: Apache-2.0
#
# What a primary and a replica for the tour have in common, whatever the engine: the folder $db,
# which is the servers' user's alone, and the certificates. No server wants to run as root: for root
# they run as nobody.

# as COMMAND ...: does it as the servers' user. become: the same in place of this shell.
as() (become "$@")
become() {
    local who=()
    [ "$(id -u)" != 0 ] ||
        who=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups)
    cd "$db" && exec env HOME="$db" "${who[@]}" "$@"
}

# certificates: an authority, the servers' certificate by it, and an authority nobody trusts.
certificates() (
    set -e
    cd "$db"
    ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    for name in ca other; do
        openssl req -x509 "${ec[@]}" -days 2 -subj "/CN=$name" -keyout "$name.key" \
            -out "$name.pem" -addext basicConstraints=critical,CA:TRUE
    done
    openssl req "${ec[@]}" -subj /CN=localhost -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -out server.pem -extfile <(echo subjectAltName=DNS:localhost,IP:127.0.0.1)
    chmod 600 server.key
) 2>"$db/openssl.log"

# servers_open: the folder and what is in it before there is a server.
servers_open() {
    mkdir -m 700 "$db" && certificates || return
    [ "$(id -u)" != 0 ] || { chmod 711 "$folder" && chown -R nobody "$db"; }
    as true || { echo "the servers' user cannot reach $db: set TMPDIR" >&2; return 1; }
}
