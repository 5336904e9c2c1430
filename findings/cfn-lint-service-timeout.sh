#!/usr/bin/env bash
# cfn-lint 1.58.0: a custom resource's ServiceTimeout of 3601 passes, and one of 0.
#
# CloudFormation takes 1 to 3600 seconds. The property of AWS::CloudFormation::CustomResource has no limits in
# cfn-lint's schema, so that a deployment fails at the one resource that waits longest.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
. "$(dirname "$0")/common.sh"
python_packages v cfn-lint==1.58.0
lint() {
  sed "s/SECONDS/$1/" > template.yaml <<'YAML'
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  One:
    Type: AWS::CloudFormation::CustomResource
    Properties:
      ServiceToken: arn:aws:lambda:us-east-1:123456789012:function:f
      ServiceTimeout: SECONDS
YAML
  if v/bin/cfn-lint --region us-east-1 --template template.yaml >out 2>&1; then
    echo "$1: passes"
  else
    echo "$1: $(grep -oE '^[EW][0-9]+' out)"
  fi
}
expect "$(lint 0; lint 3600; lint 3601; lint many)" "0: passes
3600: passes
3601: passes
many: E3012"
