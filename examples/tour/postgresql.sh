#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: examples/tour/postgresql.sh [BUILD]
#
# The tour on PostgreSQL: a primary in one Region, a hot standby in the other, both over TLS; what
# the database refuses by itself; and the loss of a Region, its KMS and its database. Every command
# is printed before it runs. Ends with `tour: N steps, M unexpected`.
set -u
build=$(cd "${1:-$(dirname "$0")/../../build}" && pwd)
tour=$(cd "$(dirname "$0")" && pwd)
. "$tour/stage.sh"

folder=$(mktemp -d)
chmod 755 "$folder" # the server's user looks in
mkdir "$folder/db"
close() {
    "$tour/postgresql-servers.sh" stop "$folder/db" >/dev/null 2>&1
    curtain
}
trap close EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"
export PATH="$build/cmd:$build/kmsd:$PATH"
for name in $(compgen -e | grep -E '^(AWS_|SEALROW_|PG|DATABASE_URL$|.*_proxy$|.*_PROXY$)'); do
    unset "$name"
done
us=127.0.0.1:$(free_port)
eu=127.0.0.1:$(free_port)
db=$folder/db

cat <<TEXT
The tour of Sealrow on PostgreSQL: a bank's primary is in us-east-1, its standby in eu-west-1.
After each command: its exit code, and how many requests each Region's KMS got from it.

    \$ export PATH=$build/cmd:$build/kmsd:\$PATH
    \$ us=$us eu=$eu db=$db tour=$tour
TEXT

step "A primary and a hot standby, replicating over TLS."
one=$(free_port) two=$(free_port)
run "one=$one two=$two
\$tour/postgresql-servers.sh start \$db \$one \$two"
gives 0 0 0 '^primary on port'

step "A KMS with a key in each of two Regions. (With an AWS account this is AWS KMS.)"
run 'sealrow-kmsd --data kms --region us-east-1=$us --region eu-west-1=$eu --init > kms.txt'
gives 0 0 0
run 'sealrow-kmsd --data kms --region us-east-1=$us --region eu-west-1=$eu > kmsd.log &'
kmsd=${!:-}
gives 0 0 0
wait_for_line kmsd.log ready

step "The configuration is that of SQLite; the addresses name TLS's authority."
run "eval \"\$(grep ^export kms.txt)\"
sed -n '/^regions:/,\$p' kms.txt > sealrow.yaml
cat >> sealrow.yaml <<END
version: 1
domain: bank
tables:
  customer:
    table: customer
    bind:
      account: {column: account, type: text}
    columns:
      user_id: {type: text, sealed: user_id_sealed, required: true}
      national_id: {type: text, sealed: national_id_sealed}
END
tls=sslrootcert=\$db/ca.pem
primary=postgresql://app:app@localhost:\$one/bank?\$tls
standby=postgresql://app:app@localhost:\$two/bank?\$tls
sql=\"psql -X -h \$db -U postgres -d bank -p\"
export DATABASE_URL=\$primary"
gives 0 0 0

step "An ordinary table, and what Sealrow adds to it: two columns that refuse anything unsealed."
run "psql -X -q \$primary -c 'CREATE TABLE customer (account text PRIMARY KEY, balance int)'"
gives 0 0 0
whole=1 run "sealrow init"
gives 0 1 1 'bytea CHECK' 'STORAGE EXTERNAL'
run "sealrow init"
gives 0 0 0 '^0 statements run'

step "Configuration, schema, keys and Regions fit each other."
run "sealrow check"
gives 0 3 3 '^0 findings$'

step "Customers. Each of their two values is sealed under both Regions' keys."
run "sealrow put customer account=1001 balance=1200 user_id=ada.lark national_id=AX-4417-01
sealrow put customer account=1002 balance=350 user_id=ben.moor national_id=BX-9023-02"
gives 0 4 4

step "What the database's superuser sees."
run "\$sql \$one -c \"SELECT account, balance, length(user_id_sealed) AS bytes,
    encode(substr(user_id_sealed, 1, 6), 'hex') AS begins FROM customer\""
gives 0 0 0 '1001 .*020478'

step "Nothing sealed is in a dump, and the same search finds what is in clear."
run "pg_dump -h \$db -U postgres -p \$one bank | grep -E 'ada.lark|ben.moor|[AB]X-[0-9]{4}'"
gives 1 0 0 '!.'
run "pg_dump -h \$db -U postgres -p \$one bank | grep -oE '^100[12]'"
gives 0 0 0 '^1001$' '^1002$'

step "In eu-west-1 the standby is read with that Region's key: us-east-1 is not asked."
run "AWS_REGION=eu-west-1 DATABASE_URL=\$standby sealrow get customer account=1001"
gives 0 0 2 ada.lark AX-4417-01

step "A standby takes no writes, and says where they go."
run "DATABASE_URL=\$standby sealrow put customer account=1003 user_id=cat.quay"
gives 69 1 1 25006 'at the primary'

step "A server with a certificate of another authority is not talked to."
run "DATABASE_URL=postgresql://app:app@localhost:\$one/bank?sslrootcert=\$db/other.pem \\
    sealrow get customer account=1001"
gives 69 0 0 authority

step "The superuser writes plaintext into the sealed column: the database itself refuses."
run "\$sql \$one -v VERBOSITY=verbose -c \"UPDATE customer SET user_id_sealed = 'mallory'\""
gives 1 0 0 23514

step "The superuser puts another row's value in place; it is refused before any KMS is asked."
run "\$sql \$one -c \"UPDATE customer SET user_id_sealed =
    (SELECT user_id_sealed FROM customer WHERE account = '1002') WHERE account = '1001'\"
sealrow get customer account=1001"
gives 65 0 0 '!ben.moor' SROW-080

step "us-east-1 is lost: its KMS stops and its database is killed."
run "sealrow-kmsd region stop us-east-1 --now --data kms
\$tour/postgresql-servers.sh crash \$db"
gives 0 0 0 'us-east-1 .* down$'

step "eu-west-1 reads on."
run "export AWS_REGION=eu-west-1 DATABASE_URL=\$standby
sealrow get customer account=1002"
gives 0 0 2 ben.moor

step "Its standby becomes the primary."
run "\$tour/postgresql-servers.sh promote \$db"
gives 0 0 0 promoted

step "A write needs every Region's key, lest a value die with one: it is refused."
run "sealrow put customer account=1003 balance=9900 user_id=cat.quay"
gives 69 0 '*' us-east-1

step "us-east-1 is declared down: the write goes on, under the key of eu-west-1 alone."
run "SEALROW_WHILE_DOWN=us-east-1 sealrow put customer account=1003 balance=9900 user_id=cat.quay
sealrow get customer account=1003"
gives 0 0 2 cat.quay

step "Its KMS comes back; what was written before opens there too."
run "sealrow-kmsd region start us-east-1 --data kms
AWS_REGION=us-east-1 sealrow get customer account=1002"
gives 0 2 0 ben.moor

printf '\ntour: %d steps, %d unexpected\n' "$steps" "$unexpected"
[ "$unexpected" = 0 ]
