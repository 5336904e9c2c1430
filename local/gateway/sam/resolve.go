package sam

import (
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// Error is a fault in the template, with its row in the file.
type Error struct {
	File string
	Line int
	Msg  string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// resolver replaces CloudFormation's intrinsic functions by their values. It works on YAML nodes, because only there
// the short forms (!Ref) and the positions are known, and on demand: an unknown function does no harm in a part that is
// not read.
type resolver struct {
	file       string
	values     Values
	parameters map[string]*yaml.Node
	resources  map[string]*yaml.Node
	conditions map[string]*yaml.Node
	evaluating map[string]bool // conditions under evaluation, against cycles
}

func (r *resolver) errorf(n *yaml.Node, format string, args ...any) error {
	return &Error{File: r.file, Line: n.Line, Msg: fmt.Sprintf(format, args...)}
}

// resolve returns the node without intrinsic functions, or nil for AWS::NoValue.
func (r *resolver) resolve(n *yaml.Node) (*yaml.Node, error) {
	if n.Kind == yaml.AliasNode {
		return r.resolve(n.Alias)
	}
	if name, arg := intrinsic(n); name != "" {
		return r.call(name, arg)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.resolveMapping(n)
	case yaml.SequenceNode:
		out := *n
		out.Content = nil
		for _, item := range n.Content {
			v, err := r.resolve(item)
			if err != nil {
				return nil, err
			}
			if v != nil {
				out.Content = append(out.Content, v)
			}
		}
		return &out, nil
	}
	return n, nil
}

func (r *resolver) resolveMapping(n *yaml.Node) (*yaml.Node, error) {
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		v, err := r.resolve(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		if v != nil {
			out.Content = append(out.Content, n.Content[i], v)
		}
	}
	return &out, nil
}

// intrinsic returns the function that a node calls, by its short name, and the argument.
func intrinsic(n *yaml.Node) (string, *yaml.Node) {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		arg := *n
		arg.Tag = ""
		if arg.Kind == yaml.ScalarNode {
			arg.Tag = "!!str"
		}
		return n.Tag[1:], &arg
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		key := n.Content[0].Value
		if key == "Ref" {
			return "Ref", n.Content[1]
		}
		if name, ok := strings.CutPrefix(key, "Fn::"); ok {
			return name, n.Content[1]
		}
	}
	return "", nil
}

func (r *resolver) call(name string, arg *yaml.Node) (*yaml.Node, error) {
	switch name {
	case "Ref":
		return r.ref(arg, arg.Value)
	case "GetAtt":
		return r.getAtt(arg)
	case "Sub":
		return r.sub(arg)
	case "Join":
		return r.join(arg)
	case "Select":
		return r.choose(arg)
	case "Split":
		return r.split(arg)
	case "If":
		if arg.Kind != yaml.SequenceNode || len(arg.Content) != 3 {
			return nil, r.errorf(arg, "!If takes a condition and two values")
		}
		yes, err := r.condition(arg.Content[0], arg.Content[0].Value)
		if err != nil {
			return nil, err
		}
		if yes {
			return r.resolve(arg.Content[1])
		}
		return r.resolve(arg.Content[2])
	case "Equals", "Not", "And", "Or", "Condition":
		yes, err := r.truth(name, arg)
		if err != nil {
			return nil, err
		}
		return scalar(arg, fmt.Sprint(yes)), nil
	}
	return nil, r.errorf(arg, "the local stack does not know the function !%s", name)
}

func scalar(at *yaml.Node, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: value, Line: at.Line, Column: at.Column}
}

// text resolves a node to a string.
func (r *resolver) text(n *yaml.Node) (string, error) {
	v, err := r.resolve(n)
	if err != nil {
		return "", err
	}
	if v == nil {
		return "", nil
	}
	if v.Kind != yaml.ScalarNode {
		return "", r.errorf(n, "a text is expected here")
	}
	return v.Value, nil
}

// texts resolves a node to a list of strings.
func (r *resolver) texts(n *yaml.Node) ([]string, error) {
	v, err := r.resolve(n)
	if err != nil {
		return nil, err
	}
	if v == nil || v.Kind != yaml.SequenceNode {
		return nil, r.errorf(n, "a list is expected here")
	}
	var out []string
	for _, item := range v.Content {
		s, err := r.text(item)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// syntax reports a file that is not YAML.
func (r *resolver) syntax(err error) error {
	return r.flat(&yaml.Node{Line: 1}, err)
}

// flat turns a fault of the YAML decoder, which has several rows, into an Error.
func (r *resolver) flat(n *yaml.Node, err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	var te *yaml.TypeError
	if errors.As(err, &te) && len(te.Errors) > 0 {
		msg = te.Errors[0]
	}
	var line int
	if _, scan := fmt.Sscanf(msg, "line %d:", &line); scan != nil {
		return r.errorf(n, "%s", msg)
	}
	if _, after, ok := strings.Cut(msg, ": "); ok {
		msg = after
	}
	return &Error{File: r.file, Line: line, Msg: msg}
}
