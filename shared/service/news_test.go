package service_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// told is a World, and what is news in the saves that are known to have taken effect.
func told(t *testing.T) (*World, *[]call.News) {
	w, all := NewWorld(t, "alice", "bob", "carol"), &[]call.News{}
	w.Use(service.Settings{Observe: func(_ context.Context, _ service.Transition, c *call.Call, _ time.Time) {
		*all = append(*all, c.News...)
	}})
	return w, all
}

const (
	answered1 = call.NewsAnswered
	handed    = call.NewsTransferred
	over      = call.NewsEnded
)

// Each thing is told once, whatever else is saved of the call.
func TestF234EachThingIsNewsOnce(t *testing.T) {
	talk := func(w *World) { w.Answer("alice"); w.Settle() }
	for _, tale := range []struct {
		name string
		play func(w *World, id call.ID)
		want []call.News
	}{
		{"nobody answers", func(*World, call.ID) {}, []call.News{over}},
		{"answered", func(w *World, _ call.ID) { talk(w) }, []call.News{answered1, over}},
		{"consult taken back", func(w *World, _ call.ID) {
			talk(w)
			w.MustPress("alice", call.DoConsult, "bob")
			w.Settle()
			w.Answer("bob")
			w.Settle()
			w.MustPress("alice", call.DoCancel, "")
		}, []call.News{answered1, over}},
		{"handed over twice", func(w *World, _ call.ID) {
			talk(w)
			for _, by := range []call.Transfer{{By: "alice", To: "bob"}, {By: "bob", To: "carol"}} {
				w.MustPress(by.By, call.DoConsult, by.To)
				w.Settle()
				w.Answer(by.To)
				w.Settle()
				w.MustPress(by.By, call.DoComplete, "")
				w.Settle()
			}
		}, []call.News{answered1, handed, handed, over}},
		{"transfer now", func(w *World, _ call.ID) {
			talk(w)
			w.MustPress("alice", call.DoBlind, "bob")
			w.Settle()
			w.Answer("bob")
		}, []call.News{answered1, handed, over}},
		{"to the line", func(w *World, _ call.ID) {
			talk(w)
			w.MustPress("alice", call.DoRequeue, "")
			w.Settle()
			w.Answer("bob")
		}, []call.News{answered1, handed, over}},
		{"lost and found", func(w *World, id call.ID) {
			talk(w)
			w.HangUp("alice")
			w.Settle()
			w.Pass(time.Minute)
			w.Answer("bob")
		}, []call.News{answered1, over}},
	} {
		w, all := told(t)
		id, _ := w.Dial()
		w.Settle()
		tale.play(w, id)
		w.Settle()
		w.CallerHangsUp(id)
		w.Settle()
		for range 3 {
			w.Now = w.Now.Add(time.Minute)
			w.Sweep()
			w.Settle()
		}
		if !slices.Equal(*all, tale.want) {
			t.Errorf("%s: told %v, want %v", tale.name, *all, tale.want)
		}
	}
}

// The save that ends a call is lost, or takes effect without an answer: the stored item has it either way, once.
func TestF234TheSaveThatIsNewsFails(t *testing.T) {
	for _, took := range []bool{false, true} {
		w, all := told(t)
		id, _ := w.Dial()
		w.Settle()
		w.Answer("alice")
		w.Settle()
		w.Store.Every("SaveCall", Fault{Err: service.ErrUnavailable, Took: took})
		w.CallerHangsUp(id)
		w.Settle()
		w.Store.Heal()
		for range 3 {
			w.Now = w.Now.Add(time.Minute)
			w.Sweep()
			w.Settle()
		}
		stored := w.Store.News(id)
		if got := fmt.Sprint(stored); got != "[answered ended]" {
			t.Errorf("took %t: the items that were stored say %s, and %v was known to be", took, got, *all)
		}
	}
}
