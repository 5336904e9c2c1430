#!/usr/bin/env bash
# The linters, each pinned and installed where it is missing: Go (staticcheck, go-errorlint, lines to 120 columns, sizes,
# layers), TypeScript and JavaScript (oxlint), shell (shellcheck).
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
die() { printf 'lint: %s\n' "$*" >&2; exit 1; }
. local/tools.sh
. local/goflags.sh # so that what the tests have compiled is not compiled again

mapfile -t go_files < <(git ls-files -co --exclude-standard '*.go')
mapfile -t shell_files < <(git ls-files -co --exclude-standard '*.sh' .ci/run)
local/setup.sh lint
venv .venv-lint "$SHELL_LINT"

say "lines to 120 columns"
go run ./local/lint/lines "${go_files[@]}"
say "sizes of types and files"
mapfile -t page_files < <(git ls-files -co --exclude-standard 'frontend/src/*')
go run ./local/lint/sizes "${go_files[@]}" "${page_files[@]}"
say "uses that run back up the layers of a package"
go run ./local/lint/layers -max 5 ./shared/...
say "they, for a role"
words=(-nIwiE '(n)?(he|she|him|his|her|hers|himself|herself)' -- ':!docs/GLOSSARY.md' ':!local/lint.sh' ':!local/template/readme_test.go' ':!*package-lock.json')
! git grep "${words[@]}" || die "the glossary says: they, or the role's name"
say "shellcheck"
.venv-lint/bin/shellcheck -x -P SCRIPTDIR -S warning "${shell_files[@]}"
say "oxlint"
local/lint/node_modules/.bin/oxlint -c local/lint/oxlint.json --quiet \
  frontend/src frontend/test frontend/scripts local/twiliosim/media/voice/browsertest local/phone local/store
say "staticcheck"
go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
say "errorlint"
go run github.com/polyfloyd/go-errorlint@v1.8.0 ./...
