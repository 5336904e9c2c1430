// Package media says what a leg hears, as values, and fetches the files that are played.
//
// It mixes nothing: real sound is made of these values by the package voice.
package media

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Kind is the kind of one thing that a leg hears.
type Kind string

// The kinds of sound.
const (
	KindLeg     Kind = "leg"     // another leg's voice: Leg
	KindPlay    Kind = "play"    // a file: URL (empty: the network's own music), since Start
	KindSpeech  Kind = "speech"  // Text, spoken, since Start
	KindRinging Kind = "ringing" // the ringing tone
	KindSilence Kind = "silence" // nothing
	KindBeep    Kind = "beep"    // the tone after which a recording begins
	// KindRecording is nothing, while what the listener says is recorded: Leg is the recording's SID.
	KindRecording Kind = "recording"
)

// Sound is one of the things that a leg hears at the same time. A leg that is muted, on
// hold or lost is not heard by others, so it is in nobody's list.
type Sound struct {
	Kind Kind
	Leg  string // KindLeg: CallSid; KindRecording: RecordingSid
	URL  string // KindPlay
	Text string // KindSpeech
	// Start is the time, by the network's clock, at which the file or speech began;
	// what sounds at time t is found t-Start into it.
	Start time.Time
	// Length is how long the file or speech lasts; 0 if it is not known.
	Length time.Duration
}

// String is the sound in the words of the control API: leg:<CallSid>, music,
// speech:<text>, ringing, silence. A file with "ringing" or "ringback" in its name is
// ringing, every other file is music.
func (s Sound) String() string {
	switch s.Kind {
	case KindLeg:
		return "leg:" + s.Leg
	case KindSpeech:
		return "speech:" + s.Text
	case KindPlay:
		if isRingtone(s.URL) {
			return string(KindRinging)
		}
		return "music"
	}
	return string(s.Kind)
}

// isRingtone tells whether a file's name says that it holds a ringing tone.
func isRingtone(url string) bool {
	name := strings.ToLower(path.Base(url))
	return strings.Contains(name, "ringing") || strings.Contains(name, "ringback")
}

// Silence is the list of somebody who hears nothing.
var Silence = []Sound{{Kind: KindSilence}}

// Words are sounds in the words of the control API, each once.
func Words(sounds []Sound) []string {
	list := make([]string, 0, len(sounds))
	for _, s := range sounds {
		if w := s.String(); !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}
