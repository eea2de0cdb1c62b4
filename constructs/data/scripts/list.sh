#!/bin/sh
# Writes the names of the digests of what was archived before into $WORK/archived: a file without one was never read back.
set -eu
: "${NAME:?}" "${WORK:?}"
day='[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
rclone lsf "store:${FOLDER:-}" --include "/$NAME-$day.*.sha256" --include "/$NAME-undated.*.sha256" >"$WORK/archived"
