package template

import (
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestF166BucketAnswersOnlyItsDistributions(t *testing.T) {
	block := at(only(t, "AWS::S3::Bucket"), "Properties", "PublicAccessBlockConfiguration")
	for _, key := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if text(at(block, key)) != "true" {
			t.Errorf("%s is not true", key)
		}
	}
	p := at(only(t, "AWS::S3::Bucket"), "Properties")
	if at(p, "WebsiteConfiguration") != nil || at(p, "BucketName") != nil || at(p, "BucketEncryption") == nil {
		t.Error("the bucket is a website, or has a name that can be guessed, or is not encrypted")
	}
	for _, s := range items(at(only(t, "AWS::S3::BucketPolicy"), "Properties", "PolicyDocument", "Statement")) {
		if text(at(s, "Effect")) != "Allow" {
			continue
		}
		if text(at(s, "Principal", "Service")) != "cloudfront.amazonaws.com" ||
			!slices.Equal(texts(at(s, "Action")), []string{"s3:GetObject"}) {
			t.Error("somebody else than CloudFront may read, or it may do more than read")
		}
		if !strings.Contains(text(at(s, "Condition", "StringEquals", "AWS:SourceArn")), "Distribution}") {
			t.Error("any distribution of anybody may read")
		}
	}
	for id, d := range resources(t, "AWS::CloudFront::Distribution") {
		for _, o := range items(at(d, "Properties", "DistributionConfig", "Origins")) {
			if at(o, "S3OriginConfig") != nil && text(at(o, "OriginAccessControlId")) != "!Ref BucketAccess" {
				t.Errorf("%s does not sign its requests to the bucket", id)
			}
		}
	}
}

func TestF167NobodySignsUpAndNobodyLearnsWhoExists(t *testing.T) {
	pool, client := only(t, "AWS::Cognito::UserPool"), at(only(t, "AWS::Cognito::UserPoolClient"), "Properties")
	if text(at(pool, "Properties", "AdminCreateUserConfig", "AllowAdminCreateUserOnly")) != "true" {
		t.Error("anybody may sign up")
	}
	if text(at(pool, "DeletionPolicy")) != "RetainExceptOnCreate" || text(at(pool, "UpdateReplacePolicy")) != "Retain" {
		t.Error("the agents go with the stack")
	}
	if text(at(client, "PreventUserExistenceErrors")) != "ENABLED" {
		t.Error("sign-in tells whether a name exists")
	}
	if got := texts(at(client, "AllowedOAuthFlows")); !slices.Equal(got, []string{"code"}) {
		t.Errorf("flows %v, want code alone", got)
	}
	if text(at(client, "GenerateSecret")) != "false" {
		t.Error("a page cannot keep a client secret")
	}
	if text(at(client, "RefreshTokenRotation", "Feature")) != "ENABLED" {
		t.Error("a stolen refresh token works for the whole day")
	}
	for _, flow := range texts(at(client, "ExplicitAuthFlows")) {
		if strings.Contains(flow, "PASSWORD") || strings.Contains(flow, "REFRESH_TOKEN") {
			t.Errorf("the flow %s goes around code and PKCE, or excludes rotation", flow)
		}
	}
}

// directives are the page's content security policy: each directive with its sources.
func directives(t *testing.T) map[string][]string {
	t.Helper()
	csp := at(only(t, "AWS::CloudFront::ResponseHeadersPolicy"), "Properties", "ResponseHeadersPolicyConfig",
		"SecurityHeadersConfig", "ContentSecurityPolicy", "ContentSecurityPolicy")
	if csp == nil || csp.Kind != yaml.SequenceNode {
		t.Fatal("the policy is not a !Sub of a text and a map")
	}
	all := map[string][]string{}
	for _, d := range strings.Split(csp.Content[0].Value, ";") {
		words := strings.Fields(d)
		all[words[0]] = words[1:]
	}
	return all
}

func TestPageMayOnlyTalkToWhomItNeeds(t *testing.T) {
	all := directives(t)
	if !slices.Equal(all["script-src"], []string{"'self'"}) || !slices.Equal(all["default-src"], []string{"'none'"}) {
		t.Errorf("scripts from %v, anything else from %v", all["script-src"], all["default-src"])
	}
	// F205: the SDK's sounds come from our page, not from the SDK's host.
	twilio := []string{"https://eventgw.twilio.com", "wss://voice-js.roaming.twilio.com"}
	want := append(append([]string{"'self'", "${SignIn}"}, twilio...), "${Push}")
	if got := all["connect-src"]; !slices.Equal(got, want) {
		t.Errorf("connections to %v, want %v", got, want)
	}
	if got := all["media-src"]; !slices.Equal(got, []string{"'self'", "blob:", "mediastream:"}) {
		t.Errorf("sound from %v", got)
	}
	for name, sources := range all {
		for _, s := range sources {
			if strings.Contains(s, "*") || strings.Contains(s, "unsafe") {
				t.Errorf("%s allows %s", name, s)
			}
		}
	}
	for _, d := range []string{"frame-ancestors", "base-uri", "form-action"} {
		if !slices.Equal(all[d], []string{"'none'"}) {
			t.Errorf("%s is %v; default-src does not cover it", d, all[d])
		}
	}
}

func TestEveryAnswerOfThePageCarriesItsHeaders(t *testing.T) {
	config := at(template(t), "Resources", "PageDistribution", "Properties", "DistributionConfig")
	behaviours := append(items(at(config, "CacheBehaviors")), at(config, "DefaultCacheBehavior"))
	for _, b := range behaviours {
		if text(at(b, "ResponseHeadersPolicyId")) != "!Ref PageHeaders" {
			t.Errorf("%q has no headers", text(at(b, "PathPattern")))
		}
	}
	policy := at(only(t, "AWS::CloudFront::ResponseHeadersPolicy"), "Properties", "ResponseHeadersPolicyConfig")
	for _, h := range []string{"ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"} {
		if text(at(policy, "SecurityHeadersConfig", h, "Override")) != "true" {
			t.Errorf("%s is missing", h)
		}
	}
	custom := items(at(policy, "CustomHeadersConfig", "Items"))
	if len(custom) != 1 || !strings.Contains(text(at(custom[0], "Value")), "microphone=(self)") {
		t.Error("the page may not ask for the microphone")
	}
	if text(at(config, "DefaultRootObject")) != "index.html" {
		t.Error("the distribution's root is not the page")
	}
}

// A failed GET must not be cached for every agent for ten seconds, and an answer of the API must not become a page.
func TestNoFailureIsKeptForTheNextAgent(t *testing.T) {
	config := at(template(t), "Resources", "PageDistribution", "Properties", "DistributionConfig")
	var codes []string
	for _, e := range items(at(config, "CustomErrorResponses")) {
		codes = append(codes, text(at(e, "ErrorCode")))
		if text(at(e, "ErrorCachingMinTTL")) != "0" {
			t.Errorf("%s is kept", text(at(e, "ErrorCode")))
		}
		if at(e, "ResponsePagePath") != nil || at(e, "ResponseCode") != nil {
			t.Errorf("%s is answered by something else than the API's answer", text(at(e, "ErrorCode")))
		}
	}
	if want := []string{"403", "404", "500", "501", "502", "503", "504"}; !slices.Equal(codes, want) {
		t.Errorf("%v are not kept, want %v", codes, want)
	}
}

// These names are unique in the account, not in the region: without the region in them, a second stack of the same name
// in another region, which is how a lost one is replaced, could not be created.
func TestNamesOfTheWholeAccountHoldTheRegion(t *testing.T) {
	global := map[string][]string{
		"AWS::CloudFront::OriginAccessControl":   {"OriginAccessControlConfig", "Name"},
		"AWS::CloudFront::ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig", "Name"},
		"AWS::CloudFront::CachePolicy":           {"CachePolicyConfig", "Name"},
		"AWS::CloudFront::OriginRequestPolicy":   {"OriginRequestPolicyConfig", "Name"},
		"AWS::CloudFront::Function":              {"Name"},
		"AWS::CloudWatch::Dashboard":             {"DashboardName"},
		"AWS::IAM::Role":                         {"RoleName"},
		"AWS::IAM::ManagedPolicy":                {"ManagedPolicyName"},
		"AWS::S3::Bucket":                        {"BucketName"},
		"AWS::Serverless::Function":              {"RoleName"},
	}
	for kind, path := range global {
		for id, r := range resources(t, kind) {
			name := at(r, append([]string{"Properties"}, path...)...)
			if name == nil {
				continue // CloudFormation makes a unique one
			}
			if !strings.Contains(name.Value, "${AWS::Region}") || !strings.Contains(name.Value, "${AWS::StackName}") {
				t.Errorf("%s: %q is the same in every region or stack", id, name.Value)
			}
		}
	}
}
