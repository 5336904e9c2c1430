package twiml

import (
	"slices"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/media"
)

// Recorder keeps what a Record records.
type Recorder interface {
	// Begin tells that the recording begins, after the beep, and returns what the listener hears meanwhile.
	Begin() media.Sound
	// End tells that it has ended: by which key, "" if by none, and how long it is without the silence at its end.
	// What follows is its business.
	End(digits string, length time.Duration)
}

// recording is a Record that runs.
type recording struct {
	to     Recorder
	finish string
	// silence ends it if nobody speaks for so long, and most however long it is.
	silence, most time.Duration
	began         time.Time // zero: the beep sounds
	quiet         time.Time // since when the party says nothing; zero: the party speaks
}

// The defaults of a Record: https://www.twilio.com/docs/voice/twiml/record#attributes
const (
	recordKeys    = "1234567890*#"
	recordSilence = 5
	recordMost    = 3600
)

// beepLength is how long the sound before a recording is.
const beepLength = time.Second

// Record records the party. Quiet tells that they say nothing as it begins. Like Script.Effect it tells that the next
// verb does not follow at once.
func (s *Player) Record(v Verb, to Recorder, quiet bool) bool {
	r := &recording{
		to: to, finish: v.Attr("finishOnKey", recordKeys),
		silence: time.Duration(v.Number("timeout", recordSilence)) * time.Second,
		most:    time.Duration(v.Number("maxLength", recordMost)) * time.Second,
	}
	if quiet {
		r.quiet = s.host.Now()
	}
	s.Halt()
	s.recording = r
	begin := func() {
		r.began = s.host.Now()
		if !r.quiet.IsZero() {
			r.quiet = r.began
		}
		s.sounds = []media.Sound{to.Begin()}
		s.Touched()
		s.limitRecording()
	}
	if v.Flag("playBeep", true) {
		s.repeat(media.Sound{Kind: media.KindBeep, Length: beepLength}, 1, begin)
	} else {
		begin()
	}
	return false
}

// Quiet tells whether the party says nothing from now on.
func (s *Player) Quiet(on bool) {
	r := s.recording
	if r == nil || on == !r.quiet.IsZero() {
		return
	}
	if r.quiet = (time.Time{}); on {
		r.quiet = s.host.Now()
	}
	if !r.began.IsZero() {
		s.limitRecording()
	}
}

// limitRecording ends the recording when it is long enough, or nobody has spoken for long enough.
func (s *Player) limitRecording() {
	r := s.recording
	ends := r.began.Add(r.most)
	if silent := r.quiet.Add(r.silence); !r.quiet.IsZero() && silent.Before(ends) {
		ends = silent
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.later(ends.Sub(s.host.Now()), func() { s.EndRecording("") })
}

// EndRecording ends a Record that runs, and tells that there was one. The Recorder says what follows.
func (s *Player) EndRecording(digits string) bool {
	r := s.recording
	if r == nil {
		return false
	}
	s.recording = nil
	s.Halt()
	var length time.Duration
	if !r.began.IsZero() {
		length = s.host.Now().Sub(r.began)
		if !r.quiet.IsZero() {
			length = r.quiet.Sub(r.began)
		}
	}
	r.to.End(digits, max(0, length))
	return true
}

// recordKey is a key pressed while a Record runs; it tells whether there is one.
func (s *Player) recordKey(key rune) bool {
	r := s.recording
	if r == nil {
		return false
	}
	if !r.began.IsZero() && slices.Contains([]rune(r.finish), key) && strings.ContainsRune(recordKeys, key) {
		s.EndRecording(string(key))
	}
	return true
}
