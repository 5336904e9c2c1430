package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// alias is where the alias of each function points.
func (r *rehearsal) alias(ctx context.Context) (map[string]string, error) {
	all, err := r.resources(ctx)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for id, name := range all {
		if !strings.HasSuffix(id, "Function") {
			continue
		}
		var answer struct{ FunctionVersion string }
		if err := r.ask(ctx, &answer, "lambda", "get_alias", with{"FunctionName": name, "Name": "live"}); err != nil {
			return nil, fmt.Errorf("%s has no alias live", id)
		}
		versions[id] = answer.FunctionVersion
	}
	if len(versions) == 0 {
		return nil, errors.New("the stack has no function")
	}
	return versions, nil
}

// live reads the configuration of the version that callers reach.
func (r *rehearsal) live(ctx context.Context, name string, to any) error {
	return r.ask(ctx, to, "lambda", "get_function_configuration", with{"FunctionName": name, "Qualifier": "live"})
}

// aliases: whoever calls a function calls the alias, so that a deployment can move it and take it back.
func (r *rehearsal) aliases(ctx context.Context) error {
	versions, err := r.alias(ctx)
	if err != nil {
		return err
	}
	for id, v := range versions {
		if v == "$LATEST" {
			return fmt.Errorf("%s: the alias points at no version", id)
		}
	}
	all, err := r.resources(ctx)
	if err != nil {
		return err
	}
	var answer struct {
		Items []struct{ IntegrationURI string }
	}
	if err := r.ask(ctx, &answer, "apigatewayv2", "get_integrations", with{"ApiId": all["HttpApi"]}); err != nil {
		return err
	}
	for _, i := range answer.Items {
		if !strings.HasSuffix(strings.TrimSuffix(i.IntegrationURI, "/invocations"), ":live") {
			return fmt.Errorf("a route calls %s and not the alias live", i.IntegrationURI)
		}
	}
	if len(answer.Items) == 0 {
		return errors.New("the API has no integration")
	}
	return nil
}

// webhook says whether a path is Twilio's, which signs and has no token.
func webhook(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return slices.Contains([]string{"incoming", "wait", "connect-agent", "voicemail", "events"}, first)
}

func (r *rehearsal) routes(ctx context.Context) error {
	all, err := r.resources(ctx)
	if err != nil {
		return err
	}
	var answer struct {
		Items []struct {
			RouteKey, AuthorizationType string
			AuthorizationScopes         []string
		}
	}
	if err := r.ask(ctx, &answer, "apigatewayv2", "get_routes", with{"ApiId": all["HttpApi"]}); err != nil {
		return err
	}
	open := 0
	for _, route := range answer.Items {
		method, path, _ := strings.Cut(route.RouteKey, " ")
		if webhook(path) {
			open++
			if route.AuthorizationType != "NONE" {
				return fmt.Errorf("%s wants a token, which Twilio has not", route.RouteKey)
			}
			continue
		}
		if route.AuthorizationType != "JWT" || !slices.Equal(route.AuthorizationScopes, []string{"openid"}) {
			return fmt.Errorf("%s has no authorizer: anybody may use it", route.RouteKey)
		}
		req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.outputs["PageUrl"], "/")+path, nil)
		if err != nil {
			return err
		}
		if status, _, _, err := r.send(req); err != nil || status != http.StatusUnauthorized {
			return fmt.Errorf("%s answers %d to somebody without a token, under the page's origin: %w",
				route.RouteKey, status, err)
		}
	}
	if open == 0 || open == len(answer.Items) {
		return fmt.Errorf("of %d routes %d are webhooks", len(answer.Items), open)
	}
	return nil
}

// sweep waits for the schedule, which counts from its creation.
func (r *rehearsal) sweep(ctx context.Context) error {
	return r.until(ctx, "the log of the sweep has a line of it", 90*time.Second, func() (bool, error) {
		lines, err := r.log(ctx, "sweep", `"msg":"sweep"`)
		return len(lines) > 0, err
	})
}

// log are a function's lines that hold a text.
func (r *rehearsal) log(ctx context.Context, function, text string) (found []string, err error) {
	var answer struct{ Events []struct{ Message string } }
	if err := r.ask(ctx, &answer, "logs", "filter_log_events",
		with{"logGroupName": "/" + stackName + "/" + function}); err != nil {
		return nil, err
	}
	for _, e := range answer.Events {
		if strings.Contains(e.Message, text) {
			found = append(found, e.Message)
		}
	}
	return found, nil
}

// quiet: no function was refused anything by its policy. What it may not do it often outlives, and nobody hears of it.
func (r *rehearsal) quiet(ctx context.Context) error {
	var groups struct {
		LogGroups []struct{ LogGroupName string }
	}
	if err := r.ask(ctx, &groups, "logs", "describe_log_groups",
		with{"logGroupNamePrefix": "/" + stackName + "/"}); err != nil {
		return err
	}
	if len(groups.LogGroups) == 0 {
		return errors.New("there are no logs")
	}
	for _, g := range groups.LogGroups {
		name := strings.TrimPrefix(g.LogGroupName, "/"+stackName+"/")
		for _, refusal := range []string{"AccessDenied", "not authorized to perform"} {
			lines, err := r.log(ctx, name, refusal)
			if err != nil {
				return err
			}
			if len(lines) > 0 {
				return fmt.Errorf("%s may not do what it has to: %s", name, lines[0])
			}
		}
	}
	return nil
}

// parameter changes one, and looks at what it should reach and what it should leave.
func (r *rehearsal) parameter(ctx context.Context) error {
	before, err := r.alias(ctx)
	if err != nil {
		return err
	}
	if _, err := r.update(ctx, r.uploaded, "RingSeconds=25"); err != nil {
		return err
	}
	after, err := r.alias(ctx)
	if err != nil {
		return err
	}
	all, err := r.resources(ctx)
	if err != nil {
		return err
	}
	for id, v := range after {
		var f struct {
			Environment struct{ Variables map[string]string }
		}
		if err := r.live(ctx, all[id], &f); err != nil {
			return err
		}
		_, has := f.Environment.Variables["RING_SECONDS"]
		switch {
		case has && v == before[id]:
			return fmt.Errorf("%s: the alias still points at version %s, which rings as before", id, v)
		case has && f.Environment.Variables["RING_SECONDS"] != "25":
			return fmt.Errorf("%s: the alias's version has RING_SECONDS %s", id,
				f.Environment.Variables["RING_SECONDS"])
		}
	}
	return r.returns(ctx)
}

// returns: sign-in still leads to the page. CloudFormation sets the addresses back when it updates the client.
func (r *rehearsal) returns(ctx context.Context) error {
	var answer struct {
		UserPoolClient struct{ CallbackURLs []string }
	}
	err := r.ask(ctx, &answer, "cognito-idp", "describe_user_pool_client",
		with{"UserPoolId": r.outputs["UserPoolId"], "ClientId": r.outputs["UserPoolClientId"]})
	if err != nil {
		return err
	}
	if got := answer.UserPoolClient.CallbackURLs; !slices.Equal(got, []string{r.outputs["PageUrl"]}) {
		return fmt.Errorf("sign-in returns to %v, not to %s", got, r.outputs["PageUrl"])
	}
	return nil
}

// setting changes nothing but the time that functions have.
func (r *rehearsal) setting(ctx context.Context) error {
	changed, err := r.changed("    Timeout: 10\n", "    Timeout: 11\n")
	if err != nil {
		return err
	}
	before, err := r.alias(ctx)
	if err != nil {
		return err
	}
	if _, err := r.update(ctx, changed, "RingSeconds=25"); err != nil {
		return err
	}
	after, err := r.alias(ctx)
	if err != nil {
		return err
	}
	all, err := r.resources(ctx)
	if err != nil {
		return err
	}
	for id := range after {
		var f struct{ Timeout int }
		if err := r.live(ctx, all[id], &f); err != nil {
			return err
		}
		own := id == "SweepFunction" || id == "PublishFunction" // have a Timeout of their own
		switch {
		case !own && (f.Timeout != 11 || after[id] == before[id]):
			return fmt.Errorf("%s: the alias points at version %s with a Timeout of %d: the new one reaches no caller",
				id, after[id], f.Timeout)
		case own && after[id] != before[id]:
			return fmt.Errorf("%s has a new version although nothing of it has changed", id)
		}
	}
	return nil
}

// refused deploys with a number that is not the account's.
func (r *rehearsal) refused(ctx context.Context) error {
	before, err := r.alias(ctx)
	if err != nil {
		return err
	}
	const ours = "is none of the numbers of the account"
	out, err := r.update(ctx, r.uploaded, "RingSeconds=25", "TwilioNumber=+15559999")
	if err == nil {
		return fmt.Errorf("it went through\n%s", lastLines(out, 5))
	}
	if !strings.Contains(err.Error(), ours) {
		return fmt.Errorf("it does not say %q but: %w", ours, err)
	}
	if err := r.readOutputs(ctx); err != nil {
		return err
	}
	if r.outputs["TwilioNumber"] != r.account.Number {
		return fmt.Errorf("the stack's number is now %s", r.outputs["TwilioNumber"])
	}
	all, err := r.resources(ctx)
	if err != nil {
		return err
	}
	after, err := r.alias(ctx)
	if err != nil {
		return err
	}
	for id := range after {
		var f struct {
			Environment struct{ Variables map[string]string }
		}
		if err := r.live(ctx, all[id], &f); err != nil {
			return err
		}
		if n, has := f.Environment.Variables["TWILIO_NUMBER"]; has && n != r.account.Number {
			return fmt.Errorf("%s: callers still reach version %s (before %s), with the refused number", id,
				after[id], before[id])
		}
	}
	return r.returns(ctx)
}

// remove deletes the stack, and counts what is left in the account.
func (r *rehearsal) remove(ctx context.Context) error {
	if out, err := r.command(ctx, []string{"YES=1"}, "make", "destroy"); err != nil {
		return r.failed(ctx, out, err)
	}
	for _, l := range []struct {
		what, service, do string
		with              with
		list, name        string
		want              int
	}{
		{"the table", "dynamodb", "list_tables", nil, "TableNames", "", 1},
		{"the user pool", "cognito-idp", "list_user_pools", with{"MaxResults": 9}, "UserPools", "Name", 1},
		{"SAM's own bucket", "s3", "list_buckets", nil, "Buckets", "Name", 1},
		{"no function", "lambda", "list_functions", nil, "Functions", "FunctionName", 0},
		{"no log group", "logs", "describe_log_groups", nil, "logGroups", "logGroupName", 0},
		{"no secret", "secretsmanager", "list_secrets", nil, "SecretList", "Name", 0},
		{"no API", "apigatewayv2", "get_apis", nil, "Items", "Name", 0},
		{"no alarm", "cloudwatch", "describe_alarms", nil, "MetricAlarms", "AlarmName", 0},
		{"no rule", "events", "list_rules", nil, "Rules", "Name", 0},
		{"no role", "iam", "list_roles", nil, "Roles", "RoleName", 0},
	} {
		var answer map[string]any
		if err := r.ask(ctx, &answer, l.service, l.do, l.with); err != nil {
			return err
		}
		names := []string{}
		for _, item := range asList(answer[l.list]) {
			if m, ok := item.(map[string]any); ok {
				item = m[l.name]
			}
			if name := fmt.Sprint(item); !strings.HasPrefix(name, "AWSServiceRole") {
				names = append(names, name)
			}
		}
		if len(names) != l.want {
			return fmt.Errorf("%s should be left, and there is %v", l.what, names)
		}
	}
	return nil
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}
