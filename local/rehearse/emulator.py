"""The emulator of "make rehearse": ministack, and what it lacks of AWS that the template needs.

Each addition says which limit it mends, and refuses what AWS refuses there. None knows this template: whatever it takes
must be in any template that CloudFormation takes. Settings come from the environment (see emulator.go). The versions of
ministack and of the SAM translator are pinned in local/tools.sh; an addition is patched in by name, so that another
version which has the name no more fails at the start and not in the middle.
"""

import asyncio
import os
import re
import struct
import sys
import threading
from urllib.parse import parse_qs

import ministack.app as app
from ministack.services import apigateway, cloudformation, cloudfront, lambda_svc
from ministack.services.cloudformation import custom_resource, handlers, provisioners

LOOPBACK = "127.0.0.1"
PORT = os.environ["GATEWAY_PORT"]
HOST = os.environ["MINISTACK_HOST"]


def patch(module, name):
    """Replaces a function of a module; the new one gets the old one first."""
    old = getattr(module, name)

    def put(new):
        setattr(module, name, lambda *args, **kw: new(old, *args, **kw))
        return new

    return put


# ---- 1. Resource types that it does not know. Nothing is behind them but a name: callers move at once and not bit by
# bit, alarms of several metrics never go off, managed login has the looks that it has, saved queries cannot be run.


def named(check=None, max_len=64):
    """Handlers of a type that is only a name."""

    def create(logical_id, props, stack_name):
        if check:
            check(props)
        name = provisioners._physical_name(stack_name, logical_id, max_len=max_len)
        return name, {"Id": name, "ManagedLoginBrandingId": name, "QueryDefinitionId": name}

    def update(physical_id, old_props, new_props, stack_name, logical_id=None):
        if check:
            check(new_props)
        return physical_id, {"Id": physical_id, "ManagedLoginBrandingId": physical_id, "QueryDefinitionId": physical_id}

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": lambda physical_id, props: None}


# https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
SHIFTS = re.compile(
    r"^CodeDeployDefault\.Lambda(AllAtOnce|Canary10Percent(5|10|15|30)Minutes?|Linear10PercentEvery(1|2|3|10)Minutes?)$"
)


def deployment_group(props):
    if not SHIFTS.match(props.get("DeploymentConfigName", "")):
        raise ValueError(f"No deployment configuration found for name: {props.get('DeploymentConfigName')}")
    if not props.get("ServiceRoleArn"):
        raise ValueError("Properties validation failed: required key [ServiceRoleArn] not found")


def managed_login(props):
    if not props.get("UserPoolId"):
        raise ValueError("Properties validation failed: required key [UserPoolId] not found")
    if props.get("UseCognitoProvidedValues") and (props.get("Settings") or props.get("Assets")):
        raise ValueError("UseCognitoProvidedValues excludes Settings and Assets")


def query(props):
    for key in ("Name", "QueryString"):
        if not props.get(key):
            raise ValueError(f"Properties validation failed: required key [{key}] not found")


HANDLERS = provisioners._RESOURCE_HANDLERS
HANDLERS["AWS::CodeDeploy::Application"] = named()
HANDLERS["AWS::CodeDeploy::DeploymentGroup"] = named(deployment_group)
HANDLERS["AWS::Cognito::ManagedLoginBranding"] = named(managed_login)
HANDLERS["AWS::Logs::QueryDefinition"] = named(query)


def deployment(props):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-set-up-websocket-deployment.html"""
    if not apigateway._routes.get(props.get("ApiId", "")):
        raise ValueError("At least one route is required before deploying the Api.")


HANDLERS["AWS::ApiGatewayV2::Deployment"] = named(deployment)


def metrics(props):
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    queries = props["Metrics"]
    ids = [q.get("Id", "") for q in queries]
    if len(set(ids)) < len(ids) or not all(re.match(r"^[a-z][a-zA-Z0-9_]*$", i) for i in ids):
        raise ValueError(f"The ids of an alarm's metrics must differ and begin with a small letter: {ids}")
    if sum(1 for q in queries if q.get("MetricStat")) > 10:
        raise ValueError("An alarm can have at most 10 metrics")
    answers = [q for q in queries if str(q.get("ReturnData", True)).lower() == "true"]
    if len(answers) != 1:
        raise ValueError("Exactly one element of Metrics must return data")


several, ALARM = named(metrics, max_len=255), dict(HANDLERS["AWS::CloudWatch::Alarm"])


def alarm_create(logical_id, props, stack_name):
    one = several if props.get("Metrics") else ALARM
    return one["create"](logical_id, props, stack_name)


def alarm_update(physical_id, old_props, new_props, stack_name, logical_id=None):
    one = several if new_props.get("Metrics") else ALARM
    return one["update"](physical_id, old_props, new_props, stack_name, logical_id)


HANDLERS["AWS::CloudWatch::Alarm"].update(create=alarm_create, update=alarm_update, update_with_logical_id=True)

# ---- 2. An HTTP API's OpenAPI Body is ignored: it has no route and no authorizer.

EXTENSION = "x-amazon-apigateway-"


def read_body(api_id, body):
    """Makes the routes, integrations and authorizers of a Body. What AWS warns of is an error, as with FailOnWarnings."""
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers, by_name, integrations, routes = {}, {}, {}, {}
    for name, scheme in schemes.items():
        settings = scheme.get(EXTENSION + "authorizer") or {}
        jwt = settings.get("jwtConfiguration") or {}
        if settings.get("type") != "jwt" or not jwt.get("issuer") or not jwt.get("audience"):
            raise ValueError(f"Warnings found during import: the authorizer {name} has no issuer or no audience")
        by_name[name] = authorizer_id = provisioners.new_uuid()[:8]
        authorizers[authorizer_id] = {
            "authorizerId": authorizer_id, "authorizerType": "JWT", "name": name, "jwtConfiguration": jwt,
            "identitySource": [settings.get("identitySource", "$request.header.Authorization")],
        }
    for path, methods in (body.get("paths") or {}).items():
        for method, operation in methods.items():
            if method.startswith("x-"):
                continue
            there = operation.get(EXTENSION + "integration") or {}
            if not there.get("uri"):
                raise ValueError(f"Warnings found during import: {method} {path} has no integration")
            integration_id, route_id = provisioners.new_uuid()[:8], provisioners.new_uuid()[:8]
            integrations[integration_id] = {
                "integrationId": integration_id, "integrationType": "AWS_PROXY", "integrationUri": there["uri"],
                "integrationMethod": "POST", "payloadFormatVersion": str(there.get("payloadFormatVersion", "1.0")),
                "timeoutInMillis": 30000, "connectionType": "INTERNET", "requestParameters": {},
            }
            route = {
                "routeId": route_id, "routeKey": f"{method.upper()} {path}", "target": f"integrations/{integration_id}",
                "authorizationType": "NONE", "authorizerId": None, "authorizationScopes": [], "apiKeyRequired": False,
            }
            for wanted in operation.get("security") or []:
                for name, scopes in wanted.items():
                    if name not in by_name:
                        raise ValueError(f"Warnings found during import: {path} names the unknown authorizer {name}")
                    route.update(authorizationType="JWT", authorizerId=by_name[name], authorizationScopes=scopes)
            routes[route_id] = route
    apigateway._authorizers[api_id] = authorizers
    apigateway._integrations[api_id], apigateway._routes[api_id] = integrations, routes


API = dict(HANDLERS["AWS::ApiGatewayV2::Api"])


def api_create(logical_id, props, stack_name):
    body = props.get("Body") or {}
    made = API["create"](logical_id, {"Name": (body.get("info") or {}).get("title"), **props}, stack_name)
    if body:
        read_body(made[0], body)
    return made


def api_update(physical_id, old_props, new_props, stack_name, logical_id=None):
    made = API["update"](physical_id, old_props, new_props, stack_name, logical_id)
    if new_props.get("Body"):
        read_body(made[0], new_props["Body"])
    return made


HANDLERS["AWS::ApiGatewayV2::Api"].update(create=api_create, update=api_update, update_with_logical_id=True)

# ---- 3. Ref of a secret is its name. On AWS it is the ARN, which the policies name.

SECRET = dict(HANDLERS["AWS::SecretsManager::Secret"])


def secret_name(arn):
    return arn.split(":secret:")[1].rsplit("-", 1)[0] if ":secret:" in arn else arn


def secret_create(logical_id, props, stack_name):
    _, attributes = SECRET["create"](logical_id, props, stack_name)
    return attributes["Id"], attributes


def secret_update(physical_id, old_props, new_props, stack_name, logical_id=None):
    _, attributes = SECRET["update"](secret_name(physical_id), old_props, new_props, stack_name, logical_id)
    return physical_id, attributes


HANDLERS["AWS::SecretsManager::Secret"].update(
    create=secret_create, update=secret_update,
    delete=lambda physical_id, props: SECRET["delete"](secret_name(physical_id), props),
)

# ---- 4. Binaries of another processor than this machine's run through qemu. A package for another than the function
# says does not start, as on AWS.

MACHINES = {"x86_64": 62, "arm64": 183}  # e_machine of an ELF file: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
HERE = {"aarch64": "arm64", "x86_64": "x86_64"}[os.uname().machine]
wrapping = threading.Lock()


def machine(path):
    with open(path, "rb") as f:
        head = f.read(20)
    if head[:4] != b"\x7fELF":
        return None
    return struct.unpack("<H", head[18:20])[0]


@patch(lambda_svc, "_provided_worker_env")
def worker_env(old, config, code_dir, port):
    """6. AWS_LAMBDA_LOG_GROUP_NAME follows LoggingConfig. It is asked for before each start, and so wraps for 4, too."""
    env = old(config, code_dir, port)
    wanted = (config.get("Architectures") or ["x86_64"])[0]
    bootstrap = os.path.join(code_dir, "bootstrap")
    with wrapping:
        built = machine(bootstrap)
        if built is not None and built != MACHINES[wanted]:
            raise RuntimeError(f"{config['FunctionName']}: the package is not for {wanted} (Runtime.InvalidEntrypoint)")
        if built is not None and wanted != HERE:
            os.rename(bootstrap, bootstrap + ".elf")
            with open(bootstrap, "w", encoding="utf-8") as f:
                f.write(f'#!/bin/sh\nexec {os.environ["REHEARSE_QEMU"]} "{bootstrap}.elf"\n')
            os.chmod(bootstrap, 0o755)
    logging = config.get("LoggingConfig") or {}
    env["AWS_LAMBDA_LOG_GROUP_NAME"] = logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    env["AWS_LAMBDA_LOG_FORMAT"] = logging.get("LogFormat", "Text")
    return env


# ---- 5. An API as the origin of a distribution, the issuer's keys, and a custom resource's answer are on this machine.


@patch(cloudfront, "_origin_connect_target")
def origin_target(old, origin, viewer_is_https):
    if re.match(r"^[a-f0-9]{8}\.execute-api\." + re.escape(HOST) + "$", origin["domain_name"]):
        return LOOPBACK, int(PORT), False
    return old(origin, viewer_is_https)


@patch(apigateway, "_resolve_jwks_url")
def jwks_url(old, authorizer):
    async def asked():
        return (await old(authorizer) or "").replace(f"http://{HOST}:{PORT}/", f"http://{LOOPBACK}:{PORT}/")

    return asked()


custom_resource._HOST = LOOPBACK

# ---- 8. CloudFormation calls a custom resource's function asynchronously: one that fails or runs out of time is called
# again, twice. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html


@patch(lambda_svc, "_execute_function_with_config_scope")
def asynchronously(old, func, event):
    result = old(func, event)
    custom = isinstance(event, dict) and {"ResponseURL", "LogicalResourceId", "RequestType"} <= event.keys()
    for _ in range(2 if custom else 0):
        if not result.get("error"):
            break
        result = old(func, event)
    return result


# ---- 10. "sam delete" looks every 30 seconds whether a stack is gone. The answer waits until it is, for a while.


@patch(cloudformation, "handle_request")
def held(old, method, path, headers, body, query_params):
    async def asked():
        form = parse_qs(body.decode("utf-8", "replace")) if body else {}
        stack = handlers._resolve_stack(form.get("StackName", [""])[0])
        if form.get("Action") == ["DescribeStacks"] and stack:
            for _ in range(450):  # the SAM CLI hangs up after 60 seconds
                if stack.get("StackStatus") != "DELETE_IN_PROGRESS":
                    break
                await asyncio.sleep(0.1)
        return await old(method, path, headers, body, query_params)

    return asked()


# ---- 9. The authorizer's 401 does not say what it lacks. On AWS its challenge does (RFC 6750, section 3).


@patch(apigateway, "_validate_jwt_authorizer")
def challenged(old, route, authorizer, headers, query_params):
    async def asked():
        claims, scopes, refusal = await old(route, authorizer, headers, query_params)
        if refusal and refusal[0] == 401:
            token = apigateway._extract_token_from_identity_source(authorizer["identitySource"], headers, query_params)
            why = ' scope="" error="invalid_token" error_description="the token is not valid"' if token else ""
            refusal[1]["www-authenticate"] = "Bearer" + why
        return claims, scopes, refusal

    return asked()


# ---- 7. Ids of CloudFront policies that are neither its own nor the stack's are taken. AWS takes them not.

POLICIES = {
    "CachePolicyId": ("cache policy", cloudfront._cache_policies, cloudfront._MANAGED_CACHE_POLICIES),
    "OriginRequestPolicyId": (
        "origin request policy", cloudfront._origin_request_policies, cloudfront._MANAGED_ORIGIN_REQUEST_POLICIES),
    "ResponseHeadersPolicyId": (
        "response headers policy", cloudfront._response_headers_policies, cloudfront._MANAGED_RESPONSE_HEADERS_POLICIES),
}


@patch(provisioners, "_cf_distribution_config")
def distribution_config(old, props, caller_reference):
    config = props.get("DistributionConfig") or {}
    for behavior in [config.get("DefaultCacheBehavior") or {}, *(config.get("CacheBehaviors") or [])]:
        for key, (what, own, managed) in POLICIES.items():
            wanted = behavior.get(key)
            if wanted and wanted not in managed and own.get(wanted) is None:
                raise ValueError(f"The specified {what} does not exist: {wanted} (Service: CloudFront, Status Code: 404)")
    return old(props, caller_reference)


def managed_ids():
    """Every id of a managed policy that it knows, with CloudFront's name: the second source of the template's table."""
    for key, (_, _, managed) in POLICIES.items():
        for policy_id, policy in managed.items():
            config = next(v for k, v in policy.items() if isinstance(v, dict) and "Name" in v)
            print(f"{key}\t{policy_id}\t{config['Name']}")


if __name__ == "__main__":
    if sys.argv[1:] == ["managed-ids"]:
        managed_ids()
    else:
        import samtranslator.translator.transform  # now and not while the SAM CLI waits for a change set

        app.main()
