package twiliosim

import (
	"testing"
	"time"
)

const (
	callerDoc = `<Dial action="/after" method="POST"><Conference startConferenceOnEnter="false" endConferenceOnExit="true"
		participantLabel="caller" beep="false" waitUrl="/wait/0" statusCallback="/events"
		statusCallbackEvent="start end join leave mute hold modify announcement">room</Conference></Dial>`
	agentDoc = `<Dial><Conference endConferenceOnExit="false" participantLabel="alice" beep="false">room</Conference></Dial>`
	bobDoc   = `<Dial><Conference endConferenceOnExit="false" participantLabel="bob" beep="false">room</Conference></Dial>`
)

// classic sets the application of a warm transfer up.
func classic(t *testing.T, change ...func(*Config)) *harness {
	t.Helper()
	b := newHarness(t, change...)
	b.doc("/voice", callerDoc)
	b.doc("/wait/0", `<Say>Please wait.</Say><Redirect>/wait/1</Redirect>`)
	b.doc("/wait/1", `<Play>/music.wav</Play><Redirect>/wait/1</Redirect>`)
	b.doc("/after", `<Say>Goodbye.</Say>`)
	b.doc("/alice", agentDoc)
	b.doc("/bob", bobDoc)
	return b
}

// TestClassicTransfer is the whole way: a caller waits with music, an agent answers, a
// second one comes in, the first leaves, caller and second agent go on.
func TestClassicTransfer(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.status(caller, "in-progress")
	b.hears(caller, "speech:Please wait.")
	b.pass(3 * time.Second)
	b.hears(caller, "music")
	b.pass(25 * time.Second) // two and a half turns of ten seconds
	b.hears(caller, "music")
	if got := len(b.got("/wait/1")); got != 3 {
		t.Errorf("%d turns of music were asked for, want 3", got)
	}

	alice := b.ringAgent("alice", "/alice")
	b.status(alice, "ringing")
	b.hears(alice)
	b.hears(caller, "music")
	b.must(b.Answer(alice, nil))
	b.hears(caller, "leg:"+alice)
	b.hears(alice, "leg:"+caller)
	b.room("room", "in-progress", "caller", "alice")

	bob := b.agent("bob", "/bob")
	b.hears(caller, "leg:"+alice, "leg:"+bob)
	b.hears(bob, "leg:"+caller, "leg:"+alice)

	b.must(b.Hangup(alice))
	b.status(alice, "completed")
	b.hears(caller, "leg:"+bob)
	b.hears(bob, "leg:"+caller)

	b.must(b.Hangup(caller))
	b.status(caller, "completed")
	b.status(bob, "completed")
	b.room("room", "completed")
	b.expectEvents("/events", "participant-join", "participant-join", "conference-start", "participant-join",
		"participant-leave", "participant-leave", "participant-leave", "conference-end")
}
