package main

import (
	"testing"
	"testing/fstest"

	"github.com/aws/aws-lambda-go/cfn"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/iam"
)

const secretARN = "arn:aws:secretsmanager:eu-central-1:" + sam.Account + ":secret:TwilioSecret-AbCdEf"

// role is what the template allows the function, and what enforces it.
type role struct {
	function sam.Function
	guard    *iam.Guard
}

// readRole reads the role from the template. At the end of the test no request may have been refused.
func readRole(t *testing.T, issuer string) role {
	t.Helper()
	tmpl, err := sam.Load("../../template.yaml", sam.Values{
		Parameters: map[string]string{
			"TwilioNumber": ourNumber, "TwilioAccountSid": account, "TwilioAuthToken": "", "TwilioApiKey": apiKey,
			"TwilioApiSecret": apiSecret,
			"OidcIssuer":      issuer, "OidcAudience": "page",
		},
		Attributes: map[string]string{
			"PageBucket": bucketName, "TwilioSecret": secretARN,
			"UserPool.Arn": "arn:aws:cognito-idp:eu-central-1:" + sam.Account + ":userpool/eu-central-1_AbCdEfGhI",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tmpl.Functions {
		if f.Folder() == "publish" {
			g := iam.New([]sam.Function{f})
			t.Cleanup(func() {
				for _, u := range g.Refused() {
					t.Errorf("the template does not allow %s", u)
				}
			})
			return role{f, g}
		}
	}
	t.Fatal("the template has no such function")
	return role{}
}

// The whole life of a stack uses everything that the role allows. Every test asserts that it uses
// nothing more.
func TestRoleAllowsNothingThatIsNotNeeded(t *testing.T) {
	for name, issuer := range map[string]string{"Cognito": "", "another issuer": "https://sign-in.example.com"} {
		t.Run(name, func(t *testing.T) {
			r := newRigFor(t, issuer)
			step := func(kind string) {
				t.Helper()
				e := r.event(kind)
				if issuer != "" {
					e.ResourceProperties["Issuer"], e.ResourceProperties["UserPool"] = issuer, ""
				}
				if a := r.send(e); a.Status != cfn.StatusSuccess {
					t.Fatalf("%s: %s", kind, a.Reason)
				}
			}
			step("create")
			for _, version := range []string{"B", "C"} { // the third release removes the first
				r.page = fstest.MapFS{"index.html": file0("<html>" + version), "assets/main-AAAAAAA" + version +
					".js": file0(version)}
				step("update")
			}
			step("delete")
			if idle := iam.Idle([]sam.Function{r.role.function}, r.role.guard.Used()); idle != nil {
				t.Errorf("not needed: %v", idle)
			}
		})
	}
}
