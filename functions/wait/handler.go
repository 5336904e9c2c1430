package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
)

type handler struct {
	edge  web.Edge
	keys  twilio.Keys
	board func(twilio.Base) *switchboard.Switchboard
	music string // base address of the pieces
}

// turnTime is how long a turn may take, with what its request has done still to be saved.
// The caller hears nothing meanwhile, and Twilio does not wait longer than 4.5 s for it
// (see twilio.Base.Wait): whatever is not done by then the next turn does.
const turnTime = 2800 * time.Millisecond

func (h handler) routes() http.Handler {
	return web.Voice{
		Edge: h.edge, Keys: h.keys, Within: turnTime, Instead: h.instead,
		Routes: map[string]func(*web.Request) (string, error){
			"POST /wait/{conference}/{turn}": h.wait,
		},
	}.Handler()
}

// wait is one turn of what a waiting or held party hears. For the caller it is her
// clock too; an agent who is on hold hears music and nothing else.
func (h handler) wait(r *web.Request) (string, error) {
	if r.PathValue("turn") == twilio.Silence {
		return twilio.Announcement(silence), nil
	}
	if sid := r.CallSID(); sid != "" && sid != string(r.Conference()) {
		return h.turn(r), nil
	}
	n, failing := turn(r)
	lasts := func(c *conference.Conference) time.Duration {
		return h.content(r, words(switchboard.Place{Conference: c, Position: usual}, n)...).lasts
	}
	asked := switchboard.Turn{Position: tellsPosition(n) && failing == 0, Lasts: lasts}
	place, err := h.board(r.Base).Wait(r.Context(), r.Conference(), asked, r.Now)
	if errors.Is(err, switchboard.ErrNotFound) && r.CallSID() != "" {
		// Her item is lost, she is not: she arrives anew.
		place.Conference, err = h.board(r.Base).Arrive(r.Context(), r.Conference(), "", false, r.Now)
	}
	if err != nil {
		return "", err
	}
	return h.turn(r, words(place, n)...), nil
}

// usual is a position whose words are of the usual length.
const usual = 10

// instead is what is heard when there is no better answer: music, or in place of an
// announcement nothing, for it comes over what is heard already.
func (h handler) instead(r *web.Request) string {
	if r.PathValue("turn") == twilio.Silence {
		return twilio.Announcement()
	}
	return h.turn(r)
}

// turn is music after these words, and the way to the next turn.
func (h handler) turn(r *web.Request, words ...string) string {
	n, failing := turn(r)
	c := h.content(r, words...)
	return twilio.Waiting(twilio.Turn{
		Words: c.words, Music: c.music, Pause: noMusic,
		Next: r.Base.NextWait(r.Conference(), n+1, twilio.Heard{Due: r.Now.Add(c.lasts), Failing: failing}),
	})
}

// content is what is heard in a turn, and about how long.
type content struct {
	words []string
	music string // "" is silence, for as long as noMusic
	lasts time.Duration
}

// content is these words and music. Where the music could not be had in the turn before there are
// others: they take more than five seconds, so that a party who hears no music is told something
// each turn, and does not ask as fast as the network is. Now and then the music is tried after them.
func (h handler) content(r *web.Request, words ...string) content {
	n, failing := turn(r)
	c := content{words: words, music: h.music + piece(n)}
	if failing > 0 {
		c.words = []string{twilio.HoldTheLine}
	}
	for _, w := range c.words {
		c.lasts += twilio.Spoken(w)
	}
	if !hasMusic(failing) {
		c.music = ""
		c.lasts += noMusic
		return c
	}
	c.lasts += length(n)
	return c
}

// noMusic is how long it is silent after the words in a turn without music.
const noMusic = 5 * time.Second

// hasMusic: a turn has music, or tries whether it can be had again.
func hasMusic(failing int) bool { return failing == 0 || failing%tryEvery == tryAt }

const (
	tryEvery, tryAt = 3, 2
	// A turn that is followed by the next one so much sooner than reckoned was without music: its
	// host has failed. If it is so much later the host did not answer until Twilio gave it up.
	early, late = 5 * time.Second, 2900 * time.Millisecond
)

// failing says how many turns in a row were without music, by what is known of the one before.
func failing(b twilio.Heard, now time.Time) int {
	switch {
	case b.Due.IsZero():
		return 0
	case b.Failing > 0 && !hasMusic(b.Failing), now.Before(b.Due.Add(-early)):
		return b.Failing + 1
	case !now.After(b.Due.Add(late)):
		return 0
	case b.Failing == 0: // or the turn itself has come late: then there is music after the words
		return tryAt
	}
	return b.Failing + 1
}

// length is that of a turn's piece.
func length(turn int) time.Duration {
	if turn == 0 {
		return 8 * time.Second
	}
	return 12 * time.Second
}

// pieces is how many follow the introduction, 00.wav: the music goes on from turn to
// turn, and after the last piece with the first.
const pieces = 10

func piece(turn int) string {
	if turn == 0 {
		return twilio.Introduction
	}
	return fmt.Sprintf("/%02d.wav", (turn-1)%pieces+1)
}

// greeting is the classic's sentence.
const greeting = "Thank you for calling. Please wait in line for a few seconds. An agent will be with you shortly."

// silence is said to a caller whose agent's page is not heard of any more. He may be
// there all the same.
const silence = "If you cannot hear your agent any more, please stay on the line. You will be connected again."

// positionEvery is how many turns pass between two words about the position.
const positionEvery = 3

func tellsPosition(turn int) bool { return turn%positionEvery == 1 }

// words are said before the music of a turn: at most one sentence, so that words and
// music together stay within 15 s.
func words(p switchboard.Place, turn int) []string {
	c := p.Conference
	switch {
	case !c.State.InLine():
		return nil
	case c.Head && (turn == 0 || turn == 1 && c.Started):
		return []string{"Please stay on the line. We will connect you again."}
	case turn == 0 && c.Round == 0:
		return []string{greeting}
	case p.Position == 0 || !tellsPosition(turn):
		return nil
	case p.Beyond:
		return []string{fmt.Sprintf("There are %d or more callers before you.", switchboard.LinePage-1)}
	case p.Position == 1:
		return []string{"You are next in the line."}
	default:
		return []string{fmt.Sprintf("You are number %d in the line.", p.Position)}
	}
}

// turn is which one the address names, and how many before it were without music; what is none goes
// on without a greeting.
func turn(r *web.Request) (n, without int) {
	n, before, err := twilio.ReadTurn(r.PathValue("turn"))
	if err != nil || n > maxTurn || before.Failing < 0 || before.Failing > maxTurn {
		return 1, 0
	}
	return n, failing(before, r.Now)
}

// maxTurn is more than a day of waiting.
const maxTurn = 100_000
