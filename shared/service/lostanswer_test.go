package service_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// F456: the caller was on hold and is resumed, and is put on hold anew for a consult. That request is not carried out
// and has no answer. The event of the first hold comes late: during the request, or after it. It proves nothing, so the
// target does not come in before the caller is on hold.
func TestF456TheEventOfAnEarlierHoldIsNotTakenForALostOne(t *testing.T) {
	for _, during := range []bool{true, false} {
		w, id := talking(t, "alice", "bob")
		w.MustPress("alice", call.DoHold, "")
		w.MustPress("alice", call.DoResume, "")
		var events []int
		for i, told := range w.Phones.Told {
			if strings.HasPrefix(told.Name, "conference hold") {
				events = append(events, i)
			}
		}
		if len(events) != 1 {
			t.Fatalf("%d events of a hold", len(events))
		}
		w.Phones.Next("Hold", Fault{Err: service.ErrSlow})
		if during {
			holds := w.Phones.Count("Hold")
			w.Phones.Watch = func() {
				if w.Phones.Count("Hold") > holds {
					w.Phones.Watch = nil
					w.Deliver(events[0], false)
				}
			}
		}
		_, _ = w.Press("alice", call.DoConsult, "bob")
		if !during {
			w.Deliver(events[0], false)
		}
		w.Answer("bob")
		if h := w.Hears(id); strings.Contains(h, "bob") {
			t.Errorf("during %t: N5: the caller hears %q", during, h)
		}
		w.Settle()
		w.CheckQuiet()
	}
}

// keepsEvent takes the event of that kind out of the queued callbacks, and returns what delivers it. There must be one.
func keepsEvent(t *testing.T, w *World, kind call.ConferenceEventKind) (deliver func()) {
	t.Helper()
	for i, told := range w.Phones.Told {
		if told.Room != nil && told.Room.Event.Kind == kind {
			w.Drop(i)
			return func() {
				w.Phones.Told = append([]Callback{told}, w.Phones.Told...)
				w.Deliver(0, false)
			}
		}
	}
	t.Fatalf("no event %s", kind)
	return nil
}

// onHoldAgain is a caller who was on hold and resumed, and is on hold again. Late delivers the event of the resume; no
// callback tells of the second hold.
func onHoldAgain(t *testing.T) (w *World, id call.ID, late func()) {
	t.Helper()
	w, id = talking(t, "alice", "bob")
	w.MustPress("alice", call.DoHold, "")
	w.Settle()
	w.MustPress("alice", call.DoResume, "")
	late = keepsEvent(t, w, call.ParticipantResumed)
	w.MustPress("alice", call.DoHold, "")
	w.Phones.Told = nil
	return w, id, late
}

// F457: a resume times out, and is carried out five seconds later. The event of the resume before it comes late. It
// does not settle the one that timed out, though a list has shown the hold between them.
func TestF457TheEventOfAnEarlierResumeDoesNotSettleALostOne(t *testing.T) {
	w, id, late := onHoldAgain(t)
	w.Sweep()
	w.Phones.Next("Hold", Fault{Err: service.ErrSlow, Late: 5 * time.Second, Silent: true})
	_, _ = w.Press("alice", call.DoResume, "")
	late()
	_, _ = w.Press("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.Skip(5 * time.Second)
	if h := w.Hears(id); strings.Contains(h, "bob") {
		t.Errorf("N5: the caller hears %q", h)
	}
}

// F458: a resume is not carried out and has no answer. The event of the resume before it comes meanwhile. The resume
// is tried again all the same.
func TestF458TheEventOfAnEarlierResumeIsNotTakenForALostOne(t *testing.T) {
	w, id, late := onHoldAgain(t)
	w.Phones.Next("Hold", Fault{Err: service.ErrSlow})
	w.Phones.Watch = func() { w.Phones.Watch = nil; late() }
	_, _ = w.Press("alice", call.DoResume, "")
	w.Now = w.Now.Add(5 * time.Second)
	if _, err := w.Beat("alice"); err != nil {
		t.Fatal(err)
	}
	hears(t, w, id, "alice")
}

// overtakenPhones carries out the first hold only once something else was done, and then lets its event come before
// that is answered.
type overtakenPhones struct {
	*Phones
	first  func() // done before the first hold
	second func() // done before the answer to the resume
}

func (p *overtakenPhones) Hold(
	ctx context.Context, id call.ID, sid call.ConferenceID, leg call.LegID, hold bool,
) error {
	if first := p.first; hold && first != nil {
		p.first = nil
		first()
		return nil
	}
	err := p.Phones.Hold(ctx, id, sid, leg, hold)
	if second := p.second; !hold && second != nil {
		p.second = nil
		second()
	}
	return err
}

// F459: the music has run out, and the hold is repeated. Meanwhile the caller is resumed. The repeated hold is carried
// out after that, and its event comes before the answer to the resume. The caller is resumed once more.
func TestF459AResumeBesideARepeatedHold(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	w.MustPress("alice", call.DoHold, "")
	w.Settle()
	w.MusicRunsOut(id)
	w.Now = w.Now.Add(20 * time.Second)
	c := w.Call(id)
	phones := &overtakenPhones{Phones: w.Phones}
	phones.first = func() {
		if _, err := w.Press("alice", call.DoResume, ""); err != nil {
			t.Error(err)
		}
	}
	phones.second = func() {
		leg := call.LegID(id)
		if err := w.Phones.Hold(t.Context(), id, c.Conference, leg, true); err != nil {
			t.Error(err)
		}
		for len(w.Phones.Told) > 0 {
			w.Deliver(0, false)
		}
	}
	w.Service = serviceWith(w.Store, phones)
	if _, err := w.Beat("alice"); err != nil {
		t.Error(err)
	}
	if phones.first != nil || phones.second != nil {
		t.Fatal("the hold was not repeated, or the caller not resumed")
	}
	w.Settle()
	hears(t, w, id, "alice")
}
