package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/push"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// now is the time of testdata/connect.json, and of the sample event.
var now = time.UnixMilli(1795342609123).UTC()

// suite is the function over a store in memory.
type suite struct {
	*httpapitest.Site
	t     *testing.T
	h     handler
	store *memory
	log   *bytes.Buffer
	spec  *httpapitest.Spec
}

// memory keeps agents' pages. Fails are errors of the next saves; a failed one may have taken effect.
type memory struct {
	*servicetest.Store
	pages map[agent.ID]push.Pages
	loads int
	fail  error
	saves []error
	took  bool
}

func (m *memory) Pages(_ context.Context, id agent.ID) (*push.Pages, error) {
	m.loads++
	p := m.pages[id]
	p.Tickets, p.Open = append([]push.Ticket(nil), p.Tickets...), append([]push.Connection(nil), p.Open...)
	return &p, m.fail
}

func (m *memory) SavePages(_ context.Context, id agent.ID, p *push.Pages) error {
	var err error
	if len(m.saves) > 0 {
		err, m.saves = m.saves[0], m.saves[1:]
	}
	if err != nil && !m.took {
		return err
	}
	if m.pages[id].Version != p.Version {
		return service.ErrConflict
	}
	p.Version++
	m.pages[id] = *p
	return err
}

func serve(t *testing.T) *suite {
	s := &suite{t: t, store: &memory{Store: servicetest.NewStore(), pages: map[agent.ID]push.Pages{}},
		log: &bytes.Buffer{}, spec: httpapitest.NewSpec(t)}
	s.Site = httpapitest.New(t, func() time.Time { return now }, func(e httpapi.Edge) http.Handler {
		s.h = handler{edge: e, signIn: httpapitest.SignIn, address: "wss://push.example/live", store: s.store,
			secret: func() string { return "SECRET" }}
		return s.h.routes()
	})
	s.h.edge.Name, s.h.edge.Log = "push", slog.New(slog.NewJSONHandler(s.log, nil))
	return s
}

// ask asks for a ticket with a sign-in that lasts so long.
func (s *suite) ask(name string, signedIn time.Duration) (channel, httpapitest.Answer) {
	s.t.Helper()
	e := s.Signed(name, "POST", "/agents/me/channel", "")
	exp, _ := json.Marshal(now.Add(signedIn).Unix())
	e.RequestContext.Authorizer.JWT.Claims["exp"] = string(exp)
	a := s.Do(e)
	s.spec.Check(e, a)
	var c channel
	if err := json.Unmarshal([]byte(a.Body), &c); err != nil {
		s.t.Fatalf("answered %d %s", a.Status, a.Body)
	}
	return c, a
}

// connect sends what API Gateway sends when a page connects after that time, with these protocols.
func (s *suite) connect(after time.Duration, id, protocols string) events.APIGatewayProxyResponse {
	s.t.Helper()
	raw, err := os.ReadFile("testdata/connect.json")
	if err != nil {
		s.t.Fatal(err)
	}
	var e events.APIGatewayWebsocketProxyRequest
	if err := json.Unmarshal(raw, &e); err != nil {
		s.t.Fatal(err)
	}
	e.RequestContext.RequestTimeEpoch = now.Add(after).UnixMilli()
	e.RequestContext.ConnectionID = id
	e.Headers["Sec-WebSocket-Protocol"] = protocols
	raw, err = json.Marshal(e)
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := s.h.serve()(s.t.Context(), raw)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, ok := out.(events.APIGatewayProxyResponse)
	if !ok {
		s.t.Fatalf("the event is taken for a request: %T", out)
	}
	return answer
}

func (s *suite) listening(id agent.ID) int {
	p := s.store.pages[id]
	return len(p.Listening(now))
}

func TestATicketOpensTheChannel(t *testing.T) {
	s := serve(t)
	c, a := s.ask("alice", time.Hour)
	until := now.Add(time.Hour).Truncate(time.Second)
	if a.Status != 200 || c.Address != "wss://push.example/live" || !c.Until.Equal(until) {
		t.Fatalf("answered %d %+v", a.Status, c)
	}
	out := s.connect(time.Second, "c1=", strings.Join(c.Protocols, ", "))
	if out.StatusCode != 200 || out.Headers["Sec-WebSocket-Protocol"] != c.Protocols[0] {
		t.Errorf("connected: %+v; a browser wants one of the protocols that it has offered", out)
	}
	if s.listening("alice") != 1 {
		t.Errorf("stored: %+v", s.store.pages)
	}
	for _, private := range []string{"alice", "SECRET", "c1="} {
		if strings.Contains(s.log.String(), private) {
			t.Errorf("the log has %q: %s", private, s.log)
		}
	}
	if raw, _ := json.Marshal(s.store.pages); strings.Contains(string(raw), "SECRET") {
		t.Error("the store has the ticket")
	}
}

func TestF330WithoutAGoodTicketNobodyIsLetInAndNothingIsTold(t *testing.T) {
	good := "warm-transfer, ticket.alice.SECRET"
	for name, tt := range map[string]struct {
		protocols string
		after     time.Duration
		signedIn  time.Duration
		before    func(*suite)
	}{
		"none":                  {protocols: ""},
		"no ticket":             {protocols: "warm-transfer"},
		"guessed":               {protocols: "warm-transfer, ticket.alice.GUESS"},
		"another agent's":       {protocols: "warm-transfer, ticket.bob.SECRET"},
		"of nobody":             {protocols: "warm-transfer, ticket.zoe.SECRET"},
		"too late":              {protocols: good, after: push.TicketFor},
		"the sign-in is over":   {protocols: good, after: 10 * time.Second, signedIn: 5 * time.Second},
		"without the protocol":  {protocols: "ticket.alice.SECRET"},
		"used":                  {protocols: good, before: func(s *suite) { s.connect(0, "first=", good) }},
		"the digest":            {protocols: "warm-transfer, " + push.Digest("ticket.alice.SECRET")},
		"somebody else's token": {protocols: "warm-transfer, bearer.eyJhbGciOiJub25lIn0.e30."},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			signedIn := tt.signedIn
			if signedIn == 0 {
				signedIn = time.Hour
			}
			s.ask("alice", signedIn)
			if tt.before != nil {
				tt.before(s)
			}
			had := s.listening("alice")
			out := s.connect(tt.after, "stranger=", tt.protocols)
			if out.StatusCode != 403 || out.Body != "" || len(out.Headers) > 0 {
				t.Errorf("answered %+v", out)
			}
			if s.listening("alice") != had || s.listening("bob") > 0 {
				t.Errorf("stored: %+v", s.store.pages)
			}
		})
	}
}

func TestF330AStrangerWithoutATicketCostsNoRead(t *testing.T) {
	s := serve(t)
	for _, protocols := range []string{"", "warm-transfer", "ticket.", "warm-transfer, ticket.a@b.x"} {
		s.connect(0, "x=", protocols)
	}
	if s.store.loads > 0 {
		t.Errorf("%d reads", s.store.loads)
	}
}

func TestF330WhoIsNotSignedInOrRemovedGetsNoTicket(t *testing.T) {
	s := serve(t)
	s.Problem(s.Do(s.Event("POST", "/agents/me/channel", "application/json", "")), 401, "not-signed-in")
	svc := service.New(s.store, nil, service.Settings{})
	if err := svc.Remove(t.Context(), service.Principal{ID: "alice"}, now); err != nil {
		t.Fatal(err)
	}
	s.Problem(s.Do(s.Signed("alice", "POST", "/agents/me/channel", "")), 403, "removed")
	if len(s.store.pages) > 0 {
		t.Errorf("stored: %+v", s.store.pages)
	}
	e := s.Signed("bob", "POST", "/agents/me/channel", "")
	delete(e.RequestContext.Authorizer.JWT.Claims, "exp")
	s.Do(e)
	if out := s.connect(0, "c=", "warm-transfer, ticket.bob.SECRET"); out.StatusCode != 403 {
		t.Errorf("a token without an end lets in: %d", out.StatusCode)
	}
}

func TestF330ATicketOfAnAgentWhoIsRemovedLetsNobodyIn(t *testing.T) {
	s := serve(t)
	s.ask("alice", time.Hour)
	svc := service.New(s.store, nil, service.Settings{})
	if err := svc.Remove(t.Context(), service.Principal{ID: "alice"}, now); err != nil {
		t.Fatal(err)
	}
	if out := s.connect(time.Second, "c=", "warm-transfer, ticket.alice.SECRET"); out.StatusCode != 403 {
		t.Errorf("answered %d", out.StatusCode)
	}
	if s.listening("alice") > 0 {
		t.Errorf("stored: %+v", s.store.pages)
	}
	if err := svc.Restore(t.Context(), service.Principal{ID: "alice"}, now); err != nil {
		t.Fatal(err)
	}
	s.store.Next("Agent", servicetest.Fault{Err: service.ErrUnavailable})
	if out := s.connect(time.Second, "c=", "warm-transfer, ticket.alice.SECRET"); out.StatusCode != 503 {
		t.Errorf("while it is not known whether they are removed: answered %d", out.StatusCode)
	}
}

func TestAStackWithoutTheChannelSaysSo(t *testing.T) {
	s := serve(t)
	s.h.address = ""
	s.Site = httpapitest.New(t, func() time.Time { return now }, func(e httpapi.Edge) http.Handler {
		return handler{edge: e, signIn: httpapitest.SignIn, store: s.store}.routes()
	})
	_, a := s.ask("alice", time.Hour)
	s.Problem(a, 404, "no-channel")
}

func TestF333TheStoreFails(t *testing.T) {
	for _, took := range []bool{false, true} {
		s := serve(t)
		s.ask("alice", time.Hour)
		s.store.took, s.store.saves = took, []error{service.ErrUnavailable}
		if out := s.connect(0, "c=", "warm-transfer, ticket.alice.SECRET"); out.StatusCode != 503 {
			t.Errorf("took %t: answered %d", took, out.StatusCode)
		}
		// The page asks for another ticket.
		s.ask("alice", time.Hour)
		if out := s.connect(0, "d=", "warm-transfer, ticket.alice.SECRET"); out.StatusCode != 200 {
			t.Errorf("took %t, healed: answered %d", took, out.StatusCode)
		}
		s.store.fail = service.ErrUnavailable
		if out := s.connect(0, "e=", "warm-transfer, ticket.alice.SECRET"); out.StatusCode != 503 {
			t.Errorf("read: answered %d", out.StatusCode)
		}
		_, a := s.ask("alice", time.Hour)
		s.Problem(a, 503, "unavailable")
	}
}

func TestF332TwoPagesConnectAtOnce(t *testing.T) {
	s := serve(t)
	s.ask("alice", time.Hour)
	s.store.saves = []error{service.ErrConflict, service.ErrConflict, nil}
	if out := s.connect(0, "c=", "warm-transfer, ticket.alice.SECRET"); out.StatusCode != 200 {
		t.Errorf("answered %d", out.StatusCode)
	}
	for range 2 * saveTries {
		s.store.saves = append(s.store.saves, service.ErrConflict)
	}
	if _, a := s.ask("alice", time.Hour); a.Status != 503 {
		t.Errorf("after many conflicts: answered %d", a.Status)
	}
}

func TestF332APageReplacesItsOwnConnection(t *testing.T) {
	s := serve(t)
	for _, page := range []string{"other", "p1", "p1", "p1"} {
		s.ask("alice", time.Hour)
		out := s.connect(0, "c"+page, "warm-transfer, ticket.alice.SECRET, page."+page)
		if out.StatusCode != 200 {
			t.Fatalf("answered %d", out.StatusCode)
		}
	}
	if n := s.listening("alice"); n != 2 {
		t.Errorf("%d connections are told, want one of each page", n)
	}
}

func TestSampleEvents(t *testing.T) {
	s := serve(t)
	e := httpapitest.Sample(t, "push")
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.h.serve()(t.Context(), raw)
	if answer, ok := out.(events.APIGatewayV2HTTPResponse); err != nil || !ok || answer.StatusCode != 200 {
		t.Errorf("answered %+v, %v", out, err)
	}
	if out, err := s.h.serve()(t.Context(), json.RawMessage(`[]`)); err != nil ||
		out.(events.APIGatewayV2HTTPResponse).StatusCode != 400 {
		t.Errorf("what is no event: %+v, %v", out, err)
	}
}
