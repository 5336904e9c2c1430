#!/usr/bin/env bash
# The body of "make forget": erases what is kept of a caller, whose number is in NUMBER as agents see it, and says how
# much that was. STACK names the stack, if it is not warm-transfer. LOCAL=1 is the local stack; CONTROL its control address.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'forget: %s\n' "$*" >&2; exit 1; }
. local/aws.sh

stack=${STACK:-warm-transfer}
export NUMBER=${NUMBER:-}
[ -n "$NUMBER" ] || die "say whom: make forget NUMBER=+15550100"
[[ $NUMBER != *[\"\\[:cntrl:]]* && ${#NUMBER} -le 256 ]] || die "NUMBER is the caller's number or address as agents see it"

# tell ANSWER: what was erased; it fails if something was left.
tell() {
  how() { sed -E "s/.*\"$2\":([0-9]+).*/\\1/" <<<"$1"; }
  echo "erased: the records of $(how "$1" calls) calls with $(how "$1" notes) notes, $(how "$1" messages) messages, and the number in the lists of $(how "$1" agents) agents"
  [ "$(how "$1" live)" = 0 ] ||
    die "$(how "$1" live) calls of this caller go on, of which nothing was erased: run it again after their end"
}

if [ -n "${LOCAL:-}" ]; then
  control=${CONTROL:-http://127.0.0.1:8081}
  erased=$(printf '{"number":"%s"}' "$NUMBER" | curl -fsS -X POST -H 'Content-Type: application/json' -d @- "$control/control/forget") ||
    die "the local stack at $control did not do it: is it running?"
  tell "$erased"
  exit
fi

need_table "make forget NUMBER=$NUMBER"
erased=$(go run ./local forget -table "$table") || die "not everything was erased: run it again"
tell "$erased"
