# shellcheck shell=bash
# Sourced by what compiles Go: the flags with which the functions are deployed, so that each package is compiled once
# for tests, tools and functions, and, since no path of this clone is in what comes out, once for all clones on a
# machine. Without cgo every test passes without a C compiler, too (F204); make race has cgo.
export CGO_ENABLED=0
export GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc ${GOFLAGS:-}"
