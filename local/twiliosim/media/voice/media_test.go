package voice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

func voiceOf(sid string) media.Sound {
	return media.Sound{Kind: media.KindLeg, Leg: sid}
}

func TestTwoBrowsersHearEachOtherAndNotThemselves(t *testing.T) {
	r := newRig(t, Config{})
	alice, bob := r.online("alice"), r.online("bob")
	a, b := alice.call(), bob.call()
	alice.endpoint.say(1000)
	bob.endpoint.say(1300)
	r.network.Hear(a, voiceOf(b))
	r.network.Hear(b, voiceOf(a))
	alice.mustHear(1300)
	bob.mustHear(1000)

	// A muted microphone goes on sending packets, of silence.
	bob.endpoint.say(0)
	alice.mustHear()
	if !within(patience, alice.endpoint.silent) {
		t.Errorf("alice hears something of a muted bob: %v", alice.endpoint)
	}
	bob.mustHear(1000)
}

func TestThreeWayIsTheSumOfTheOthers(t *testing.T) {
	r := newRig(t, Config{})
	alice, bob := r.online("alice"), r.online("bob")
	a, b := alice.call(), bob.call()
	alice.endpoint.say(1000)
	bob.endpoint.say(1300)
	r.network.Hear(a, voiceOf(b), voiceOf("CAcaller"))
	r.network.Hear(b, voiceOf(a), voiceOf("CAcaller"))
	alice.mustHear(500, 1300)
	bob.mustHear(500, 1000)

	// The caller on hold: a consult is private, and nobody hears the caller.
	r.network.Hear(a, voiceOf(b))
	r.network.Hear(b, voiceOf(a))
	alice.mustHear(1300)
	bob.mustHear(1000)
	if tones := r.voice.Media().Tones; len(tones) != 0 {
		t.Errorf("scripted legs that nobody hears still sound: %v", tones)
	}
}

func TestEveryScriptedLegHasAToneOfItsOwn(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	a := alice.call()
	r.network.Hear(a, voiceOf("CAone"), voiceOf("CAtwo"))
	alice.mustHear(500, 600)
	one := r.voice.Media().Tones["CAone"]
	r.network.Hear(a, voiceOf("CAone"), voiceOf("CAthree"))
	if !within(patience, func() bool { return r.voice.Media().Tones["CAthree"] != 0 }) {
		t.Fatal("a third leg has no tone")
	}
	if now := r.voice.Media().Tones["CAone"]; now != one {
		t.Errorf("a leg's tone went from %v to %v while it was heard", one, now)
	}
	alice.mustHear(500, 600)
}

func TestScriptedLegsAreSilentWhenAsked(t *testing.T) {
	r := newRig(t, Config{SilentScripts: true})
	alice := r.online("alice")
	r.network.Hear(alice.call(), voiceOf("CAone"))
	if !within(patience, func() bool { return alice.endpoint.packets() > 20 && alice.endpoint.silent() }) {
		t.Errorf("alice does not hear silence: %v", alice.endpoint)
	}
}

func TestFilesSoundFromWhereTheyAre(t *testing.T) {
	r := newRig(t, Config{})
	second := func(hz float64) audio.Beep { return audio.Beep{Hz: []float64{hz}, Length: 10 * time.Second} }
	r.network.File("http://app/wait.wav", audio.FormatWAV(audio.Render(second(700), second(900))))
	alice := r.online("alice")
	a := alice.call()
	play := media.Sound{Kind: media.KindPlay, URL: "http://app/wait.wav", Start: r.network.Now()}
	r.network.Hear(a, play)
	alice.mustHear(700)

	play.Start = r.network.Now().Add(-10 * time.Second)
	r.network.Hear(a, play)
	alice.mustHear(900)

	play.Start = r.network.Now().Add(-20 * time.Second)
	r.network.Hear(a, play) // it is over
	alice.mustHear()
}

func TestMusicRingingSpeechAndBrokenFilesAreHeard(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	a := alice.call()
	for name, sound := range map[string]media.Sound{
		"the network's music":      {Kind: media.KindPlay},
		"ringing":                  {Kind: media.KindRinging},
		"speech":                   {Kind: media.KindSpeech, Text: "All agents are busy, please hold the line."},
		"a file that is not there": {Kind: media.KindPlay, URL: "http://app/gone.wav"},
	} {
		sound.Start = r.network.Now()
		r.network.Hear(a, media.Sound{Kind: media.KindSilence})
		if !within(patience, func() bool { return alice.endpoint.packets() > 10 && alice.endpoint.silent() }) {
			t.Fatalf("before %s: no silence: %v", name, alice.endpoint)
		}
		r.network.Hear(a, sound)
		if !within(patience, func() bool { return audio.Loudness(alice.endpoint.last(200*time.Millisecond)) > 300 }) {
			t.Errorf("%s is not heard: %v", name, alice.endpoint)
		}
	}
}

func TestICERestartKeepsTheCall(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	a := alice.call()
	r.network.Hear(a, voiceOf("CAcaller"))
	alice.mustHear(500)

	again := alice.endpoint.offer(&webrtc.OfferOptions{ICERestart: true})
	alice.say("reinvite", map[string]any{"callsid": a, "sdp": again})
	answer := alice.hear("answer")
	if !strings.Contains(answer.Payload.SDP, "a=setup:passive") {
		t.Errorf("the answer to a restart changes the DTLS roles:\n%s", answer.Payload.SDP)
	}
	alice.endpoint.answered(answer.Payload.SDP)
	r.network.Hear(a, voiceOf("CAcaller"), voiceOf("CAother"))
	alice.mustHear(500, 600)
}

func TestAReinviteThatCannotBeReadLosesTheLeg(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	a := alice.call()
	alice.say("reinvite", map[string]any{"callsid": a, "sdp": "nonsense"})
	if got := alice.hear("hangup"); got.Payload.Error == nil || got.Payload.Error.Code != codeMediaLost {
		t.Errorf("hangup with %v, want %d", got.Payload.Error, codeMediaLost)
	}
	r.did("lose " + a)
}

func TestALineThatFallsSilentIsLost(t *testing.T) {
	r := newRig(t, Config{iceQuiet: 500 * time.Millisecond, iceDead: 500 * time.Millisecond,
		iceKeepalive: 50 * time.Millisecond})
	alice := r.online("alice")
	a := alice.call()
	r.network.Hear(a, voiceOf("CAcaller"))
	alice.mustHear(500)
	alice.endpoint.close()
	r.did("lose " + a)
	if got := alice.hear("hangup"); got.Payload.Error == nil || got.Payload.Error.Code != codeMediaLost {
		t.Errorf("hangup with %v, want %d", got.Payload.Error, codeMediaLost)
	}
	if legs := r.voice.Media().Legs; len(legs) != 0 {
		t.Errorf("the lost leg is still at the desk: %v", legs)
	}
}

func TestACallLivesOnOverANewSocket(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	r.network.Ring("alice", nil)
	invite := alice.hear("invite")
	a := alice.accept(invite)
	r.network.Hear(a, voiceOf("CAcaller"))
	alice.mustHear(500)

	for range 2 { // a second loss finds the call as the first did
		_ = alice.conn.CloseNow()
		r.did("unregister alice")
		alice.mustHear(500)
		alice.connect("/signal")
		alice.register("alice")
		r.did("register alice")
		alice.say("invite", map[string]any{"callsid": a, "reconnect": invite.Payload.Reconnect, "sdp": "v=0",
			"twilio": map[string]any{}})
		if got := alice.hear("answer"); got.Payload.CallSID != a || got.Payload.Reconnect == "" {
			t.Fatalf("the reconnect is answered with %+v", got.Payload)
		}
	}
	r.network.Message(a, legs.Message{SID: "KX1", Content: `{"state":"talking"}`})
	alice.hear("message")
	alice.say("hangup", map[string]any{"callsid": a})
	r.did("hangup " + a)
}

func TestAnotherIdentityCannotTakeACallOver(t *testing.T) {
	r := newRig(t, Config{})
	alice, eve := r.online("alice"), r.online("eve")
	r.network.Ring("alice", nil)
	invite := alice.hear("invite")
	a := alice.accept(invite)
	for _, b := range []struct {
		who   *browser
		token string
	}{{eve, invite.Payload.Reconnect}, {alice, "guessed"}} {
		b.who.say("invite", map[string]any{"callsid": a, "reconnect": b.token, "sdp": "v=0"})
		if got := b.who.hear("hangup"); got.Payload.Error == nil || got.Payload.Error.Code != codeNotFound {
			t.Errorf("%s: hangup with %v, want %d", b.who.name, got.Payload.Error, codeNotFound)
		}
	}
	r.network.Hear(a, voiceOf("CAcaller"))
	alice.mustHear(500)
}

func TestAnOutsidePhoneIsHeardAndHears(t *testing.T) {
	r := newRig(t, Config{})
	alice, phone := r.online("alice"), r.open("phone", "/phone/signal")
	a := alice.call()
	p := phone.dial("From=%2B15550199&To=%2B15550123")
	if got := phone.hear("ringing"); got.Payload.CallSID != p {
		t.Fatalf("ringing %q, want %q", got.Payload.CallSID, p)
	}
	r.network.Take(p)
	answer := phone.hear("answer")
	phone.endpoint.answered(answer.Payload.SDP)
	r.network.Hear(p, voiceOf(a))
	r.network.Hear(a, voiceOf(p))
	for !slices.Equal(phone.hear("hears").Payload.Hears, []string{"leg:" + a}) {
	}
	alice.endpoint.say(1000)
	phone.endpoint.say(1700)
	phone.mustHear(1000)
	alice.mustHear(1700)
	phone.say("dtmf", map[string]any{"callsid": p, "dtmf": "1w#A"})
	r.did("dtmf " + p + " 1")
	r.did("dtmf " + p + " #")
	phone.say("hangup", map[string]any{"callsid": p})
	r.did("hangup " + p)
}

// dial places a call and returns it when the network knows.
func (b *browser) dial(params string) (sid string) {
	b.rig.t.Helper()
	b.endpoint = newEndpoint(b.rig.t)
	b.say("invite", map[string]any{"callsid": "TJS1", "sdp": b.endpoint.offer(nil),
		"twilio": map[string]any{"params": params}})
	line, err := b.rig.network.Await("place ", patience)
	if err != nil {
		b.rig.t.Fatal(err)
	}
	return strings.Fields(line)[1]
}
