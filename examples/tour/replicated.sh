#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: examples/tour/replicated.sh postgresql|mariadb [BUILD]
#
# The tour on a server: a primary in one Region, a replica in the other, all over TLS; what the
# database refuses by itself; the loss of a whole Region, its KMS and its database; and its return.
# Every command is printed before it runs. Ends with `tour: N steps, M unexpected`; the exit code is
# 0 when nothing was unexpected.
set -u
tour=$(cd "$(dirname "$0")" && pwd)
facts=db_${1:-}.sh
[ -f "$tour/$facts" ] || { echo "usage: replicated.sh postgresql|mariadb [BUILD]" >&2; exit 2; }
. "$tour/stage.sh"
. "$tour/acts.sh"
. "$tour/servers.sh"
. "$tour/$facts"
stage "${2:-$tour/../../build}"
db=$folder/db
free_ports one two

# play FUNCTION: runs what a function of the engine's file consists of.
play() {
    run "$(sed -n "/^$1() {/,/^}/{//d;s/^    //;p}" "$tour/$facts")"
}

cat <<TEXT
The tour of Sealrow on $engine: a bank's primary is in us-east-1, its replica in eu-west-1.
It happens in an empty folder; to repeat it by hand, make one and type what stands after the \$.
After each command: its exit code, and how many requests each Region's KMS got from it.

    \$ export PATH=$build/cmd:$build/kmsd:\$PATH
    \$ us=$us eu=$eu one=$one two=$two folder=\$PWD db=\$PWD/db
    \$ . $tour/servers.sh; . $tour/$facts
TEXT

step "A primary with TLS, on this machine's loopback (how: examples/tour/$facts)."
run "servers_open && primary_start"
gives 0 0 0

step "Its replica, which follows it over TLS."
run "replica_start"
gives 0 0 0
[ "$unexpected" = 0 ] || { finish; exit 1; } # nothing that follows would say more

act_kms

act_configuration "us_bank=\$(url \$one ca)
eu_bank=\$(url \$two ca)
export DATABASE_URL=\$us_bank"

act_table "app 'CREATE TABLE customer (account $text PRIMARY KEY, balance INTEGER)'" CHECK

step "Customers. Each of their two values is sealed under both Regions' keys."
run "sealrow put customer account=1001 balance=1200 user_id=ada.lark national_id=AX-4417-01
sealrow put customer account=1002 balance=350 user_id=ben.moor national_id=BX-9023-02"
gives 0 4 4

step "With --json the answer says how far the primary has come."
run "sealrow put customer account=1003 balance=9900 user_id=cat.quay national_id=CX-5108-03 \\
    --json | tee put.json
position=\$(sed 's/.*\"position\":\"//; s/\".*//' put.json)"
gives 0 2 2 '"position":"[a-z]+:'

step "What the database's superuser sees."
run "sql 1 \"SELECT account, balance, length(user_id_sealed) AS bytes,
    $begins AS begins FROM customer\""
gives 0 0 0 '1001 .*020478'

step "Nothing sealed is in a dump, and the same search finds what is in clear."
run "dump | grep -aE 'ada.lark|ben.moor|cat.quay|[ABC]X-[0-9]{4}'"
gives 1 0 0 '!.'
run "dump | grep -aoE '100[1-3]' | sort -u"
gives 0 0 0 '^1001$' '^1002$' '^1003$'

step "In eu-west-1, with both Regions up, the replica is read with that Region's KMS; us-east-1 is
    not asked. It waits until the replica has come as far as the primary was."
run "AWS_REGION=eu-west-1 DATABASE_URL=\$eu_bank \\
    sealrow get customer account=1003 --after \$position"
gives 0 0 2 cat.quay CX-5108-03

step "All of it there: six values, six requests at eu-west-1, none at us-east-1."
run "AWS_REGION=eu-west-1 DATABASE_URL=\$eu_bank sealrow get customer --list"
gives 0 0 6 ada.lark ben.moor cat.quay

step "A replica takes no writes, and says where they go."
run "DATABASE_URL=\$eu_bank sealrow put customer account=1004 user_id=dov.rime"
gives 69 1 1 "$read_only" primary

step "A server with a certificate of another authority is not talked to."
run "DATABASE_URL=\$(url \$one other) sealrow get customer account=1001"
gives 69 0 0 SROW-142

step "The superuser writes plaintext into the sealed column: the database itself refuses."
run "sql 1 \"UPDATE customer SET user_id_sealed = 'mallory'\""
gives 1 0 0 "$refused"

step "The superuser puts another row's value in place; it is refused before any KMS is asked."
run "sql 1 \"UPDATE customer SET user_id_sealed = (SELECT user_id_sealed FROM
    (SELECT * FROM customer) AS other WHERE account = '1002') WHERE account = '1001'\"
sealrow get customer account=1001"
gives 65 0 0 '!ben.moor' SROW-080

step "The bank stores the right one again."
run "sealrow put customer --replace account=1001 user_id=ada.lark --json | tee put.json
position=\$(sed 's/.*\"position\":\"//; s/\".*//' put.json)
AWS_REGION=eu-west-1 DATABASE_URL=\$eu_bank sealrow get customer account=1001 --after \$position"
gives 0 1 3 ada.lark

step "us-east-1 is lost: its KMS is gone and its database is killed."
run "sealrow-kmsd region stop us-east-1 --now --data kms"
gives 0 0 0 'us-east-1 .* down$'
play crash
gives 0 0 0

step "eu-west-1 reads on."
run "export AWS_REGION=eu-west-1 DATABASE_URL=\$eu_bank
sealrow get customer account=1002"
gives 0 0 2 ben.moor

step "Its replica becomes the primary."
play promote
gives 0 0 0

step "A write needs every Region's key, lest a value die with one: it is refused."
run "sealrow put customer account=1006 balance=1 user_id=fay.tarn national_id=FX-1200-06"
gives 69 0 '*' '^sealrow: .*us-east-1'

step "us-east-1 is declared down in the watched file: the write goes on and says what it lacks."
run "echo us-east-1 > down
sealrow put customer account=1006 balance=1 user_id=fay.tarn national_id=FX-1200-06"
gives 0 0 2 '^inserted 1,' 'fewer Regions than promised, lacking us-east-1'

step "eu-west-1 opens it."
run "sealrow get customer account=1006"
gives 0 0 2 fay.tarn FX-1200-06

step "The machine of the old primary is back: it becomes the replica of the new one."
play rejoin
gives 0 0 0

step "The KMS of us-east-1 is back, and no longer declared down."
run "sealrow-kmsd region start us-east-1 --data kms
rm down"
gives 0 0 0 'us-east-1 .* up$'

act_heal 2 7 9

act_apart 8

step "Back in us-east-1: a new customer, at the primary in eu-west-1, and read at home."
run "sealrow put customer account=1007 user_id=gil.west --json | tee put.json
position=\$(sed 's/.*\"position\":\"//; s/\".*//' put.json)
AWS_REGION=us-east-1 DATABASE_URL=\$us_bank \\
    sealrow get customer --list --via us-east-1 --after \$position"
gives 0 10 1 ada.lark ben.moor cat.quay fay.tarn gil.west

finish
