#!/usr/bin/env bash
# Run by the image of Postgres when its volume is empty: the database's owner, who is no superuser, and nobody else in it.
: "${OWNER:?}" "${OWNER_PASSWORD:?}" "${POSTGRES_DB:?}" "${POSTGRES_USER:?}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set "owner=$OWNER" --set "password=$OWNER_PASSWORD" --set "database=$POSTGRES_DB" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'password';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT ALL ON DATABASE :"database" TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO :"owner";
GRANT ALL ON ALL TABLES IN SCHEMA public TO :"owner";
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO :"owner";
SQL
