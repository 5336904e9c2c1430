package httpapitest

import (
	"net/http"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service/servicetest"
)

// Desk is a function of the agents' API in a world of agents and callers. Every answer is compared with openapi.yaml.
type Desk struct {
	*Site
	*servicetest.World
	Spec *Spec
}

// NewDesk makes a world with agents, who are available, and serves the handler that build makes in it.
func NewDesk(t testing.TB, agents []agent.ID, build func(httpapi.Edge, *servicetest.World) http.Handler) Desk {
	w := servicetest.NewWorld(t, agents...)
	site := New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler { return build(e, w) })
	return Desk{Site: site, World: w, Spec: NewSpec(t)}
}

// Ask is a request of a signed-in agent. Erin and frank are in the group "supervisor", and everybody else is not: the
// claim is "cognito:groups" in the form in which API Gateway passes a list
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html).
func (d Desk) Ask(name, method, path, body string) Answer {
	d.Site.T.Helper()
	e := d.Signed(name, method, path, body)
	e.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = "[agent supervisors]"
	if name == "erin" || name == "frank" {
		e.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = "[agent supervisor]"
	}
	a := d.Do(e)
	d.Spec.Check(e, a)
	return a
}
