package twiliosim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

// script runs one document after the other for one listener. It has no goroutine: each
// step is done under the network's mutex, and what has to be waited for (an answer, the
// end of a sound) calls it back.
type script struct {
	n     *Network
	event string // what its requests are called: voice, wait, hold, announce, screen
	sid   string // the call or conference that they concern
	// allowed are the verbs that may stand in its documents.
	allowed string
	// params are what its requests carry.
	params func() url.Values
	// touched is called when it sounds different.
	touched func()
	// ran is called when the documents have run out.
	ran func()
	// failed is called when a document could not be had.
	failed func(*problem)
	// act runs a verb that is neither a sound nor a redirection, and tells whether the
	// next one follows at once. It may be nil.
	act func(verb) bool

	url, method string // of the document that runs
	verbs       []verb // still to be run
	sounds      []Sound
	timer       clock.Timer
	gather      *gathering
	fellBack    bool // the fallback has been asked, and no document has come since
	over        bool
	documents   int // that could be had
	step        int // counts up, so that what comes too late is known
	recent      []time.Time
}

// The verbs that documents may hold.
const (
	soundVerbs  = "Say Play Pause Redirect" // waitUrl, holdUrl, announceUrl
	screenVerbs = "Say Play Pause Redirect Gather Hangup"
	callVerbs   = "Say Play Pause Redirect Gather Hangup Reject Dial"
)

// stop ends a script wherever it is. Locked.
func (s *script) stop() {
	s.over = true
	s.halt()
}

// halt stops what sounds or is waited for. Locked.
func (s *script) halt() {
	s.step++
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if len(s.sounds) > 0 {
		s.sounds = nil
		s.touched()
	}
}

// later goes on with f after d, unless something else happens to the script before.
// Locked.
func (s *script) later(d time.Duration, f func()) {
	s.step++
	step := s.step
	s.timer = s.n.after(d, func() {
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

// fetch asks for the next document. A relative address is relative to the document that
// runs, an empty one is that document again. Locked.
func (s *script) fetch(event, ref, method string, extra url.Values) {
	s.halt()
	s.verbs = nil
	s.url = resolve(s.url, ref)
	s.method = method
	now := s.n.clock.Now()
	s.recent = append(slices.DeleteFunc(s.recent, func(t time.Time) bool { return now.Sub(t) >= rushSpan }), now)
	if len(s.recent) > rushLimit {
		s.later(rushSpan, func() { s.request(event, extra) })
		return
	}
	s.request(event, extra)
}

func (s *script) request(event string, extra url.Values) {
	form := s.params()
	for name, values := range extra {
		form[name] = values
	}
	h := hook{event: event, sid: s.sid, url: s.url, method: s.method, form: form}
	s.step++
	step := s.step
	s.n.async(func() {
		a := s.n.send(h)
		s.n.lock()
		defer s.n.unlock()
		if !s.over && s.step == step && !s.n.closed {
			s.take(a)
		}
	})
}

// take runs a document that has come. Locked.
func (s *script) take(a answer) {
	if !a.ok() {
		p := a.problem
		if p == nil {
			p = &problem{11200, "HTTP retrieval failure"}
		}
		s.failed(p)
		return
	}
	s.run(a.media, a.body)
}

// run parses a document and runs it. Locked.
func (s *script) run(media string, body []byte) {
	verbs, warnings, err := parseDocument(media, body, s.url)
	for _, w := range warnings {
		s.n.warn(s.sid, w)
	}
	if p, ok := err.(*problem); ok {
		s.failed(p)
		return
	}
	s.fellBack = false
	s.documents++
	s.verbs = verbs
	s.next()
}

// next runs verbs until one takes its time. Locked.
func (s *script) next() {
	s.halt()
	for !s.over {
		if len(s.verbs) == 0 {
			s.ran()
			return
		}
		v := s.verbs[0]
		s.verbs = s.verbs[1:]
		if !slices.Contains(strings.Fields(s.allowed), v.name) {
			s.n.warn(s.sid, &problem{12200, "schema: " + v.name + " is not allowed here"})
			continue
		}
		if !s.perform(v) {
			return
		}
	}
}

// perform runs one verb and tells whether the next one follows at once. Locked.
func (s *script) perform(v verb) bool {
	switch v.name {
	case "Say", "Play", "Pause":
		if s.act != nil {
			s.act(v)
		}
		return s.sound(v, s.next)
	case "Redirect":
		s.fetch(s.event, v.text, methodOf(v, "method", http.MethodPost), nil)
		return false
	}
	return s.act != nil && s.act(v)
}

// sound runs a Say, Play or Pause and calls then at its end, or tells that there is
// nothing to wait for. Locked.
func (s *script) sound(v verb, then func()) bool {
	switch v.name {
	case "Pause":
		d := time.Duration(whole(v.attr("length", "1"), 1)) * time.Second
		if d <= 0 {
			return true
		}
		s.later(d, then)
		return false
	case "Say":
		if v.text == "" {
			return true
		}
		s.repeat(Sound{Kind: SoundSpeech, Text: v.text, Length: audio.SpeechLength(v.text)}, loops(v), then)
		return false
	}
	if v.text == "" { // Play digits: tones that nobody here listens to
		s.later(time.Duration(len(v.attr("digits", "")))*200*time.Millisecond, then)
		return false
	}
	address := resolve(s.url, v.text)
	if f, ok := s.n.audio.get(address); ok {
		return s.play(address, f.length, loops(v), then)
	}
	s.step++
	step := s.step
	s.n.async(func() {
		f, err := s.n.fetchAudio(address)
		s.n.lock()
		defer s.n.unlock()
		if s.over || s.step != step || s.n.closed {
			return
		}
		if err != nil {
			s.n.warn(s.sid, &problem{11200, "Play: " + err.Error()})
			then()
			return
		}
		if s.play(address, f.length, loops(v), then) {
			then()
		}
	})
	return false
}

// play sounds a file; it tells that there is nothing to hear in an empty one.
func (s *script) play(address string, length time.Duration, times int, then func()) bool {
	if length <= 0 {
		return true
	}
	s.repeat(Sound{Kind: SoundPlay, URL: address, Length: length}, times, then)
	return false
}

// repeat sounds something so many times, for ever if that is 0. Locked.
func (s *script) repeat(sound Sound, times int, then func()) {
	sound.Start = s.n.clock.Now()
	s.sounds = []Sound{sound}
	s.touched()
	s.later(sound.Length, func() {
		if times == 1 {
			then()
			return
		}
		s.repeat(sound, max(times-1, 0), then)
	})
}

// music sounds the network's own music for ever. Locked.
func (s *script) music() {
	s.halt()
	s.sounds = []Sound{{Kind: SoundPlay, Start: s.n.clock.Now()}}
	s.touched()
}

// loops is how often a sound is to be heard; 0 is for ever.
func loops(v verb) int { return max(whole(v.attr("loop", "1"), 1), 0) }

// resolve is where ref leads that stands in the document at base.
func resolve(base, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return base
	}
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// methodOf is an attribute that names a method: GET or POST.
func methodOf(v verb, attr, otherwise string) string {
	m := strings.ToUpper(v.attr(attr, ""))
	if m != http.MethodGet && m != http.MethodPost {
		return cmp.Or(otherwise, http.MethodPost)
	}
	return m
}
