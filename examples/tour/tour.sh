#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: examples/tour/tour.sh [BUILD]
#
# A tour of Sealrow on real parts: a KMS with two Regions, a database file, sealed values, and each
# thing that can go wrong. Every command is printed before it runs and can be repeated by hand.
# Ends with `tour: N steps, M unexpected`; the exit code is 0 when nothing was unexpected.
set -u
tour=$(cd "$(dirname "$0")" && pwd)
. "$tour/stage.sh"
. "$tour/acts.sh"
stage "${1:-$tour/../../build}"

cat <<TEXT
The tour of Sealrow: a bank keeps user ids and national ids sealed in SQLite.
It happens in an empty folder; to repeat it by hand, make one and type what stands after the \$.
After each command: its exit code, and how many requests each Region's KMS got from it.

    \$ export PATH=$build/cmd:$build/kmsd:$build/examples:\$PATH
    \$ us=$us eu=$eu
TEXT

act_kms

act_configuration "export DATABASE_URL=sqlite:bank.db"

act_table "sqlite3 bank.db \
    'CREATE TABLE customer (account TEXT NOT NULL PRIMARY KEY, balance INTEGER)'" 'BLOB.*CHECK'

step "Five customers. Each of their two values is sealed under both Regions' keys."
run "sealrow put customer account=1001 balance=1200 user_id=ada.lark national_id=AX-4417-01"
gives 0 2 2
run "sealrow put customer account=1002 balance=350 user_id=ben.moor national_id=BX-9023-02
sealrow put customer account=1003 balance=9900 user_id=cat.quay national_id=CX-5108-03
sealrow put customer account=1004 balance=40 user_id=dov.rime national_id=DX-7756-04
sealrow put customer account=1005 balance=780 user_id=eve.sand national_id=EX-3392-05"
gives 0 8 8

step "What the table's owner sees: account and balance in clear, the rest are messages."
run "sqlite3 -column -header bank.db 'SELECT account, balance, length(user_id_sealed) AS bytes,
    substr(hex(user_id_sealed), 1, 24) AS user_id_begins FROM customer'"
gives 0 0 0 '1001 +1200 +[0-9]+ +020478'

step "What the database file holds: none of the ten sealed values is in its bytes."
run "grep -aoE '(ada.lark|ben.moor|cat.quay|dov.rime|eve.sand|[A-E]X-[0-9]{4}-0[1-5])' bank.db*"
gives 1 0 0 '!.'

step "The same search does find what was not sealed."
run "grep -aoE '100[1-5]' bank.db | sort -u | tr '\n' ' '"
gives 0 0 0 '1001 1002 1003 1004 1005'

step "A row is opened in us-east-1 with that Region's key alone."
run "sealrow get customer account=1001"
gives 0 2 0 ada.lark AX-4417-01

step "The same row in eu-west-1 while both Regions are up: us-east-1 is not asked."
run "AWS_REGION=eu-west-1 sealrow get customer account=1001"
gives 0 0 2 ada.lark AX-4417-01

step "The KMS of us-east-1 goes away in mid-service."
run "sealrow-kmsd region stop us-east-1 --now --data kms"
gives 0 0 0 'us-east-1 .* down$'

step "eu-west-1 opens the row all the same."
run "AWS_REGION=eu-west-1 sealrow get customer account=1001"
gives 0 0 2 ada.lark AX-4417-01

step "A program in us-east-1 turns to eu-west-1 by itself."
run "sealrow get customer account=1001"
gives 0 0 2 ada.lark AX-4417-01

step "A write needs every Region, lest a value die with one: it is refused."
run "sealrow put customer account=1006 balance=1 user_id=fay.tarn national_id=FX-1200-06"
gives 69 0 0 '^sealrow: .*us-east-1'

step "Nothing of that write was stored."
run "sqlite3 bank.db \"SELECT count(*) || ' rows' FROM customer WHERE account = '1006'\""
gives 0 0 0 '^0 rows$'

step "A program of the bank writes too (examples/tour/teller.c): refused, it tries again and again."
run "teller 1007 fay.tarn sealed > teller.log 2> events.log &
teller=\$!"
gives 0 0 0
wait_for_line teller.log refused

step "us-east-1 is declared down in a watched file: the same process goes on and tells its debt."
run "echo us-east-1 > down
wait \$teller
cat teller.log events.log"
gives 0 0 '[1-9]*' '^1007: refused: .*us-east-1' '^1007: sealed in Regions: 1, missing: 1$' \
    'write.while_down.*us-east-1' 'write.missing.*us-east-1'

step "Its message goes into the row with the program's own SQL."
run "sqlite3 bank.db \"INSERT INTO customer (account, balance, user_id_sealed)
    VALUES ('1007', 1, readfile('sealed'))\""
gives 0 0 0

step "So does the write of every other program; what it lacks is in its answer."
run "sealrow put customer account=1006 balance=1 user_id=fay.tarn national_id=FX-1200-06"
gives 0 0 2 '^inserted 1,' 'fewer Regions than promised, lacking us-east-1' 'write.while_down'

step "Nothing is sealed below the requirement: two Regions are asked for here, and one is left."
run "sed 's/while_down_file: down/&, require: quorum:2/' sealrow.yaml > strict.yaml
sealrow -c strict.yaml put customer account=1008 balance=1 user_id=gil.west national_id=GX-1"
gives 69 0 0 '^sealrow: .*2 Regions.*us-east-1 is declared down'

step "eu-west-1 opens what was written without us-east-1."
run "AWS_REGION=eu-west-1 sealrow get customer account=1006
AWS_REGION=eu-west-1 sealrow get customer account=1007"
gives 0 0 3 fay.tarn FX-1200-06

step "What a value lacks stands in its own header: exit code 1, something is missing."
run "sqlite3 bank.db \"
    SELECT writefile('owes', user_id_sealed) || ' bytes' FROM customer WHERE account = '1007'\"
sealrow inspect --regions owes"
gives 1 0 0 '^us-east-1 +missing' '^eu-west-1 +wrapped' '^1 missing$'

step "us-east-1 comes back, and is no longer declared down."
run "sealrow-kmsd region start us-east-1 --data kms
rm down"
gives 0 0 0 'us-east-1 .* up$'

act_heal 3 9 12

act_apart 13

step "A copy of the database, whole whoever writes, is laid aside for what follows."
run "sqlite3 bank.db '.backup good.db'"
gives 0 0 0

step "Somebody who may write the database swaps the user ids of two rows ..."
run "sqlite3 bank.db \"
    UPDATE customer SET user_id_sealed = other.user_id_sealed FROM customer AS other
    WHERE customer.account || other.account IN ('10011002', '10021001');
    SELECT changes() || ' rows changed'\""
gives 0 0 0 '^2 rows changed$'

step "... and the value is refused, before any KMS is asked. The security event goes to the log."
whole=1 run "sealrow get customer account=1001"
gives 65 0 0 '!ben.moor' SROW-080 '^sealrow: '

step "Another account's whole row in its place is refused: what counts is who was asked for."
run "sqlite3 bank.db '.restore good.db'
sqlite3 bank.db \"DELETE FROM customer WHERE account = '1001';
    UPDATE customer SET account = '1001' WHERE account = '1003'\"
sealrow get customer account=1001"
gives 65 0 0 '!cat.quay' SROW-080 '^sealrow: '

step "Two columns of one row swapped are refused: a value knows its column."
run "sqlite3 bank.db '.restore good.db'
sqlite3 bank.db \"UPDATE customer SET user_id_sealed = national_id_sealed,
    national_id_sealed = user_id_sealed WHERE account = '1001'\"
sealrow get customer account=1001"
gives 65 0 0 '!ada.lark' SROW-080 '^sealrow: '

step "One bit flipped, the last of the value, is refused."
run "sqlite3 bank.db '.restore good.db'
v=\$(sqlite3 bank.db \"SELECT hex(user_id_sealed) FROM customer WHERE account = '1001'\")
bit=\$(printf %s \"\${v: -1}\" | tr 0123456789ABCDEF 1032547698BADCFE)
sqlite3 bank.db \"UPDATE customer SET user_id_sealed = x'\${v%?}\$bit' WHERE account = '1001'\"
sealrow get customer account=1001"
gives 65 1 0 '!ada.lark' SROW-085 '^sealrow: '

step "Plaintext written into the sealed column is refused by the database itself."
run "sqlite3 bank.db '.restore good.db'
sqlite3 bank.db \"UPDATE customer SET user_id_sealed = 'mallory' WHERE account = '1001'\""
gives 19 0 0 'CHECK constraint failed'

step "The balance changed by SQL is NOT noticed: it is neither sealed nor bound. Bind what decides."
run "sqlite3 bank.db \"UPDATE customer SET balance = 999999 WHERE account = '1004'\"
sealrow get customer account=1004"
gives 0 2 0 999999 dov.rime

step "A key is disabled in us-east-1, with nothing but curl."
run "sqlite3 bank.db '.restore good.db'
key=\$(grep -o 'arn:aws:kms:us-east-1:[^]\"]*' sealrow.yaml)
user=\$(awk '/^\\[default\\]/ {on = 1} on && /^aws_access_key_id/ {id = \$3}
    on && /^aws_secret_access_key/ {print id \":\" \$3; exit}' kms/credentials)
curl -sS -f http://\$us/ --aws-sigv4 aws:amz:us-east-1:kms --user \"\$user\" \\
    -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: TrentService.DisableKey' \\
    -d \"{\\\"KeyId\\\":\\\"\$key\\\"}\""
gives 0 1 0

step "Opened through us-east-1 alone, the value is refused."
run "sqlite3 bank.db \"
    SELECT writefile('value', user_id_sealed) || ' bytes' FROM customer WHERE account = '1001'\"
sealrow open customer.user_id --bind account=1001 --via us-east-1 < value"
gives 77 1 0 '!ada.lark' us-east-1

step "Opened as ever, eu-west-1 serves it, and the refusal of us-east-1 is an alarm in the log."
whole=1 run "sealrow open customer.user_id --bind account=1001 < value"
gives 0 1 1 ada.lark SROW-101

step "The key is enabled again, the same way."
run "curl -sS -f http://\$us/ --aws-sigv4 aws:amz:us-east-1:kms --user \"\$user\" \\
    -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: TrentService.EnableKey' \\
    -d \"{\\\"KeyId\\\":\\\"\$key\\\"}\""
gives 0 1 0

step "A caller on the phone says a national id: is it the right one? Exit code 0: it is."
run "sqlite3 bank.db \"
    SELECT writefile('value', national_id_sealed) || ' bytes' FROM customer WHERE account = '1001'\"
printf %s AX-4417-01 | sealrow match customer.national_id --bind account=1001 --message value"
gives 0 1 0 '!AX-4417'

step "And a wrong one: exit code 1. Neither time was the id shown."
run "printf %s AX-4417-99 | sealrow match customer.national_id --bind account=1001 --message value"
gives 1 1 0 '!AX-4417-01'

step "What one value is made of; no key is needed to see it."
run "sealrow inspect < value"
gives 0 0 0 0478 account 'us-east-1' 'eu-west-1'

step "The KMS's own record: a line for each call, refused ones too, in CloudTrail's form."
whole=1 run "sealrow-kmsd audit --data kms | tail -n 1"
gives 0 0 0 '"eventName":"Decrypt"' '"account":"1001"' '!AX-4417'

step "And counted."
run "sealrow-kmsd audit --data kms --count"
gives 0 0 0 '1 +us-east-1 +DisableKey +default' '16 +us-east-1 +GenerateDataKey +app' '[0-9] +total'

finish
