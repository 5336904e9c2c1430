package team

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/teamview"
)

const (
	// readMost is how many records one request reads, and readStep at a time.
	readMost, readStep = 400, 100
	// walkMost is how many places one request lists: those whose records are known cost little.
	walkMost = 4000
	// lag is how much later than a newer one a place may turn up in the list.
	lag = 2 * time.Minute
)

// Day remembers what the figures need of the calls that have ended lately, so that each record is read once: a request
// reads what is new since the last one. A process that has just started reads the day, the newest calls first, in as
// many requests as it needs. Nothing in it tells who has called.
type Day struct {
	mu    sync.Mutex
	ended map[call.ID]teamview.Ended
	// All places from low to high are known.
	low, high string
}

// Read is what is known of the day after reading what is new.
func (d *Day) Read(ctx context.Context, from Records, since, now time.Time) teamview.Day {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended == nil {
		d.ended = map[call.ID]teamview.Ended{}
	}
	day := teamview.Day{Since: since}
	begin, end := archive.Place(since, ""), archive.Place(now.Add(time.Second), "")
	w := walk{day: d, from: from, left: readMost, places: walkMost}
	overlap := ""
	if d.high != "" {
		overlap = archive.Before(d.high, lag)
	}
	low, high, err := w.down(ctx, max(begin, overlap), end)
	if d.high == "" || low > overlap { // it did not get so far: what is older is walked again
		d.low = low
	}
	d.high = max(d.high, high)
	if err == nil && d.low > begin {
		d.low, _, err = w.down(ctx, begin, d.low)
	}
	day.Unknown, day.Partial = err != nil, d.low > begin
	for id, e := range d.ended {
		switch {
		case now.Sub(e.Ended) > 2*longestDay:
			delete(d.ended, id)
		case !e.Ended.Before(since):
			day.Ended = append(day.Ended, e)
		}
	}
	return day
}

// walk is the reading of one request.
type walk struct {
	day          *Day
	from         Records
	left, places int // records that may still be read, and places that may be listed
}

// down walks from a place to an earlier one, and reads the records that are not known. It returns how far it has come,
// and the newest place.
func (w *walk) down(ctx context.Context, to, from string) (low, high string, err error) {
	for low = from; low > to && w.left > 0 && w.places > 0; {
		places, err := w.from.Places(ctx, archive.List{}, to, low, readStep)
		if err != nil {
			return low, high, err
		}
		w.places -= readStep
		var fresh []call.ID
		for _, p := range places {
			if _, id, _ := strings.Cut(p, "#"); !w.day.has(call.ID(id)) {
				fresh = append(fresh, call.ID(id))
			}
		}
		records, err := w.from.Records(ctx, fresh)
		if err != nil {
			return low, high, err
		}
		for _, r := range records {
			w.day.ended[r.ID] = teamview.EndedOf(r)
		}
		w.left -= len(fresh)
		if high == "" && len(places) > 0 {
			high = places[0]
		}
		if len(places) < readStep {
			return to, high, nil
		}
		low = slices.Min(places)
	}
	return low, high, nil
}

func (d *Day) has(id call.ID) bool {
	_, ok := d.ended[id]
	return ok
}

// Records is the part of an archive.Shelf that the day's figures need.
type Records interface {
	Places(ctx context.Context, list archive.List, from, before string, n int) ([]string, error)
	Records(ctx context.Context, ids []call.ID) ([]record.Record, error)
}

// longestDay is a day whose clocks were set back, and some time for clocks that go wrong.
const longestDay = 26 * time.Hour
