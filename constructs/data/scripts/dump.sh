#!/usr/bin/env bash
# Dumps DATABASE_URL into $WORK, with what a drill compares a restored copy with: a digest of the dump, of the schema, and the rows
# of each table, all of one snapshot.
set -euo pipefail
: "${DATABASE_URL:?}" "${NAME:?}" "${WORK:?}" "${SCRIPTS:?}"

taken=$(date -u +%s)
base=$NAME-$(date -u -d "@$taken" +%Y%m%dT%H%M%SZ)

# One session holds the snapshot while pg_dump reads the same one.
coproc SESSION { psql "$DATABASE_URL" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1; }
exec 3>&"${SESSION[1]}" 4<&"${SESSION[0]}"
ask() {
  local line
  printf '%s\n\\echo --end--\n' "$1" >&3
  while IFS= read -r line <&4; do
    if [ "$line" = --end-- ]; then return 0; fi
    printf '%s\n' "$line"
  done
  echo "the session with the database ended early" >&2
  return 1
}

ask 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;' >/dev/null
snapshot=$(ask 'SELECT pg_export_snapshot();')
schema=$(ask "$(cat "$SCRIPTS/schema.sql")" | sha256sum | cut -d ' ' -f 1)
rows=$(ask "$(cat "$SCRIPTS/rows.sql")")
pg_dump --format custom --no-owner --no-privileges --snapshot "$snapshot" --file "$WORK/$base.dump" "$DATABASE_URL"
printf '\\q\n' >&3

{
  echo "seaworthy-backup 1"
  echo "taken $taken"
  echo "sha256 $(sha256sum "$WORK/$base.dump" | cut -d ' ' -f 1)"
  echo "schema $schema"
  if [ -n "$rows" ]; then printf '%s\n' "$rows" | sed 's/^/rows /'; fi
} >"$WORK/$base.manifest"
echo "dumped $(printf '%s' "$rows" | grep -c . || true) tables, $(stat -c %s "$WORK/$base.dump") bytes: $base.dump"
