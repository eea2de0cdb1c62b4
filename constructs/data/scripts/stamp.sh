#!/bin/sh
# The names of a Backup's files, and of nobody else's: another Backup's name may begin with this one's.
# Sets: store, stamp (a pattern of rclone's and the shell's for the time in a name).
: "${NAME:?}"
case $NAME in
  *[!a-z0-9.-]*) echo "NAME is $NAME; it must be lower-case letters, digits, dots and hyphens" >&2; exit 1 ;;
  *) ;;
esac
export store="store:${FOLDER:-}"
digits='[0-9][0-9][0-9][0-9]'
export stamp="${digits}${digits}T${digits}[0-9][0-9]Z"
