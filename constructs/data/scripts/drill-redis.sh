#!/usr/bin/env bash
# Loads the backup in $WORK into a scratch Redis inside of this pod, and compares it with its manifest: digest, age, keys.
set -euo pipefail
export FORM='seaworthy-redis-backup 2'
# shellcheck source=/dev/null
. "$SCRIPTS/manifest.sh"
# What it sets, for those who read this file alone.
: "${manifest:?}" "${dump:?}" "${age:?}"

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
keys=$(number keys)
expires=$(number expires)
# What was to expire may be gone by now; nothing else may.
if [ "$total" -gt "$keys" ] || [ "$total" -lt $((keys - expires)) ]; then
  fail "$total keys were loaded; the manifest says $keys, of which $expires expire"
fi
if [ "$keys" -eq 0 ] && [ -z "${MAY_BE_EMPTY:-}" ]; then fail "the backup holds no key"; fi

# shellcheck source=/dev/null
. "$SCRIPTS/report.sh"
report "$age" "$total"
echo "drill passed: $total keys, backup $((age / 3600)) hours old"
