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

# The command line is meant for sam; this script also needs the region, the environment and the stack's name.
env=default region=${AWS_REGION:-} stack='' # as given; empty is as saved
for ((i = 1; i <= $#; i++)); do
  next=$((i + 1))
  case "${!i}" in
    --config-env) env=${!next:-} ;;
    --config-env=*) env=${!i#*=} ;;
    --region) region=${!next:-} ;;
    --region=*) region=${!i#*=} ;;
    --stack-name) stack=${!next:-} ;;
    --stack-name=*) stack=${!i#*=} ;;
  esac
done

# saved KEY: what samconfig.toml has for the environment. "sam deploy --guided" writes its answers there.
saved() {
  local part found
  for part in deploy global; do
    found=$(sed -n "/^\[$env\.$part\.parameters\]/,/^\[/s/^$1 *= *\"\(.*\)\".*/\1/p" samconfig.toml)
    [ -z "$found" ] || { echo "$found"; return; }
  done
}
stack() { echo "${stack:-$(saved stack_name)}"; }
region() { echo "${region:-$(saved region)}"; }
[ -n "$(stack)" ] || die "samconfig.toml has no stack_name for the environment $env"
# sam prefers a saved region to AWS_REGION: without the option a deployment meant for another region would change the
# stack in the saved one.
at=()
[ -z "$(region)" ] || at=(--region "$(region)")

# Without these flags each commit would make another binary, and each binary a deployment.
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'" SAM_CLI_TELEMETRY=0

began=$SECONDS
"$sam" build --config-env "$env"
[ -s functions/publish/page/index.html ] || die "the agent page was not built: run local/setup.sh page and look why"
echo "built in $((SECONDS - began)) s"

guided=()
status=$(aws cloudformation describe-stacks ${at[@]+"${at[@]}"} --stack-name "$(stack)" --query 'Stacks[0].StackStatus' --output text 2>/dev/null) || status=none
case $status in
  none | REVIEW_IN_PROGRESS) guided=(--guided) ;; # the stack does not exist, or its first deployment was not confirmed
  ROLLBACK_COMPLETE | ROLLBACK_FAILED)
    echo "The first deployment of the stack $(stack) failed, and nothing of it runs; CloudFormation does not update such a stack."
    echo "It is deleted now and made anew, so that the parameters are asked for once more."
    aws cloudformation delete-stack ${at[@]+"${at[@]}"} --stack-name "$(stack)" &&
      aws cloudformation wait stack-delete-complete ${at[@]+"${at[@]}"} --stack-name "$(stack)" ||
      die "the stack $(stack) could not be deleted: look in CloudFormation's console which resource holds it"
    guided=(--guided)
    ;;
esac
"$sam" deploy ${guided[@]+"${guided[@]}"} ${at[@]+"${at[@]}"} "$@"

where=$(region)
where=${where:+AWS_REGION=$where }
echo # the answers may differ from the proposals
echo "Create an agent:     ${where}STACK=$(stack) make agent NAME=ada EMAIL=ada@example.com"
echo "Look if all is well: ${where}make doctor ARGS=\"-stack $(stack)\""
