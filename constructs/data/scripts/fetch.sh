#!/bin/sh
# Fetches the newest backup from the store into $WORK.
set -eu
: "${NAME:?}" "${WORK:?}"
latest=$(rclone lsf "store:${FOLDER:-}" --include "$NAME-*.manifest" | sort | tail -n 1)
if [ -z "$latest" ]; then
  echo "the store holds no backup of $NAME" >&2
  exit 1
fi
rclone copy "store:${FOLDER:-}" "$WORK" --include "${latest%.manifest}.*"
echo "fetched ${latest%.manifest}"
