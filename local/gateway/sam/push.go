package sam

import (
	"regexp"

	"gopkg.in/yaml.v3"
)

// Push is the template's WebSocket API: one stage, and what its routes lead to.
type Push struct {
	Name  string // the API's logical id, which !Ref returns
	Stage string
	// Routes are the functions' logical ids by route key, like $connect; "" is a mock, which takes a message and does
	// nothing.
	Routes map[string]string
}

// calls finds the function in the address of an integration: the version of it that its alias names.
var calls = regexp.MustCompile(`:function:([A-Za-z0-9]+):live/invocations$`)

// readPush reads the resources of a WebSocket API. They name each other by !Ref, which is their logical id.
func (t *Template) readPush(r *resolver) error {
	integrations, routes := map[string]string{}, map[string]string{}
	var push *Push
	stage := ""
	err := r.eachResource(func(id, kind string, n *yaml.Node) error {
		p := child(n, "Properties")
		switch kind {
		case "AWS::ApiGatewayV2::Api":
			if push != nil {
				return r.errorf(n, "the local stack serves one WebSocket API; %s is the second", id)
			}
			var protocol, selects string
			if err := r.decode(&protocol, p, "ProtocolType"); err != nil {
				return err
			}
			if err := r.decode(&selects, p, "RouteSelectionExpression"); err != nil {
				return err
			}
			if protocol != "WEBSOCKET" || selects != "$request.body.action" {
				return r.errorf(n, "the local stack knows WebSocket APIs that choose routes by $request.body.action")
			}
			push = &Push{Name: id}
		case "AWS::ApiGatewayV2::Stage":
			return r.decode(&stage, p, "StageName")
		case "AWS::ApiGatewayV2::Integration":
			return r.integration(integrations, id, p)
		case "AWS::ApiGatewayV2::Route":
			var key, target string
			if err := r.decode(&key, p, "RouteKey"); err != nil {
				return err
			}
			err := r.decode(&target, p, "Target")
			routes[key] = target
			return err
		}
		return nil
	})
	if err != nil || push == nil {
		return err
	}
	push.Stage, push.Routes = stage, map[string]string{}
	for key, target := range routes {
		const before = "integrations/"
		function, ok := integrations[target[min(len(before), len(target)):]]
		if !ok {
			return r.errorf(r.resources[push.Name], "the route %s leads to no integration", key)
		}
		push.Routes[key] = function
	}
	if stage == "" || push.Routes["$connect"] == "" {
		return r.errorf(r.resources[push.Name], "the WebSocket API %s has no stage or no route $connect", push.Name)
	}
	t.Push = push
	return nil
}

func (r *resolver) integration(into map[string]string, id string, p *yaml.Node) error {
	var kind, uri string
	if err := r.decode(&kind, p, "IntegrationType"); err != nil {
		return err
	}
	if kind == "MOCK" {
		into[id] = ""
		return nil
	}
	if err := r.decode(&uri, p, "IntegrationUri"); err != nil {
		return err
	}
	m := calls.FindStringSubmatch(uri)
	if kind != "AWS_PROXY" || m == nil {
		return r.errorf(p, "the local stack knows integrations with a mock, or with the alias of a function")
	}
	into[id] = m[1]
	return nil
}
