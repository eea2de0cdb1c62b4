#!/usr/bin/env bash
# Read by the image of Postgres when its volume is empty: the database's users, before anybody asks for them.
PGUSER=${POSTGRES_USER:?} DATABASE=${POSTGRES_DB:?} bash "${SCRIPTS:?}/roles.sh" once
