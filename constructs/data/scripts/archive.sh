#!/usr/bin/env bash
# Copies the rows of $TABLE that are older than HOT_RETENTION_DAYS into files: one for each day of UTC on which there are such rows, and one
# for those without a day (no time, an infinite one, one before 1970). Rows are read, never changed or deleted.
# A file's name says how many rows are in it, and a digest of their times. Where the table says otherwise (a row came late), the rows are
# copied anew, beside what was copied before. Only a digest beside a file says that it is archived: keep-archive.sh writes it.
set -euo pipefail
: "${DATABASE_URL:?}" "${NAME:?}" "${WORK:?}" "${SCRIPTS:?}" "${TABLE:?}" "${TIME_COLUMN:?}" "${HOT_RETENTION_DAYS:?}"
: "${ROOM_MEBIBYTES:?}" "${LONGEST_SECONDS:?}"
# shellcheck source=/dev/null
. "$SCRIPTS/apart.sh"
: "${DATABASE:?}"
# A client's zone stands above those of database and role.
export PGTZ=UTC
ask() {
  psql "$DATABASE" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
    --set "table=$TABLE" --set "time=$TIME_COLUMN" --set "days=$HOT_RETENTION_DAYS" "$@"
}
# Of a file: its rows; a line break inside of quotes begins none.
rows_in() { gzip --decompress --stdout "$1" | awk '{ quotes += gsub(/"/, "") } quotes % 2 == 0 { rows++ } END { print rows - 1 }'; }

[ -n "$(ask <<<"SELECT to_regclass(:'table');")" ] || { echo "there is no table $TABLE in the database" >&2; exit 1; }
# One pass over the table, and one group for each day that there is, 20,000 at most: their hashes fit into memory, and nothing is sorted on the
# server's disk, whatever a row says. A row that a policy would hide is an error, as it is for pg_dump.
ranges=$(ask <<'SQL'
SET row_security = off; SET enable_sort = off; SET work_mem = '32MB';
SELECT CASE WHEN t IS NULL OR NOT isfinite(t) OR t < '1970-01-01T00:00:00Z' THEN 'undated' ELSE to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD') END,
  count(*), left(md5(coalesce(sum(extract(epoch FROM t))::text, '')), 8)
FROM (SELECT :"time"::timestamptz AS t FROM :"table") AS timed
WHERE t IS NULL OR NOT isfinite(t) OR t < (date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => :'days'::int)) AT TIME ZONE 'UTC'
GROUP BY 1;
SQL
)
made=0
left=0
while IFS='|' read -r range rows times; do
  if [ -z "$range" ] || grep -qxF "$NAME-$range.$rows.$times.sha256" "$WORK/archived"; then continue; fi
  # What does not fit into this run is for the next: nothing is kept before the loop ends.
  if [ "$made" -gt 0 ] && { [ "$(du -sm "$WORK" | cut -f 1)" -ge $((ROOM_MEBIBYTES / 2)) ] || [ "$SECONDS" -ge $((LONGEST_SECONDS / 4)) ]; }; then
    left=$((left + 1))
    continue
  fi
  # psql fills in the names.
  if [ "$range" = undated ]; then
    which="(:\"time\" IS NULL OR NOT isfinite(:\"time\"::timestamptz) OR :\"time\"::timestamptz < '1970-01-01T00:00:00Z')"
  else
    which="(:\"time\" >= '${range}T00:00:00Z'::timestamptz AND :\"time\" < '${range}T00:00:00Z'::timestamptz + interval '24 hours')"
  fi
  # The rows and their number, of one snapshot.
  ask --set "which=$which" <<'SQL' | { IFS= read -r counted; printf '%s\n' "$counted" >"$WORK/counted"; gzip --no-name; } >"$WORK/copied"
SET row_security = off;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT count(*), left(md5(coalesce(sum(extract(epoch FROM :"time"::timestamptz))::text, '')), 8) FROM :"table" WHERE :which;
COPY (SELECT * FROM :"table" WHERE :which) TO STDOUT WITH (FORMAT csv, HEADER);
COMMIT;
SQL
  IFS='|' read -r rows times <"$WORK/counted"
  file=$NAME-$range.$rows.$times.csv.gz
  [ "$(rows_in "$WORK/copied")" = "$rows" ] || { echo "$TABLE has $rows rows of $range, and $(rows_in "$WORK/copied") were copied" >&2; exit 1; }
  mv "$WORK/copied" "$WORK/$file"
  (cd "$WORK" && sha256sum "$file" >"${file%.csv.gz}.sha256")
  made=$((made + 1))
done <<<"$ranges"
echo "$left" >"$WORK/left"
echo "copied $made ranges of $TABLE; $(grep -c . <<<"$ranges" || true) have rows older than $HOT_RETENTION_DAYS days"
