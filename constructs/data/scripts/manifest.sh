#!/usr/bin/env bash
# Finds the one backup in $WORK, and checks what its manifest says of it: form, name, age, digest. Read by the drills, which say the form:
# FORM. Whoever may write into the store wrote the manifest: nothing of it is evaluated, and what is a number is looked at before it is one.
# Sets: manifest, dump, age (seconds).
: "${NAME:?}" "${WORK:?}" "${SCRIPTS:?}" "${MOST_HOURS:?}" "${FORM:?}"
fail() { printf 'drill failed: %s\n' "$1" | tr -d '\000-\010\013-\037' >&2; exit 1; }
field() { sed -n "s/^$1 //p" "$manifest"; }
# number FIELD: prints it, where it stands once and is one. Not to be read in a [ ]: there its failure would end nothing.
number() {
  local found
  found=$(field "$1")
  [[ $found =~ ^(0|[1-9][0-9]{0,14})$ ]] || fail "the manifest's $1 is no number"
  printf '%s' "$found"
}

shopt -s nullglob
manifests=("$WORK"/*.manifest)
[ "${#manifests[@]}" -eq 1 ] || fail "expected one manifest, found ${#manifests[@]}"
manifest=${manifests[0]}
dump=${manifest%.manifest}.dump

[ "$(head -n 1 "$manifest")" = "$FORM" ] || fail "the manifest has no form that is known here"
[ "$(field name)" = "$NAME" ] || fail "the manifest is of another backup: $(field name | head -n 1)"
[ -s "$dump" ] || fail "the dump is missing or empty"
taken=$(number taken)
[ "${dump##*/}" = "$NAME-$(date -u -d "@$taken" +%Y%m%dT%H%M%SZ).dump" ] || fail "the manifest says another time than its name"
age=$(($(date -u +%s) - taken))
# Clocks of two nodes differ a little.
[ "$age" -ge -300 ] || fail "the backup is of a time to come: $(date -u -d "@$taken" +%FT%TZ)"
[ "$age" -le $((MOST_HOURS * 3600)) ] || fail "the newest backup is $((age / 3600)) hours old; at most $MOST_HOURS are allowed"
[ "$(sha256sum "$dump" | cut -d ' ' -f 1)" = "$(field sha256)" ] || fail "the dump is not what was written: its digest differs"
