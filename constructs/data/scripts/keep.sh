#!/bin/sh
# Copies the backup in $WORK into the store, and reads it back; only then comes the manifest, which says that all of it is there, and only
# then go those that are older than KEEP_DAYS. So a store whose backups fail keeps its last good one, however old. Never writes over a file.
set -eu
: "${NAME:?}" "${WORK:?}" "${SCRIPTS:=$(dirname "$0")}"
# shellcheck source=/dev/null
. "$SCRIPTS/stamp.sh"
: "${store:?}" "${stamp:?}"
base=$(cd "$WORK" && ls -- "$NAME"-*.manifest)
base=${base%.manifest}
rclone copy "$WORK" "$store" --immutable --include "/$base.dump"
written=$(rclone cat "$store" --include "/$base.dump" | sha256sum | cut -d ' ' -f 1)
if [ "$written" != "$(sed -n 's/^sha256 //p' "$WORK/$base.manifest")" ]; then
  echo "what the store holds as $base.dump is not what was dumped; no older backup is deleted" >&2
  exit 1
fi
rclone copy "$WORK" "$store" --immutable --include "/$base.manifest"
echo "kept $base, read back and compared"
[ -n "${KEEP_DAYS:-}" ] || exit 0

# By the time in the name: what a file system says of a file's age changes when it is copied.
oldest=$(date -u -d "@$(($(date -u +%s) - KEEP_DAYS * 86400))" +%Y%m%dT%H%M%SZ)
# The manifest first: what is half gone must not look whole.
for kind in manifest dump; do
  rclone lsf "$store" --include "/$NAME-$stamp.$kind" | sort >"$WORK/there"
  while IFS= read -r file; do
    time=${file#"$NAME-"}
    if [ "$file" != "$base.$kind" ] && [ "$(printf '%s\n%s\n' "$time" "$oldest.$kind" | sort | head -n 1)" = "$time" ]; then
      rclone delete "$store" --max-depth 1 --include "/$file" </dev/null
      echo "deleted $file, older than $KEEP_DAYS days"
    fi
  done <"$WORK/there"
done
