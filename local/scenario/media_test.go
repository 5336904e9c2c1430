package scenario

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// The music's host fails: a caller who should hear music hears speech each turn, and no turn is short.
func TestF183TheMusicsHostFails(t *testing.T) {
	t.Parallel()
	chosen := sample(5)
	answers := map[string]faults.Rule{
		"503":   {Do: "fail", Status: 503},
		"404":   {Do: "fail", Status: 404},
		"empty": {Do: "empty"},
		"never": {Do: "timeout"},
	}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		rule := answers[name]
		for _, where := range []string{"in the line", "on hold", "from the beginning"} {
			if !chosen() {
				continue
			}
			t.Run(name+", "+where, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				rule := rule // the other cases run at the same time
				rule.Kind, rule.Match.Path = "media", `^/music/`
				l.gap = 6 * time.Second
				if name == "never" {
					l.gap = 21 * time.Second // until Twilio gives the file up, after other silence
				}
				var caller string
				switch where {
				case "in the line":
					caller = l.dial("+15550199")
					l.pass(20 * time.Second)
					l.fault(rule)
				case "on hold":
					caller = talking(l)
					l.fault(rule)
					l.presses("alice", "hold", "")
				default:
					l.fault(rule)
					caller = l.dial("+15550199")
				}
				l.pass(20 * time.Second)
				from := int64(len(l.Network.Records(0)))
				began := len(l.spoken(caller))
				l.pass(2 * time.Minute)
				turns := 0
				for _, r := range l.Network.Records(from) {
					if r.Kind == "webhook" && strings.Contains(r.URL, "/wait/"+caller) {
						turns++
					}
				}
				if words := len(l.spoken(caller)) - began; words < turns-1 || turns < 3 || turns > 24 {
					t.Errorf("%d turns in two minutes, words in %d of them", turns, words)
				}
				l.Network.ClearFaults()
				l.until("music again", 90*time.Second, func() bool { return l.hears(caller) == "music" })
				l.done(10 * time.Second)
			})
		}
	}
}

// spoken is the speech that a leg heard.
func (l *line) spoken(sid string) []hearing {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []hearing
	for _, h := range l.heard[sid] {
		if len(h.words) == 1 && strings.HasPrefix(h.words[0], "speech:") {
			all = append(all, h)
		}
	}
	return all
}
