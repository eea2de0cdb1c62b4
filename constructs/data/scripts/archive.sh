#!/usr/bin/env bash
# Copies each whole day of $TABLE that is older than HOT_RETENTION_DAYS into a file of its own, once. Rows are read, never changed or deleted.
set -euo pipefail
: "${DATABASE_URL:?}" "${NAME:?}" "${WORK:?}" "${TABLE:?}" "${TIME_COLUMN:?}" "${HOT_RETENTION_DAYS:?}"
ask() {
  psql "$DATABASE_URL" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
    --set "table=$TABLE" --set "time=$TIME_COLUMN" --set "days=$HOT_RETENTION_DAYS" "$@"
}

[ -n "$(ask <<<"SELECT to_regclass(:'table');")" ] || { echo "there is no table $TABLE in the database" >&2; exit 1; }
days=$(ask <<'SQL'
SELECT day::date FROM generate_series(
  (SELECT date_trunc('day', min(:"time") AT TIME ZONE 'UTC') FROM :"table"),
  date_trunc('day', now() AT TIME ZONE 'UTC') - (:'days' || ' days')::interval - interval '1 day',
  interval '1 day') AS day ORDER BY 1;
SQL
)
made=0
for day in $days; do
  file=$NAME-$day.csv.gz
  if grep -qxF "$file" "$WORK/archived"; then continue; fi
  ask --set "day=$day" <<'SQL' | gzip --no-name >"$WORK/$file"
COPY (SELECT * FROM :"table" WHERE :"time" >= (:'day' || 'T00:00:00Z')::timestamptz
  AND :"time" < (:'day' || 'T00:00:00Z')::timestamptz + interval '1 day' ORDER BY :"time") TO STDOUT WITH (FORMAT csv, HEADER);
SQL
  (cd "$WORK" && sha256sum "$file" >"${file%.csv.gz}.sha256")
  made=$((made + 1))
done
echo "archived $made days of $TABLE; $(printf '%s' "$days" | grep -c . || true) days are older than $HOT_RETENTION_DAYS days"
