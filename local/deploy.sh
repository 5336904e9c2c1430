#!/usr/bin/env bash
# The body of "make deploy": builds everything, the page too, and deploys it. The first time it asks for the parameters
# (sam deploy --guided), later it uses those it was given. ARGS="--config-env prod" deploys the other environment.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'deploy: %s\n' "$*" >&2; exit 1; }

sam=$(command -v sam || true)
[ -n "$sam" ] || { [ -x .venv/bin/sam ] && sam=$PWD/.venv/bin/sam; } ||
  die "the SAM CLI is needed: pip install aws-sam-cli, or make verify, which puts one into .venv"
command -v go >/dev/null || die "Go is needed: https://go.dev/dl"
command -v aws >/dev/null || die "the AWS CLI is needed, to look whether the stack is there: https://aws.amazon.com/cli"
aws sts get-caller-identity >/dev/null 2>&1 || die "there are no AWS credentials: aws configure, or set AWS_PROFILE"

env=default
for ((i = 1; i <= $#; i++)); do
  case "${!i}" in
    --config-env) i=$((i + 1)); env=${!i:-} ;;
    --config-env=*) env=${!i#*=} ;;
  esac
done
stack=$(sed -n "/^\[$env\.global\.parameters\]/,/^\[/s/^stack_name *= *\"\(.*\)\"/\1/p" samconfig.toml)
[ -n "$stack" ] || die "samconfig.toml has no stack_name for the environment $env"

# Without these each commit would make another binary, and each binary a deployment.
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'" SAM_CLI_TELEMETRY=0

began=$SECONDS
"$sam" build --config-env "$env"
[ -s functions/publish/page/index.html ] || die "the agent page was not built: run local/setup.sh page and look why"
echo "built in $((SECONDS - began)) s"

guided=()
aws cloudformation describe-stacks --stack-name "$stack" >/dev/null 2>&1 || guided=(--guided)
"$sam" deploy ${guided[@]+"${guided[@]}"} "$@"

echo
echo "Create an agent:     make agent NAME=ada EMAIL=ada@example.com"
echo "Look if all is well: make doctor ARGS=\"-stack $stack\""
