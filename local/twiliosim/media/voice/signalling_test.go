package voice

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media/voice/voicetest"
)

func audioOn(on bool) map[string]any {
	return map[string]any{"media": map[string]any{"audio": on}}
}

func TestRegistrationIsTakenBackAndRepeated(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	alice.say("register", audioOn(true)) // the SDK does so every 30 s
	alice.hear("ready")
	alice.say("register", audioOn(false))
	alice.hear("offline")
	r.did("unregister alice")
	alice.say("register", audioOn(true))
	alice.hear("ready")
	r.did("register alice")
	_ = alice.conn.CloseNow()
	r.did("unregister alice")
}

func TestTokensThatDoNotDo(t *testing.T) {
	r := newRig(t, Config{})
	account := r.network.Credentials()
	claims := func(change func(jwt.MapClaims)) string {
		c := jwt.MapClaims{
			"iss": account.APIKey, "sub": account.Account, "exp": time.Now().Add(time.Hour).Unix(),
			"grants": map[string]any{"identity": "alice",
				"voice": map[string]any{"incoming": map[string]any{"allow": true}}},
		}
		change(c)
		return voicetest.Sign(account.APISecret, c)
	}
	for _, c := range []struct {
		name  string
		token string
		code  int
	}{
		{"nothing", "", codeInvalidToken},
		{"no token", "alice", codeInvalidToken},
		{"expired", r.network.Token("alice", -time.Minute), codeExpiredToken},
		{"another secret", voicetest.Sign("guessed",
			jwt.MapClaims{"iss": account.APIKey, "sub": account.Account, "exp": time.Now().Add(time.Hour).Unix()}),
			codeInvalidToken},
		{"expired and another secret",
			voicetest.Sign("guessed", jwt.MapClaims{"iss": account.APIKey, "sub": account.Account, "exp": 1}),
			codeInvalidToken},
		{"another key", claims(func(c jwt.MapClaims) { c["iss"] = "SKother" }), codeInvalidToken},
		{"another account", claims(func(c jwt.MapClaims) { c["sub"] = "ACother" }), codeInvalidToken},
		{"for ever", claims(func(c jwt.MapClaims) { delete(c, "exp") }), codeInvalidToken},
		{"for two days", r.network.Token("alice", 48*time.Hour), codeInvalidToken},
		{"no voice", claims(func(c jwt.MapClaims) { c["grants"] = map[string]any{"identity": "alice"} }),
			codeUnauthorized},
		{"an e-mail address", r.network.Token("alice@example.com", time.Hour), codeUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := r.open(c.name, "/signal")
			defer b.close()
			b.say("listen", map[string]any{"token": c.token})
			if got := b.hear("error"); got.Payload.Error == nil || got.Payload.Error.Code != c.code {
				t.Errorf("refused with %v, want %d", got.Payload.Error, c.code)
			}
			b.say("register", audioOn(true))
			if got := b.hear("error"); got.Payload.Error == nil || got.Payload.Error.Code != codeInvalidToken {
				t.Errorf("register without a token: %v, want %d", got.Payload.Error, codeInvalidToken)
			}
		})
	}
	if log := r.network.Log(); log != "" {
		t.Errorf("the network heard of them: %q", log)
	}
}

// It is genuine in everything else, and REST takes the key: https://www.twilio.com/docs/api/errors/31204
func TestF200ATokenOfARestrictedKeyIsRefused(t *testing.T) {
	r := newRig(t, Config{})
	r.network.Restrict()
	b := r.open("alice", "/signal")
	b.say("listen", map[string]any{"token": r.network.Token("alice", time.Hour)})
	if got := b.hear("error"); got.Payload.Error == nil || got.Payload.Error.Code != codeInvalidToken {
		t.Errorf("refused with %v, want %d", got.Payload.Error, codeInvalidToken)
	}
	b.say("register", audioOn(true))
	b.hear("error")
	if log := r.network.Log(); log != "" {
		t.Errorf("the network heard of it: %q", log)
	}
}

func TestATokenWithoutIncomingCallsDoesNotRegister(t *testing.T) {
	r := newRig(t, Config{})
	account := r.network.Credentials()
	b := r.open("alice", "/signal")
	b.say("listen", map[string]any{"token": voicetest.Sign(account.APISecret, jwt.MapClaims{
		"iss": account.APIKey, "sub": account.Account, "exp": time.Now().Add(time.Hour).Unix(),
		"grants": map[string]any{"identity": "alice", "voice": map[string]any{}},
	})})
	b.hear("connected")
	b.say("register", audioOn(true))
	if got := b.hear("error"); got.Payload.Error.Code != codeUnauthorized {
		t.Errorf("refused with %v, want %d", got.Payload.Error, codeUnauthorized)
	}
	b.say("invite", map[string]any{"callsid": "TJS1", "sdp": "v=0", "twilio": map[string]any{"params": "To=x"}})
	if got := b.hear("hangup"); got.Payload.CallSID != "TJS1" || got.Payload.Error.Code != codeDeclined {
		t.Errorf("an outgoing call is refused with %+v, want %d", got.Payload, codeDeclined)
	}
}

func TestF040ATokenThatRunsOutAndANewOne(t *testing.T) {
	r := newRig(t, Config{Heartbeat: 20 * time.Millisecond, socketDead: patience})
	alice := r.online("alice")
	a := alice.call()
	r.network.Advance(2 * time.Hour)
	if got := alice.hear("error"); got.Payload.Error.Code != codeExpiredToken {
		t.Errorf("told %v, want %d", got.Payload.Error, codeExpiredToken)
	}
	alice.hear("offline")
	r.did("unregister alice")
	r.network.Hear(a, voiceOf("CAcaller"))
	alice.mustHear(500) // the call goes on

	alice.say("listen", map[string]any{"token": r.network.Token("alice", time.Hour)})
	if got := alice.hear("connected"); got.Payload.Token.TTL < 3590 || got.Payload.Token.TTL > 3600 {
		t.Errorf("the new token lives %d s, want an hour", got.Payload.Token.TTL)
	}
	alice.say("register", audioOn(true))
	alice.hear("ready")
	r.did("register alice")
}

func TestATokenOfSomebodyElseMovesTheRegistration(t *testing.T) {
	r := newRig(t, Config{})
	b := r.online("alice")
	b.register("bob")
	r.did("unregister alice")
	r.did("register bob")
}

func TestACallThatRings(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")

	sid := r.network.Ring("alice", map[string]string{"note": "a b&c", "conference": "CAcaller"})
	invite := alice.hear("invite").Payload
	if invite.CallSID != sid || invite.Reconnect == "" || !strings.HasPrefix(invite.SDP, "v=0\r\n") {
		t.Errorf("invite %+v: want its callsid, an sdp and a reconnect token", invite)
	}
	if !strings.Contains(invite.SDP, "a=ice-lite") || !strings.Contains(invite.SDP, "a=candidate:") ||
		!strings.Contains(invite.SDP, "a=end-of-candidates") {
		t.Errorf("the offer is not complete:\n%s", invite.SDP)
	}
	if got, want := invite.Parameters["Params"], "conference=CAcaller&note=a+b%26c"; got != want {
		t.Errorf("Params %q, want %q", got, want)
	}
	if got := invite.Parameters["From"]; got != "+15550100" {
		t.Errorf("From %q", got)
	}

	t.Run("reject", func(t *testing.T) {
		alice.say("reject", map[string]any{"callsid": sid})
		r.did("reject " + sid)
	})
	t.Run("cancel", func(t *testing.T) {
		sid := r.network.Ring("alice", nil)
		alice.hear("invite")
		r.network.End(sid, legs.End{Cancelled: true})
		if got := alice.hear("cancel"); got.Payload.CallSID != sid {
			t.Errorf("cancelled %q, want %q", got.Payload.CallSID, sid)
		}
		alice.say("answer", map[string]any{"callsid": sid, "sdp": "v=0"}) // it was on its way
	})
	t.Run("an answer that cannot be read", func(t *testing.T) {
		sid := r.network.Ring("alice", nil)
		alice.hear("invite")
		alice.say("answer", map[string]any{"callsid": sid, "sdp": "nonsense"})
		if got := alice.hear("hangup"); got.Payload.Error == nil || got.Payload.Error.Code != codeBadRequest {
			t.Errorf("hangup with %v, want %d", got.Payload.Error, codeBadRequest)
		}
		r.did("reject " + sid)
	})
	t.Run("the socket closes", func(t *testing.T) {
		r.network.Ring("alice", nil)
		alice.hear("invite")
		_ = alice.conn.CloseNow()
		r.did("unregister alice")
		if log := r.network.Log(); log != "" {
			t.Errorf("what rang when the socket closed was ended: %q", log)
		}
	})
}

func TestF031TwoTabsRingAndTheFirstAnswerWins(t *testing.T) {
	r := newRig(t, Config{})
	one, two := r.online("alice"), r.online("alice")
	sid := r.network.Ring("alice", nil)
	first, second := one.hear("invite"), two.hear("invite")
	one.accept(first)
	two.hear("cancel")
	two.endpoint = newEndpoint(t)
	two.say("answer", map[string]any{"callsid": sid, "sdp": two.endpoint.answer(second.Payload.SDP)})
	two.say("register", audioOn(true))
	two.hear("ready") // and no word about the answer that came too late
	r.network.Hear(sid, voiceOf("CAcaller"))
	one.mustHear(500)
}

func TestHowACallEnds(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	for _, c := range []struct {
		name string
		code int
		want string
	}{
		{"goodbye", 0, ""}, {"busy", codeBusy, "Busy Here"}, {"declined", codeDecline, "Decline"},
		{"unavailable", codeUnavailable, "Temporarily Unavailable"}, {"not found", codeNotFound, "Not Found"},
		{"other", 31000, "The call failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sid := alice.call()
			r.network.End(sid, legs.End{Code: c.code})
			got := alice.hear("hangup").Payload
			if got.CallSID != sid {
				t.Errorf("hangup of %q, want %q", got.CallSID, sid)
			}
			switch {
			case c.code == 0 && got.Error != nil:
				t.Errorf("a plain goodbye has the error %v", got.Error)
			case c.code != 0 && (got.Error == nil || got.Error.Code != c.code || got.Error.Message != c.want):
				t.Errorf("error %+v, want %d %q", got.Error, c.code, c.want)
			}
			alice.endpoint.close()
		})
	}
	sid := alice.call()
	alice.say("hangup", map[string]any{"callsid": sid})
	r.did("hangup " + sid)
}

func TestMessagesBothWays(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	sid := r.network.Ring("alice", nil)
	invite := alice.hear("invite")
	for _, c := range []struct{ content, want string }{{`{"state":"ringing"}`, `{"state":"ringing"}`},
		{"plain", `"plain"`}} {
		r.network.Message(sid, legs.Message{SID: "KX1", Content: c.content})
		got := alice.hear("message").Payload
		if string(got.Content) != c.want || got.VoiceEventSID != "KX1" || got.CallSID != sid ||
			got.MessageType != "user-defined-message" {
			t.Errorf("message %+v with %s, want %s", got.reply, got.Content, c.want)
		}
	}
	alice.accept(invite)
	alice.say("message", map[string]any{"callsid": sid, "content": map[string]any{"hello": 1}, "voiceeventsid": "KX2",
		"messagetype": "user-defined-message"})
	if got := alice.hear("ack").Payload; got.AckType != "message" || got.VoiceEventSID != "KX2" || got.CallSID != sid {
		t.Errorf("ack %+v", got.reply)
	}
}

func TestWhatIsSaidAboutCallsThatAreOver(t *testing.T) {
	r := newRig(t, Config{})
	alice := r.online("alice")
	for _, kind := range []string{"hangup", "dtmf", "answer", "reject", "message", "never heard of"} {
		alice.say(kind, map[string]any{"callsid": "CAgone"})
	}
	for _, kind := range []string{"invite", "reinvite"} { // these want to go on with it
		alice.say(kind, map[string]any{"callsid": "CAgone", "reconnect": "x", "sdp": "v=0"})
		if got := alice.hear("hangup"); got.Payload.Error == nil || got.Payload.Error.Code != codeNotFound {
			t.Errorf("%s: hangup with %v, want %d", kind, got.Payload.Error, codeNotFound)
		}
	}
	alice.write("{")
	if got := alice.hear("error"); got.Payload.Error.Code != codeBadRequest {
		t.Errorf("half a message: %v", got.Payload.Error)
	}
}

func TestASocketThatIsSilentIsClosed(t *testing.T) {
	r := newRig(t, Config{Heartbeat: 20 * time.Millisecond, socketDead: time.Second})
	alice := r.online("alice") // reads nothing from here on, so that it answers no heartbeat
	r.did("unregister alice")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		_, data, err := alice.conn.Read(ctx)
		if err != nil {
			break
		}
		if string(data) != heartbeat {
			t.Fatalf("got %s, want heartbeats until the end", data)
		}
	}
	if ctx.Err() != nil {
		t.Error("the socket was not closed")
	}
}

func TestPhoneCallsThatAreRefused(t *testing.T) {
	r := newRig(t, Config{})
	phone := r.open("phone", "/phone/signal")
	end := newEndpoint(t)
	defer end.close()
	offer := end.offer(nil)
	for _, c := range []struct {
		name, sdp, params string
		code              int
	}{
		{"no number there", offer, "To=%2B1", codeNotFound},
		{"no description", "", "To=%2B15550123", codeBadRequest},
		{"no query", offer, "%zz", codeBadRequest},
		{"a broken description", "nonsense", "To=%2B15550123", codeBadRequest},
	} {
		phone.say("invite", map[string]any{"callsid": "TJS1", "sdp": c.sdp,
			"twilio": map[string]any{"params": c.params}})
		if got := phone.hear("hangup").Payload; got.CallSID != "TJS1" || got.Error == nil || got.Error.Code != c.code {
			t.Errorf("%s: hangup %+v, want %d", c.name, got.reply, c.code)
		}
	}
	sid := phone.dial("From=%2B15550199&To=%2B15550123")
	_ = phone.conn.CloseNow() // the caller gives up by closing the page
	r.did("hangup " + sid)
}

func TestOnlyOurOwnPagesArePhones(t *testing.T) {
	r := newRig(t, Config{})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for path, want := range map[string]int{"/phone/signal": http.StatusForbidden,
		"/signal": http.StatusSwitchingProtocols} {
		conn, res, err := websocket.Dial(ctx, r.url+path,
			&websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://elsewhere.example"}}})
		if err == nil {
			defer conn.CloseNow()
		}
		if res == nil || res.StatusCode != want {
			t.Errorf("%s from a page elsewhere: %v, %v, want %d", path, res, err, want)
		}
	}
}

func TestCloseEndsEverythingInTheMiddleOfCalls(t *testing.T) {
	r := newRig(t, Config{})
	alice, bob := r.online("alice"), r.online("bob")
	alice.call()
	r.network.Ring("bob", nil)
	bob.hear("invite")
	if err := r.voice.Close(); err != nil {
		t.Error(err)
	}
	if err := r.voice.Close(); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if log := r.network.Log(); strings.Contains(log, "hangup") || strings.Contains(log, "lose") {
		t.Errorf("the network was told %q", log)
	}
	b := r.open("late", "/signal")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, _, err := b.conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("a socket after the end: %v, want it closed", err)
	}
}
