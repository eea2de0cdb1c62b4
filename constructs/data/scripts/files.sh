#!/usr/bin/env bash
# Looks, before the server starts, at what lies on its volume: a server of one major must not start empty beside the files of another.
set -euo pipefail
: "${VOLUME:?}" "${PGDATA:?}" "${MAJOR:?}"
major() { tr -d '[:space:]' <"$1/PG_VERSION"; }

shopt -s nullglob
# The layout of the image from 18 on, which this server had before: the same files, in the folder that every major has here.
if [ ! -s "$PGDATA/PG_VERSION" ] && [ -s "$VOLUME/$MAJOR/docker/PG_VERSION" ]; then
  mv "$VOLUME/$MAJOR/docker" "$PGDATA"
  echo "moved the files of $MAJOR from $MAJOR/docker to ${PGDATA#"$VOLUME/"}"
fi
if [ -s "$PGDATA/PG_VERSION" ]; then
  found=$(major "$PGDATA")
  [ "$found" = "$MAJOR" ] && exit 0
  at=$PGDATA
else
  found='' at=''
  for folder in "$VOLUME" "$VOLUME"/*/ "$VOLUME"/*/*/; do
    if [ -s "${folder%/}/PG_VERSION" ]; then
      at=${folder%/} found=$(major "$at")
      break
    fi
  done
  [ -n "$found" ] || exit 0
fi
echo "$at holds the files of PostgreSQL $found, and this server is $MAJOR: it does not start, so that nothing is made beside them or lost." >&2
echo "Set the version back to $found; or dump that database, and restore it into a server $MAJOR with a volume of its own (docs/runbooks.md)." >&2
exit 1
