#!/usr/bin/env bash
# The body of "make test": installs what is missing, then runs every test. Each part says how long it took; its log is
# in .run/test. Walks through thousands of cases are short here; all of them: make test-deep.
set -euo pipefail
cd "$(dirname "$0")/.."
. local/parts.sh

command -v go >/dev/null || { echo "Go is needed: https://go.dev/dl" >&2; exit 1; }
export GOGC=400 # of the compiler and the tests, which make much garbage; functions have Lambda's environment, not this

# packages: all but those that wait for real functions with short time limits.
packages() { go list ./... | grep -Ev '/local/(scenario|stack|demo)$' | nice -n 5 xargs go test -short -timeout 15m; }

# First the browsers on the whole stack, which mostly wait, beside what only computes and gives way to them.
browsers() { part "browsers on the whole stack" npm run e2e --prefix frontend --silent; }
code() {
  part "go vet" nice -n 5 go vet ./...
  part "go test" packages
  part "the page: types and units" nice -n 5 npm test --prefix frontend --silent
}

# Then the scenarios, beside what waits and what has no time limits.
scenarios() {
  part "scenarios on the real binaries" go test -short -p 1 -timeout 15m ./local/scenario ./local/stack ./local/demo
}
pages() {
  part "the page: every state, axe" nice -n 5 npm run gallery --prefix frontend --silent
  part "the voice in a browser" npm test --prefix local/twiliosim/media/voice/browsertest --silent
}

part "setting up" local/setup.sh store page browser
part "gofmt" formatted
lanes browsers code
lanes scenarios pages
printf 'all tests passed in %d s\n' "$SECONDS"
