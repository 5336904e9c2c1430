package sam

import (
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// SAM's defaults for a function.
const (
	defaultTimeout     = 3 * time.Second
	defaultMemory      = 128
	integrationTimeout = 30 * time.Second
)

// settings are the properties of a function that this package reads, also in Globals.
type settings struct {
	Timeout                      int    `yaml:"Timeout"`
	MemorySize                   int    `yaml:"MemorySize"`
	CodeURI                      string `yaml:"CodeUri"`
	ReservedConcurrentExecutions *int   `yaml:"ReservedConcurrentExecutions"`
	LoggingConfig                struct {
		LogFormat string `yaml:"LogFormat"`
	} `yaml:"LoggingConfig"`
	Environment struct {
		Variables map[string]string `yaml:"Variables"`
	} `yaml:"Environment"`
}

// read takes the properties one by one; the others, such as tags, are not evaluated.
func (s *settings) read(r *resolver, properties *yaml.Node) error {
	for key, out := range map[string]any{
		"Timeout": &s.Timeout, "MemorySize": &s.MemorySize, "CodeUri": &s.CodeURI,
		"ReservedConcurrentExecutions": &s.ReservedConcurrentExecutions,
		"LoggingConfig":                &s.LoggingConfig, "Environment": &s.Environment,
	} {
		if err := r.decode(out, properties, key); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) function(id string, n, globals *yaml.Node, api *API) (Function, error) {
	var s settings
	if err := s.read(r, globals); err != nil {
		return Function{}, err
	}
	common := s.Environment.Variables
	s.Environment.Variables = nil
	properties := child(n, "Properties")
	if err := s.read(r, properties); err != nil {
		return Function{}, err
	}
	if s.CodeURI == "" {
		return Function{}, r.errorf(n, "the function %s has no CodeUri", id)
	}
	f := Function{LogicalID: id, CodeURI: path.Clean(s.CodeURI), Timeout: defaultTimeout, MemoryMB: defaultMemory,
		Reserved: -1, LogFormat: "Text", Env: map[string]string{}}
	if s.Timeout > 0 {
		f.Timeout = time.Duration(s.Timeout) * time.Second
	}
	if s.MemorySize > 0 {
		f.MemoryMB = s.MemorySize
	}
	if s.ReservedConcurrentExecutions != nil {
		f.Reserved = *s.ReservedConcurrentExecutions
	}
	if s.LoggingConfig.LogFormat != "" {
		f.LogFormat = s.LoggingConfig.LogFormat
	}
	for _, vars := range []map[string]string{common, s.Environment.Variables} {
		for name, value := range vars {
			f.Env[name] = value
		}
	}
	var err error
	if f.Statements, err = r.statements(child(properties, "Policies")); err != nil {
		return Function{}, err
	}
	return f, r.events(&f, properties, api)
}

// events reads what starts a function. Kinds of events that have no local counterpart are left out.
func (r *resolver) events(f *Function, properties *yaml.Node, api *API) error {
	events := children(child(properties, "Events"))
	names := make([]string, 0, len(events))
	for name := range events {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		var kind string
		if err := r.decode(&kind, events[name], "Type"); err != nil {
			return err
		}
		p := child(events[name], "Properties")
		var err error
		switch kind {
		case "HttpApi":
			err = r.route(f, events[name], p, api)
		case "Schedule":
			err = r.schedule(f, name, p, "Schedule")
		case "ScheduleV2":
			err = r.schedule(f, name, p, "ScheduleExpression")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) route(f *Function, event, n *yaml.Node, api *API) error {
	route := Route{Method: "ANY", Path: "$default", Authorizer: api.defaultAuthorizer, Timeout: integrationTimeout}
	var millis int
	var scopes []string
	for out, keys := range map[any][]string{
		&route.Method: {"Method"}, &route.Path: {"Path"}, &millis: {"TimeoutInMillis"},
		&route.Authorizer: {"Auth", "Authorizer"}, &scopes: {"Auth", "AuthorizationScopes"},
	} {
		if err := r.decode(out, n, keys...); err != nil {
			return err
		}
	}
	route.Method = strings.ToUpper(route.Method)
	if route.Method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		route.Method = "ANY"
	}
	if millis > 0 {
		route.Timeout = time.Duration(millis) * time.Millisecond
	}
	if route.Authorizer == "NONE" {
		route.Authorizer = ""
	}
	if route.Authorizer != "" {
		a, ok := api.Authorizers[route.Authorizer]
		if !ok {
			return r.errorf(event, "there is no authorizer %s", route.Authorizer)
		}
		route.Scopes = a.scopes
	}
	if scopes != nil {
		route.Scopes = scopes
	}
	f.Routes = append(f.Routes, route)
	return nil
}

func (r *resolver) schedule(f *Function, name string, n *yaml.Node, key string) error {
	s := Schedule{Name: f.LogicalID + name}
	var expression, state string
	enabled := true
	for out, key := range map[any]string{&expression: key, &enabled: "Enabled", &state: "State", &s.Input: "Input"} {
		if err := r.decode(out, n, key); err != nil {
			return err
		}
	}
	if !enabled || state == "DISABLED" {
		return nil
	}
	every, err := rate(expression)
	if err != nil {
		return r.errorf(n, "%s", err)
	}
	s.Every = every
	f.Schedules = append(f.Schedules, s)
	return nil
}

// rate reads "rate(5 minutes)".
func rate(expression string) (time.Duration, error) {
	inner, ok := strings.CutPrefix(expression, "rate(")
	inner, closed := strings.CutSuffix(inner, ")")
	number, unit, two := strings.Cut(inner, " ")
	n, err := strconv.Atoi(number)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	one, known := units[strings.TrimSuffix(unit, "s")]
	if !ok || !closed || !two || err != nil || n < 1 || !known {
		return 0, fmt.Errorf("the local stack knows schedules like rate(1 minute), not %q", expression)
	}
	return time.Duration(n) * one, nil
}
