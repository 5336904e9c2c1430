package main

import (
	"testing"

	"warmtransfer/shared/record"
)

// A code that was taken off the list stays with the notes that have it, and no other note gets it.
func TestANoteWithACodeThatIsNoLongerInTheListCanBeChanged(t *testing.T) {
	s := serve(t, "alice", "bob")
	path := "/calls/" + string(s.handedOver()) + "/note"
	read[record.Note](s, s.ask("alice", "PUT", path, `{"note":"x","code":"order"}`))
	s.archive.Codes = []string{"complaint"}
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
