#!/usr/bin/env bash
# Restores the backup in $WORK into a scratch database, and compares it with its manifest: digest, age, schema, rows of each table.
# The scratch database is a server of its own inside of this pod, unless SCRATCH_URL names another. What holds data is never touched.
set -euo pipefail
export FORM='seaworthy-backup 1'
# shellcheck source=/dev/null
. "$SCRIPTS/manifest.sh"
# What it sets, for those who read this file alone.
: "${manifest:?}" "${dump:?}" "${age:?}"

if [ -z "${SCRATCH_URL:-}" ]; then
  initdb --pgdata "$WORK/server" --username drill --auth trust --encoding UTF8 --locale C >/dev/null
  pg_ctl --pgdata "$WORK/server" --wait --silent --log "$WORK/server.log" \
    --options "-c listen_addresses='' -c unix_socket_directories='$WORK' -c fsync=off" start
  trap 'pg_ctl --pgdata "$WORK/server" --mode immediate --silent stop' EXIT
  SCRATCH_URL="postgresql://drill@/postgres?host=$WORK"
fi
case $SCRATCH_URL in
  *"@${LIVE_HOST:-no-host-is-called-this}" | *"@${LIVE_HOST:-no-host-is-called-this}"[:/?]*) fail "the scratch database is on ${LIVE_HOST:-}, the live server; it is not touched" ;;
  *) ;;
esac
ask() { psql "$SCRATCH_URL" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"; }
[ -z "$(ask "$(cat "$SCRIPTS/rows.sql")")" ] || fail "the scratch database holds tables; it is not touched"

pg_restore --exit-on-error --no-owner --no-privileges --dbname "$SCRATCH_URL" "$dump" || fail "the dump cannot be restored"
[ "$(ask "$(cat "$SCRIPTS/schema.sql")" | sha256sum | cut -d ' ' -f 1)" = "$(field schema)" ] || fail "the schema differs from the one that was dumped"
restored=$(ask "$(cat "$SCRIPTS/rows.sql")")
[ "$restored" = "$(field rows)" ] || fail "the rows differ: $(diff <(field rows) <(printf '%s\n' "$restored") | grep '^[<>]' | head -n 5 | tr '\n' ' ')"
[ -n "$restored" ] || fail "the backup holds no table"
total=$(printf '%s\n' "$restored" | awk '{ n += $NF } END { print n }')

# shellcheck source=/dev/null
. "$SCRIPTS/report.sh"
report "$age" "$total"
echo "drill passed: $(printf '%s\n' "$restored" | wc -l) tables, $total rows, backup $((age / 3600)) hours old"
