#!/usr/bin/env bash
# Writes all of the Redis at REDIS_URL into $WORK, as one consistent snapshot, with what a drill compares a loaded copy with: digest and keys.
set -euo pipefail
: "${REDIS_URL:?}" "${NAME:?}" "${WORK:?}"

# The password is no argument, which everybody on the node reads: https://redis.io/docs/latest/develop/tools/cli/#connect-to-a-redis-server
[[ $REDIS_URL =~ ^(rediss?)://(([^/@:]*)(:([^/@]*))?@)?([^/:?]+)(:([0-9]+))?([/?].*)?$ ]] || { echo "REDIS_URL is no URL of a Redis" >&2; exit 1; }
decoded() { local raw=${1//\\/\\\\}; printf '%b' "${raw//%/\\x}"; }
server=(-h "${BASH_REMATCH[6]}" -p "${BASH_REMATCH[8]:-6379}")
if [ "${BASH_REMATCH[1]}" = rediss ]; then server+=(--tls); fi
# A URL without a user means the user default.
if [ -n "${BASH_REMATCH[3]}" ]; then server+=(--user "$(decoded "${BASH_REMATCH[3]}")"); fi
if [ -n "${BASH_REMATCH[5]}" ]; then REDISCLI_AUTH=$(decoded "${BASH_REMATCH[5]}"); export REDISCLI_AUTH; fi

taken=$(date -u +%s)
base=$NAME-$(date -u -d "@$taken" +%Y%m%dT%H%M%SZ)
redis-cli --no-auth-warning "${server[@]}" --rdb "$WORK/$base.dump" >&2
checked=$(redis-check-rdb "$WORK/$base.dump") || { echo "what was dumped is damaged: $checked" >&2; exit 1; }
counted() { sed -n "s/^\\[info\\] \\([0-9]*\\) $1\$/\\1/p" <<<"$checked"; }
{
  echo "seaworthy-redis-backup 2"
  echo "name $NAME"
  echo "taken $taken"
  echo "sha256 $(sha256sum "$WORK/$base.dump" | cut -d ' ' -f 1)"
  echo "keys $(counted 'keys read')"
  echo "expires $(counted expires)"
} >"$WORK/$base.manifest"
echo "dumped $(counted 'keys read') keys, $(stat -c %s "$WORK/$base.dump") bytes: $base.dump"
