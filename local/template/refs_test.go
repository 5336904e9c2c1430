package template

import (
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// pseudo are CloudFormation's own parameters.
var pseudo = map[string]bool{
	"AWS::AccountId": true, "AWS::NoValue": true, "AWS::Partition": true, "AWS::Region": true,
	"AWS::StackId": true, "AWS::StackName": true, "AWS::URLSuffix": true,
}

var variable = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// names are the parameters, conditions and resources that the template refers to.
type names struct{ values, conditions map[string]bool }

func references(doc *yaml.Node) names {
	n := names{map[string]bool{}, map[string]bool{}}
	walk(doc, func(node *yaml.Node) {
		switch node.Tag {
		case "!Ref":
			id, _, _ := strings.Cut(node.Value, ".") // SAM's Function.Alias and Function.Version
			n.values[id] = true
		case "!GetAtt":
			id, _, _ := strings.Cut(node.Value, ".")
			n.values[id] = true
		case "!Condition":
			n.conditions[node.Value] = true
		case "!If":
			n.conditions[node.Content[0].Value] = true
		case "!Sub":
			n.substitution(node)
		}
	})
	for _, section := range []string{"Resources", "Outputs"} {
		for _, r := range pairs(at(doc, section)) {
			if c := text(at(r, "Condition")); c != "" {
				n.conditions[c] = true
			}
		}
	}
	return n
}

func (n names) substitution(node *yaml.Node) {
	pattern, own := node.Value, map[string]bool{}
	if node.Kind == yaml.SequenceNode {
		pattern = node.Content[0].Value
		for k := range pairs(node.Content[1]) {
			own[k] = true
		}
	}
	for _, m := range variable.FindAllStringSubmatch(pattern, -1) {
		if id, _, _ := strings.Cut(m[1], "."); !own[id] {
			n.values[id] = true
		}
	}
}

func TestEveryReferenceResolvesAndEveryNameIsUsed(t *testing.T) {
	doc := template(t)
	parameters, known, conditions := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for k := range pairs(at(doc, "Parameters")) {
		parameters[k], known[k] = true, true
	}
	for k := range pairs(at(doc, "Resources")) {
		known[k] = true
	}
	for k := range pairs(at(doc, "Conditions")) {
		conditions[k] = true
	}
	used := references(doc)
	for _, id := range sorted(used.values) {
		if !known[id] && !pseudo[id] {
			t.Errorf("%s is referred to and does not exist", id)
		}
	}
	if missing, _ := diff(used.conditions, conditions); missing != nil {
		t.Errorf("conditions that do not exist: %v", missing)
	}
	if _, idle := diff(used.conditions, conditions); idle != nil {
		t.Errorf("conditions that nothing asks: %v", idle)
	}
	if idle, _ := diff(parameters, used.values); idle != nil {
		t.Errorf("parameters that nothing reads: %v", idle)
	}
}

func TestEveryParameterIsInAGroup(t *testing.T) {
	doc := template(t)
	declared, grouped := map[string]bool{}, map[string]bool{}
	for k := range pairs(at(doc, "Parameters")) {
		declared[k] = true
	}
	for _, g := range items(at(doc, "Metadata", "AWS::CloudFormation::Interface", "ParameterGroups")) {
		for _, p := range texts(at(g, "Parameters")) {
			grouped[p] = true
		}
	}
	if a, b := diff(declared, grouped); a != nil || b != nil {
		t.Errorf("parameters without a group: %v; groups without a parameter: %v", a, b)
	}
}

// The account's credentials go from their parameters into the secret and nowhere else: an environment variable, an
// output or a tag would reveal them.
func TestCredentialsStandInTheSecretOnly(t *testing.T) {
	doc := template(t)
	secrets := map[string]bool{}
	for name, p := range pairs(at(doc, "Parameters")) {
		if text(at(p, "NoEcho")) == "true" {
			secrets[name] = true
			if at(p, "Default") != nil {
				t.Errorf("%s has a default, which everybody can read", name)
			}
		}
	}
	for _, want := range []string{"TwilioAccountSid", "TwilioAuthToken", "TwilioApiKey", "TwilioApiSecret"} {
		if !secrets[want] {
			t.Errorf("%s is not NoEcho", want)
		}
	}
	for id, r := range pairs(at(doc, "Resources")) {
		for name := range references(r).values {
			if text(at(r, "Type")) == "Custom::Publish" && (name == "TwilioAccountSid" || name == "TwilioApiKey") {
				continue // names, which every voice token shows; the secrets that belong to them are not there
			}
			if secrets[name] && text(at(r, "Type")) != "AWS::SecretsManager::Secret" {
				t.Errorf("%s holds %s", id, name)
			}
		}
	}
	for name := range references(at(doc, "Outputs")).values {
		if secrets[name] {
			t.Errorf("an output shows %s", name)
		}
	}
}
