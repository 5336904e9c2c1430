package template

import (
	"path"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// route is one HttpApi event.
type route struct{ function, authorizer string }

func routes(t *testing.T) map[string]route {
	t.Helper()
	all := map[string]route{}
	for id, f := range resources(t, "AWS::Serverless::Function") {
		for event, e := range pairs(at(f, "Properties", "Events")) {
			p := at(e, "Properties")
			if text(at(e, "Type")) != "HttpApi" {
				continue
			}
			if text(at(p, "ApiId")) != "!Ref HttpApi" {
				t.Errorf("%s.%s belongs to another API: %q", id, event, text(at(p, "ApiId")))
			}
			key := text(at(p, "Method")) + " " + text(at(p, "Path"))
			if _, twice := all[key]; twice {
				t.Errorf("%s is routed twice", key)
			}
			all[key] = route{folder(f), text(at(p, "Auth", "Authorizer"))}
		}
	}
	return all
}

// folder is the last part of a function's CodeUri, e.g. "connect-agent".
func folder(f *yaml.Node) string {
	return path.Base(strings.TrimSuffix(text(at(f, "Properties", "CodeUri")), "/"))
}

func TestF149EveryRouteAsksForATokenOrIsASignedWebhook(t *testing.T) {
	hooks := webhooks(t)
	for key, r := range routes(t) {
		hook, signed := hooks[key]
		switch {
		case signed && r.authorizer != "":
			t.Errorf("%s is Twilio's and has the authorizer %s, which Twilio cannot pass", key, r.authorizer)
		case signed && hook.function != r.function:
			t.Errorf("%s goes to %s, want %s", key, r.function, hook.function)
		case !signed && r.authorizer != "Agent":
			t.Errorf("%s is open to everybody", key)
		}
	}
}

func TestF149TheAuthorizerTakesAccessTokensOfTheAgentsIssuerOnly(t *testing.T) {
	auth := at(only(t, "AWS::Serverless::HttpApi"), "Properties", "Auth")
	if at(auth, "DefaultAuthorizer") != nil {
		t.Error("a default authorizer cannot be switched off for a webhook")
	}
	agent := at(auth, "Authorizers", "Agent")
	if got := texts(at(agent, "AuthorizationScopes")); len(got) == 0 {
		t.Error("no scope is asked for, so that an ID token would pass")
	}
	if text(at(agent, "IdentitySource")) != "$request.header.Authorization" {
		t.Error("the token is not taken from the Authorization header, or from another place as well")
	}
	if len(items(at(agent, "JwtConfiguration", "audience"))) != 1 || at(agent, "JwtConfiguration", "issuer") == nil {
		t.Error("one issuer and one audience are wanted")
	}
}

// Signatures are over the public address: a stage's name in it, or a path that the adapter rewrites, would invalidate
// them.
func TestTheAPIIsFaithfulToWhatTwilioSigned(t *testing.T) {
	p := at(only(t, "AWS::Serverless::HttpApi"), "Properties")
	if text(at(p, "StageName")) != "$default" {
		t.Errorf("stage %q", text(at(p, "StageName")))
	}
	if at(p, "CorsConfiguration") != nil {
		t.Error("the page and the API have one origin: no other may be let in (F161)")
	}
	for _, limit := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
		if text(at(p, "DefaultRouteSettings", limit)) == "" {
			t.Errorf("%s is not set (F169)", limit)
		}
	}
	format := text(at(p, "AccessLogSettings", "Format"))
	for _, private := range []string{"$context.path", "queryString", "sourceIp", "header", "claims",
		"$context.httpMethod"} {
		if strings.Contains(format, private) {
			t.Errorf("the access log holds %s (F163)", private)
		}
	}
}

func TestTheAgentsRoutesAreThoseOfOpenAPI(t *testing.T) {
	described, guarded := map[string]bool{}, map[string]bool{}
	for p, methods := range pairs(at(parse(t, "openapi.yaml"), "paths")) {
		for method := range pairs(methods) {
			described[strings.ToUpper(method)+" "+p] = true
		}
	}
	for key, r := range routes(t) {
		if r.authorizer != "" {
			guarded[key] = true
		}
	}
	if a, b := diff(described, guarded); a != nil || b != nil {
		t.Errorf("only in openapi.yaml: %v; only in template.yaml: %v", a, b)
	}
}

// The page's distribution passes the agents' paths, and no others, on to the API, uncached and with the token.
func TestThePageReachesTheAgentsAPIUnderItsOwnOrigin(t *testing.T) {
	const noCache, allButHost = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
	var patterns []string
	config := at(template(t), "Resources", "PageDistribution", "Properties", "DistributionConfig")
	for _, b := range items(at(config, "CacheBehaviors")) {
		pattern := text(at(b, "PathPattern"))
		patterns = append(patterns, pattern)
		if text(at(b, "TargetOriginId")) != "api" || text(at(b, "CachePolicyId")) != noCache ||
			text(at(b, "OriginRequestPolicyId")) != allButHost {
			t.Errorf("%s is cached, or loses the token, or goes elsewhere", pattern)
		}
		if text(at(b, "ViewerProtocolPolicy")) != "https-only" {
			t.Errorf("%s takes a token in the clear", pattern)
		}
	}
	for key, r := range routes(t) {
		_, p, _ := strings.Cut(key, " ")
		reached := false
		for _, pattern := range patterns {
			prefix, star := strings.CutSuffix(pattern, "*")
			reached = reached || p == pattern || star && strings.HasPrefix(p, prefix)
		}
		if reached != (r.authorizer != "") {
			t.Errorf("%s: through the page's distribution %t, want %t", key, reached, !reached)
		}
	}
}
