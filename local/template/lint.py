"""Lints template.yaml as CloudFormation gets it, SAM's short forms written out: cfn-lint, from 1.54 on, does not look
behind the transform by itself. "make verify" runs it. It writes the transformed template to its first argument.

Each of MISTAKES is then made on purpose and must be found, so that a new version of cfn-lint that has gone blind is seen.
"""

import json
import logging
import sys

from cfnlint.api import ManualArgs, lint
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

MISTAKES = {
    "a Timeout of 901": ("    Timeout: 10 #", "    Timeout: 901 #"),
    "rate(1 minutes)": ("rate(1 minute)", "rate(1 minutes)"),
    "a misspelt key in a policy's statement": ("            - Effect: Allow\n", "            - Efect: Allow\n"),
    "a misspelt DeploymentType": ("      Type: !Ref DeploymentType\n", "      Type: Canary10Percent5Minute\n"),
    "a misspelt DeploymentType among those to choose from": ("Linear10PercentEvery1Minute]", "Linear10PercentEvery1Minutes]"),
    "a ServiceTimeout of 3601": ("ServiceTimeout: 300\n", "ServiceTimeout: 3601\n"),
}
# https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
SHIFTS = {"AllAtOnce"} | {f"Canary10Percent{n}Minutes" for n in (5, 10, 15, 30)} | {
    f"Linear10PercentEvery{n}Minute{'s' * (n > 1)}" for n in (1, 2, 3, 10)}


class NoPolicies:
    def load(self):
        return {}


def transformed(text):
    template = yaml_parse(text)
    for r in template["Resources"].values():
        if r["Type"] == "AWS::Serverless::Function":
            r["Properties"]["CodeUri"] = "s3://bucket/key"
    values = {n: p.get("Default", "x") for n, p in template["Parameters"].items()}
    return json.loads(json.dumps(Translator(NoPolicies(), Parser()).translate(template, values)))


def own(template):
    """What cfn-lint does not know."""
    for name, r in template["Resources"].items():
        p = r.get("Properties") or {}
        timeout = p.get("ServiceTimeout", 1)
        if not 1 <= int(timeout) <= 3600:  # of any custom resource
            yield f"{name}: a ServiceTimeout of {timeout}; CloudFormation takes 1 to 3600"


def shifts(raw):
    """The ways of moving callers that a function may be given and CodeDeploy does not have."""
    preferences = [raw["Globals"]["Function"].get("DeploymentPreference") or {}]
    preferences += [(r.get("Properties") or {}).get("DeploymentPreference") or {} for r in raw["Resources"].values()]
    for kind in (p.get("Type") for p in preferences):
        parameter = raw["Parameters"][kind["Ref"]] if isinstance(kind, dict) else {"AllowedValues": [kind] if kind else []}
        for name in set(parameter["AllowedValues"]) - SHIFTS:
            yield f"there is no deployment type {name}"


def findings(text):
    try:
        template = transformed(text)
    except Exception as e:
        return [f"the template cannot be transformed: {e}"], None
    found = [f"{'/'.join(map(str, m.path or []))}: {m.rule.id} {m.message}"
             for m in lint(json.dumps(template, indent=1), config=ManualArgs(regions=["us-east-1"], ignore_checks=["W"]))]
    return found + list(own(template)) + list(shifts(yaml_parse(text))), template


def main():
    logging.disable(logging.WARNING)  # the transform warns of its own metrics
    with open("template.yaml", encoding="utf-8") as f:
        text = f.read()
    found, template = findings(text)
    for line in found:
        print(line, file=sys.stderr)
    if found:
        sys.exit(1)
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        json.dump(template, f)
    for name, (old, new) in MISTAKES.items():
        if old not in text:
            sys.exit(f"the template has no {old!r}: choose another place for {name}")
        found, _ = findings(text.replace(old, new, 1))
        if not found:
            sys.exit(f"{name} is not found any more")
        print(f"{name}: found ({found[0][:120]})")


main()
