# SPDX-License-Identifier: Apache-2.0
#
# What the tours on all engines have in common: how they begin, and how a Region's debt is paid.

# act_kms: a KMS with two Regions.
act_kms() {
    step "A KMS with a key in each of two Regions. (With an AWS account this is AWS KMS.)"
    run 'sealrow-kmsd --data kms --region us-east-1=$us --region eu-west-1=$eu --init | tee kms.txt'
    gives 0 0 0 '^regions:' 'us-east-1: .*:key/' 'eu-west-1: .*:key/'

    step "It serves both Regions, each at its own address."
    run 'sealrow-kmsd --data kms --region us-east-1=$us --region eu-west-1=$eu > kmsd.log &'
    kmsd=${!:-}
    gives 0 0 0
    wait_for_line kmsd.log ready
    run "cat kmsd.log"
    gives 0 0 0 us-east-1 eu-west-1 '^ready$'
}

# act_configuration COMMANDS: sealrow.yaml, and the COMMANDS that say where the database is.
# TOUR_LIMITS: time for programs that are slowed down, by Valgrind say
act_configuration() {
    local limits=${TOUR_LIMITS:+$'\n'"limits: {$TOUR_LIMITS}"}
    step "The configuration: which columns are sealed, what binds a value to its row, which keys."
    run "eval \"\$(grep ^export kms.txt)\"
sed -n '/^regions:/,\$p' kms.txt > sealrow.yaml
cat >> sealrow.yaml <<END
version: 1
domain: bank$limits
write: {while_down_file: down}
tables:
  customer:
    table: customer
    bind:
      account: {column: account, type: text}
    columns:
      user_id: {type: text, sealed: user_id_sealed, required: true}
      national_id: {type: text, sealed: national_id_sealed}
END
$1"
    gives 0 0 0
}

# act_table CREATE COLUMN: an ordinary table made by the command CREATE, then sealed columns, of
# which each is declared as COLUMN has it.
act_table() {
    step "An ordinary table, and what Sealrow adds: two columns that refuse anything unsealed."
    run "$1"
    gives 0 0 0
    whole=1 run "sealrow init"
    gives 0 1 1 "$2"

    step "Configuration, schema, keys and Regions fit each other: asked before the first customer."
    run "sealrow check"
    gives 0 3 3 '^0 findings$'
}

# act_heal VALUES US EU: so many VALUES get the key of us-east-1, which was down; requests in each
# Region.
act_heal() {
    step "The debt of the time without us-east-1: what opens in eu-west-1 alone."
    run "sealrow status customer"
    gives 0 0 0 "us-east-1 .*debt"

    step "heal pays it: each such value is opened in eu-west-1 and sealed anew for both Regions."
    run "sealrow heal customer"
    gives 0 "$2" "$3" "healed $1, .*failed 0"

    step "Nothing is owed any more. It stands in the values' own headers: no Region is asked."
    run "sealrow status customer"
    gives 0 0 0 '!debt'
    run "sealrow status customer --json | grep -o '\"debt\":[0-9]*' | sort -u"
    gives 0 0 0 '^"debt":0$' '!"debt":[1-9]'
}

# act_apart VALUES: every row, of so many VALUES, opens in each Region alone.
act_apart() {
    step "Every row opens in us-east-1 alone."
    run "sealrow get customer --list --via us-east-1"
    gives 0 "$1" 0 fay.tarn

    step "Every row opens in eu-west-1 alone."
    run "sealrow get customer --list --via eu-west-1"
    gives 0 0 "$1" fay.tarn
}
