package exchange

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/twiml"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	number  = "+15550006000"
)

// recorder takes an exchange's effects; documents are answered when the test says so.
type recorder struct {
	*Exchange
	clock *clock.Manual

	mu      sync.Mutex
	effects []string
	fetches []Fetch
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{clock: clock.NewManual(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))}
	r.Exchange = New(Config{
		Account: account, Number: number, Clock: r.clock, Ended: 8, Do: r.do, Rules: &faults.Rules{},
		Length: func(string) (time.Duration, bool) { return 0, false },
	})
	r.SetNumber("http://app/voice", "", "http://app/ended")
	return r
}

func (r *recorder) do(e Effect) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := e.(type) {
	case Callback:
		r.effects = append(r.effects, "callback "+e.Event)
	case Fetch:
		r.effects = append(r.effects, "fetch "+e.Request.Event)
		r.fetches = append(r.fetches, e)
	case Load:
		r.effects = append(r.effects, "load "+e.URL)
	case Notify:
		r.effects = append(r.effects, fmt.Sprintf("notify %T", e.Notice))
	case Warned:
		r.effects = append(r.effects, fmt.Sprint("warned ", e.Problem.Code))
	}
}

// answer gives the oldest fetch its document.
func (r *recorder) answer(document string) {
	r.mu.Lock()
	f := r.fetches[0]
	r.fetches = r.fetches[1:]
	r.mu.Unlock()
	f.Then(twiml.Answer{Media: "text/xml", Body: []byte("<Response>" + document + "</Response>")})
}

// expect compares what has to be done since the last time.
func (r *recorder) expect(t *testing.T, what string, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.effects, want) {
		t.Errorf("%s: %q, want %q", what, r.effects, want)
	}
	r.effects = nil
}

const conferenceDoc = `<Dial action="/after"><Conference waitUrl="/wait" statusCallback="/events"
	statusCallbackEvent="start end join leave">room</Conference></Dial>`

// TestEffectsComeInOrder: a caller's way through a conference, without a network.
func TestEffectsComeInOrder(t *testing.T) {
	r := newRecorder(t)
	caller, err := r.PlaceCall(nil, "+4915112345678", "")
	if err != nil {
		t.Fatal(err)
	}
	r.expect(t, "a call comes in", "fetch voice", "notify legs.Heard")
	r.answer(conferenceDoc)
	r.expect(t, "it waits", "callback participant-join", "fetch wait", "notify legs.Heard")
	if err := r.Hangup(caller); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "the caller hangs up", "callback participant-leave", "callback conference-end", "callback action",
		"callback call-completed")
	r.answer("<Say>Too late.</Say>")
	r.expect(t, "the wait document comes too late")
}

func TestAfterCloseNothingHappens(t *testing.T) {
	r := newRecorder(t)
	if _, err := r.PlaceCall(nil, "anonymous", number); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "a call comes in", "fetch voice", "notify legs.Heard")
	r.Close()
	r.answer(conferenceDoc)
	r.clock.Advance(5 * time.Hour)
	r.expect(t, "after the end")
	if !r.API().Closed() {
		t.Error("it does not say that it is closed")
	}
}

// TestValuesAreCopies: whoever changes what the API returned changes nothing.
func TestValuesAreCopies(t *testing.T) {
	r := newRecorder(t)
	sid, err := r.PlaceCall(nil, "anonymous", number)
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.API().Leg(sid)
	if err != nil {
		t.Fatal(err)
	}
	l.Status, l.Lost = legs.Completed, true
	if v, _ := r.Call(sid); v.Status != legs.Ringing {
		t.Errorf("the call is %s", v.Status)
	}
}

// TestManyAtOnce is for the race detector: parties, REST and readers use one exchange.
func TestManyAtOnce(t *testing.T) {
	r := newRecorder(t)
	if err := r.SetScripted("alice", true); err != nil {
		t.Fatal(err)
	}
	to, err := notation.ParseAddress("client:alice")
	if err != nil {
		t.Fatal(err)
	}
	order := Order{From: number, To: to, RingTime: time.Minute, TimeLimit: time.Hour}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				p, err := r.API().AddParticipant("room", order, Place{Start: true})
				if err != nil {
					t.Error(err)
					return
				}
				_ = r.Answer(p.Call, nil)
				r.Calls()
				r.Conferences()
				_ = r.API().RemoveParticipant(p.Conference, p.Call)
			}
		})
	}
	all.Wait()
	if live := r.Live(); len(live) != 0 {
		t.Errorf("%d legs are left: %+v", len(live), live)
	}
}

// Conferences of one name follow each other, more of them than are remembered; who joins by the name meets those who
// are in the live one.
func TestTheLiveConferenceOfANameIsFoundAmongMany(t *testing.T) {
	r := newRecorder(t)
	joins := func() string {
		sid, err := r.PlaceCall(nil, "+4915112345678", "")
		if err != nil {
			t.Fatal(err)
		}
		r.answer(conferenceDoc)
		r.mu.Lock()
		r.fetches = nil // the wait document
		r.mu.Unlock()
		return sid
	}
	for round := range 20 {
		both := []string{joins(), joins()}
		all := r.Conferences()
		last := all[len(all)-1]
		if last.Status == "completed" || len(last.Legs) != 2 || len(all) > 11 {
			t.Fatalf("round %d: %d conferences, the last %s with %d legs, want both", round, len(all), last.Status,
				len(last.Legs))
		}
		for _, sid := range both {
			if err := r.Hangup(sid); err != nil {
				t.Fatal(err)
			}
			r.mu.Lock()
			r.fetches = nil
			r.mu.Unlock()
		}
	}
	if n := len(r.state.named); n != 1 {
		t.Errorf("%d names are kept, want one", n)
	}
}
