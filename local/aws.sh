# shellcheck shell=bash
# Sourced by the scripts that use the AWS CLI, either version of it. They define die.

# need_aws AGAIN [REGION]: the AWS CLI, a region and credentials are there; AGAIN is the command to give once more. The
# region is REGION, that of the environment, or that of the AWS configuration, in this order. Version 1 of the CLI reads
# AWS_DEFAULT_REGION only, our own programs read AWS_REGION only: so both are set.
# https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-envvars.html
need_aws() {
  command -v aws >/dev/null || die "the AWS CLI is needed: https://aws.amazon.com/cli"
  region=${2:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region 2>/dev/null || true)}}}
  [ -n "$region" ] || die "no AWS region is set. Name one: AWS_REGION=eu-central-1 $1"
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region
  aws sts get-caller-identity >/dev/null 2>&1 || die "there are no AWS credentials: aws configure, or set AWS_PROFILE"
}

# output NAME: what the stack's output of that name says, nothing if it has none. It fails if there is no such stack.
output() {
  local found
  # shellcheck disable=SC2154 # the script names it
  found=$(aws cloudformation describe-stacks --region "$region" --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" 2>/dev/null) || return 1
  [ "$found" = None ] || echo "$found"
}

# need_table AGAIN: the stack's table is in $table, and the credentials in the environment, for our own programs.
need_table() {
  need_aws "$1"
  # shellcheck disable=SC2154 # the script names it
  table=$(output Table) || die "this account has no stack $stack in $region (STACK=… names another stack, AWS_REGION=… another region)"
  [ -n "$table" ] || die "the stack $stack has no output Table: is it of this program?"
  if [ -z "${AWS_ACCESS_KEY_ID:-}" ] || [ -z "${AWS_SECRET_ACCESS_KEY:-}" ]; then
    credentials=$(aws configure export-credentials --format env) ||
      die "the AWS CLI does not give its credentials. Use its version 2, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    eval "$credentials"
  fi
}
