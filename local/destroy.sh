#!/usr/bin/env bash
# The body of "make destroy": deletes the stack, and says what stays and how to remove it. YES=1 asks nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'destroy: %s\n' "$*" >&2; exit 1; }
. local/aws.sh

sam=$(command -v sam || true)
[ -n "$sam" ] || { [ -x .venv/bin/sam ] && sam=$PWD/.venv/bin/sam; } || die "the SAM CLI is needed: pip install aws-sam-cli"
need_aws "make destroy"
stack=${STACK:-warm-transfer} at=(--region "$region")
table=$(output Table) || die "this account has no stack $stack in $region (STACK=… names another stack, AWS_REGION=… another region)"
pool=$(output UserPoolId)

if [ -z "${YES:-}" ]; then
  [ -t 0 ] || die "there is no terminal to ask at: YES=1 make destroy"
  printf 'Callers who are on the line of %s lose it. Type the name of the stack to delete it: ' "$stack"
  read -r typed || typed=''
  [ "$typed" = "$stack" ] || die "nothing was deleted"
fi
SAM_CLI_TELEMETRY=0 "$sam" delete --no-prompts --stack-name "$stack" "${at[@]}" ||
  die "the stack $stack was not deleted whole: look in CloudFormation's console which resource holds it, and try again"

echo "The stack $stack is deleted. These stay:"
[ -z "$table" ] || echo "  the table, with the calls and agents of the last day:  aws dynamodb delete-table --region $region --table-name $table"
[ -z "$pool" ] || echo "  the user pool, with the agents:                         aws cognito-idp delete-user-pool --region $region --user-pool-id $pool"
echo "  SAM's own bucket of packages, for all stacks of the region: aws-sam-cli-managed-default in CloudFormation"
