#!/bin/sh
# Copies what archive.sh made in $WORK into the store, reads it back and counts its rows; only then comes its digest, which says that it is
# archived. A file whose digest is missing, since a run was interrupted, is looked at again, and written again where it is not whole.
set -eu
: "${NAME:?}" "${WORK:?}"
store="store:${FOLDER:-}"
# Digest and rows of what the store holds as the file.
stored() {
  rm -rf "$WORK/back"
  rclone copy "$store" "$WORK/back" --include "/$1" || return 1
  [ -s "$WORK/back/$1" ] || return 1
  back=$(sha256sum "$WORK/back/$1" | cut -d ' ' -f 1)
  rows=$(gzip -dc "$WORK/back/$1" 2>/dev/null | awk '{ quotes += gsub(/"/, "") } quotes % 2 == 0 { rows++ } END { print rows - 1 }')
}
kept=0
for digest in "$WORK/$NAME"-*.sha256; do
  [ -e "$digest" ] || continue
  file=$(basename "$digest" .sha256).csv.gz
  # <name>-<range>.<rows>.<digest of times>.csv.gz
  counted=${file%.*.csv.gz}
  counted=${counted##*.}
  if ! { stored "$file" && [ "$rows" = "$counted" ] && gzip -t "$WORK/back/$file" 2>/dev/null; }; then
    # --ignore-times: the size of a file that is not whole may be right. A store with a lock keeps what was there beside it.
    rclone copy "$WORK" "$store" --ignore-times --include "/$file"
    if ! { stored "$file" && [ "$rows" = "$counted" ] && [ "$back" = "$(cut -d ' ' -f 1 "$digest")" ]; }; then
      echo "what the store holds as $file is not what was copied; it does not count as archived" >&2
      exit 1
    fi
  fi
  printf '%s  %s\n' "$back" "$file" >"$digest"
  rclone copy "$WORK" "$store" --include "/${digest##*/}"
  rm -f "$WORK/$file"
  kept=$((kept + 1))
done
echo "kept $kept files, read back and counted"
if [ -n "${KEEP_DAYS:-}" ]; then
  day='[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
  rclone delete "$store" --max-depth 1 --include "/$NAME-$day.*" --include "/$NAME-undated.*" --min-age "${KEEP_DAYS}d"
fi
if [ "$(cat "$WORK/left")" -gt 0 ]; then
  echo "$(cat "$WORK/left") ranges did not fit into this run; the next goes on with them" >&2
  exit 1
fi
