package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// template is CloudFormation's.
type template struct {
	Parameters map[string]any
	Conditions map[string]any
	Resources  map[string]map[string]any
	Outputs    map[string]any
}

var variable = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// walker goes through one part of a template.
type walker struct {
	t        template
	at       string // the part that is being examined
	faults   []string
	followed int
	needs    map[string]map[string]bool // resource to resources
}

// check lists what is wrong, and counts the references.
func (t template) check() (faults []string, followed int) {
	w := &walker{t: t, needs: map[string]map[string]bool{}}
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		w.at = name
		w.needs[name] = map[string]bool{}
		r := t.Resources[name]
		for _, d := range list(r["DependsOn"]) {
			w.name(d)
		}
		if c, ok := r["Condition"].(string); ok {
			w.condition(c)
		}
		for _, part := range []string{"Properties", "UpdatePolicy", "Metadata"} {
			w.walk(r[part])
		}
	}
	w.at = ""
	for _, part := range []map[string]any{t.Conditions, t.Outputs} {
		for _, name := range slices.Sorted(maps.Keys(part)) {
			if o, ok := part[name].(map[string]any); ok {
				if c, ok := o["Condition"].(string); ok {
					w.condition(c)
				}
			}
			w.walk(part[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.needs)) {
		if ring := w.ring(name, nil); ring != nil {
			w.fault("needs itself: " + strings.Join(ring, " > "))
			break // one cycle is found from each of its members
		}
	}
	w.versions()
	return w.faults, w.followed
}

// versions compares each function's version with the function: if a parameter of the environment is not in the
// version's description, another value publishes no version, and callers are still served with the old one.
func (w *walker) versions() {
	for _, name := range slices.Sorted(maps.Keys(w.t.Resources)) {
		if w.t.Resources[name]["Type"] != "AWS::Lambda::Version" {
			continue
		}
		version, _ := w.t.Resources[name]["Properties"].(map[string]any)
		of, _ := version["FunctionName"].(map[string]any)
		function, _ := w.t.Resources[fmt.Sprint(of["Ref"])]["Properties"].(map[string]any)
		has, want := w.t.parameters(version["Description"]), w.t.parameters(function["Environment"])
		if !slices.Equal(has, want) {
			w.at = name
			w.fault(fmt.Sprintf("is described by %v and not by the parameters %v of its function's environment", has,
				want))
		}
	}
}

// parameters are those that a value depends on, by a reference or by a condition that chooses.
func (t template) parameters(v any) []string {
	all := map[string]bool{}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				visit(item)
			}
		case map[string]any:
			for key, arg := range v {
				switch args := list(arg); {
				case key == "Ref" && t.Parameters[fmt.Sprint(arg)] != nil:
					all[fmt.Sprint(arg)] = true
				case key == "Fn::If" && len(args) > 0:
					visit(t.Conditions[args[0]])
				case key == "Fn::Sub" && len(args) > 0:
					for _, m := range variable.FindAllStringSubmatch(args[0], -1) {
						if t.Parameters[m[1]] != nil {
							all[m[1]] = true
						}
					}
				}
				visit(arg)
			}
		}
	}
	visit(v)
	return slices.Sorted(maps.Keys(all))
}

func (w *walker) fault(text string) {
	w.faults = append(w.faults, strings.TrimPrefix(w.at+": "+text, ": "))
}

func (w *walker) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.walk(item)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if len(v) != 1 || !w.intrinsic(key, v[key]) {
				w.walk(v[key])
			}
		}
	}
}

// intrinsic follows a reference; false if the key is none.
func (w *walker) intrinsic(key string, arg any) bool {
	switch key {
	case "Ref":
		w.name(fmt.Sprint(arg))
		return true
	case "Fn::GetAtt":
		parts := list(arg)
		if len(parts) == 1 {
			parts = strings.SplitN(parts[0], ".", 2)
		}
		if len(parts) < 2 || w.t.Resources[parts[0]] == nil {
			w.fault(fmt.Sprintf("Fn::GetAtt %v is no attribute of a resource", arg))
			return true
		}
		w.name(parts[0])
		return true
	case "Fn::Sub":
		w.substitute(arg)
		return true
	case "Fn::If":
		if items, ok := arg.([]any); ok && len(items) == 3 {
			w.condition(fmt.Sprint(items[0]))
		} else {
			w.fault("Fn::If takes a condition and two values")
		}
	case "Condition":
		if c, ok := arg.(string); ok {
			w.condition(c)
			return true
		}
	}
	return false
}

func (w *walker) substitute(arg any) {
	text, own := fmt.Sprint(arg), map[string]any{}
	if items, ok := arg.([]any); ok && len(items) == 2 {
		text = fmt.Sprint(items[0])
		own, _ = items[1].(map[string]any)
		w.walk(own)
	}
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if id, _, _ := strings.Cut(m[1], "."); own[id] == nil {
			w.name(id)
		}
	}
}

// name is a parameter or a resource.
func (w *walker) name(id string) {
	w.followed++
	switch {
	case strings.HasPrefix(id, "AWS::") || w.t.Parameters[id] != nil:
	case w.t.Resources[id] == nil:
		w.fault(id + " is neither a parameter nor a resource")
	case w.at != "":
		w.needs[w.at][id] = true
	}
}

func (w *walker) condition(id string) {
	w.followed++
	if w.t.Conditions[id] == nil {
		w.fault("there is no condition " + id)
	}
}

// ring is the path from a resource back to itself, or nil.
func (w *walker) ring(name string, way []string) []string {
	if i := slices.Index(way, name); i >= 0 {
		return append(way[i:], name)
	}
	for _, next := range slices.Sorted(maps.Keys(w.needs[name])) {
		if r := w.ring(next, append(way, name)); r != nil {
			return r
		}
	}
	delete(w.needs, name) // nothing leads back from here
	return nil
}

// list is one text, or a list of texts.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, fmt.Sprint(item))
		}
		return out
	}
	return nil
}
