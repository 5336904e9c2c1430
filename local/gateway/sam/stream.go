package sam

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// defaultBatch is Lambda's for a stream of DynamoDB.
const defaultBatch = 100

// stream reads an event source mapping, and the logical id of its function.
func (r *resolver) stream(id string, n *yaml.Node) (function string, s Stream, err error) {
	s = Stream{Name: id, Batch: defaultBatch}
	p := child(n, "Properties")
	if function, err = r.referred(p, "FunctionName", "Ref"); err != nil {
		return "", s, err
	}
	table, err := r.referred(p, "EventSourceArn", "GetAtt")
	if err != nil {
		return "", s, err
	}
	name, err := r.ref(n, table)
	if err != nil {
		return "", s, err
	}
	s.Table = name.Value
	if err := r.decode(&s.Batch, p, "BatchSize"); err != nil {
		return "", s, err
	}
	var filters []struct {
		Pattern string `yaml:"Pattern"`
	}
	if err := r.decode(&filters, p, "FilterCriteria", "Filters"); err != nil {
		return "", s, err
	}
	for _, f := range filters {
		s.Filters = append(s.Filters, f.Pattern)
	}
	return function, s, nil
}

// referred is the logical id of the resource that a property refers to, as in "!Ref Function.Alias" and
// "!GetAtt Table.StreamArn".
func (r *resolver) referred(properties *yaml.Node, key, by string) (string, error) {
	n := child(properties, key)
	if n == nil {
		return "", r.errorf(properties, "there is no %s", key)
	}
	if name, arg := intrinsic(n); name == by && arg.Kind == yaml.ScalarNode {
		id, _, _ := strings.Cut(arg.Value, ".")
		return id, nil
	}
	return "", r.errorf(n, "the local stack knows !%s for %s", by, key)
}
