package servicetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// Shelf is a store with records.
type Shelf interface {
	service.Store
	archive.Shelf
}

// ShelfSuite is what every Shelf must pass. Lists may lag, as in StoreSuite.
func ShelfSuite(t *testing.T, open func(t *testing.T) Shelf) {
	t.Run("F210 a call that is over is a record, once", func(t *testing.T) { kept(t, open(t)) })
	t.Run("F214 lists are in order, newest first, and each has what belongs to it", func(t *testing.T) {
		places(t, open(t))
	})
	t.Run("F215 two agents write their notes at once", func(t *testing.T) { notes(t, open(t)) })
}

// keep is how long a shelf keeps what it is given.
const keep = time.Hour

func kept(t *testing.T, s Shelf) {
	c := EndedCall(1, t0, "+15005550006", "alice", "bob", "carol", "dave")
	goes := call.New(id(2), "+15005550006", true, t0)
	must(t, s.SaveCall(t.Context(), goes))
	for range 2 { // late callbacks save it once more
		must(t, s.SaveCall(t.Context(), c))
		list, err := s.Records(t.Context(), []call.ID{id(9), c.ID, goes.ID, id(8)})
		must(t, err)
		if len(list) != 1 || fmt.Sprintf("%+v", list[0]) != fmt.Sprintf("%+v", record.Of(c)) {
			t.Errorf("read together: %+v, want %+v", list, record.Of(c))
		}
		all, err := s.Places(t.Context(), archive.List{Caller: c.From}, "", archive.Place(t0.Add(time.Hour), ""), 9)
		must(t, err)
		if len(all) != 1 || all[0] != archive.Place(t0, c.ID) {
			t.Errorf("the caller's: %v", all)
		}
	}
	c.ForgetCaller()
	must(t, s.SaveCall(t.Context(), c))
	for _, l := range []archive.List{
		{}, {Caller: "+15005550006"}, {Agent: "alice"}, {Agent: "bob"}, {Unheard: true},
	} {
		from, before := archive.Place(t0.Add(-time.Hour), ""), archive.Place(t0.Add(time.Hour), "")
		if places, err := s.Places(t.Context(), l, from, before, 9); err != nil || len(places) != 0 {
			t.Errorf("forgotten, and in %+v: %v, %v", l, places, err)
		}
	}
	if list, err := s.Records(t.Context(), []call.ID{c.ID}); err != nil || len(list) != 0 {
		t.Errorf("forgotten, and read: %+v, %v", list, err)
	}
}

func places(t *testing.T, s Shelf) {
	const n = 70 // over three months
	at := func(i int) time.Time { return t0.Add(time.Duration(i-n) * 24 * time.Hour) }
	who := func(i int) []agent.ID {
		return [][]agent.ID{{"alice"}, {"bob", "alice"}, {"bob", "carol", "alice"}, {"carol"}, nil}[i%5]
	}
	for i := range n {
		caller := "+15005550006"
		if i%2 == 1 {
			caller = "sip:1001@pbx.example.com"
		}
		must(t, s.SaveCall(t.Context(), EndedCall(i, at(i), caller, who(i)...)))
	}
	for name, c := range map[string]struct {
		list archive.List
		fits func(i int) bool
	}{
		"all":       {archive.List{}, func(int) bool { return true }},
		"alice's":   {archive.List{Agent: "alice"}, func(i int) bool { return slices.Contains(who(i), "alice") }},
		"carol's":   {archive.List{Agent: "carol"}, func(i int) bool { return slices.Contains(who(i), "carol") }},
		"missed":    {archive.List{Unheard: true}, func(i int) bool { return who(i) == nil }},
		"nobody's":  {archive.List{Agent: "dave"}, func(int) bool { return false }},
		"a phone's": {archive.List{Caller: "sip:1001@pbx.example.com"}, func(i int) bool { return i%2 == 1 }},
	} {
		var want []string
		for i := n - 6; i >= 3; i-- {
			if c.fits(i) {
				want = append(want, archive.Place(at(i), id(i)))
			}
		}
		var got []string
		before := archive.Place(at(n-5), "")
		for {
			some, err := s.Places(t.Context(), c.list, archive.Place(at(3), ""), before, 7)
			must(t, err)
			got = append(got, some...)
			if len(some) < 7 {
				break
			}
			before = some[len(some)-1]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%v, want\n%v", name, got, want)
		}
	}
}

func notes(t *testing.T, s Shelf) {
	var all sync.WaitGroup
	var won atomic.Int64
	for _, who := range []string{"alice", "bob", "carol"} {
		for i := range 4 { // four tabs of one agent, of which one wins
			n := record.Note{
				By: record.Party{ID: who, Name: who}, At: t0, Code: "order", Version: 1,
				Text: fmt.Sprintf("<b>%s</b>\n\"%d\"", who, i),
			}
			all.Go(func() {
				err := s.SaveNote(t.Context(), id(1), n, keep)
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, service.ErrConflict) {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if list, err := s.Notes(t.Context(), id(1)); err != nil || len(list) != 3 || won.Load() != 3 {
		t.Errorf("before the record: %+v, %v, %d saved", list, err, won.Load())
	}
	last := record.Note{
		By: record.Party{ID: "alice", Name: "Alice"}, At: t0.Add(time.Second), Text: "\x00 é😀", Name: "Ann", Version: 2,
	}
	must(t, s.SaveNote(t.Context(), id(1), last, keep))
	empty := record.Note{By: record.Party{ID: "bob"}, Version: 2}
	must(t, s.SaveNote(t.Context(), id(1), empty, keep)) // erases bob's
	for _, version := range []int64{1, 2, 4} {
		last.Version = version
		if err := s.SaveNote(t.Context(), id(1), last, keep); !errors.Is(err, service.ErrConflict) {
			t.Errorf("over version %d of 2: %v", version-1, err)
		}
	}
	last.Version = 2
	must(t, s.SaveCall(t.Context(), EndedCall(1, t0, "", "alice")))
	list, err := s.Records(t.Context(), []call.ID{id(1)})
	must(t, err)
	if len(list) != 1 || len(list[0].Notes) != 2 || list[0].Notes[1] != last || list[0].Name != "Ann" {
		t.Errorf("with the record: %+v", list)
	}
}
