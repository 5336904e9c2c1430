#!/usr/bin/env bash
# The body of "make race": the packages with goroutines under the race detector, which needs cgo and so a C compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v "${CC:-gcc}" >/dev/null || { echo "the race detector needs a C compiler: apt-get install gcc libc6-dev" >&2; exit 1; }
local/setup.sh store
export CGO_ENABLED=1
go test -short -race -timeout 15m ./local/bus ./local/clock ./local/gateway/... ./local/iam ./local/issuer ./local/secrets \
  ./local/stack ./local/store ./local/twiliosim/... ./shared/app ./shared/archive ./shared/dynamo ./shared/httpapi ./shared/metrics \
  ./shared/secret ./shared/service ./shared/team ./shared/twilio ./shared/voicemail ./functions/...
