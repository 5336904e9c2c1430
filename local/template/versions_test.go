package template

import (
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// parameters are those that a node's value depends on, by reference or by a condition that chooses.
func parameters(doc, n *yaml.Node) map[string]bool {
	all := map[string]bool{}
	if n == nil {
		return all
	}
	used := references(n)
	for name := range used.values {
		if at(doc, "Parameters", name) != nil {
			all[name] = true
		}
	}
	for c := range used.conditions {
		for name := range parameters(doc, at(doc, "Conditions", c)) {
			all[name] = true
		}
	}
	return all
}

// SAM makes a version when the code or the template has changed, and does not see a parameter's value. A version is
// replaced when its description changes, so a changed parameter reaches the alias if it is in the description. One that
// is there and not in the environment would ask for a version of a function that has not changed, which Lambda refuses.
func TestVersionsAreDescribedByTheParametersOfTheirEnvironment(t *testing.T) {
	doc := template(t)
	for name, f := range functions(t) {
		environment, described := at(f, "Properties", "Environment"), at(f, "Properties", "VersionDescription")
		if lacks, idle := diff(parameters(doc, environment), parameters(doc, described)); lacks != nil || idle != nil {
			t.Errorf("%s: the version's description lacks %v and names %v, which the environment does not", name, lacks,
				idle)
		}
		if described == nil || described.Kind != yaml.SequenceNode {
			continue
		}
		values := map[string]bool{}
		for _, v := range pairs(at(environment, "Variables")) {
			values[node(v)] = true
		}
		for key, v := range pairs(described.Content[1]) {
			if !values[node(v)] {
				t.Errorf("%s: %s of the description is no value of the environment, and may change without it", name,
					key)
			}
		}
	}
}

// node is a node as text, by which it can be compared.
func node(n *yaml.Node) string {
	var b strings.Builder
	canonical(&b, n)
	return b.String()
}

func TestVersionDescriptionsFitInto256Characters(t *testing.T) {
	const (
		most   = 256
		apiURL = 64 // https://, an id of 10, .execute-api., a region of at most 14, . and amazonaws.com.cn make 62
	)
	doc := template(t)
	for name, f := range functions(t) {
		described := at(f, "Properties", "VersionDescription")
		if described == nil {
			continue
		}
		pattern, own := described.Value, map[string]int{}
		switch {
		case described.Tag == "!Ref":
			pattern = "${" + described.Value + "}"
		case described.Kind == yaml.SequenceNode:
			pattern = described.Content[0].Value
			for key, v := range pairs(described.Content[1]) {
				own[key] = max(apiURL, longest(t, doc, "PublicBaseUrl"))
				switch {
				case v.Tag != "!If" || v.Content[2].Tag != "!!str":
				case v.Content[1].Tag == "!!str":
					own[key] = max(len(v.Content[1].Value), len(v.Content[2].Value))
				case v.Content[1].Tag == "!Ref":
					own[key] = max(longest(t, doc, v.Content[1].Value), len(v.Content[2].Value))
				}
			}
		}
		length := len(variable.ReplaceAllString(pattern, ""))
		for _, m := range variable.FindAllStringSubmatch(pattern, -1) {
			if n, has := own[m[1]]; has {
				length += n
			} else {
				length += longest(t, doc, m[1])
			}
		}
		if length > most {
			t.Errorf("%s: the version's description can have %d characters", name, length)
		}
	}
}

// longest is how many characters a parameter's value can have.
func longest(t *testing.T, doc *yaml.Node, name string) int {
	t.Helper()
	p := at(doc, "Parameters", name)
	if text(at(p, "Type")) == "Number" {
		if text(at(p, "MaxValue")) == "" || text(at(p, "MinValue")) == "" {
			t.Errorf("%s has no bounds", name)
		}
		return max(len(text(at(p, "MinValue"))), len(text(at(p, "MaxValue"))))
	}
	n, err := strconv.Atoi(text(at(p, "MaxLength")))
	if err != nil {
		t.Errorf("%s has no MaxLength", name)
	}
	return n
}
