#!/usr/bin/env bash
# The body of "make test": installs what is missing, then runs every test. Each part says how long it took; its log is
# in .run/test. Walks through thousands of cases are short here; all of them: make test-deep.
set -euo pipefail
cd "$(dirname "$0")/.."
. local/parts.sh

command -v go >/dev/null || { echo "Go is needed: https://go.dev/dl" >&2; exit 1; }

# Go's modules come while npm's packages do; a list of all that the tests import fetches what there is to fetch.
modules() { part "Go's modules" go list -deps -test ./...; }
setup() { part "setting up" local/setup.sh store page browser; }

# With -vet=all, go test asks all of vet's questions, also of packages that have no tests, and loads everything once.
# packages: all but those that wait for real functions with short time limits.
packages() { go list ./... | grep -Ev '/local/(scenario|stack|demo)$' | xargs go test -vet=all -short -timeout 15m; }
# A scenario waits for processes and, where an answer does not come, for a function's time limit: more of them run at
# once than there are processors.
scenarios() { go test -vet=all -short -p 2 -parallel 6 -timeout 15m ./local/scenario ./local/stack ./local/demo; }

# The voice mostly waits for sound, which takes the time that it takes: the page's units run beside it.
voice() { part "the voice in a browser" npm test --prefix local/twiliosim/media/voice/browsertest --silent; }
units() { part "the page: types and units" npm test --prefix frontend --silent; }

# Otherwise one part after the other: each keeps two processors busy by itself.
lanes setup modules
part "gofmt" formatted
part "go vet and go test" packages
part "scenarios on the real binaries" scenarios
lanes voice units
part "the page: every state, axe" npm run gallery --prefix frontend --silent
part "browsers on the whole stack" npm run e2e --prefix frontend --silent
printf 'all tests passed in %d s\n' "$SECONDS"
