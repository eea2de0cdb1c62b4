#!/usr/bin/env bash
# Dumps DATABASE_URL into $WORK, with what a drill compares a restored copy with: a digest of the dump, of the schema, where sequences
# stand, and the rows of each table, all of one snapshot.
set -euo pipefail
: "${DATABASE_URL:?}" "${NAME:?}" "${WORK:?}" "${SCRIPTS:?}"
# shellcheck source=/dev/null
. "$SCRIPTS/apart.sh"
: "${DATABASE:?}"

taken=$(date -u +%s)
base=$NAME-$(date -u -d "@$taken" +%Y%m%dT%H%M%SZ)

# One session holds the snapshot while pg_dump reads the same one.
coproc SESSION { psql "$DATABASE" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1; }
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
read_as() { local text; text=$(ask "$(cat "$SCRIPTS/$2")"); if [ -n "$text" ]; then printf '%s\n' "$text" | sed "s/^/$1 /"; fi; }

ask 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;' >/dev/null
snapshot=$(ask 'SELECT pg_export_snapshot();')
schema=$(ask "$(cat "$SCRIPTS/schema.sql")" | sha256sum | cut -d ' ' -f 1)
locale=$(ask 'SELECT datcollate FROM pg_database WHERE datname = current_database();')
roles=$(read_as role roles.sql)
# Sequences know no snapshot: they are read before pg_dump reads them, and may be further on in the dump.
sequences=$(read_as sequence sequences.sql)
rows=$(read_as rows rows.sql)
pg_dump --format custom --no-owner --no-privileges --snapshot "$snapshot" --file "$WORK/$base.dump" "$DATABASE"
printf '\\q\n' >&3

{
  echo "seaworthy-backup 2"
  echo "name $NAME"
  echo "taken $taken"
  echo "sha256 $(sha256sum "$WORK/$base.dump" | cut -d ' ' -f 1)"
  echo "schema $schema"
  echo "locale $locale"
  printf '%s\n' "$roles" "$sequences" "$rows" | sed '/^$/d'
} >"$WORK/$base.manifest"
echo "dumped $(printf '%s' "$rows" | grep -c . || true) tables, $(stat -c %s "$WORK/$base.dump") bytes: $base.dump"
