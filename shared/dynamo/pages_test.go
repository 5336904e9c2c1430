package dynamo

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/push"
	"warmtransfer/shared/service"
)

func TestPagesAreKeptAndOfTwoChangesAtOnceOneIsRefused(t *testing.T) {
	s := open(t)
	p, err := s.Pages(t.Context(), "alice")
	must(t, err)
	if p.Version != 0 || len(p.Open)+len(p.Tickets) != 0 {
		t.Fatalf("pages of nobody: %+v", p)
	}
	other := *p
	now := time.Now()
	p.Issue("ticket.alice.s", now.Add(time.Hour), now)
	must(t, s.SavePages(t.Context(), "alice", p))
	if err := s.SavePages(t.Context(), "alice", &other); !errors.Is(err, service.ErrConflict) {
		t.Errorf("a change of what has changed: %v", err)
	}
	again, err := s.Pages(t.Context(), "alice")
	must(t, err)
	if again.Version != 1 || !again.Admit(push.Offer{Ticket: "ticket.alice.s"}, "c1", now) {
		t.Errorf("read again: %+v", again)
	}
	must(t, s.SavePages(t.Context(), "alice", again))
	if b, err := s.Pages(t.Context(), "bob"); err != nil || b.Version != 0 {
		t.Errorf("another agent's: %+v, %v", b, err)
	}
}

// DynamoDB may delete the item days after it has expired.
func TestPagesThatHaveExpiredAreNone(t *testing.T) {
	s := open(t)
	now := time.Now()
	var p push.Pages
	p.Issue("ticket.alice.s", now.Add(time.Hour), now)
	must(t, s.SavePages(t.Context(), "alice", &p))
	s.now = func() time.Time { return now.Add(keepPages + time.Minute) }
	old, err := s.Pages(t.Context(), "alice")
	must(t, err)
	if old.Version != 0 || len(old.Tickets) != 0 {
		t.Errorf("after their time: %+v", old)
	}
	must(t, s.SavePages(t.Context(), "alice", old))
}
