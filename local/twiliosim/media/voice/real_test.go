package voice

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim"
	"warmtransfer/local/twiliosim/media/voice/audio"
	"warmtransfer/local/twiliosim/media/voice/voicetest"
)

// An outside phone dials our number on the real phone network, the application's document
// plays to it and then dials an agent's browser. Each hears the other, keys and messages
// arrive, and the end of one is the end of both.
func TestARealCallFromPhoneToBrowser(t *testing.T) {
	r, network := newRealRig(t,
		`<Response><Play>%s/tone.wav</Play><Dial answerOnBridge="false"><Client>alice</Client></Dial></Response>`)
	alice, phone := r.open("alice", "/signal"), r.open("phone", "/phone/signal")
	alice.register("alice")
	phone.endpoint = newEndpoint(t)
	phone.say("invite", map[string]any{
		"callsid": "TJS1", "sdp": phone.endpoint.offer(nil),
		"twilio": map[string]any{"params": "From=%2B12125550199&To=%2B12125550123"},
	})
	caller := phone.hear("ringing").Payload.CallSID
	phone.endpoint.answered(phone.hear("answer").Payload.SDP)

	invite := alice.hear("invite").Payload
	if got := invite.Parameters["From"]; got != "+12125550199" {
		t.Errorf("the agent's page shows %q", got)
	}
	alice.endpoint = newEndpoint(t)
	alice.say("answer", map[string]any{"callsid": invite.CallSID, "sdp": alice.endpoint.answer(invite.SDP)})
	alice.endpoint.say(1000)
	phone.endpoint.say(1700)
	phone.mustHear(1000)
	alice.mustHear(1700)

	alice.say("hangup", map[string]any{"callsid": invite.CallSID})
	phone.hear("hangup") // the document ends after Dial
	for _, sid := range []string{caller, invite.CallSID} {
		if call, ok := network.Call(sid); !ok || call.Status != "completed" {
			t.Errorf("call %s: %+v, want completed", sid, call)
		}
	}
}

// While the agent's browser rings and they do not answer, the socket is lost.
func TestF020ABrowserThatDiesWhileItRingsRingsOnUntilItsTimeIsUp(t *testing.T) {
	r, network := newRealRig(t, `<Response><Dial timeout="1"><Client>alice</Client></Dial><Hangup/></Response>`)
	alice := r.open("alice", "/signal")
	alice.register("alice")
	if _, err := network.PlaceCall(nil, "+12125550199", ""); err != nil {
		t.Fatal(err)
	}
	leg := alice.hear("invite").Payload.CallSID
	_ = alice.conn.CloseNow()
	if !within(patience, func() bool { call, _ := network.Call(leg); return call.Status == "no-answer" }) {
		call, _ := network.Call(leg)
		t.Errorf("the agent's leg: %+v, want no-answer", call)
	}
}

// newRealRig is newRig on the real phone network, whose number is answered with document;
// a %s in it stands for the application's address.
func newRealRig(t *testing.T, document string) (*rig, *twiliosim.Network) {
	t.Helper()
	tokens := voicetest.New() // only makes tokens
	account := tokens.Credentials()
	network, err := twiliosim.New(twiliosim.Config{
		Account: account.Account, AuthToken: "only for tests", APIKey: account.APIKey, APISecret: account.APISecret,
		Number: "+12125550123",
	})
	if err != nil {
		t.Fatal(err)
	}
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tone.wav" {
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = w.Write(audio.FormatWAV(audio.Render(audio.Beep{Hz: []float64{700},
				Length: 200 * time.Millisecond})))
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, strings.ReplaceAll(document, "%s", "http://"+r.Host))
	}))
	network.SetNumber(application.URL+"/incoming", "", "")
	v, err := Attach(network, Config{})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	v.Mount(mux)
	server := httptest.NewServer(mux)
	r := &rig{t: t, network: tokens, voice: v, url: server.URL}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(r.report())
			for _, webhook := range network.Records(0) {
				t.Logf("%+v", webhook)
			}
		}
		for _, b := range r.browsers {
			b.close()
		}
		if err := v.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		server.Close()
		network.Close()
		application.Close()
	})
	return r, network
}
