// Package sam reads a SAM template as far as a program that stands in for the cloud needs it: the functions with their
// environment and permissions, the HTTP API's routes, authorizers and limits, the schedules, the table, the secrets'
// names and the page's headers.
//
// It does not know what runs them. Parts of the template that are not read are not evaluated, so a resource that has no
// local counterpart does no harm.
package sam

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"

	"gopkg.in/yaml.v3"
)

// Values are what the template cannot know by itself.
type Values struct {
	// Parameters override the parameters' defaults.
	Parameters map[string]string
	// Attributes are the values of !Ref Name ("Name") and !GetAtt Name.Attribute ("Name.Attribute"). What is missing
	// gets a made-up value.
	Attributes map[string]string
}

// Template is the result of reading.
type Template struct {
	Path      string
	Functions []Function // in the order of their logical ids
	API       API
	Push      *Push // the WebSocket API; nil if the template has none, or its condition does not hold
	Tables    []Table
	Secrets   []string // what !Ref returns for each secret
	Headers   []Header // of the page, from the distribution's response headers policy
}

// Function is one Lambda function.
type Function struct {
	LogicalID string
	CodeURI   string // the folder, relative to the template's
	Timeout   time.Duration
	MemoryMB  int
	Reserved  int // ReservedConcurrentExecutions; -1 if it has none
	LogFormat string
	Env       map[string]string
	Routes    []Route
	Schedules []Schedule
	Streams   []Stream
	// Statements are those of all the policies of the function's own role.
	Statements []Statement
}

// Folder is the name of the function's folder, e.g. "connect-agent".
func (f Function) Folder() string { return filepath.Base(filepath.Clean(f.CodeURI)) }

// Route is one route of the HTTP API.
type Route struct {
	Method     string // upper case; ANY is every method
	Path       string // "/wait/{conference}/{turn}", or "$default"
	Authorizer string // "" if anybody may call it
	Scopes     []string
	Timeout    time.Duration // of the integration; 30 s if not set
}

// Schedule starts a function at an interval.
type Schedule struct {
	Name  string
	Every time.Duration
	Input string // the payload, if it is not the usual event
}

// Stream hands a function the changes of a table.
type Stream struct {
	Name    string
	Table   string   // what !Ref returns for it
	Filters []string // patterns, in JSON; a record needs to fit one of them
	Batch   int      // records at most in one invocation
}

// Started says whether anything here starts the function.
func (f Function) Started() bool { return len(f.Routes)+len(f.Schedules)+len(f.Streams) > 0 }

// Header is one header of a response.
type Header struct {
	Name  string `yaml:"Header"`
	Value string `yaml:"Value"`
}

// Load reads the template. Faults that have a position are *Error.
func Load(path string, values Values) (*Template, error) {
	r, root, err := open(path, values)
	if err != nil {
		return nil, err
	}
	t := &Template{Path: path}
	return t, t.read(r, root)
}

// open reads the file and evaluates nothing.
func open(path string, values Values) (*resolver, *yaml.Node, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the template: %w", err)
	}
	r := &resolver{file: filepath.Base(path), values: values, evaluating: map[string]bool{}}
	doc, err := parse(string(text))
	if err != nil {
		return nil, nil, r.syntax(err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil, &Error{File: r.file, Line: 1, Msg: "this is no template"}
	}
	root := doc.Content[0]
	r.parameters = children(child(root, "Parameters"))
	r.resources = children(child(root, "Resources"))
	r.conditions = children(child(root, "Conditions"))
	if len(r.resources) == 0 {
		return nil, nil, r.errorf(root, "the template has no resources")
	}
	return r, root, nil
}

// parsed is the text that was parsed last. A process with many stacks, as that of the scenarios is, reads one template
// again and again, and parsing is most of that work. Nothing changes the nodes: what resolves one makes a new one.
var parsed struct {
	sync.Mutex
	text string
	doc  *yaml.Node
}

func parse(text string) (*yaml.Node, error) {
	parsed.Lock()
	defer parsed.Unlock()
	if parsed.doc == nil || parsed.text != text {
		doc := &yaml.Node{}
		if err := yaml.Unmarshal([]byte(text), doc); err != nil {
			return nil, err
		}
		parsed.text, parsed.doc = text, doc
	}
	return parsed.doc, nil
}

func (t *Template) read(r *resolver, root *yaml.Node) error {
	globals := child(root, "Globals")
	if err := t.readAPI(r, globals); err != nil {
		return err
	}
	if err := t.readPush(r); err != nil {
		return err
	}
	streams := map[string][]Stream{} // by function
	err := r.eachResource(func(id, kind string, n *yaml.Node) error {
		if kind != "AWS::Lambda::EventSourceMapping" {
			return nil
		}
		f, s, err := r.stream(id, n)
		streams[f] = append(streams[f], s)
		return err
	})
	if err != nil {
		return err
	}
	return r.eachResource(func(id, kind string, n *yaml.Node) error {
		switch kind {
		case "AWS::Serverless::Function":
			f, err := r.function(id, n, child(globals, "Function"), &t.API)
			if err != nil {
				return err
			}
			f.Streams = streams[id]
			t.Functions = append(t.Functions, f)
		case "AWS::DynamoDB::Table":
			table, err := r.table(id, n)
			if err != nil {
				return err
			}
			t.Tables = append(t.Tables, table)
		case "AWS::SecretsManager::Secret":
			name, err := r.ref(n, id)
			if err != nil {
				return err
			}
			t.Secrets = append(t.Secrets, name.Value)
		case "AWS::CloudFront::ResponseHeadersPolicy":
			if len(t.Headers) > 0 {
				return nil
			}
			headers, err := r.headers(n)
			t.Headers = headers
			return err
		}
		return nil
	})
}

// eachResource calls f for every resource whose condition holds, in the order of names.
func (r *resolver) eachResource(f func(id, kind string, n *yaml.Node) error) error {
	ids := make([]string, 0, len(r.resources))
	for id := range r.resources {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		n := r.resources[id]
		if c := child(n, "Condition"); c != nil {
			yes, err := r.condition(c, c.Value)
			if err != nil {
				return err
			}
			if !yes {
				continue
			}
		}
		kind := child(n, "Type")
		if kind == nil {
			return r.errorf(n, "the resource %s has no Type", id)
		}
		if err := f(id, kind.Value, n); err != nil {
			return err
		}
	}
	return nil
}

// at walks down the keys of mappings, resolving what it meets, and returns the resolved node there; nil if there is
// none.
func (r *resolver) at(n *yaml.Node, keys ...string) (*yaml.Node, error) {
	for _, key := range keys {
		if n == nil {
			return nil, nil
		}
		if name, _ := intrinsic(n); name != "" {
			v, err := r.resolve(n)
			if err != nil {
				return nil, err
			}
			n = v
		}
		n = child(n, key)
	}
	if n == nil {
		return nil, nil
	}
	return r.resolve(n)
}

// decode resolves the node at the keys and decodes it; without such a node it leaves out unchanged.
func (r *resolver) decode(out any, n *yaml.Node, keys ...string) error {
	v, err := r.at(n, keys...)
	if err != nil || v == nil {
		return err
	}
	if err := v.Decode(out); err != nil {
		return r.flat(v, err)
	}
	return nil
}

func child(n *yaml.Node, key string) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func children(n *yaml.Node) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	if n == nil || n.Kind != yaml.MappingNode {
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		out[n.Content[i].Value] = n.Content[i+1]
	}
	return out
}
