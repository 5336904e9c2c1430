package teamview

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// Quickly is how soon a call must be answered to count as answered quickly.
const Quickly = 20 * time.Second

// Figures are the day's, of the calls that arrived since it began.
type Figures struct {
	Since time.Time `json:"since"`
	// Counts are nil if they are not known.
	Counts  *Counts `json:"counts,omitempty"`
	Partial bool    `json:"partial,omitempty"` // there are more calls than are counted
}

// Counts are the figures themselves.
type Counts struct {
	Arrived   int `json:"arrived"`
	Answered  int `json:"answered"`
	Quickly   int `json:"answeredQuickly"`
	Abandoned int `json:"abandoned"`
	Expired   int `json:"expired"`
	Closed    int `json:"closed"`
	Voicemail int `json:"voicemail,omitempty"`
	Kept      int `json:"kept,omitempty"`
	// AverageWait is of the first waits that are over, LongestWait of all, in seconds; nil: there is none. A caller who
	// heard that the line was closed has not waited for anybody.
	AverageWait *int            `json:"averageWait,omitempty"`
	LongestWait *int            `json:"longestWait,omitempty"`
	Transfers   []TransferCount `json:"transfers"` // the most first
}

// TransferCount is how many transfers had that outcome.
type TransferCount struct {
	Outcome call.Outcome `json:"outcome"`
	Count   int          `json:"count"`
}

// figures are the day's figures, and how many offers each agent has missed; nil if that is not known.
func figures(seen Seen, now time.Time) (Figures, map[string]int) {
	f := Figures{Since: seen.Day.Since}
	if seen.Day.Unknown || seen.Calls.Unknown || seen.WaitingUnknown {
		return f, nil
	}
	f.Partial = seen.Day.Partial || seen.Calls.More || seen.WaitingMore
	all, live := map[call.ID]Ended{}, map[call.ID]bool{}
	for _, c := range seen.Calls.Items {
		all[c.ID], live[c.ID] = EndedOf(record.Of(c)), c.State != call.Ended
	}
	for _, e := range seen.Day.Ended {
		all[e.ID], live[e.ID] = e, false
	}
	t := tally{missed: map[string]int{}, transfers: map[call.Outcome]int{}, now: now}
	for id, e := range all {
		for _, m := range e.Missed {
			if !m.At.Before(f.Since) {
				t.missed[m.Who]++
			}
		}
		if !e.Arrived.Before(f.Since) {
			t.add(e, live[id])
		}
	}
	f.Counts = t.counts()
	return f, t.missed
}

// tally adds up calls.
type tally struct {
	now       time.Time
	sums      Counts
	missed    map[string]int
	transfers map[call.Outcome]int

	waited       bool // somebody has, or does
	waits        int  // first waits that are over
	sum, longest time.Duration
}

func (t *tally) add(e Ended, live bool) {
	if !e.Called {
		t.arrived(e, live)
	}
	for _, o := range e.Transfers {
		head, _, _ := strings.Cut(string(o), ":") // without Twilio's code
		t.transfers[call.Outcome(head)]++
	}
}

// arrived adds up the call of a caller who has called the line.
func (t *tally) arrived(e Ended, live bool) {
	t.sums.Arrived++
	until, over := e.Answered, true
	switch {
	case !until.IsZero():
		t.sums.Answered++
		if until.Sub(e.Arrived) <= Quickly {
			t.sums.Quickly++
		}
	case live:
		until, over = t.now, false
	default:
		until = e.Ended
		switch e.Outcome {
		case record.Abandoned:
			t.sums.Abandoned++
		case record.Expired:
			t.sums.Expired++
		case record.Closed:
			t.sums.Closed++
		case record.Voicemail:
			t.sums.Voicemail++
		case record.Kept:
			t.sums.Kept++
		}
	}
	if e.Outcome != record.Closed {
		wait := until.Sub(e.Arrived)
		t.waited, t.longest = true, max(t.longest, wait)
		if over {
			t.waits, t.sum = t.waits+1, t.sum+wait
		}
	}
}

func (t *tally) counts() *Counts {
	c := t.sums
	if t.waited {
		c.LongestWait = seconds(t.longest)
	}
	if t.waits > 0 {
		c.AverageWait = seconds(t.sum / time.Duration(t.waits))
	}
	c.Transfers = []TransferCount{}
	for o, n := range t.transfers {
		c.Transfers = append(c.Transfers, TransferCount{o, n})
	}
	slices.SortFunc(c.Transfers, func(a, b TransferCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Outcome, b.Outcome))
	})
	return &c
}

func seconds(d time.Duration) *int {
	n := int(d.Round(time.Second) / time.Second)
	return &n
}
