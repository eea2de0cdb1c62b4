#!/usr/bin/env bash
# Takes the password out of DATABASE_URL, since everybody on the node reads the arguments of psql and pg_dump, and puts it where libpq looks:
# https://www.postgresql.org/docs/current/libpq-envars.html Read by the scripts that speak with a database.
# Sets: DATABASE (the URL without a password), PGPASSWORD.
: "${DATABASE_URL:?}"
DATABASE=$DATABASE_URL
case $DATABASE_URL in
  *[?\&]password=*) echo "the password of DATABASE_URL belongs before its @" >&2; exit 1 ;;
  *) ;;
esac
# As libpq reads it: what stands before the first @, unless a / comes first; in it, what stands after the first colon.
if [[ $DATABASE_URL =~ ^([a-z][a-z0-9+.-]*://)([^/@:]*):([^/@]*)@(.*)$ ]]; then
  DATABASE=${BASH_REMATCH[1]}${BASH_REMATCH[2]}@${BASH_REMATCH[4]}
  encoded=${BASH_REMATCH[3]//\\/\\\\}
  printf -v PGPASSWORD '%b' "${encoded//%/\\x}"
  export PGPASSWORD
  unset encoded
fi
export DATABASE
