#!/bin/sh
# Writes the names of what was archived before into $WORK/archived.
set -eu
: "${NAME:?}" "${WORK:?}"
rclone lsf "store:${FOLDER:-}" --include "$NAME-*.csv.gz" >"$WORK/archived"
