package sam

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// Statement is one statement of a policy. Where the template has a single text instead of a list, it becomes a list of
// one.
type Statement struct {
	Effect    string // Allow or Deny
	Actions   []string
	Resources []string
}

// statements reads a function's Policies. What it does not understand is an error, because a statement without its
// condition would mean something else.
func (r *resolver) statements(policies *yaml.Node) ([]Statement, error) {
	if policies == nil {
		return nil, nil
	}
	resolved, err := r.resolve(policies)
	if err != nil {
		return nil, err
	}
	var all []Statement
	for _, policy := range listed(resolved) {
		if child(policy, "Statement") == nil {
			return nil, r.errorf(policy,
				"the local stack knows policies with a Statement only, no names and no policy templates")
		}
		for _, n := range listed(child(policy, "Statement")) {
			s, err := r.statement(n)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func (r *resolver) statement(n *yaml.Node) (s Statement, err error) {
	for key, value := range children(n) {
		switch key {
		case "Sid":
		case "Effect":
			s.Effect = value.Value
		case "Action":
			s.Actions, err = r.several(value)
		case "Resource":
			s.Resources, err = r.several(value)
		default:
			err = r.errorf(value, "the local stack knows statements with Effect, Action and Resource, not with %s", key)
		}
		if err != nil {
			return s, err
		}
	}
	if !slices.Contains([]string{"Allow", "Deny"}, s.Effect) || len(s.Actions) == 0 || len(s.Resources) == 0 {
		return s, r.errorf(n, "a statement has an Effect, Allow or Deny, an Action and a Resource")
	}
	return s, nil
}

// several is a text or a list of texts.
func (r *resolver) several(n *yaml.Node) ([]string, error) {
	var all []string
	for _, item := range listed(n) {
		s, err := r.text(item)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// listed are the items of a list, or the single item in its place.
func listed(n *yaml.Node) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	}
	return []*yaml.Node{n}
}

// kind is a resource's type.
func (r *resolver) kind(name string) string {
	if n := child(r.resources[name], "Type"); n != nil {
		return n.Value
	}
	return ""
}

// arn is the ARN, in the form that policies match, of the resource that the template calls name and AWS calls own.
func (r *resolver) arn(name, own string) string {
	const place = Region + ":" + Account + ":"
	switch r.kind(name) {
	case "AWS::DynamoDB::Table":
		return "arn:aws:dynamodb:" + place + "table/" + own
	case "AWS::SecretsManager::Secret":
		return "arn:aws:secretsmanager:" + place + "secret:" + name + "-local0" // the service adds six characters
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + own // bucket names are global
	case "AWS::Cognito::UserPool":
		return "arn:aws:cognito-idp:" + place + "userpool/" + own
	}
	return "arn:aws:local:" + place + name
}
