#!/usr/bin/env bash
# AWS CLI 1.46.3: AWS_REGION is not read.
#
# Version 2 of the CLI and the SDKs in Go and JavaScript read AWS_REGION. Version 1, botocore and what is built on them
# (boto3) read AWS_DEFAULT_REGION only. So one variable in front of a script that uses both sends its parts to two
# regions, or, with a region in ~/.aws/config, silently to the one that nobody has named. Set both.
# https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-envvars.html
. "$(dirname "$0")/common.sh"
python_packages v awscli==1.46.3
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_REGION AWS_DEFAULT_REGION AWS_PROFILE AWS_DEFAULT_PROFILE
region() { v/bin/aws configure list 2>/dev/null | awk '$1 == "region" { print $2 == "<not" ? "not set" : $2 }'; }
got="AWS_REGION=eu-west-1: $(AWS_REGION=eu-west-1 region)
AWS_DEFAULT_REGION=eu-west-1: $(AWS_DEFAULT_REGION=eu-west-1 region)"
expect "$got" "AWS_REGION=eu-west-1: not set
AWS_DEFAULT_REGION=eu-west-1: eu-west-1"
