#!/usr/bin/env bash
# Finds the one backup in $WORK, and checks what its manifest says of it: form, age, digest. Read by the drills, which say the form: FORM.
# Sets: manifest, dump, age (seconds).
: "${NAME:?}" "${WORK:?}" "${SCRIPTS:?}" "${MOST_HOURS:?}" "${FORM:?}"
fail() { echo "drill failed: $1" >&2; exit 1; }

shopt -s nullglob
manifests=("$WORK"/*.manifest)
[ "${#manifests[@]}" -eq 1 ] || fail "expected one manifest, found ${#manifests[@]}"
manifest=${manifests[0]}
dump=${manifest%.manifest}.dump
field() { sed -n "s/^$1 //p" "$manifest"; }

[ "$(head -n 1 "$manifest")" = "$FORM" ] || fail "the manifest has no form that is known here"
[ -s "$dump" ] || fail "the dump is missing or empty"
age=$(($(date -u +%s) - $(field taken)))
[ "$age" -le $((MOST_HOURS * 3600)) ] || fail "the newest backup is $((age / 3600)) hours old; at most $MOST_HOURS are allowed"
[ "$(sha256sum "$dump" | cut -d ' ' -f 1)" = "$(field sha256)" ] || fail "the dump is not what was written: its digest differs"
