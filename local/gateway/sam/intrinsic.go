package sam

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// pseudo are CloudFormation's own parameters, with their values on a developer's machine. The account is not a real
// one.
var pseudo = map[string]string{
	"AWS::Region":    Region,
	"AWS::AccountId": Account,
	"AWS::Partition": "aws",
	"AWS::StackName": "warm-transfer",
	"AWS::StackId":   "arn:aws:cloudformation:" + Region + ":" + Account + ":stack/warm-transfer/local",
	"AWS::URLSuffix": "amazonaws.com",
}

// Region and Account are where the local stack says it runs.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

// ref is !Ref: a parameter's value or a resource's own name.
func (r *resolver) ref(at *yaml.Node, name string) (*yaml.Node, error) {
	if name == "AWS::NoValue" {
		return nil, nil
	}
	if v, ok := pseudo[name]; ok {
		return scalar(at, v), nil
	}
	if p, ok := r.parameters[name]; ok {
		return r.parameter(at, name, p)
	}
	if _, ok := r.resources[name]; ok {
		if v, ok := r.values.Attributes[name]; ok {
			return scalar(at, v), nil
		}
		if r.kind(name) == "AWS::SecretsManager::Secret" {
			return scalar(at, r.arn(name, "")), nil
		}
		return scalar(at, name), nil
	}
	// SAM's word for the alias of AutoPublishAlias:
	// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
	if of, attr, _ := strings.Cut(name, "."); attr == "Alias" && r.kind(of) == "AWS::Serverless::Function" {
		return scalar(at, "arn:aws:lambda:"+Region+":"+Account+":function:"+of+":live"), nil
	}
	return nil, r.errorf(at, "!Ref %s: there is no such parameter or resource", name)
}

func (r *resolver) parameter(at *yaml.Node, name string, p *yaml.Node) (*yaml.Node, error) {
	value, ok := r.values.Parameters[name]
	if !ok {
		def := child(p, "Default")
		if def == nil {
			return nil, r.errorf(at, "the parameter %s has no value and no default", name)
		}
		value = def.Value
	}
	kind := child(p, "Type")
	if kind == nil || kind.Value != "CommaDelimitedList" && !strings.HasPrefix(kind.Value, "List<") {
		out := scalar(at, value)
		out.Tag = "!!str"
		if kind != nil && kind.Value == "Number" {
			out.Tag = ""
		}
		return out, nil
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Line: at.Line}
	for _, item := range strings.Split(value, ",") {
		list.Content = append(list.Content, scalar(at, strings.TrimSpace(item)))
	}
	return list, nil
}

// getAtt is !GetAtt, as "Name.Attribute" or as a list of the two.
func (r *resolver) getAtt(arg *yaml.Node) (*yaml.Node, error) {
	path := arg.Value
	if arg.Kind == yaml.SequenceNode {
		parts, err := r.texts(arg)
		if err != nil {
			return nil, err
		}
		path = strings.Join(parts, ".")
	}
	v, err := r.attribute(arg, path)
	if err != nil {
		return nil, err
	}
	return scalar(arg, v), nil
}

// attribute returns the value from the table, or a made-up one: most attributes belong to resources that do not exist
// locally, such as a bucket's domain.
func (r *resolver) attribute(at *yaml.Node, path string) (string, error) {
	name, attr, ok := strings.Cut(path, ".")
	if !ok || attr == "" {
		return "", r.errorf(at, "!GetAtt %s: the attribute's name is missing", path)
	}
	if _, ok := r.resources[name]; !ok {
		return "", r.errorf(at, "!GetAtt %s: there is no such resource", path)
	}
	if v, ok := r.values.Attributes[path]; ok {
		return v, nil
	}
	if strings.HasSuffix(attr, "Arn") {
		own, err := r.ref(at, name)
		if err != nil {
			return "", err
		}
		return r.arn(name, own.Value), nil
	}
	return strings.ToLower(name + "-" + attr + ".local.invalid"), nil
}

// sub is !Sub, with or without a map of its own variables.
func (r *resolver) sub(arg *yaml.Node) (*yaml.Node, error) {
	text, own := arg, (*yaml.Node)(nil)
	if arg.Kind == yaml.SequenceNode {
		if len(arg.Content) != 2 || arg.Content[1].Kind != yaml.MappingNode {
			return nil, r.errorf(arg, "!Sub takes a text, or a text and a map")
		}
		text, own = arg.Content[0], arg.Content[1]
	}
	var out strings.Builder
	rest := text.Value
	for {
		before, after, found := strings.Cut(rest, "${")
		out.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return nil, r.errorf(text, "!Sub: ${%s is not closed", after)
		}
		v, err := r.variable(text, own, name)
		if err != nil {
			return nil, err
		}
		out.WriteString(v)
		rest = tail
	}
	v := scalar(text, out.String())
	v.Tag = "!!str"
	return v, nil
}

// variable is one ${name} of a !Sub.
func (r *resolver) variable(at, own *yaml.Node, name string) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	if own != nil {
		if v := child(own, name); v != nil {
			return r.text(v)
		}
	}
	if strings.Contains(name, ".") {
		return r.attribute(at, name)
	}
	v, err := r.ref(at, name)
	if err != nil {
		return "", err
	}
	if v == nil || v.Kind != yaml.ScalarNode {
		return "", r.errorf(at, "!Sub: ${%s} is no text", name)
	}
	return v.Value, nil
}

func (r *resolver) join(arg *yaml.Node) (*yaml.Node, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != 2 {
		return nil, r.errorf(arg, "!Join takes a separator and a list")
	}
	sep, err := r.text(arg.Content[0])
	if err != nil {
		return nil, err
	}
	items, err := r.texts(arg.Content[1])
	if err != nil {
		return nil, err
	}
	v := scalar(arg, strings.Join(items, sep))
	v.Tag = "!!str"
	return v, nil
}

// choose is !Select.
func (r *resolver) choose(arg *yaml.Node) (*yaml.Node, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != 2 {
		return nil, r.errorf(arg, "!Select takes a number and a list")
	}
	index, err := r.text(arg.Content[0])
	if err != nil {
		return nil, err
	}
	items, err := r.texts(arg.Content[1])
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(items) {
		return nil, r.errorf(arg, "!Select: there is no item %q among %d", index, len(items))
	}
	return scalar(arg, items[i]), nil
}

func (r *resolver) split(arg *yaml.Node) (*yaml.Node, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != 2 {
		return nil, r.errorf(arg, "!Split takes a separator and a text")
	}
	sep, err := r.text(arg.Content[0])
	if err != nil {
		return nil, err
	}
	text, err := r.text(arg.Content[1])
	if err != nil {
		return nil, err
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Line: arg.Line}
	for _, item := range strings.Split(text, sep) {
		list.Content = append(list.Content, scalar(arg, item))
	}
	return list, nil
}
