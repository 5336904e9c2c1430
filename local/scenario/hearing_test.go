package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/media"
)

// hearing is what a leg hears from a time on.
type hearing struct {
	at    time.Time
	words []string
}

func (l *line) listen(leg string, sounds []media.Sound) {
	words := make([]string, 0, len(sounds))
	for _, s := range sounds {
		words = append(words, s.String())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard[leg] = append(l.heard[leg], hearing{l.clock.Now(), words})
}

// hears is what a leg hears now: other legs by their names in names, music, speech.
func (l *line) hears(sid string) string {
	var words []string
	for _, s := range l.Network.Hears(sid) {
		switch s.Kind {
		case media.KindLeg:
			words = append(words, l.name(s.Leg))
		case media.KindSpeech:
			words = append(words, "speech")
		default:
			words = append(words, s.String())
		}
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// name is a person's name for a leg: the agent's id, the outside number, or, among callers, the caller's number.
func (l *line) name(sid string) string {
	c, _ := l.Network.Call(sid)
	if id, ok := strings.CutPrefix(c.To, "client:"); ok {
		return id
	}
	if c.Direction != "inbound" && c.To != "" {
		return c.To
	}
	if i := slices.Index(l.callers, sid); i > 0 {
		return fmt.Sprintf("caller%d", i+1)
	}
	return "caller"
}

// waits asserts that the caller hears music or recorded speech (N1).
func (l *line) waits(sid string) {
	l.t.Helper()
	if got := l.hears(sid); got != "music" && got != "speech" {
		l.t.Fatalf("%s hears %q, want music", l.name(sid), got)
	}
}

// together asserts that exactly these legs hear each other.
func (l *line) together(sids ...string) {
	l.t.Helper()
	for _, sid := range sids {
		var want []string
		for _, other := range sids {
			if other != sid {
				want = append(want, l.name(other))
			}
		}
		slices.Sort(want)
		if got := l.hears(sid); got != strings.Join(want, " ") {
			l.t.Fatalf("%s hears %q, want %q", l.name(sid), got, strings.Join(want, " "))
		}
	}
}

// wantNoGap asserts N1: the longest silence that the caller heard.
func (l *line) wantNoGap(sid string) {
	l.t.Helper()
	if gap := l.longestGap(sid); gap > l.gap {
		l.t.Errorf("N1: %s heard nothing for %v", l.name(sid), gap)
	}
}

func (l *line) longestGap(sid string) time.Duration {
	var longest time.Duration
	for _, s := range l.silences(sid) {
		longest = max(longest, s.to.Sub(s.from))
	}
	return longest
}

// silence is a stretch in which a leg heard nothing.
type silence struct {
	from, to time.Time
}

// silences are those of a leg that are over.
func (l *line) silences(sid string) []silence {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []silence
	var since time.Time
	for _, h := range l.heard[sid] {
		quiet := len(h.words) == 1 && h.words[0] == "silence"
		switch {
		case quiet && since.IsZero():
			since = h.at
		case !quiet && !since.IsZero():
			all = append(all, silence{since, h.at})
			since = time.Time{}
		}
	}
	return all
}

// lastHeard asserts what a leg heard last before its end.
func (l *line) lastHeard(sid, prefix string) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.heard[sid]
	for i := len(all) - 1; i >= 0; i-- {
		for _, w := range all[i].words {
			if strings.HasPrefix(w, prefix) {
				return
			}
		}
		if len(all[i].words) > 0 && all[i].words[0] != "silence" {
			break
		}
	}
	l.t.Errorf("%s did not hear %q last", l.name(sid), prefix)
}
