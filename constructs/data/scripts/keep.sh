#!/bin/sh
# Copies what lies in $WORK into the store: the large files first, so that a manifest says that all of it is there. Never writes over a file.
set -eu
: "${NAME:?}" "${WORK:?}"
rclone copy "$WORK" "store:${FOLDER:-}" --immutable --include "$NAME-*.dump" --include "$NAME-*.csv.gz"
rclone copy "$WORK" "store:${FOLDER:-}" --immutable --include "$NAME-*.manifest" --include "$NAME-*.sha256"
if [ -n "${KEEP_DAYS:-}" ]; then
  rclone delete "store:${FOLDER:-}" --include "$NAME-*" --min-age "${KEEP_DAYS}d"
fi
echo "kept: $(find "$WORK" -name "$NAME-*" | wc -l) files"
