package push

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestF330ATicketOpensOneConnectionOnceAndSoon(t *testing.T) {
	for name, tt := range map[string]struct {
		ticket string
		after  time.Duration
		want   bool
	}{
		"at once":            {"ticket.alice.s1", 0, true},
		"just in time":       {"ticket.alice.s1", TicketFor - 1, true},
		"too late":           {"ticket.alice.s1", TicketFor, false},
		"another secret":     {"ticket.alice.s2", 0, false},
		"another's":          {"ticket.bob.s1", 0, false},
		"the digest of it":   {Digest("ticket.alice.s1"), 0, false},
		"none":               {"", 0, false},
		"the secret by half": {"ticket.alice.s", 0, false},
	} {
		var p Pages
		p.Issue("ticket.alice.s1", t0.Add(time.Hour), t0)
		now := t0.Add(tt.after)
		if got := p.Admit(Offer{Ticket: tt.ticket}, "c1", now); got != tt.want {
			t.Errorf("%s: admitted %t", name, got)
		}
		if got := len(p.Listening(now)); got > 0 != tt.want {
			t.Errorf("%s: %d connections are told", name, got)
		}
		if p.Admit(Offer{Ticket: tt.ticket}, "c2", now) {
			t.Errorf("%s: admitted a second time", name)
		}
	}
}

func TestF330AConnectionIsToldUntilTheSignInEnds(t *testing.T) {
	for signedIn, want := range map[time.Duration]time.Duration{
		time.Hour: time.Hour, 12 * time.Hour: OpenFor, OpenFor: OpenFor,
	} {
		var p Pages
		p.Issue("ticket.alice.s", t0.Add(signedIn), t0)
		if !p.Admit(Offer{Ticket: "ticket.alice.s"}, "c", t0) {
			t.Fatal("not admitted")
		}
		if len(p.Listening(t0.Add(want-1))) != 1 || len(p.Listening(t0.Add(want))) != 0 {
			t.Errorf("signed in for %v: told for another time than %v: %+v", signedIn, want, p.Open)
		}
	}
	var p Pages
	p.Issue("ticket.alice.s", t0, t0)
	if p.Admit(Offer{Ticket: "ticket.alice.s"}, "c", t0) {
		t.Error("admitted with a sign-in that is over")
	}
}

func TestF330TicketsAndConnectionsOfOneAgentAreFew(t *testing.T) {
	var p Pages
	for i := range 20 {
		ticket := fmt.Sprintf("ticket.alice.%d", i)
		p.Issue(ticket, t0.Add(time.Hour), t0)
		p.Admit(Offer{Ticket: ticket}, fmt.Sprintf("c%d", i), t0)
	}
	if got := p.Listening(t0); len(got) != MaxOpen || got[0] != "c14" || got[MaxOpen-1] != "c19" {
		t.Errorf("told are %v, want the newest %d", got, MaxOpen)
	}
	for i := range 20 {
		p.Issue(fmt.Sprintf("ticket.alice.x%d", i), t0.Add(time.Hour), t0)
	}
	if len(p.Tickets) != maxTickets {
		t.Errorf("%d tickets are good", len(p.Tickets))
	}
	p.Issue("ticket.alice.y", t0.Add(3*time.Hour), t0.Add(time.Hour))
	if len(p.Tickets) != 1 || len(p.Open) != 0 {
		t.Errorf("what is over is kept: %+v", p)
	}
}

// A page that reconnects, as often as it likes, replaces its own connection and nobody else's.
func TestF332APageThatReconnectsReplacesItsOwnConnection(t *testing.T) {
	var p Pages
	connect := func(page, connection string) {
		t.Helper()
		p.Issue("ticket.alice.s", t0.Add(time.Hour), t0)
		if !p.Admit(Offer{Ticket: "ticket.alice.s", Page: page}, connection, t0) {
			t.Fatal("not admitted")
		}
	}
	connect("b", "other")
	connect("", "nameless")
	for i := range 2 * MaxOpen {
		connect("a", fmt.Sprintf("c%d", i))
	}
	want := []string{"other", "nameless", fmt.Sprintf("c%d", 2*MaxOpen-1)}
	if got := p.Listening(t0); !slices.Equal(got, want) {
		t.Errorf("told are %v, want %v", got, want)
	}
	connect("", "second")
	if got := p.Listening(t0); len(got) != 4 {
		t.Errorf("of two pages without a name one is told: %v", got)
	}
}

func TestGoneConnectionsAreRemoved(t *testing.T) {
	p := Pages{Open: []Connection{{ID: "a", Until: t0.Add(1)}, {ID: "b", Until: t0.Add(1)}}}
	if p.Gone([]string{"x"}) || p.Gone(nil) || !p.Gone([]string{"a"}) {
		t.Error("what has changed is told wrongly")
	}
	if got := p.Listening(t0); !slices.Equal(got, []string{"b"}) {
		t.Errorf("told are %v", got)
	}
}

func TestOfferedFindsTheTicketAmongTheProtocols(t *testing.T) {
	for header, want := range map[string]string{
		"warm-transfer, ticket.alice.s1":        "alice ticket.alice.s1",
		"ticket.alice.s1,warm-transfer":         "alice ticket.alice.s1",
		Protocol + "," + Text("bob", "X"):       "bob ticket.bob.X",
		"warm-transfer":                         "",
		"ticket.alice.s1":                       "",
		"":                                      "",
		"warm-transfer, ticket.alice":           "",
		"warm-transfer, ticket..s1":             "",
		"warm-transfer, ticket.a@b.s1":          "",
		"warm-transfer, ticket.":                "",
		"warm-transfer, ticket.a.s, ticket.b.s": "a ticket.a.s",
		"warm-transfer, ticket.a.s, page.f-1":   "a ticket.a.s f-1",
		"warm-transfer, ticket.a.s, page.":      "a ticket.a.s",
		"warm-transfer, ticket.a.s, page.f/1":   "a ticket.a.s",
		"warm-transfer, page.f1":                "",
	} {
		o, ok := Offered(header)
		got := strings.TrimSpace(string(o.Agent) + " " + o.Ticket + " " + o.Page)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %t, %q", header, ok, got)
		}
	}
}

func FuzzF330Offered(f *testing.F) {
	f.Add("warm-transfer, ticket.alice.s1")
	f.Fuzz(func(t *testing.T, header string) {
		if o, ok := Offered(header); ok && (o.Agent == "" || o.Ticket == "" || len(o.Page) > 40) {
			t.Errorf("%q: %+v", header, o)
		}
	})
}
