package twiml

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
	"warmtransfer/local/twiliosim/notation"
)

// Request asks for a document.
type Request struct {
	Event  string // voice, action, wait, hold, announce, screen, fallback
	SID    string // the call or conference concerned
	URL    string
	Method string
	Form   url.Values
}

// Answer is what a Request got.
type Answer struct {
	Problem *notation.Problem // why there is no document
	Media   string            // Content-Type
	Body    []byte
}

// Host is where documents are run. It calls a Player back, and lets it be called, from
// one goroutine at a time; what it is given to call back, it never calls inside the call
// that gave it.
type Host interface {
	Now() time.Time
	// After runs f when d has gone by.
	After(d time.Duration, f func()) clock.Timer
	// Fetch asks for a document.
	Fetch(r Request, then func(Answer))
	// Load tells how long a sound file lasts that is there already. Otherwise it is
	// fetched, and then is called.
	Load(url string, then func(time.Duration, error)) (length time.Duration, there bool)
	// Warn tells what Twilio's debugger would show.
	Warn(sid string, p *notation.Problem)
}

// Script says for whom documents are run, and what follows from them.
type Script struct {
	Event string // what its requests are called: voice, wait, hold, announce, screen
	SID   string // the call or conference that they concern
	// Allowed are the verbs that may stand in its documents, with spaces between.
	Allowed string
	// Params are what its requests carry.
	Params func() url.Values
	// Touched is called when it sounds different.
	Touched func()
	// Ran is called when the documents have run out.
	Ran func()
	// Failed is called when a document could not be had.
	Failed func(*notation.Problem)
	// Act runs a verb that is neither a sound nor a redirection, and tells whether the
	// Next one follows at once. It may be nil.
	Act func(Verb) bool
}

// Player runs one document after the other for one listener.
type Player struct {
	Script
	host Host

	url, method string // of the document that runs
	verbs       []Verb // still to be run
	sounds      []media.Sound
	timer       clock.Timer
	gather      *gathering
	recording   *recording
	fellBack    bool // the fallback has been asked, and no document has come since
	over        bool
	step        int // counts up, so that what comes too late is known
	recent      []time.Time
}

// NewPlayer returns a Player that has nothing to run yet: see Fetch, Run and Music.
func NewPlayer(host Host, s Script) *Player { return &Player{Script: s, host: host} }

// The verbs that documents may hold.
const (
	SoundVerbs  = "Say Play Pause Redirect" // waitUrl, holdUrl, announceUrl
	ScreenVerbs = "Say Play Pause Redirect Gather Hangup"
	CallVerbs   = "Say Play Pause Redirect Gather Hangup Reject Dial Record"
)

// Sounds are what its listener hears of it now.
func (s *Player) Sounds() []media.Sound { return s.sounds }

// URL is where the document came from that runs.
func (s *Player) URL() string { return s.url }

// FellBack tells whether the fallback has been asked, and no document has come since.
func (s *Player) FellBack() bool { return s.fellBack }

// Stop ends a script wherever it is.
func (s *Player) Stop() {
	s.over = true
	s.Halt()
}

// Halt stops what sounds or is waited for.
func (s *Player) Halt() {
	s.step++
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if len(s.sounds) > 0 {
		s.sounds = nil
		s.Touched()
	}
}

// later goes on with f after d, unless something else happens to the script before.
func (s *Player) later(d time.Duration, f func()) {
	s.step++
	step := s.step
	s.timer = s.host.After(d, func() {
		if !s.over && s.step == step {
			f()
		}
	})
}

// The limit of documents in a span of time. Twilio's own slowness is a brake for
// documents that redirect to themselves; here it has to be put in.
const (
	rushLimit = 50
	rushSpan  = time.Second
)

// Fetch asks for the next document. A relative address is relative to the document that
// runs, an empty one is that document again.
func (s *Player) Fetch(event, ref, method string, extra url.Values) {
	s.Halt()
	s.verbs = nil
	s.url = Resolve(s.url, ref)
	s.method = method
	now := s.host.Now()
	s.recent = append(slices.DeleteFunc(s.recent, func(t time.Time) bool { return now.Sub(t) >= rushSpan }), now)
	if len(s.recent) > rushLimit {
		s.later(rushSpan, func() { s.request(event, extra) })
		return
	}
	s.request(event, extra)
}

func (s *Player) request(event string, extra url.Values) {
	form := s.Params()
	for name, values := range extra {
		form[name] = values
	}
	s.step++
	step := s.step
	s.host.Fetch(Request{Event: event, SID: s.SID, URL: s.url, Method: s.method, Form: form}, func(a Answer) {
		if !s.over && s.step == step {
			s.take(a)
		}
	})
}

// take runs a document that has come.
func (s *Player) take(a Answer) {
	if a.Problem != nil {
		s.Failed(a.Problem)
		return
	}
	s.Run(a.Media, a.Body)
}

// Run parses a document and runs it.
func (s *Player) Run(contentType string, body []byte) {
	verbs, warnings, err := Parse(contentType, body, s.url)
	for _, w := range warnings {
		s.host.Warn(s.SID, w)
	}
	var p *notation.Problem
	if errors.As(err, &p) {
		s.Failed(p)
		return
	}
	s.fellBack = false
	s.verbs = verbs
	s.Next()
}

// Next runs verbs until one takes its time.
func (s *Player) Next() {
	s.Halt()
	for !s.over {
		if len(s.verbs) == 0 {
			s.Ran()
			return
		}
		v := s.verbs[0]
		s.verbs = s.verbs[1:]
		if !slices.Contains(strings.Fields(s.Allowed), v.Name) {
			s.host.Warn(s.SID, &notation.Problem{Code: 12200, Text: "schema: " + v.Name + " is not allowed here"})
			continue
		}
		if !s.perform(v) {
			return
		}
	}
}

// perform runs one verb and tells whether the next one follows at once.
func (s *Player) perform(v Verb) bool {
	switch v.Name {
	case "Say", "Play", "Pause":
		if s.Act != nil {
			s.Act(v)
		}
		return s.sound(v, s.Next)
	case "Redirect":
		s.Fetch(s.Event, v.Text, v.Method("method", http.MethodPost), nil)
		return false
	}
	return s.Act != nil && s.Act(v)
}

// sound runs a Say, Play or Pause and calls then at its end, or tells that there is
// nothing to wait for.
func (s *Player) sound(v Verb, then func()) bool {
	switch v.Name {
	case "Pause":
		d := time.Duration(v.Number("length", 1)) * time.Second
		if d <= 0 {
			return true
		}
		s.later(d, then)
		return false
	case "Say":
		if v.Text == "" {
			return true
		}
		s.repeat(media.Sound{Kind: media.KindSpeech, Text: v.Text, Length: audio.SpeechLength(v.Text)}, v.loops(), then)
		return false
	}
	if v.Text == "" { // Play digits: tones that nobody here listens to
		s.later(time.Duration(len(v.Attr("digits", "")))*200*time.Millisecond, then)
		return false
	}
	address := Resolve(s.url, v.Text)
	s.step++
	step := s.step
	length, there := s.host.Load(address, func(length time.Duration, err error) {
		if s.over || s.step != step {
			return
		}
		if err != nil {
			s.host.Warn(s.SID, &notation.Problem{Code: 11200, Text: "Play: " + err.Error()})
			then()
			return
		}
		if s.play(address, length, v.loops(), then) {
			then()
		}
	})
	return there && s.play(address, length, v.loops(), then)
}

// play sounds a file; it tells that there is nothing to hear in an empty one.
func (s *Player) play(address string, length time.Duration, times int, then func()) bool {
	if length <= 0 {
		return true
	}
	s.repeat(media.Sound{Kind: media.KindPlay, URL: address, Length: length}, times, then)
	return false
}

// repeat sounds something so many times, for ever if that is 0.
func (s *Player) repeat(sound media.Sound, times int, then func()) {
	sound.Start = s.host.Now()
	s.sounds = []media.Sound{sound}
	s.Touched()
	s.later(sound.Length, func() {
		if times == 1 {
			then()
			return
		}
		s.repeat(sound, max(times-1, 0), then)
	})
}

// Music sounds the network's own music for ever.
func (s *Player) Music() {
	s.Halt()
	s.sounds = []media.Sound{{Kind: media.KindPlay, Start: s.host.Now()}}
	s.Touched()
}

// Say speaks a text once.
func (s *Player) Say(text string, then func()) {
	s.repeat(media.Sound{Kind: media.KindSpeech, Text: text, Length: audio.SpeechLength(text)}, 1, then)
}

// Clear forgets the verbs that are still to be run, and stops what sounds.
func (s *Player) Clear() {
	s.Halt()
	s.verbs = nil
}

// Fallback asks for another document in the place of one that could not be had. Its
// address stands for itself: it is not relative to the one that failed.
func (s *Player) Fallback(address, method string, p *notation.Problem) {
	s.fellBack = true
	extra := url.Values{"ErrorCode": {strconv.Itoa(p.Code)}, "ErrorUrl": {s.url}}
	s.url = ""
	s.Fetch("fallback", address, method, extra)
}
