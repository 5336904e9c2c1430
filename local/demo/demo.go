// Package demo plays one warm transfer on the local stack with scripted telephones and prints what happens: one row for
// everything that somebody does or hears.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/journal"
)

// limit is how long one step may take before the demonstration has failed.
const limit = 15 * time.Second

// Play starts a stack, plays the call and prints it to out. Colour is for terminals. Pace is the pause between two
// actions of the people.
func Play(ctx context.Context, o stack.Options, out io.Writer, colour bool, pace time.Duration) error {
	o.Headless = true
	s, err := stack.Start(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	d := &demo{ctx: ctx, s: s, out: out, colour: colour, pace: pace, began: time.Now(), names: map[string]string{},
		heard: map[string]string{}}
	events, stop := s.Network.Events()
	defer stop()
	var listening sync.WaitGroup
	listening.Go(func() {
		for e := range events {
			d.tell(e)
		}
	})
	err = d.play()
	stop()
	listening.Wait()
	if err != nil {
		return err
	}
	d.summary()
	return nil
}

type demo struct {
	ctx    context.Context
	s      *stack.Stack
	out    io.Writer
	colour bool
	pace   time.Duration
	began  time.Time

	mu     sync.Mutex
	names  map[string]string // of legs
	heard  map[string]string // what each leg was last reported to hear
	caller string
	music  bool          // the caller has heard music
	quiet  time.Time     // since when the caller hears nothing; zero if they hear something
	gap    time.Duration // the longest time in which the caller heard nothing
}

func (d *demo) play() error {
	alice, bob := d.s.Agent("alice"), d.s.Agent("bob")
	for _, a := range []*stack.Agent{alice, bob} {
		if err := d.s.Network.SetScripted(a.ID, true); err != nil {
			return err
		}
		if _, err := a.Set(d.ctx, "available"); err != nil {
			return fmt.Errorf("%s goes online: %w", a.ID, err)
		}
		d.say(name(a.ID), "goes online")
	}
	caller, err := d.s.Network.PlaceCall(nil, "+15550199", d.s.Number)
	if err != nil {
		return err
	}
	d.call(caller, "Caller")
	d.mu.Lock()
	d.caller = caller
	d.mu.Unlock()
	d.say("Caller", "dials "+d.s.Number)
	var aliceLeg, bobLeg string
	return d.steps(
		step{"Alice's browser rings", func() bool { aliceLeg = d.legTo("alice"); return aliceLeg != "" }, nil},
		step{"the caller hears music", d.hasMusic, nil},
		step{"the caller and Alice talk", d.together(&caller, &aliceLeg),
			func() error { return d.answer("Alice", aliceLeg) }},
		step{"Alice dials Bob in", func() bool { bobLeg = d.legTo("bob"); return bobLeg != "" }, func() error {
			d.say("Alice", `presses "Add" beside Bob`)
			_, err := alice.Do(d.ctx, "add", "bob")
			return err
		}},
		step{"all three talk", d.together(&caller, &aliceLeg, &bobLeg),
			func() error { return d.answer("Bob", bobLeg) }},
		step{"the caller and Bob talk", d.together(&caller, &bobLeg), func() error {
			d.say("Alice", "has briefed Bob, and leaves")
			return d.s.Network.Hangup(aliceLeg)
		}},
		step{"the call is over", func() bool { return d.over(caller) && d.over(bobLeg) }, func() error {
			d.say("Bob", `presses "End call"`)
			_, err := bob.Do(d.ctx, "end", "")
			return err
		}},
	)
}

// step is what somebody does, and the result to wait for.
type step struct {
	what string
	so   func() bool
	do   func() error
}

func (d *demo) steps(all ...step) error {
	for _, s := range all {
		if s.do != nil {
			if err := d.wait(d.pace); err != nil {
				return err
			}
			if err := s.do(); err != nil {
				return fmt.Errorf("so that %s: %w", s.what, err)
			}
		}
		for end := time.Now().Add(limit); !s.so(); {
			if time.Now().After(end) {
				return errors.New("it does not happen that " + s.what)
			}
			if err := d.wait(20 * time.Millisecond); err != nil {
				return err
			}
		}
	}
	return d.wait(d.pace / 2)
}

func (d *demo) wait(t time.Duration) error {
	select {
	case <-time.After(t):
		return nil
	case <-d.ctx.Done():
		return d.ctx.Err()
	}
}

func (d *demo) answer(who, leg string) error {
	d.say(who, "answers")
	return d.s.Network.Answer(leg, nil)
}

// legTo is the leg that rings at an agent's page, "" if there is none.
func (d *demo) legTo(id string) string {
	for _, c := range d.s.Network.Calls() {
		if c.To == "client:"+id && c.Status == "ringing" {
			d.call(c.SID, name(id))
			return c.SID
		}
	}
	return ""
}

// together says whether exactly these legs hear each other.
func (d *demo) together(legs ...*string) func() bool {
	return func() bool {
		for _, leg := range legs {
			var others []string
			for _, other := range legs {
				if other != leg {
					others = append(others, "leg:"+*other)
				}
			}
			c, _ := d.s.Network.Call(*leg)
			slices.Sort(others)
			slices.Sort(c.Hears)
			if !slices.Equal(others, c.Hears) {
				return false
			}
		}
		return true
	}
}

func (d *demo) over(leg string) bool {
	c, ok := d.s.Network.Call(leg)
	return ok && c.Over()
}

func (d *demo) call(leg, who string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names[leg] = who
}

// tell tells what the phone network says that happened.
func (d *demo) tell(e journal.Event) {
	switch e.Event {
	case "hears":
		if e.Call == d.caller {
			d.listen(e.At, e.Hears)
		}
		d.hears(e.Call, e.Hears)
	case "call":
		if id, ok := strings.CutPrefix(e.Detail, "outbound-api client:"); ok && e.State == "ringing" {
			d.call(e.Call, name(id))
			d.say(name(id), "is rung: the page shows who calls, and how long they have waited")
		}
		if who := d.who(e.Call); who != "" && e.State == "completed" {
			d.say(who, "is off the line")
		}
	}
}

func (d *demo) hasMusic() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.music
}

// listen measures how long the caller hears nothing.
func (d *demo) listen(at time.Time, sounds []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.music = d.music || slices.Contains(sounds, "music")
	silence := len(sounds) == 1 && sounds[0] == "silence"
	if !d.quiet.IsZero() {
		d.gap = max(d.gap, at.Sub(d.quiet))
	}
	switch {
	case !silence:
		d.quiet = time.Time{}
	case d.quiet.IsZero():
		d.quiet = at
	}
}

// hears prints what a leg hears now, except a moment of nothing between two sounds.
func (d *demo) hears(leg string, sounds []string) {
	who := d.who(leg)
	if who == "" {
		return
	}
	words := make([]string, 0, len(sounds))
	for _, s := range sounds {
		switch {
		case strings.HasPrefix(s, "leg:"):
			words = append(words, d.who(strings.TrimPrefix(s, "leg:")))
		case strings.HasPrefix(s, "speech:"):
			words = append(words, `"`+strings.TrimPrefix(s, "speech:")+`"`)
		case s != "silence":
			words = append(words, s)
		}
	}
	slices.Sort(words)
	now := strings.Join(words, " and ")
	d.mu.Lock()
	same := now == "" || d.heard[leg] == now
	if now != "" {
		d.heard[leg] = now
	}
	d.mu.Unlock()
	if !same {
		d.say(who, "hears "+now)
	}
}

func (d *demo) who(leg string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.names[leg]
}

func name(id string) string { return strings.ToUpper(id[:1]) + id[1:] }

// hues are the colours of people on a terminal.
var hues = map[string]string{"Caller": "33", "Alice": "36", "Bob": "35"}

func (d *demo) say(who, what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	label := fmt.Sprintf("%-7s", who)
	if d.colour {
		label = "\x1b[1;" + hues[who] + "m" + label + "\x1b[0m"
		if rest, ok := strings.CutPrefix(what, "hears "); ok {
			what = "\x1b[2mhears\x1b[0m " + rest
		}
	}
	_, _ = fmt.Fprintf(d.out, "%6.1f s  %s %s\n", time.Since(d.began).Seconds(), label, what)
}
