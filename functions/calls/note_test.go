package main

import (
	"errors"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
)

// sets saves the line's own codes, which are known at once.
func (s *suite) sets(codes ...string) {
	s.Site.T.Helper()
	was, err := s.lines.CurrentLine(s.Site.T.Context())
	if err != nil && !errors.Is(err, service.ErrNotFound) {
		s.Site.T.Fatal(err)
	}
	next := settings.Line{Values: settings.Values{Codes: codes}}
	if err := s.lines.SaveLine(s.Site.T.Context(), was, &next); err != nil {
		s.Site.T.Fatal(err)
	}
	s.World.Now = s.World.Now.Add(time.Minute)
}

// The codes of the settings take the place of the deployment's, and give it back.
func TestCodesOfTheSettings(t *testing.T) {
	s := serve(t, "alice", "bob")
	for _, test := range []struct{ set, want []string }{
		{nil, []string{"order", "complaint"}}, {[]string{"refund", "other"}, []string{"refund", "other"}},
		{nil, []string{"order", "complaint"}},
	} {
		s.sets(test.set...)
		if r := read[rules](s, s.ask("alice", "GET", "/calls/rules", "")); !slices.Equal(r.Codes, test.want) {
			t.Errorf("set %v: %v", test.set, r.Codes)
		}
	}
}

// A code that was taken off the list stays with the notes that have it, and no other note gets it.
func TestF246ANoteWithACodeThatIsNoLongerInTheListCanBeChanged(t *testing.T) {
	s := serve(t, "alice", "bob")
	path := "/calls/" + string(s.handedOver()) + "/note"
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"x","code":"order"}`))
	s.sets("complaint")
	n := read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"y","code":"order"}`))
	if n.Text != "y" || n.Code != "order" {
		t.Errorf("changed to %+v", n)
	}
	s.Problem(s.ask("bob", "PUT", path, `{"note":"z","code":"order"}`), 400, "malformed")
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"y","code":"complaint"}`))
	s.Problem(s.ask("alice", "PUT", path, `{"note":"y","code":"order"}`), 400, "malformed")
}

// What is left of a forgotten call is none to anybody: a note on it would never be found, and never be forgotten.
func TestF218AForgottenCallTakesNoNote(t *testing.T) {
	s := serve(t, "alice", "bob")
	id := s.handedOver()
	c := s.Call(id)
	c.ForgetCaller()
	if err := s.Store.SaveCall(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"alice", "erin"} {
		path := "/calls/" + string(id)
		s.Problem(s.ask(who, "PUT", path+"/note", `{"note":"x","name":"Ann"}`), 404, "no-record")
		s.Problem(s.ask(who, "GET", path+"/note", ""), 404, "no-record")
		s.Problem(s.ask(who, "GET", path+"/caller", ""), 404, "no-record")
	}
	if n := s.Store.Count("SaveNote"); n != 0 {
		t.Errorf("%d notes were saved", n)
	}
}

// Two tabs of one agent: the later one is told, and nothing is replaced that it has not seen.
func TestF215ANoteThatWasChangedElsewhereIsNotReplaced(t *testing.T) {
	s := serve(t, "alice", "bob")
	path := "/calls/" + string(s.handedOver()) + "/note"
	type own struct {
		Note    *record.Note
		Version int64
	}
	version := func(want int64, text string) {
		t.Helper()
		o := read[own](s, s.ask("alice", "GET", path, ""))
		if o.Version != want || (o.Note == nil) != (text == "") || o.Note != nil && o.Note.Text != text {
			t.Errorf("%+v, want version %d of %q", o, want, text)
		}
	}
	version(0, "")
	first := read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"one","version":0}`))
	if first.Version != 1 {
		t.Errorf("%+v", first)
	}
	s.Problem(s.ask("alice", "PUT", path, `{"note":"two","version":0}`), 409, "note-changed")
	version(1, "one")
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"one","version":0}`)) // a repetition
	version(1, "one")
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"two","version":1}`))
	version(2, "two")
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"","version":2}`))
	version(3, "")
	s.Problem(s.ask("alice", "PUT", path, `{"note":"two","version":2}`), 409, "note-changed")
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"three"}`)) // of a page that knows no versions
	version(4, "three")
	s.Problem(s.ask("alice", "PUT", path, `{"note":"x","version":-1}`), 400, "malformed")
	read[record.Note](s, s.ask("bob", "PUT", path, `{"note":"bob's own","version":0}`)) // apart from alice's
	version(4, "three")
}

// Another save comes between the look and the save.
func TestF215ANoteOfTheSameMomentIsNotReplaced(t *testing.T) {
	s := serve(t, "alice", "bob")
	path := "/calls/" + string(s.handedOver()) + "/note"
	s.Store.Next("SaveNote", servicetest.Fault{Err: service.ErrConflict})
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"one","version":0}`)) // nothing had changed after all
	s.Store.Every("SaveNote", servicetest.Fault{Err: service.ErrConflict})
	s.Problem(s.ask("alice", "PUT", path, `{"note":"two","version":1}`), 409, "conflict")
}
