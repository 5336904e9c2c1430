package template

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// onlyToRunAgain are properties whose change runs the function, which does not read them.
var onlyToRunAgain = map[string]bool{"ServiceToken": true, "ServiceTimeout": true, "Release": true,
	"ClientSettings": true, "Account": true, "Key": true}

func TestPublishIsGivenWhatItReads(t *testing.T) {
	given, read := map[string]bool{}, map[string]bool{}
	for name := range pairs(at(only(t, "Custom::Publish"), "Properties")) {
		if !onlyToRunAgain[name] {
			given[name] = true
		}
	}
	eachNode(t, "functions/publish", func(n ast.Node) {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != "properties" {
			return
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			for _, name := range f.Names {
				key := name.Name
				if f.Tag != nil {
					key = reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
				}
				read[key] = true
			}
		}
	})
	if a, b := diff(read, given); a != nil || b != nil {
		t.Errorf("reads %v without being given it; is given %v without reading it", a, b)
	}
}

// The page is part of the function's code, so a new page is a new version of it.
func TestPublishRunsAgainWhenItsContentHasChanged(t *testing.T) {
	p := at(only(t, "Custom::Publish"), "Properties")
	if text(at(p, "Release")) != "!Ref PublishFunction.Version" {
		t.Error("a new page changes no property, so that it would not be uploaded")
	}
	if text(at(p, "ServiceToken")) != "!Ref PublishFunction.Alias" {
		t.Error("the service token may not change from one deployment to the next: it must be the alias")
	}
	if text(at(template(t), "Globals", "Function", "AutoPublishAlias")) == "" {
		t.Error("the functions have no versions")
	}
	if text(at(p, "ServiceTimeout")) == "" {
		t.Error("a function that cannot answer would hold the deployment up for an hour")
	}
}

// CloudFormation resets the client's return addresses whenever it updates the client, so Publish must run after that.
func TestPublishRunsAgainWhenTheSignInClientChanges(t *testing.T) {
	var b strings.Builder
	canonical(&b, at(only(t, "AWS::Cognito::UserPoolClient"), "Properties"))
	sum := sha256.Sum256([]byte(b.String()))
	want := hex.EncodeToString(sum[:4])
	if got := text(at(only(t, "Custom::Publish"), "Properties", "ClientSettings")); got != want {
		t.Errorf("the client's properties have changed: set Publish's ClientSettings to %q (it is %q)", want, got)
	}
}

// canonical is a node without its comments and its layout.
func canonical(b *strings.Builder, n *yaml.Node) {
	_, _ = fmt.Fprintf(b, "(%s %q", n.ShortTag(), n.Value) // a Builder accepts everything
	for _, c := range n.Content {
		canonical(b, c)
	}
	b.WriteString(")")
}

func TestSignInReturnsNowhereBeforeThePageIsThere(t *testing.T) {
	client := at(only(t, "AWS::Cognito::UserPoolClient"), "Properties")
	for _, key := range []string{"CallbackURLs", "LogoutURLs"} {
		for _, u := range texts(at(client, key)) {
			if !strings.HasSuffix(u, ".invalid/") {
				t.Errorf("%s lets sign-in return to %s, which is not the page", key, u)
			}
		}
	}
}

// The number is connected only when the functions can answer.
func TestNumberIsPointedAtTheAPIWhenTheAPIIsThere(t *testing.T) {
	got := strings.Join(texts(at(only(t, "Custom::Publish"), "DependsOn")), " ")
	if !strings.Contains(got, "HttpApiApiGatewayDefaultStage") || !strings.Contains(got, "PageBucketPolicy") {
		t.Errorf("Publish waits for %q only", got)
	}
}

func TestF130CallersAreMovedBitByBitAndBack(t *testing.T) {
	g := at(template(t), "Globals", "Function")
	if text(at(g, "DeploymentPreference", "Type")) != "!Ref DeploymentType" ||
		len(items(at(g, "DeploymentPreference", "Alarms"))) == 0 {
		t.Error("a deployment is not taken back by an alarm")
	}
	if got := text(at(template(t), "Parameters", "DeploymentType", "Default")); got == "AllAtOnce" {
		t.Error("by default all callers are moved at once")
	}
	for name, f := range functions(t) {
		off := text(at(f, "Properties", "DeploymentPreference", "Enabled")) == "false"
		if want := name == "publish" || name == "sweep" || name == "relay"; off != want {
			t.Errorf("%s: moved at once %t, want %t", name, off, want)
		}
	}
}
