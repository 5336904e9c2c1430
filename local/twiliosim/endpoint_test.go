package twiliosim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// page is an Endpoint that remembers what it is told.
type page struct {
	mu      sync.Mutex
	told    []string
	invites []legs.Invite
}

func (p *page) tell(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, fmt.Sprintf(format, args...))
}

func (p *page) Invite(i legs.Invite) {
	p.mu.Lock()
	p.invites = append(p.invites, i)
	p.mu.Unlock()
	p.tell("invite")
}

func (p *page) Answered(string) { p.tell("answered") }
func (p *page) Ended(_ string, end legs.End) {
	p.tell("ended cancelled=%v code=%d", end.Cancelled, end.Code)
}
func (p *page) Message(_ string, m legs.Message) { p.tell("message %s", m.Content) }
func (p *page) Hears(_ string, sounds []media.Sound) {
	var list []string
	for _, s := range sounds {
		list = append(list, string(s.Kind))
	}
	p.tell("hears %s", strings.Join(list, " "))
}

func (p *page) expect(t *testing.T, want ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.told, want) {
		t.Errorf("the page was told\n  %s\nwant\n  %s", strings.Join(p.told, "\n  "), strings.Join(want, "\n  "))
	}
}

var _ legs.Endpoint = (*page)(nil)

// ringPages calls alice, who has these pages open.
func ringPages(t *testing.T, pages ...*page) (*harness, string) {
	t.Helper()
	b := classic(t)
	for _, p := range pages {
		b.must(b.Register("alice", p))
	}
	p := &api.CreateCallParams{}
	p.SetTo("client:alice?who=x").SetFrom(testNumber).SetUrl(b.app.URL + "/alice").SetTimeout(20)
	call, err := b.api.CreateCall(p)
	b.must(err)
	return b, *call.Sid
}

func TestAPageAnswersAndHangsUp(t *testing.T) {
	p := &page{}
	b, sid := ringPages(t, p)
	if i := p.invites[0]; i.Leg != sid || i.From != testNumber || i.To != "client:alice" || i.Params["who"] != "x" ||
		i.Parameters["CallSid"] != sid {
		t.Errorf("invited to %+v", i)
	}
	_, err := b.api.CreateUserDefinedMessage(sid, (&api.CreateUserDefinedMessageParams{}).SetContent("1"))
	b.must(err)
	b.must(b.Answer(sid, p))
	caller := b.dial()
	b.must(b.Hangup(sid))
	p.expect(t, "invite", "message 1", "hears silence", "hears play", "hears leg", "ended cancelled=false code=0")
	b.hears(caller, "silence")
	for name, err := range map[string]error{
		"answering": b.Answer(sid, p), "rejecting": b.Reject(sid, p), "hanging up": b.Hangup(sid),
		"losing": b.Lose(sid), "keys": b.DTMF(sid, "1"), "ringing out": b.RingOut(sid),
	} {
		if !errors.Is(err, legs.ErrGone) {
			t.Errorf("%s after the end: %v, want ErrGone", name, err)
		}
	}
}

// TestTwoPagesOfOneAgent is F031: the first answer wins, the other stops.
func TestTwoPagesOfOneAgent(t *testing.T) {
	t.Run("one answers", func(t *testing.T) {
		first, second := &page{}, &page{}
		b, sid := ringPages(t, first, second)
		b.must(b.Answer(sid, second))
		first.expect(t, "invite", "ended cancelled=true code=0")
		if err := b.Answer(sid, first); !errors.Is(err, legs.ErrGone) {
			t.Errorf("answering too late: %v, want ErrGone", err)
		}
	})
	t.Run("one declines, the other rings on", func(t *testing.T) {
		first, second := &page{}, &page{}
		b, sid := ringPages(t, first, second)
		b.must(b.Reject(sid, first))
		first.expect(t, "invite", "ended cancelled=false code=0")
		b.status(sid, "ringing")
		b.must(b.Reject(sid, second))
		b.status(sid, "busy")
	})
	t.Run("nobody answers", func(t *testing.T) {
		first, second := &page{}, &page{}
		b, sid := ringPages(t, first, second)
		b.pass(20 * time.Second)
		b.status(sid, "no-answer")
		first.expect(t, "invite", "ended cancelled=true code=0")
	})
	t.Run("one page dies while it rings", func(t *testing.T) { // F020
		first := &page{}
		b, sid := ringPages(t, first)
		b.Unregister("alice", first)
		b.pass(19 * time.Second)
		b.status(sid, "ringing")
		b.pass(time.Second)
		b.status(sid, "no-answer")
		if err := b.Answer(sid, first); !errors.Is(err, legs.ErrGone) {
			t.Errorf("answering after that: %v, want ErrGone", err)
		}
	})
	t.Run("a page in a call is invited and may pass over it", func(t *testing.T) {
		first := &page{}
		b, sid := ringPages(t, first)
		b.must(b.Answer(sid, first))
		call, err := b.api.CreateCall(callParams("client:alice"))
		b.must(err)
		b.status(*call.Sid, "ringing")
		b.pass(60 * time.Second)
		b.status(*call.Sid, "no-answer")
	})
}

func TestRegistration(t *testing.T) {
	b := newHarness(t)
	p := &page{}
	for _, bad := range []string{"", "a b", "ä", strings.Repeat("x", 122), "a@b"} { // F151
		if b.Register(bad, p) == nil || b.SetScripted(bad, true) == nil {
			t.Errorf("identity %q was taken", bad)
		}
	}
	b.must(b.Register("alice", p))
	b.must(b.Register("alice", p))
	b.must(b.SetScripted("bob", true))
	if got := b.Clients(); len(got) != 2 || got[0] != (exchange.ClientView{Identity: "alice", Endpoints: 1}) ||
		got[1] != (exchange.ClientView{Identity: "bob", Scripted: true}) {
		t.Errorf("registered: %+v", got)
	}
	b.Unregister("alice", p)
	b.Unregister("nobody", p)
	b.must(b.SetScripted("bob", false))
	if got := b.Clients(); len(got) != 0 {
		t.Errorf("still registered: %+v", got)
	}
}

func TestAPhoneWithAVoice(t *testing.T) {
	b := classic(t)
	p := &page{}
	var all []string
	b.Listen(func(leg string, sounds []media.Sound) { all = append(all, sounds[0].String()) })
	sid, err := b.PlaceCall(p, "anonymous", "")
	b.must(err)
	p.expect(t, "hears ringing", "answered", "hears silence", "hears speech")
	b.must(b.endByAPI(sid, "completed"))
	p.expect(t, "hears ringing", "answered", "hears silence", "hears speech", "ended cancelled=false code=0")
	if want := []string{"ringing", "silence", "speech:Please wait."}; !slices.Equal(all, want) {
		t.Errorf("the listener was told %v, want %v", all, want)
	}
	if got := b.Hears(sid); got != nil {
		t.Errorf("an ended leg hears %v", got)
	}
}

func TestPhonesThatDoNotGetThrough(t *testing.T) {
	b := newHarness(t)
	if _, err := b.PlaceCall(nil, testCaller, "+15551230000"); err == nil {
		t.Error("a number that is not ours was dialled")
	}
	if _, err := b.PlaceCall(nil, strings.Repeat("1", 129), ""); err == nil {
		t.Error("a caller's number of 129 characters was taken")
	}
	b.SetNumber("", "", "")
	if _, err := b.PlaceCall(nil, testCaller, testNumber); err == nil {
		t.Error("a number without a voice URL was dialled")
	}
	b.Close()
	if _, err := b.PlaceCall(nil, testCaller, testNumber); err == nil {
		t.Error("a closed network was dialled")
	}
}

func TestDoingTheImpossible(t *testing.T) {
	b := newHarness(t)
	b.doc("/voice", `<Pause length="60"/>`)
	sid := b.dial()
	ringing := b.ringAgent("alice", "/alice")
	p := &page{}
	for name, c := range map[string]struct {
		err, want error
	}{
		"answer nothing":               {b.Answer("CA0", nil), legs.ErrNoLeg},
		"hang up nothing":              {b.Hangup("CA0"), legs.ErrNoLeg},
		"lose nothing":                 {b.Lose("CA0"), legs.ErrNoLeg},
		"press keys on nothing":        {b.DTMF("CA0", "1"), legs.ErrNoLeg},
		"answer what is answered":      {b.Answer(sid, nil), legs.ErrGone},
		"answer as a page not invited": {b.Answer(ringing, p), legs.ErrGone},
		"press keys while it rings":    {b.DTMF(ringing, "1"), legs.ErrState},
		"ring nothing out":             {b.RingOut("CA0"), legs.ErrNoLeg},
		"ring out what is answered":    {b.RingOut(sid), legs.ErrGone},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if b.DTMF(sid, "x") == nil || b.DTMF(sid, "") == nil {
		t.Error("nonsense was taken for keys")
	}
}

func TestConfig(t *testing.T) {
	_, err := New(Config{})
	for _, word := range []string{"account", "API key", "auth token", "API secret", "number"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("an empty configuration: %v, want a word about %s", err, word)
		}
	}
}

func TestAudio(t *testing.T) {
	b := newHarness(t)
	for range 2 {
		if got, err := b.Audio(b.app.URL + "/music.wav"); err != nil || len(got) != len(wav(10*time.Second)) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
	for _, bad := range []string{b.app.URL + "/nothing", "http://127.0.0.1:1/x.wav", "::"} {
		if _, err := b.Audio(bad); err == nil {
			t.Errorf("%s gave a sound", bad)
		}
	}
	if c := b.Credentials(); c.Account != testAccount || c.APIKey != testKey || c.APISecret != testSecret {
		t.Errorf("credentials %+v", c)
	}
	if !b.Now().Equal(b.clock.Now()) {
		t.Errorf("the network's time is %v", b.Now())
	}
}
