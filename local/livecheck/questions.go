package livecheck

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// question is one thing that the documentation leaves open.
type question struct {
	name   string
	phones int
	ask    func(*checker, context.Context) error
}

var questions = []question{
	{joinOfWaiting, 1, (*checker).waiting},
	{"what a lone party hears after the start", 1, (*checker).lone},
	{"Dial's action when another ends the conference", 1, (*checker).action},
	{"sequence numbers of a conference's events", 1, (*checker).sequence},
	{"how late a list shows who has joined", 1, (*checker).list},
	{"how late a leave is told", 1, (*checker).leave},
	{"how often a waitUrl that fails is asked again", 1, (*checker).retries},
	{"what a join into a full conference comes to", 3, (*checker).refused},
}

// call is a telephone in a conference of its own.
type call struct {
	path, sid, room string
}

// join calls the telephones in turn into one conference, and waits until each is in it.
func (c *checker) join(ctx context.Context, attributes map[string]string, phones ...string) ([]call, error) {
	c.round++
	path := fmt.Sprintf("/round%d", c.round)
	c.seen.answer(path, document(c.o.PublicURL, path, fmt.Sprintf("live-check-%d-%d", time.Now().Unix(), c.round),
		attributes))
	c.seen.answer(path+"/action", "<Response><Hangup/></Response>")
	var calls []call
	for _, phone := range phones {
		made, err := c.rest(ctx, http.MethodPost, "Calls", url.Values{"To": {phone}, "From": {c.o.Number},
			"Url": {c.o.PublicURL + path}})
		if err != nil {
			return calls, err
		}
		sid, _ := made["sid"].(string)
		one := call{path: path, sid: sid}
		_, _ = fmt.Fprintln(c.o.Out, "Your telephone rings: take the call.")
		joined, err := c.seen.wait(ctx, 2*c.o.Patience, func(r request) bool {
			return event(path+"/events", "participant-join")(r) && r.form.Get("CallSid") == sid
		})
		if err != nil {
			return calls, fmt.Errorf("the telephone did not come into the conference: %w", err)
		}
		one.room = joined.form.Get("ConferenceSid")
		calls = append(calls, one)
	}
	return calls, nil
}

// hangUp ends a call that may have ended.
func (c *checker) hangUp(ctx context.Context, calls ...call) {
	for _, one := range calls {
		_, _ = c.rest(ctx, http.MethodPost, "Calls/"+one.sid, url.Values{"Status": {"completed"}}) // it may be over
	}
}

var started = map[string]string{"startConferenceOnEnter": "true", "beep": "false"}

const joinOfWaiting = "when a join before the start is told"

// waiting: agents are rung when the join of a caller is told who is in a conference that has not started.
func (c *checker) waiting(ctx context.Context) error {
	wait := fmt.Sprintf("/round%d/wait", c.round+1)
	c.seen.answer(wait, "<Response><Pause length=\"10\"/></Response>")
	calls, err := c.join(ctx, map[string]string{
		"startConferenceOnEnter": "false", "beep": "false", "waitUrl": c.o.PublicURL + wait,
	}, c.o.Phones[0])
	defer c.hangUp(ctx, calls...)
	if errors.Is(err, errSilent) {
		c.note(joinOfWaiting, "not at all")
		return nil
	}
	if err != nil {
		return err
	}
	music, err := c.seen.wait(ctx, c.o.Patience, at(wait))
	if err != nil {
		return fmt.Errorf("the waiting music is not asked for: %w", err)
	}
	taken := c.seen.all(at(calls[0].path))[0]
	told := c.seen.all(event(calls[0].path+"/events", "participant-join"))[0]
	c.note(joinOfWaiting, fmt.Sprintf("%s after the answer, and %s after the first request for music",
		round(told.at.Sub(taken.at)), round(told.at.Sub(music.at))))
	return nil
}

func (c *checker) lone(ctx context.Context) error {
	calls, err := c.join(ctx, started, c.o.Phones[0])
	defer c.hangUp(ctx, calls...)
	if err != nil {
		return err
	}
	heard,
		err := c.person(
		"You are alone in a conference that has started. What do you hear (silence, music, ringing, words)?")
	if err == nil {
		c.note("what a lone party hears after the start", heard)
	}
	return err
}

func (c *checker) action(ctx context.Context) error {
	calls, err := c.join(ctx, started, c.o.Phones[0])
	defer c.hangUp(ctx, calls...)
	if err != nil {
		return err
	}
	one := calls[0]
	if _, err := c.rest(ctx, http.MethodPost, "Conferences/"+one.room,
		url.Values{"Status": {"completed"}}); err != nil {
		return err
	}
	const name = "Dial's action when another ends the conference"
	asked, err := c.seen.wait(ctx, c.o.Patience, at(one.path+"/action"))
	switch {
	case errors.Is(err, errSilent):
		c.note(name, "is not fetched")
	case err != nil:
		return err
	default:
		c.note(name, "is fetched, with DialCallStatus "+asked.form.Get("DialCallStatus"))
	}
	return nil
}

// sequence looks at what the round before was told.
func (c *checker) sequence(ctx context.Context) error {
	path := fmt.Sprintf("/round%d/events", c.round)
	if _, err := c.seen.wait(ctx, c.o.Patience, event(path, "conference-end")); err != nil {
		return fmt.Errorf("the end of the conference: %w", err)
	}
	var all []string
	for _, r := range c.seen.all(at(path)) {
		number := r.form.Get("SequenceNumber")
		if number == "" {
			number = "none"
		}
		all = append(all, r.form.Get("StatusCallbackEvent")+" "+number)
	}
	c.note("sequence numbers of a conference's events", strings.Join(all, ", "))
	return nil
}

func (c *checker) list(ctx context.Context) error {
	calls, err := c.join(ctx, started, c.o.Phones[0])
	defer c.hangUp(ctx, calls...)
	if err != nil {
		return err
	}
	began := time.Now()
	for tries := 1; ; tries++ {
		answer, err := c.rest(ctx, http.MethodGet, "Conferences/"+calls[0].room+"/Participants",
			url.Values{"PageSize": {"20"}})
		if err != nil {
			return err
		}
		if here, _ := answer["participants"].([]any); len(here) == 1 {
			c.note("how late a list shows who has joined", fmt.Sprintf("at request %d, %s after the callback", tries,
				round(time.Since(began))))
			return nil
		}
		if time.Since(began) > c.o.Patience {
			c.note("how late a list shows who has joined", "not within "+c.o.Patience.String())
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

// act lets a person do something at the telephone, and says when.
func (c *checker) act(question, action string, one call) (time.Time, error) {
	_, err := c.person(question)
	now := time.Now()
	if err == nil && c.o.Act != nil {
		err = c.o.Act(action, one.sid)
	}
	return now, err
}

func (c *checker) leave(ctx context.Context) error {
	calls, err := c.join(ctx, started, c.o.Phones[0])
	defer c.hangUp(ctx, calls...)
	if err != nil {
		return err
	}
	when, err := c.act("Hang up, and press Enter at the same moment.", "hang up", calls[0])
	if err != nil {
		return err
	}
	left, err := c.seen.wait(ctx, c.o.Patience, event(calls[0].path+"/events", "participant-leave"))
	if err != nil {
		return err
	}
	c.note("how late a leave is told", round(left.at.Sub(when)).String())
	return nil
}

func (c *checker) retries(ctx context.Context) error {
	wait := fmt.Sprintf("/round%d/wait", c.round+1)
	c.seen.answer(wait, "500")
	calls, err := c.join(ctx, map[string]string{
		"startConferenceOnEnter": "false", "beep": "false", "waitUrl": c.o.PublicURL + wait,
	}, c.o.Phones[0])
	defer c.hangUp(ctx, calls...)
	if err != nil {
		return err
	}
	heard, err := c.person("The waiting music cannot be fetched. Listen for half a minute: what do you hear?")
	if err != nil {
		return err
	}
	asked := c.seen.all(at(wait))
	var gaps []string
	for i := 1; i < len(asked); i++ {
		gaps = append(gaps, round(asked[i].at.Sub(asked[i-1].at)).String())
	}
	c.note("how often a waitUrl that fails is asked again",
		fmt.Sprintf("%d times (pauses %s); heard: %s", len(asked), strings.Join(gaps, ", "), heard))
	return nil
}

func (c *checker) refused(ctx context.Context) error {
	full := map[string]string{"startConferenceOnEnter": "true", "beep": "false", "maxParticipants": "2"}
	calls, err := c.join(ctx, full, c.o.Phones[0], c.o.Phones[1])
	defer func() { c.hangUp(ctx, calls...) }()
	if err != nil {
		return err
	}
	path := calls[0].path
	made, err := c.rest(ctx, http.MethodPost, "Calls", url.Values{"To": {c.o.Phones[2]}, "From": {c.o.Number},
		"Url": {c.o.PublicURL + path}})
	if err != nil {
		return err
	}
	sid, _ := made["sid"].(string)
	calls = append(calls, call{sid: sid})
	_, _ = fmt.Fprintln(c.o.Out, "The third telephone rings: take the call.")
	asked, err := c.seen.wait(ctx, c.o.Patience, func(r request) bool {
		return r.path == path+"/action" &&
			r.form.Get("CallSid") == sid
	})
	if errors.Is(err, errSilent) {
		c.note("what a join into a full conference comes to", "Dial's action is not fetched")
		return nil
	}
	if err == nil {
		c.note("what a join into a full conference comes to",
			"Dial's action, with DialCallStatus "+asked.form.Get("DialCallStatus"))
	}
	return err
}
