# shellcheck shell=bash
# Sourced by test.sh and check.sh: parts that run one after the other, and lanes of parts that run side by side.
. local/goflags.sh
export GOGC=400 # of the compiler and the tests, which make much garbage; functions have Lambda's environment, not this

logs=.run/test
mkdir -p "$logs"

# part NAME COMMAND...: runs it, and says how long it took. What it says goes to a log; that of a failed part is printed.
part() {
  local name=$1 began=$SECONDS log
  log="$logs/$(tr -c 'a-z0-9\n' '-' <<<"$name").log"
  shift
  if "$@" >"$log" 2>&1 </dev/null; then
    printf '== %s: %d s\n' "$name" $((SECONDS - began))
  else
    cat "$log" >&2
    printf '== %s: FAILED after %d s (%s)\n' "$name" $((SECONDS - began)) "$log" >&2
    return 1
  fi
}

# lanes FUNCTION...: runs functions side by side and waits for all, so that one run tells of every failure.
lanes() {
  local pids=() pid failed=0 lane
  for lane in "$@"; do
    (set -e; "$lane") &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return $failed
}

formatted() {
  local bad
  bad=$(gofmt -l functions shared local)
  [ -z "$bad" ] || { printf 'not gofmt-ed:\n%s\n' "$bad" >&2; return 1; }
}
