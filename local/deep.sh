#!/usr/bin/env bash
# The body of "make test-deep": the packages in which "make test" plays a part of a large walk play all of it, axe asks
# all of its rules in every view, and the browsers play the scenarios that "make test" leaves out.
set -euo pipefail
cd "$(dirname "$0")/.."
. local/parts.sh # the environment of make test, so that nothing is compiled again

local/setup.sh store page browser
mapfile -t walks < <(git grep -l 'testing.Short()' -- '*_test.go' | xargs -n 1 dirname | sort -u)
[ ${#walks[@]} -gt 0 ] || { echo "no package has a walk with a short form" >&2; exit 1; }
for folder in "${walks[@]}"; do # one after the other: the scenarios wait for functions with short time limits
  go test -timeout 25m -parallel 6 "./$folder"
done
npm run gallery --prefix frontend --silent -- --deep
npm run e2e --prefix frontend --silent -- --deep
