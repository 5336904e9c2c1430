package twilio

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// read takes an invitation apart as a browser does.
func read(t testing.TB, to string) (client string, params url.Values) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "client" {
		t.Fatalf("%q is not a client's address: %v", to, err)
	}
	return u.Opaque, u.Query()
}

func TestInvitationTellsWhatThePageShows(t *testing.T) {
	d := dial()
	d.Info = call.DialInfo{
		Caller: "+15550100199", Waited: t0.Add(500 * time.Millisecond), By: "Zoë & Co", Kind: call.KindConsult,
		Note: "order 7 = 50% <off>?\nask + call",
	}
	to := invitation(d)
	client, got := read(t, to)
	if client != "alice" {
		t.Errorf("client = %q", client)
	}
	for name, want := range map[string]string{
		ParamConference: caller, ParamLeg: "k1", ParamKind: "consult", ParamCaller: "+15550100199",
		ParamWaited: "2026-11-22T10:00:00Z", ParamBy: "Zoë & Co", ParamNote: "order 7 = 50% <off>?\nask + call",
	} {
		if got.Get(name) != want || len(got[name]) != 1 {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
	if strings.ContainsAny(to, "+ <>\n") {
		t.Errorf("some readers cannot decode it: %s", to)
	}
}

func TestF372InvitationSaysThatAPlaceIsKept(t *testing.T) {
	d := dial()
	if _, got := read(t, invitation(d)); got.Has(ParamPlace) {
		t.Errorf("of a caller on the line: %v", got)
	}
	d.Info.Place = true
	if _, got := read(t, invitation(d)); got.Get(ParamPlace) != "kept" {
		t.Errorf("of a kept place: %v", got)
	}
}

func TestInvitationLeavesOutWhatIsEmpty(t *testing.T) {
	_, got := read(t, invitation(dial()))
	if len(got) != 3 || got.Get(ParamRing) != "20" || got.Get(ParamConference) != caller || got.Get(ParamLeg) != "k1" {
		t.Errorf("parameters = %v", got)
	}
}

func TestInvitationCutsTheNoteThenTheName(t *testing.T) {
	d := dial()
	d.Info = call.DialInfo{Caller: "+15550100199", By: "Zoë", Note: strings.Repeat("ж", 200)}
	to := invitation(d)
	_, got := read(t, to)
	_, params, _ := strings.Cut(to, "?")
	if len(params) > maxParameters || len(params) < maxParameters-5 {
		t.Errorf("%d bytes of parameters; want as many as fit into %d", len(params), maxParameters)
	}
	if note := got.Get(ParamNote); note == "" || strings.Trim(note, "ж") != "" {
		t.Errorf("note = %q; want its beginning, whole letters", note)
	}
	if got.Get(ParamBy) != "Zoë" || got.Get(ParamCaller) != "+15550100199" {
		t.Errorf("more than the note was cut: %v", got)
	}

	d.Info.By = strings.Repeat("Ж", 300)
	_, got = read(t, invitation(d))
	if by := got.Get(ParamBy); got.Has(ParamNote) || by == "" || strings.Trim(by, "Ж") != "" {
		t.Errorf("name = %q, note %q; want the beginning of the name and no note", by, got.Get(ParamNote))
	}
}

func TestInvitationsAlwaysFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := call.Dial{
			Call: caller, Leg: "k1",
			Agent: agent.ID(rapid.StringMatching(`[A-Za-z0-9_]{1,121}`).Draw(t, "agent")),
			Info:  call.DialInfo{By: rapid.String().Draw(t, "by"), Note: rapid.StringN(0, 300, -1).Draw(t, "note")},
		}
		if rapid.Bool().Draw(t, "broken text") {
			d.Info.Note += "\xff\xc3"
		}
		to := invitation(d)
		name, params, _ := strings.Cut(to, "?")
		values, err := url.ParseQuery(params)
		if err != nil || name != "client:"+string(d.Agent) {
			t.Fatalf("%q: %v", to, err)
		}
		if len(params) > maxParameters {
			t.Errorf("%d bytes", len(params))
		}
		for _, p := range []string{ParamBy, ParamNote} {
			if !utf8.ValidString(values.Get(p)) {
				t.Errorf("%s is cut within a letter: %q", p, values.Get(p))
			}
		}
		if !strings.HasPrefix(strings.ToValidUTF8(d.Info.Note, ""), values.Get(ParamNote)) {
			t.Errorf("note %q became %q", d.Info.Note, values.Get(ParamNote))
		}
		if values.Get(ParamLeg) != "k1" || values.Get(ParamConference) != caller {
			t.Errorf("names were lost: %v", values)
		}
	})
}

// A caller's address of any length is cut, and the agent is rung.
func TestF195ALongCallerIsCutAndNotTheCall(t *testing.T) {
	d := dial()
	d.Info = call.DialInfo{Caller: "sip:" + strings.Repeat("😀", 200), By: "Bob", Kind: call.KindConsult, Note: "note"}
	_, params, _ := strings.Cut(invitation(d), "?")
	q, err := url.ParseQuery(params)
	if err != nil || len(params) > maxParameters {
		t.Fatalf("%d bytes of parameters, %v", len(params), err)
	}
	if !strings.HasPrefix(q.Get(ParamCaller), "sip:") || q.Get(ParamConference) != string(d.Call) ||
		q.Get(ParamLeg) == "" {
		t.Errorf("parameters %v", q)
	}
}
