#!/usr/bin/env bash
# Loads the backup in $WORK into a scratch Redis inside of this pod, and compares it with its manifest: digest, age, keys.
set -euo pipefail
: "${NAME:?}" "${WORK:?}" "${SCRIPTS:?}" "${MOST_HOURS:?}"
fail() { echo "drill failed: $1" >&2; exit 1; }

shopt -s nullglob
manifests=("$WORK"/*.manifest)
[ "${#manifests[@]}" -eq 1 ] || fail "expected one manifest, found ${#manifests[@]}"
manifest=${manifests[0]}
dump=${manifest%.manifest}.dump
field() { sed -n "s/^$1 //p" "$manifest"; }

[ "$(head -n 1 "$manifest")" = "seaworthy-redis-backup 1" ] || fail "the manifest has no form that is known here"
[ -s "$dump" ] || fail "the dump is missing or empty"
age=$(($(date -u +%s) - $(field taken)))
[ "$age" -le $((MOST_HOURS * 3600)) ] || fail "the newest backup is $((age / 3600)) hours old; at most $MOST_HOURS are allowed"
[ "$(sha256sum "$dump" | cut -d ' ' -f 1)" = "$(field sha256)" ] || fail "the dump is not what was written: its digest differs"

mkdir "$WORK/server"
cp "$dump" "$WORK/server/dump.rdb"
socket=$WORK/server/socket
redis-server --port 0 --unixsocket "$socket" --dir "$WORK/server" --dbfilename dump.rdb --save '' --appendonly no \
  --daemonize yes --pidfile "$WORK/server/pid" --logfile "$WORK/server/log"
trap 'redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1 || true' EXIT
ask() { redis-cli -s "$socket" "$@"; }
for _ in $(seq 60); do
  [ "$(ask ping 2>/dev/null || true)" = PONG ] && break
  sleep 1
done
[ "$(ask ping)" = PONG ] || fail "the dump cannot be loaded: $(tail -n 1 "$WORK/server/log")"
total=$(ask info keyspace | sed -n 's/^db[0-9]*:keys=\([0-9]*\),.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
# What was to expire may be gone by now; nothing else may.
if [ "$total" -gt "$(field keys)" ] || [ "$total" -lt $(($(field keys) - $(field expires))) ]; then
  fail "$total keys were loaded; the manifest says $(field keys), of which $(field expires) expire"
fi
[ "$(field keys)" -gt 0 ] || fail "the backup holds no key"

# shellcheck source=/dev/null
. "$SCRIPTS/report.sh"
report "$age" "$total"
echo "drill passed: $total keys, backup $((age / 3600)) hours old"
