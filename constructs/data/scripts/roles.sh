#!/usr/bin/env bash
# Makes the users of $DATABASE what the Secret mounted at $USERS says: its owner, one who reads all of it, one who reads its numbers.
# `roles.sh once` does so now; `roles.sh watch` does so at its start, whenever that Secret or the server's certificate changes, and each hour.
# Whoever it is run as (PGUSER, of the server's own pod or by its password) may make roles. No password is in an argument or a log: psql
# sends its digest only.
set -euo pipefail
: "${DATABASE:?}" "${OWNER:?}" "${READER:?}" "${METRICS:?}" "${USERS:?}" "${PGUSER:?}"

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$DATABASE" "$@"; }

# On a server elsewhere the password of its master, as it is now: the cloud changes it.
signed_in() {
  if is_elsewhere; then PGPASSWORD=$(cat "$USERS/superuser") "$@"; else "$@"; fi
}

is_elsewhere() {
  case ${PGHOST:-/} in /*) return 1 ;; *) return 0 ;; esac
}

role() {
  local name=$1 file=$USERS/$2
  [ -s "$file" ] || { echo "the Secret has no $2" >&2; return 1; }
  [ "$(wc -l <"$file")" -le 1 ] || { echo "$2 has more than one line" >&2; return 1; }
  signed_in ask --set "role=$name" <<'SQL' || return 1
SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SQL
  # psql asks a terminal for a password; where there is none, it reads what it is given.
  { printf '\\password :"role"\n'; for _ in 1 2; do cat "$file"; echo; done; } | sed '/^$/d' |
    signed_in setsid --wait psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set "role=$name" --dbname "$DATABASE" 2>&1 |
    sed '/^Enter /d' >&2
}

grants() {
  signed_in ask --set "database=$DATABASE" --set "owner=$OWNER" --set "reader=$READER" --set "metrics=$METRICS" <<'SQL'
SET client_min_messages = warning;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT ALL ON DATABASE :"database" TO :"owner";
GRANT CONNECT ON DATABASE :"database" TO :"reader", :"metrics";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO :"owner";
GRANT pg_read_all_data TO :"reader";
GRANT pg_monitor TO :"metrics";
SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user \gset
\if :super
GRANT ALL ON ALL TABLES IN SCHEMA public TO :"owner";
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO :"owner";
-- A dump without the rows that a policy hides from its reader is no dump.
ALTER ROLE :"reader" BYPASSRLS;
\endif
SQL
}

apply() {
  role "$OWNER" password && role "$READER" reader && role "$METRICS" metrics && grants || return 1
  is_elsewhere || role "$PGUSER" superuser
}

if [ "${1:-}" = once ]; then
  # Who changes the same roles at the same moment makes Postgres refuse one of the two.
  (apply) || { sleep 2; apply; }
  exit
fi

digest() { cat "$1"/* 2>/dev/null | sha256sum; }
trap 'exit 0' TERM INT
users='' certificate='' applied=0
while :; do
  now=$(digest "$USERS")
  if [ "$now" != "$users" ] || [ $((SECONDS - applied)) -ge 3600 ]; then
    if (apply); then
      [ "$users" = "$now" ] || echo "the users of $DATABASE are what the Secret says"
      users=$now applied=$SECONDS
      touch "${READY:-/dev/null}"
    fi
  fi
  if [ -n "${CERTIFICATE:-}" ]; then
    now=$(digest "$CERTIFICATE")
    if [ -n "$certificate" ] && [ "$now" != "$certificate" ] && ask --command 'SELECT pg_reload_conf()' >/dev/null; then
      echo "the server reads its certificate anew"
      certificate=$now
    fi
    certificate=${certificate:-$now}
  fi
  sleep "${EVERY:-15}" &
  wait $!
done
