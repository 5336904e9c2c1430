#!/usr/bin/env bash
# The body of "make settings": prints the line's settings as JSON. With FILE it checks that file's and saves them; with
# BACK=1 it takes the last change back. STACK names the stack, if it is not warm-transfer. LOCAL=1 is the local stack;
# CONTROL its control address.
set -euo pipefail

die() { printf 'settings: %s\n' "$*" >&2; exit 1; }
. "$(dirname "$0")/aws.sh"

stack=${STACK:-warm-transfer} file=${FILE:-} back=${BACK:-}
[ -z "$file" ] || [ -z "$back" ] || die "either FILE or BACK"
[ -z "$file" ] || [ -r "$file" ] || die "there is no file $file"
[ -z "$file" ] || file=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
cd "$(dirname "$0")/.."

if [ -n "${LOCAL:-}" ]; then
  address=${CONTROL:-http://127.0.0.1:8081}/control/settings
  ask=(curl -sS --fail-with-body "$address")
  [ -z "$file" ] || ask+=(-X PUT -H "Content-Type: application/json" --data-binary "@$file")
  [ -z "$back" ] || ask+=(-X DELETE)
  said=$("${ask[@]}") || case $? in
    22) die "refused, nothing was saved: $(sed -n 's/.*"error": *"\(.*\)".*/\1/p' <<<"$said")" ;; # an answer of 400 or more
    *) die "the local stack at $address did not do it: is it running?" ;;
  esac
  printf '%s\n' "$said"
else
  need_table "make settings"
  ask=(go run ./local settings -table "$table")
  [ -z "$back" ] || ask+=(-back)
  [ -z "$file" ] || ask+=("$file")
  "${ask[@]}" || die "nothing was saved, or that is not known: look with make settings"
fi
