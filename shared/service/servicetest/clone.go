package servicetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Clone is an independent copy of the World. Faults that were set by number or for each call are
// not copied, nor are Order and Watch.
func (w *World) Clone() *World {
	n := &World{
		T: w.T, DialFirst: w.DialFirst, LazyPages: w.LazyPages,
		Now: w.Now, keys: w.keys, Longest: w.Longest, Audits: w.Audits,
		Demoted: w.Demoted, TeamClosed: w.TeamClosed, AskEvery: w.AskEvery, ByNumber: w.ByNumber,
		calls: slices.Clone(w.calls), agents: slices.Clone(w.agents),
		rounds: maps.Clone(w.rounds), silent: maps.Clone(w.silent), due: maps.Clone(w.due), mute: maps.Clone(w.mute),
	}
	n.Life = &Life{calls: w.Life.calls}
	n.Store = &Store{
		confs: maps.Clone(w.Store.confs), people: maps.Clone(w.Store.people), views: maps.Clone(w.Store.views),
		places: maps.Clone(w.Store.places), holds: maps.Clone(w.Store.holds),
		news: map[call.ID][]call.News{},
	}
	n.Phones = w.Phones.clone(func() time.Time { return n.Now })
	n.Store.Faults = Faults{rules: cloneRules(w.Store.rules), life: n.Life}
	n.Phones.Faults = Faults{rules: cloneRules(w.Phones.rules), life: n.Life}
	n.Use(service.Settings{})
	return n
}

func cloneRules(rules map[string][]Fault) map[string][]Fault {
	n := map[string][]Fault{}
	for op, list := range rules {
		n[op] = slices.Clone(list)
	}
	return n
}

func (p *Phones) clone(clock func() time.Time) *Phones {
	n := NewPhones(clock)
	n.made, n.Told, n.late = p.made, slices.Clone(p.Told), slices.Clone(p.late)
	maps.Copy(n.Unlisted, p.Unlisted)
	maps.Copy(n.Unreachable, p.Unreachable)
	for name, r := range p.rooms {
		n.rooms[name] = &room{sid: r.sid, name: r.name, started: r.started, seq: r.seq}
	}
	for sid, l := range p.legs {
		c := *l
		if l.room != nil {
			c.room = n.rooms[l.room.name]
		}
		n.legs[sid] = &c
	}
	for name, r := range p.rooms {
		for _, l := range r.in {
			n.rooms[name].in = append(n.rooms[name].in, n.legs[l.sid])
		}
	}
	return n
}

// What differs between two Worlds that behave alike: moments, names, counters.
var (
	moments  = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)
	names    = regexp.MustCompile(`leg-\d+|C[AF][0-9a-f]{32}`)
	counters = regexp.MustCompile(`"(seq|version|hops|dials|missed)":\d+,?`)
)

// longAgo, in seconds: no rule tells two moments apart that are further back than this.
const longAgo = 60

// Fingerprint is equal for two Worlds that behave alike from now on, as far as that can be computed
// cheaply: moments are relative to now, names are numbered by their order, and what only records
// the past is left out.
func (w *World) Fingerprint() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(w.Store.confs)) {
		c := w.Call(id)
		c.History, c.Requests = nil, nil
		b.WriteString(asJSON(w.T, c))
	}
	for _, id := range slices.Sorted(maps.Keys(w.Store.people)) {
		var a agent.Agent
		if err := json.Unmarshal(w.Store.people[id], &a); err != nil {
			w.T.Fatal(err)
		}
		a.Recent, a.Last, a.Dropped = nil, nil, nil
		a.Back, a.Freed = time.Time{}, time.Time{} // only shown to colleagues
		if a.Claim != nil {
			a.Claim.Askers = nil // between two requests there is only one
			a.Claim.Since, a.Claim.Answered = time.Time{}, time.Time{}
		}
		b.WriteString(asJSON(w.T, a))
	}
	for _, sid := range slices.Sorted(maps.Keys(w.Phones.legs)) {
		l := w.Phones.legs[sid]
		if l.over {
			continue
		}
		in := call.ConferenceID("")
		if l.room != nil {
			in = l.room.sid
		}
		fmt.Fprint(&b, sid, l.dial.Agent, l.dial.Number, l.dial.Leg,
			l.answered, l.waits, l.words, l.chose, l.returns, l.held, l.quiet, l.ends,
			l.muted, l.coaches, l.strays, in, l.turned, asJSON(w.T, l.long), asJSON(w.T, l.since), asJSON(w.T, l.asked))
	}
	for _, h := range w.Phones.late {
		fmt.Fprint(&b, h.leg, h.room, h.hold, h.silent, asJSON(w.T, h.at))
	}
	for _, c := range w.Phones.Told {
		b.WriteString(asJSON(w.T, c))
	}
	return w.relative(b.String())
}

func (w *World) relative(s string) string {
	s = counters.ReplaceAllString(s, "")
	s = moments.ReplaceAllStringFunc(s, func(m string) string {
		at, err := time.Parse(time.RFC3339Nano, m[1:len(m)-1])
		if err != nil {
			w.T.Fatal(err)
		}
		d := int(at.Sub(w.Now) / time.Second)
		return fmt.Sprint(max(d, -longAgo))
	})
	seen := map[string]string{}
	return names.ReplaceAllStringFunc(s, func(n string) string {
		if seen[n] == "" {
			seen[n] = fmt.Sprint("#", len(seen))
		}
		return seen[n]
	})
}
