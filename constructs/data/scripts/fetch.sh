#!/bin/sh
# Fetches the newest backup from the store into $WORK.
set -eu
: "${NAME:?}" "${WORK:?}" "${SCRIPTS:=$(dirname "$0")}"
# shellcheck source=/dev/null
. "$SCRIPTS/stamp.sh"
: "${store:?}" "${stamp:?}"
latest=$(rclone lsf "$store" --include "/$NAME-$stamp.manifest" | sort | tail -n 1)
if [ -z "$latest" ]; then
  echo "the store holds no backup of $NAME" >&2
  exit 1
fi
base=${latest%.manifest}
rclone copy "$store" "$WORK" --include "/$base.manifest" --include "/$base.dump"
echo "fetched $base"
