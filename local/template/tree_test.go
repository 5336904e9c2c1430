package template

import (
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// root is the project's root, seen from this folder.
var root = filepath.Join("..", "..")

// parse reads a YAML file of the project's root.
func parse(t *testing.T, file string) *yaml.Node {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return doc.Content[0]
}

func template(t *testing.T) *yaml.Node { return parse(t, "template.yaml") }

// pairs goes through a mapping in the order of the file; nil has none.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// at goes down by keys; nil if one is missing.
func at(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		var next *yaml.Node
		for k, v := range pairs(n) {
			if k == key {
				next = v
			}
		}
		n = next
	}
	return n
}

// text is a scalar's value, with its intrinsic function before it: "!Ref Table". A missing one is "".
func text(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return n.Tag + " " + n.Value
	}
	return n.Value
}

// texts is a list of scalars, or one scalar as a list of one.
func texts(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return []string{text(n)}
	}
	var out []string
	for _, item := range n.Content {
		out = append(out, text(item))
	}
	return out
}

// items is a list's members, or nothing.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// resources are those of one type, by their logical id.
func resources(t *testing.T, kind string) iter.Seq2[string, *yaml.Node] {
	all := at(template(t), "Resources")
	return func(yield func(string, *yaml.Node) bool) {
		for id, r := range pairs(all) {
			if text(at(r, "Type")) == kind && !yield(id, r) {
				return
			}
		}
	}
}

// only is the one resource of a type.
func only(t *testing.T, kind string) *yaml.Node {
	t.Helper()
	var found []*yaml.Node
	for _, r := range resources(t, kind) {
		found = append(found, r)
	}
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s, want one", len(found), kind)
	}
	return found[0]
}

// walk visits a node and all below it.
func walk(n *yaml.Node, visit func(*yaml.Node)) {
	visit(n)
	for _, c := range n.Content {
		walk(c, visit)
	}
}

// sorted is a set's members in order.
func sorted(set map[string]bool) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// diff returns the members that only one of two sets has.
func diff(a, b map[string]bool) (onlyA, onlyB []string) {
	for _, k := range sorted(a) {
		if !b[k] {
			onlyA = append(onlyA, k)
		}
	}
	for _, k := range sorted(b) {
		if !a[k] {
			onlyB = append(onlyB, k)
		}
	}
	return onlyA, onlyB
}
