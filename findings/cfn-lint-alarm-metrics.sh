#!/usr/bin/env bash
# cfn-lint v1.58.0: an alarm of eleven metrics passes. CloudWatch refuses it.
#
# "Alarms based on metric math expressions can reference a maximum of 10 metrics. This is a hard limit":
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
# A template that sums one metric of each of its functions in one alarm deploys with ten functions. With the eleventh
# nothing is said before the deployment, which CloudFormation then takes back as a whole.
. "$(dirname "$0")/common.sh"
python_packages env cfn-lint==1.58.0
{
  printf 'Resources:\n  Errors:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n'
  printf '      ComparisonOperator: GreaterThanThreshold\n      Threshold: 0\n      EvaluationPeriods: 1\n      Metrics:\n'
  printf '        - { Id: all, Expression: "SUM(METRICS())" }\n'
  for i in $(seq 11); do
    printf '        - { Id: m%d, ReturnData: false, MetricStat: { Stat: Sum, Period: 60, ' "$i"
    printf 'Metric: { Namespace: AWS/Lambda, MetricName: Errors, Dimensions: [{ Name: FunctionName, Value: f%d }] } } }\n' "$i"
  done
} >template.yaml
env/bin/cfn-lint template.yaml && status=0 || status=$?
expect "eleven metrics: cfn-lint ends with $status" "eleven metrics: cfn-lint ends with 0"
