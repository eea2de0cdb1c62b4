#!/usr/bin/env bash
# Writes all of the Redis at REDIS_URL into $WORK, as one consistent snapshot, with what a drill compares a loaded copy with: digest and keys.
set -euo pipefail
: "${REDIS_URL:?}" "${NAME:?}" "${WORK:?}"

taken=$(date -u +%s)
base=$NAME-$(date -u -d "@$taken" +%Y%m%dT%H%M%SZ)
# A URL without a user means the user default; redis-cli takes it for one without a name.
redis-cli --no-auth-warning -u "${REDIS_URL/\/\/:/\/\/default:}" --rdb "$WORK/$base.dump" >&2
checked=$(redis-check-rdb "$WORK/$base.dump") || { echo "what was dumped is damaged: $checked" >&2; exit 1; }
counted() { sed -n "s/^\\[info\\] \\([0-9]*\\) $1\$/\\1/p" <<<"$checked"; }
{
  echo "seaworthy-redis-backup 1"
  echo "taken $taken"
  echo "sha256 $(sha256sum "$WORK/$base.dump" | cut -d ' ' -f 1)"
  echo "keys $(counted 'keys read')"
  echo "expires $(counted expires)"
} >"$WORK/$base.manifest"
echo "dumped $(counted 'keys read') keys, $(stat -c %s "$WORK/$base.dump") bytes: $base.dump"
