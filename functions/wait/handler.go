package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
)

type handler struct {
	edge       httpapi.Edge
	keys       twilio.Keys
	newService func(twilio.Base) *service.Service
	line       *service.LineSettings
	music      string // base address of the pieces
}

// turnTime bounds a turn; the effects that it has begun must still be saved after that. The caller
// hears nothing meanwhile, and Twilio waits no longer than 4.5 s (see twilio.Base.Wait). The next turn
// does what is left.
const turnTime = 2800 * time.Millisecond

func (h handler) routes() http.Handler {
	return httpapi.Voice{
		Edge: h.edge, Keys: h.keys, Within: turnTime, Instead: h.instead,
		Routes: map[string]func(*httpapi.Request) (string, error){
			twilio.RouteWait: h.wait,
		},
	}.Handler()
}

// wait answers one turn for a waiting or held party. Only the caller's turns are a clock; an agent on
// hold hears music and nothing else happens.
func (h handler) wait(r *httpapi.Request) (string, error) {
	if r.PathValue("turn") == twilio.Silence {
		return twilio.Announcement(h.book(r).Say(prompt.SilentAgent)), nil
	}
	sid := call.LegID(r.CallSID())
	// The caller's leg has given the call its name, unless we have dialled it.
	own := sid == "" || sid == call.LegID(r.Call())
	page := strings.HasPrefix(r.Form.Get("To"), "client:") // an agent's leg, for which nothing is read
	if !own && (page || !h.newService(r.Base).IsCaller(r.Context(), r.Call(), sid)) {
		return h.turn(r, prompt.Words{}, page), nil
	}
	t := turn(r)
	line := h.line.Values(r.Context(), r.Now)
	long := false // as saved
	lasts := func(c *call.Call) time.Duration {
		long = c.Hearing(r.Now).NothingIsDue()
		return h.content(r, words(line, service.QueuePosition{Call: c, Position: usual}, t.n), long).lasts
	}
	asked := service.Turn{
		First:    t.n == 0,
		Position: tellsPosition(t.n) && t.failing == 0, Lasts: lasts, ClosedFor: h.line.EndsWaits(r.Context(), r.Now),
		AskEvery: line.Question.Interval(),
	}
	use := h.newService(r.Base)
	place, err := use.Wait(r.Context(), r.Call(), asked, r.Now)
	if errors.Is(err, service.ErrNotFound) && own && sid != "" {
		// The call's item is lost, and the caller is still there: treat it as a new arrival.
		if _, err = use.Arrive(r.Context(), r.Call(), "", false, r.Now); err == nil {
			place, err = use.Wait(r.Context(), r.Call(), asked, r.Now)
		}
	}
	if err != nil {
		return "", err
	}
	long = long && place.Call.Hearing(r.Now).NothingIsDue()
	return h.turn(r, words(line, place, t.n), long), nil
}

// book is how the line speaks.
func (h handler) book(r *httpapi.Request) prompt.Book {
	return h.line.Values(r.Context(), r.Now).Book()
}

// usual is a position whose words are of usual length.
const usual = 10

// instead is the answer when there is no better one: music. For an announcement it is silence, because
// the party already hears something else.
func (h handler) instead(r *httpapi.Request) string {
	if r.PathValue("turn") == twilio.Silence {
		return twilio.Announcement(prompt.Words{})
	}
	return h.turn(r, prompt.Words{}, false)
}

// turn is music after these words, and the address of the next turn. Long: it may be a long turn.
func (h handler) turn(r *httpapi.Request, words prompt.Words, long bool) string {
	t := turn(r)
	c := h.content(r, words, long)
	heard := twilio.Heard{
		Due: r.Now.Add(c.lasts), Failing: t.failing, Own: c.own, Long: c.long, Skip: max(t.skip-1, 0),
	}
	next := t.n + 1
	if c.long {
		next++
	}
	return twilio.Waiting(twilio.Turn{
		Words: c.words, Music: c.music, Pause: noMusic, Next: r.Base.NextWait(r.Call(), next, heard),
	})
}

// content is what is heard in a turn, and an estimate of its length.
type content struct {
	words prompt.Words
	music string // "" is silence, for as long as noMusic
	own   bool   // the music is the line's own
	long  bool   // it is two pieces
	lasts time.Duration
}

// content is these words and music. If the music of the turn before could not be fetched, the words
// are others, which last more than five seconds: a party without music hears something each turn, and
// the turns do not follow each other too fast. Every third turn the music is tried again after them.
//
// A long turn is half the work of two. It is had only after a turn whose music was heard, and in one file, so that a
// host that does not answer is waited for once.
func (h handler) content(r *httpapi.Request, words prompt.Words, long bool) content {
	t := turn(r)
	c := content{words: words, music: h.music + piece(t.n)}
	if t.failing > 0 {
		c.words = h.book(r).Say(prompt.HoldTheLine)
	}
	c.lasts = twilio.Spoken(c.words)
	own := h.line.Values(r.Context(), r.Now).Music
	switch {
	case !hasMusic(t.failing):
		c.music = ""
		c.lasts += noMusic
	case own != nil && own.Pieces > 0 && t.failing == 0 && t.skip == 0:
		c.own, c.music = true, h.music+own.Path(t.n%own.Pieces)
		c.lasts += own.Length()
	case long && t.heard && t.failing == 0 && t.skip == 0 && beginsPair(t.n):
		c.long, c.music = true, h.music+pair(t.n)
		c.lasts += longTurn
	default:
		c.lasts += length(t.n)
	}
	return c
}

// noMusic is the silence after the words in a turn without music.
const noMusic = 5 * time.Second

// hasMusic reports whether a turn has music, or tries again whether it can be fetched.
func hasMusic(failing int) bool { return failing == 0 || failing%tryEvery == tryAt }

const (
	tryEvery, tryAt = 3, 2
	// If the next turn is requested early, by this much, the music's host has refused the piece. If it
	// is late, by this much, the host did not answer before Twilio gave up.
	early, late = 5 * time.Second, 2900 * time.Millisecond
)

// failing is the number of turns in a row without music, from what is known of the turn before.
func failing(b twilio.Heard, now time.Time) int {
	switch {
	case b.Due.IsZero():
		return 0
	case b.Failing > 0 && !hasMusic(b.Failing), now.Before(b.Due.Add(-early)):
		return b.Failing + 1
	case !now.After(b.Due.Add(late)):
		return 0
	case b.Failing == 0: // or only the request was late: so music follows the words
		return tryAt
	}
	return b.Failing + 1
}

// length is the length of a turn's piece.
func length(turn int) time.Duration {
	if turn == 0 {
		return 8 * time.Second
	}
	return 12 * time.Second
}

// pieces is the number of pieces after the introduction, 00.wav. The music goes on from turn to turn,
// and begins again after the last piece.
const pieces = 10

func piece(turn int) string {
	if turn == 0 {
		return twilio.Introduction
	}
	return fmt.Sprintf("/%02d.wav", pieceOf(turn))
}

func pieceOf(turn int) int { return (turn-1)%pieces + 1 }

// longTurn is the length of two pieces.
const longTurn = 24 * time.Second

// beginsPair: there is a file of this turn's piece and the next one.
func beginsPair(turn int) bool { return turn > 0 && turn%2 == 0 }

func pair(turn int) string { return fmt.Sprintf("/%02d-%02d.wav", pieceOf(turn), pieceOf(turn+1)) }

// positionEvery is the number of turns from one sentence about the position to the next.
const positionEvery = 3

func tellsPosition(turn int) bool { return turn%positionEvery == 1 }

// tellsOwnWords is about the middle between two sentences about the position.
func tellsOwnWords(turn int) bool { return turn%positionEvery == 2 }

// words are said before the music of a turn: at most one sentence, so that a turn stays within 15 s, or some more if
// the operator's own words are long.
func words(line settings.Values, p service.QueuePosition, turn int) prompt.Words {
	c, book := p.Call, line.Book()
	switch {
	case !c.State.InLine():
		return prompt.Words{}
	case c.Requeued && (turn == 0 || turn == 1 && c.Started):
		return book.Say(prompt.Stay)
	case turn == 0 && c.Generation == 0 && c.Question.Count == 0:
		return book.Say(prompt.Greeting)
	case tellsOwnWords(turn):
		return line.WaitingWords()
	case p.Position == 0 || !tellsPosition(turn):
		return prompt.Words{}
	case p.Beyond:
		return book.Say(prompt.Beyond, "n", strconv.Itoa(service.QueuePage-1))
	case p.Position == 1:
		return book.Say(prompt.Next)
	default:
		return book.Say(prompt.Position, "n", strconv.Itoa(p.Position))
	}
}

// this is a turn: its number, how many turns before it had no music, for how many the line's own and long ones are not
// tried, and whether the music of the turn before was heard.
type this struct {
	n, failing, skip int
	heard            bool
}

// skipped is how many turns callers hear the usual pieces after the line's own, or a long one, could not be fetched:
// some minutes.
const skipped = 25

// turn is what the address says. A malformed address is a turn without a greeting.
func turn(r *httpapi.Request) this {
	n, before, err := twilio.ReadTurn(r.PathValue("turn"))
	if err != nil || n > maxTurn || before.Failing < 0 || before.Failing > maxTurn || before.Skip > skipped {
		return this{n: 1}
	}
	t := this{n: n, failing: failing(before, r.Now), skip: max(before.Skip, 0), heard: !before.Due.IsZero()}
	// It was removed, is broken, or is not uploaded yet. The usual pieces may be fine, so they follow at once. The host
	// of a long one, which is theirs, has answered: otherwise it would not be asked for so soon.
	refused := before.Long && r.Now.Before(before.Due.Add(early-longTurn))
	if t.failing > 0 && (before.Own || refused) {
		return this{n: n, skip: skipped}
	}
	return t
}

// maxTurn is more than a day of waiting.
const maxTurn = 100_000
