package sam

import "gopkg.in/yaml.v3"

// condition tells whether a named condition of the template holds.
func (r *resolver) condition(at *yaml.Node, name string) (bool, error) {
	n, ok := r.conditions[name]
	if !ok {
		return false, r.errorf(at, "there is no condition %s", name)
	}
	if r.evaluating[name] {
		return false, r.errorf(n, "the condition %s leads back to itself", name)
	}
	r.evaluating[name] = true
	defer delete(r.evaluating, name)
	return r.test(n)
}

// test evaluates a node that must be a condition function.
func (r *resolver) test(n *yaml.Node) (bool, error) {
	name, arg := intrinsic(n)
	if name == "" && n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "Condition" {
		name, arg = "Condition", n.Content[1]
	}
	if name == "" {
		return false, r.errorf(n, "a condition is expected here")
	}
	return r.truth(name, arg)
}

func (r *resolver) truth(name string, arg *yaml.Node) (bool, error) {
	if name == "Condition" {
		return r.condition(arg, arg.Value)
	}
	if arg.Kind != yaml.SequenceNode || len(arg.Content) == 0 {
		return false, r.errorf(arg, "!%s takes a list", name)
	}
	switch name {
	case "Equals":
		if len(arg.Content) != 2 {
			return false, r.errorf(arg, "!Equals takes two values")
		}
		a, err := r.text(arg.Content[0])
		if err != nil {
			return false, err
		}
		b, err := r.text(arg.Content[1])
		return a == b, err
	case "Not":
		yes, err := r.test(arg.Content[0])
		return !yes, err
	case "And", "Or":
		for _, item := range arg.Content {
			yes, err := r.test(item)
			if err != nil {
				return false, err
			}
			if yes == (name == "Or") {
				return yes, nil
			}
		}
		return name == "And", nil
	}
	return false, r.errorf(arg, "!%s is no condition", name)
}
