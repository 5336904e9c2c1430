#!/usr/bin/env bash
# The body of "make test": installs what is missing, then runs every test. Each part says how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."

part() {
  local name=$1 began=$SECONDS
  shift
  printf '== %s\n' "$name"
  "$@" || { printf '== %s: FAILED after %d s\n' "$name" $((SECONDS - began)) >&2; exit 1; }
  printf '== %s: %d s\n' "$name" $((SECONDS - began))
}

formatted() {
  local bad
  bad=$(gofmt -l functions shared local)
  [ -z "$bad" ] || { printf 'not gofmt-ed:\n%s\n' "$bad" >&2; return 1; }
}

command -v go >/dev/null || { echo "Go is needed: https://go.dev/dl" >&2; exit 1; }
part "setting up" local/setup.sh store page browser
part "go vet" go vet ./...
part "gofmt" formatted
# The scenarios run alone: they wait for real functions, which have short time limits.
part "go test" bash -c "go list ./... | grep -v /local/scenario | xargs go test -timeout 15m"
part "scenarios on the real binaries" go test -timeout 15m ./local/scenario
part "the voice in a browser" npm test --prefix local/twiliosim/media/voice/browsertest --silent
part "the page: types and units" npm test --prefix frontend --silent
part "the page: every state, axe" npm run gallery --prefix frontend --silent
part "browsers on the whole stack" npm run e2e --prefix frontend --silent
printf 'all tests passed in %d s\n' "$SECONDS"
