package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
)

// A closed line refuses new callers and keeps the others: every request about a call that was accepted is answered as
// usual.
func TestF204ClosedLineLetsNobodyInAndKeepsWhoIsOnIt(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	closed := false
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			handler{
				edge: e, keys: httpapitest.Keys, music: "https://music.example/music", closed: closed,
				newService: func(twilio.Base) *service.Service { return w.Service },
			}.routes().ServeHTTP(rw, r)
		})
	})
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	w.Settle()
	closed = true
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0")) // again
	w.Now = w.Now.Add(time.Minute)
	s.Post(after+"0", httpapitest.Form(t, "incoming", "CallStatus", "in-progress")).Is(t, room("1"))

	const other = call.ID("CA22222222222222222222222222222222")
	const words = `<Say>Thank you for calling.</Say><Say>This line is closed at the moment.</Say>` +
		`<Say>Please call again later. Goodbye.</Say><Hangup></Hangup>`
	for range 2 {
		s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", string(other))).Is(t, words)
	}
	if c := w.Call(other); c.Live() || c.Reason != call.ReasonClosed {
		t.Errorf("a refused call is %s, %q", c.State, c.Reason)
	}
	w.Store.Every("Call", servicetest.Fault{Err: service.ErrUnavailable})
	// may be known
	s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", string(other))).Is(t, held("/incoming"))
}

// A line outside its hours, or closed by the emergency switch, tells new callers so and says goodbye, and keeps the
// others. Its settings need not be readable.
func TestF261F263F264OutsideItsHoursTheLineLetsNobodyInAndKeepsWhoIsOnIt(t *testing.T) {
	var set settings.Values
	var broken error
	w := servicetest.NewWorld(t, "alice")
	w.Use(service.Settings{Observe: httpapi.Observe})
	s := httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			handler{
				edge: e, keys: httpapitest.Keys, music: "https://music.example/music",
				newService: func(twilio.Base) *service.Service { return w.Service },
				line: &service.LineSettings{Read: func(context.Context) (settings.Line, error) {
					return settings.Line{At: w.Now, Values: set}, broken
				}},
			}.routes().ServeHTTP(rw, r)
		})
	})
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	joins(w)
	w.Settle()
	n := 0
	night := &settings.Week{} // open on no day
	for name, test := range map[string]struct {
		set  settings.Values
		want string
	}{
		"hours": {settings.Values{Zone: "Europe/Berlin", Hours: night}, `<Say>Thank you for calling.</Say>` +
			`<Say>This line is closed at the moment.</Say><Say>Please call again later. Goodbye.</Say>`},
		"own words": {settings.Values{Zone: "Europe/Berlin", Hours: night, ClosedMessage: "Come back."},
			`<Say>Come back.</Say><Say>Goodbye.</Say>`},
		"emergency": {settings.Values{
			Emergency: settings.Emergency{Closed: true, Message: "Fire alarm."}, ClosedMessage: "Come back.",
		}, `<Say>Fire alarm.</Say><Say>Goodbye.</Say>`},
		"in French": {settings.Values{Language: "fr", Emergency: settings.Emergency{Closed: true}},
			`<Say language="fr-FR" voice="Polly.Lea">Merci de votre appel.</Say>` +
				`<Say language="fr-FR" voice="Polly.Lea">Nous sommes actuellement fermés.</Say>` +
				`<Say language="fr-FR" voice="Polly.Lea">Veuillez rappeler plus tard. Au revoir.</Say>`},
	} {
		set = test.set
		n++
		other := fmt.Sprintf("CA%032d", n)
		before := strings.Count(s.Log.String(), `"TurnedAway":1`)
		for range 2 { // a repeated request has the same answer
			s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", other)).Is(t, test.want+"<Hangup></Hangup>")
		}
		if strings.Count(s.Log.String(), `"TurnedAway":1`) != before+1 {
			t.Errorf("%s: nothing was counted", name)
		}
		if c := w.Call(call.ID(other)); c.Live() || c.Reason != call.ReasonClosed || c.From == "" {
			t.Errorf("%s: a refused call is %s, %q", name, c.State, c.Reason)
		}
		if n := w.Phones.Count("Dial"); n != 1 {
			t.Errorf("%s: %d agents were rung", name, n)
		}
		s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0")) // who is on the line
	}
	// The second step also reaches a caller whom the conference does not take, and who asks for no music.
	set = settings.Values{Emergency: settings.Emergency{Closed: true, EndWaits: true, Message: "Fire alarm."}}
	s.Post(after+"0", httpapitest.Form(t, "after-room", "DialCallStatus", "failed")).Is(t,
		"<Say>Fire alarm.</Say><Say>Goodbye.</Say><Hangup></Hangup>")
	broken = service.ErrUnavailable // and nothing was ever read
	const again = "CA22222222222222222222222222222222"
	s.Post("/incoming", httpapitest.Form(t, "incoming", "CallSid", again)).Is(t,
		strings.ReplaceAll(room("0"), string(caller), again))
}
