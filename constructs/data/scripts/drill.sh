#!/usr/bin/env bash
# Restores the backup in $WORK into a scratch database, and compares it with its manifest: digest, age, schema, sequences, rows of each table.
# The scratch database is a server of its own inside of this pod, with no way in from outside; there is no variable that names another.
# What a table's owner wrote (constraints, defaults, index expressions) runs while it is restored: as a role without privileges.
set -euo pipefail
export FORM='seaworthy-backup 2'
# shellcheck source=/dev/null
. "$SCRIPTS/manifest.sh"
# What it sets, for those who read this file alone.
: "${manifest:?}" "${dump:?}" "${age:?}"

# No server but the scratch one, whatever the image or a person says.
unset "${!PG@}"
random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
above=$(random)
below=$(random)
initdb --pgdata "$WORK/server" --username drill --pwfile <(printf '%s\n' "$above") --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 >/dev/null
pg_ctl --pgdata "$WORK/server" --wait --silent --log "$WORK/server.log" \
  --options "-c listen_addresses='' -c unix_socket_directories='$WORK' -c fsync=off" start
trap 'pg_ctl --pgdata "$WORK/server" --mode immediate --silent stop' EXIT
export PGHOST=$WORK
sql=(psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1)
prepare() { PGPASSWORD=$above "${sql[@]}" --username drill "$@"; }
ask() { PGPASSWORD=$below "${sql[@]}" --username restore --dbname restored --command "$1"; }

prepare --dbname postgres <<<"CREATE ROLE restore LOGIN BYPASSRLS NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION PASSWORD '$below';"
# Policies name roles. They can do nothing here.
while IFS= read -r role; do
  prepare --dbname postgres --set "role=$role" <<<'CREATE ROLE :"role" NOLOGIN;' || fail "the manifest names a role that cannot be made"
done < <(field role)
# The order of texts decides in which partition a row is; where this image lacks the locale of the live one, it is that of the bytes.
locale=$(field locale)
made() { prepare --dbname postgres --set "locale=$1" <<<"CREATE DATABASE restored OWNER restore TEMPLATE template0 LOCALE :'locale';"; }
made "$locale" 2>/dev/null || made C.UTF-8 || fail "no scratch database could be made"
# Extensions that only a superuser may make, into schemas that are there, before anything of the dump is. Their names are looked up, and their
# code is this image's own.
pg_restore --schema-only --file - "$dump" >"$WORK/said.sql" || fail "the dump cannot be restored"
sed -n 's/^CREATE EXTENSION IF NOT EXISTS "\{0,1\}\([a-z][a-z0-9_-]*\)"\{0,1\} WITH SCHEMA \(public\|pg_catalog\);$/\1 \2/p' "$WORK/said.sql" |
  while read -r extension schema; do
    prepare --dbname restored --set "extension=$extension" --set "schema=$schema" <<'SQL'
SELECT format('CREATE EXTENSION %I SCHEMA %I', name, :'schema') FROM pg_available_extension_versions
 WHERE name = :'extension' AND superuser AND NOT trusted AND NOT installed LIMIT 1 \gexec
SQL
  done

PGPASSWORD=$below pg_restore --exit-on-error --no-owner --no-privileges --no-comments --no-publications --no-subscriptions --no-security-labels \
  --username restore --dbname restored "$dump" || fail "the dump cannot be restored"
[ "$(ask "$(cat "$SCRIPTS/schema.sql")" | sha256sum | cut -d ' ' -f 1)" = "$(field schema)" ] || fail "the schema differs from the one that was dumped"
restored=$(ask "$(cat "$SCRIPTS/rows.sql")")
[ "$restored" = "$(field rows)" ] || fail "the rows differ: $(diff <(field rows) <(printf '%s\n' "$restored") | grep '^[<>]' | head -n 5 | tr '\n' ' ')"
[ -n "$restored" ] || fail "the backup holds no table"
behind=$(awk '{ value = $NF; step = $(NF - 1); name = $0; sub(/ [^ ]* [^ ]*$/, "", name) }
  NR == FNR { stands[name] = value; next }
  !(name in stands) || (step > 0 ? stands[name] + 0 < value + 0 : stands[name] + 0 > value + 0) { print name }' \
  <(ask "$(cat "$SCRIPTS/sequences.sql")") <(field sequence))
[ -z "$behind" ] || fail "sequences stand before where they stood: $(head -n 5 <<<"$behind" | tr '\n' ' ')"
total=$(printf '%s\n' "$restored" | awk '{ n += $NF } END { print n }')
if [ "$total" -eq 0 ] && [ -z "${MAY_BE_EMPTY:-}" ]; then fail "the backup holds no row in any table"; fi

# shellcheck source=/dev/null
. "$SCRIPTS/report.sh"
report "$age" "$total"
echo "drill passed: $(printf '%s\n' "$restored" | wc -l) tables, $total rows, backup $((age / 3600)) hours old"
