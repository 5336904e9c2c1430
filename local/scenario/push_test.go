package scenario

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"warmtransfer/local/stack"
	"warmtransfer/shared/push"
	"warmtransfer/shared/teamview"
)

// channel opens an agent's push channel.
func (l *line) channel(id string) *stack.Channel {
	l.t.Helper()
	c, err := l.agent(id).Channel(l.ctx)
	if err != nil {
		l.t.Fatalf("the push channel of %s: %v", id, err)
	}
	l.t.Cleanup(c.Close)
	return c
}

// pageTold asserts that the page is told of a change that has just been.
func (l *line) pageTold(c *stack.Channel, when string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, 10*time.Second)
	defer cancel()
	kind, at, err := c.Told(ctx)
	if err != nil || kind != "changed" || at.After(l.clock.Now()) || at.Before(l.clock.Now().Add(-30*time.Second)) {
		l.t.Fatalf("%s: told %q of %v, %v", when, kind, at, err)
	}
}

// over waits until the gateway has ended a connection.
func (l *line) over(c *stack.Channel, why string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, 10*time.Second)
	defer cancel()
	for {
		if _, _, err := c.Told(ctx); err == nil {
			continue // what was told before
		}
		if ctx.Err() != nil {
			l.t.Errorf("%s: the connection goes on", why)
		}
		return
	}
}

// An agent's page at rest is told of everything that changes for it without its doing: by a colleague, by the caller,
// by a supervisor, and on another page of theirs.
func TestF332APageAtRestIsTold(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) { o.Parameters = map[string]string{"WrapUpSeconds": "0"} })
	l.online("alice", "bob")
	bob := l.channel("bob")
	caller := l.talks("alice")
	l.presses("alice", "consult", "bob")
	l.pass(2 * time.Second)
	l.ringing("bob")
	l.presses("alice", "cancel", "")
	l.pageTold(bob, "the colleague has taken the consult back")

	l.presses("alice", "consult", "bob")
	l.rejects("bob") // the callback of the leg tells it
	l.pageTold(bob, "the ring is over")
	l.hangs(caller)
	if err := l.act(teamview.SetAway, "bob", "", "k1"); err != nil {
		t.Fatal(err)
	}
	l.pageTold(bob, "a supervisor has set them Away")
	if s, err := l.agent("bob").Me(l.ctx); err != nil || s.Agent.Status != "away" {
		t.Errorf("asked then: %+v, %v", s.Agent, err)
	}
	other := l.channel("bob")
	if _, err := l.agent("bob").Set(l.ctx, "available"); err != nil {
		t.Fatal(err)
	}
	l.pageTold(bob, "chosen on another page") // F332
	l.pageTold(other, "chosen on this page")
	l.done(10 * time.Second)
}

// Who is removed learns it at once, and a ticket of a moment before lets them in no more.
func TestF330ARemovedAgentIsToldAndLetInNoMore(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	bob := l.channel("bob")
	var c struct {
		Address   string
		Protocols []string
	}
	l.must(l.agent("bob").Call(l.ctx, http.MethodPost, "/agents/me/channel", nil, &c))
	l.must(l.SetRemoved(l.ctx, "bob", true))
	l.pageTold(bob, "removed")
	if _, err := l.agent("bob").Me(l.ctx); err == nil {
		t.Error("the API answers who is removed")
	}
	if ws, err := stack.Dial(l.ctx, c.Address, c.Protocols...); err == nil {
		_ = ws.CloseNow()
		t.Error("let in with a ticket of before")
	}
}

// A connection without a ticket that is good is refused, and who has one learns nothing of others.
func TestF330AStrangerIsRefusedAndLearnsNothing(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	var c struct {
		Address   string
		Protocols []string
	}
	l.must(l.agent("alice").Call(l.ctx, http.MethodPost, "/agents/me/channel", nil, &c))
	refused := func(what string, protocols ...string) {
		t.Helper()
		ws, err := stack.Dial(l.ctx, c.Address, protocols...)
		if err == nil {
			_ = ws.CloseNow()
			t.Errorf("%s: let in", what)
		}
	}
	refused("no protocol")
	refused("no ticket", push.Protocol)
	refused("guessed", push.Protocol, push.Text("alice", "AAAAAAAAAAAAAAAAAAAAAAAAAA"))
	refused("another's", push.Protocol, strings.Replace(c.Protocols[1], "alice", "bob", 1))
	l.clock.Advance(push.TicketFor)
	refused("too late", c.Protocols...)
	l.must(l.agent("alice").Call(l.ctx, http.MethodPost, "/agents/me/channel", nil, &c))
	ws, err := stack.Dial(l.ctx, c.Address, c.Protocols...)
	l.must(err)
	t.Cleanup(func() { _ = ws.CloseNow() })
	refused("used", c.Protocols...)
	if n := l.Gateway.Connections(); n != 1 {
		t.Errorf("%d connections", n)
	}
	// What changes for bob is not told to alice: what comes first is what changes for alice.
	for _, id := range []string{"bob", "alice"} {
		l.must(l.act(teamview.SetAway, id, "", "k-"+id))
	}
	kind, text, err := ws.Read(l.ctx)
	if err != nil || kind != websocket.MessageText || strings.Contains(string(text), "bob") ||
		strings.Contains(string(text), "alice") {
		t.Errorf("told %s, %v", text, err)
	}
}

// With the channel cut the line works as before; restored, pages are told again. A connection ends after ten idle
// minutes, unless the page pings, and after two hours in any case.
func TestF333TheChannelIsCutAndRestored(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice")
	alice := l.channel("alice")
	l.Gateway.CutPush(true)
	l.over(alice, "cut")
	if _, err := l.agent("alice").Channel(l.ctx); err == nil {
		t.Error("connected while the channel is cut")
	}
	l.presses("alice", "hold", "")
	l.presses("alice", "resume", "")
	l.must(l.act(teamview.SetAway, "alice", "", "k1")) // the message is sent to nobody
	l.together(caller, l.legTo("alice"))

	l.Gateway.CutPush(false)
	idle, pings := l.channel("alice"), l.channel("alice")
	l.must(l.act(teamview.SetAvailable, "alice", "", "k2"))
	l.pageTold(idle, "restored")
	l.pageTold(pings, "restored")
	l.must(pings.Say(l.ctx, `{"action":"talk"}`))
	if kind, _, err := pings.Told(l.ctx); err != nil || kind != "Forbidden" {
		t.Errorf("a message without a route is answered %q, %v", kind, err)
	}
	l.hangs(caller)
	delete(l.pages, "alice") // nobody else asks for anything in these two hours
	for range 12 {
		l.pass(590 * time.Second)
		l.must(pings.Say(l.ctx, `{"action":"ping"}`))
		l.must(pings.Say(l.ctx, "x")) // whose answer says that the ping has been taken
		kind, _, err := pings.Told(l.ctx)
		for kind == "changed" { // the end of the call, told meanwhile
			kind, _, err = pings.Told(l.ctx)
		}
		if err != nil || kind != "Forbidden" {
			t.Fatalf("a ping is answered %q, %v", kind, err)
		}
	}
	l.over(idle, "idle for ten minutes")
	l.pass(3 * time.Minute)
	l.over(pings, "open for two hours")
	l.done(10 * time.Second)
}

// A stack that has left the channel out has no WebSocket API, and says so.
func TestAStackWithoutThePushChannel(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) { o.Parameters = map[string]string{"PushChannel": "off"} })
	caller := l.talks("alice")
	var refused *stack.APIError
	if _, err := l.agent("alice").Channel(l.ctx); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("asked for the channel: %v", err)
	}
	if _, err := stack.Dial(l.ctx, "ws"+strings.TrimPrefix(l.API, "http")+"/live", push.Protocol); err == nil {
		t.Error("connected")
	}
	l.hangs(caller)
	l.done(10 * time.Second)
}
