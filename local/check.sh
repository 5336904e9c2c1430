#!/usr/bin/env bash
# The body of "make check": what a change must pass before it is worth running everything: format, vet, linters, the
# packages' own tests, the page's, the contracts, a few scenarios.
set -euo pipefail
cd "$(dirname "$0")/.."
. local/parts.sh

# Packages whose tests wait for processes are vetted only.
slow='/local/(scenario|demo|stack|rehearse|doctor|bench)$'
units() { go list ./... | grep -Ev "$slow" | xargs go test -vet=all -short -timeout 10m; }
vet() { go list ./... | grep -E "$slow" | xargs go vet; }
go_lane() {
  part "go vet and go test" units
  part "go vet of the rest" vet
  part "a few scenarios" go test -short -timeout 5m ./local/scenario -run \
    'TestClassicTransfer|TestF055|TestF032TheAgentIsLost|TestF140|TestF149|TestF008'
}
other_lane() {
  part "linters" local/lint.sh
  part "the page: types and units" npm test --prefix frontend --silent
}

part "setting up" local/setup.sh store page lint
part "gofmt" formatted
lanes go_lane other_lane
printf 'checked in %d s\n' "$SECONDS"
