package voice

import (
	"maps"
	"strconv"
	"sync"
	"time"

	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

// The tones of scripted legs lie between these, in Hz.
const lowestTone, highestTone = 500, 3400

// desk puts what the network says a leg hears into the mixer.
type desk struct {
	mixer   *audio.Mixer
	library *library
	now     func() time.Time
	marks   bool

	mu       sync.Mutex
	live     map[string]*peer         // legs of real clients
	expected map[string]int           // legs that ring at this many real clients
	gone     map[string]bool          // legs of real clients that left and are still said to be heard
	told     map[string][]media.Sound // what the live legs hear
	scripted map[string]float64       // legs that nobody carries and somebody hears -> tone, Hz
	tapes    map[string]*tape         // legs that are recorded

	recorded func(recording string, wav []byte) // takes what was recorded
}

func newDesk(library *library, now func() time.Time, marks bool, recorded func(string, []byte)) *desk {
	return &desk{
		tapes: make(map[string]*tape), recorded: recorded,
		mixer: audio.NewMixer(), library: library, now: now, marks: marks,
		live: make(map[string]*peer), expected: make(map[string]int), gone: make(map[string]bool),
		told: make(map[string][]media.Sound), scripted: make(map[string]float64),
	}
}

// expect tells that a leg rings at a real client: should it be heard a moment before it
// joins, it gets no tone meanwhile.
func (d *desk) expect(leg string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.expected[leg]++
}

// unexpect takes one expect back.
func (d *desk) unexpect(leg string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.expected[leg]--; d.expected[leg] <= 0 {
		delete(d.expected, leg)
	}
}

// join gives a leg its voice and its ears.
func (d *desk) join(leg string, p *peer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.live[leg] = p
	delete(d.scripted, leg)
	d.mixer.Join(leg, &p.queue, p.send)
}

// hear sets what a leg that has joined hears from now on.
func (d *desk) hear(leg string, sounds []media.Sound) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live[leg] == nil {
		return
	}
	var parts []audio.Part
	for _, s := range sounds {
		switch s.Kind {
		case media.KindSilence, media.KindRecording:
		case media.KindLeg:
			parts = append(parts, audio.Part{Key: "leg " + s.Leg, Party: s.Leg})
		default:
			parts = append(parts, d.played(s))
		}
	}
	d.told[leg] = sounds
	d.mixer.Hear(leg, parts)
	d.record(leg, sounds)
	d.castScripts()
}

// leave takes a leg away. Afterwards its peer is not used any more.
func (d *desk) leave(leg string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.live, leg)
	delete(d.told, leg)
	d.record(leg, nil)
	d.gone[leg] = true
	d.mixer.Leave(leg)
	d.castScripts()
}

// played is the part for a sound that is not a voice. Its key holds the beginning, so
// that the same piece played again starts anew, and a mere repetition of what is heard
// does not.
func (d *desk) played(s media.Sound) audio.Part {
	start := strconv.FormatInt(s.Start.UnixNano(), 10)
	offset := max(0, d.now().Sub(s.Start))
	if s.Start.IsZero() {
		offset = 0
	}
	clip := func(r *audio.Recording, loop bool) func() audio.Source {
		return func() audio.Source { return audio.NewClip(r, offset, loop) }
	}
	switch s.Kind {
	case media.KindRinging:
		return audio.Part{Key: "ringing", Start: clip(d.library.ringback, true)}
	case media.KindBeep:
		return audio.Part{Key: "beep " + start, Start: clip(d.library.beep, false)}
	case media.KindSpeech:
		return audio.Part{Key: "speech " + start + " " + s.Text, Start: clip(d.library.speech(s.Text), false)}
	}
	if s.URL == "" {
		return audio.Part{Key: "music " + start, Start: clip(d.library.music, true)}
	}
	return audio.Part{Key: "play " + start + " " + s.URL, Start: clip(d.library.file(s.URL), false)}
}

// castScripts gives each leg that is heard but carried by nobody, a scripted one, a tone
// of its own, and takes the others out of the mixer.
func (d *desk) castScripts() {
	heard := make(map[string]bool)
	for _, sounds := range d.told {
		for _, s := range sounds {
			if s.Kind == media.KindLeg {
				heard[s.Leg] = true
			}
		}
	}
	maps.DeleteFunc(d.gone, func(leg string, _ bool) bool { return !heard[leg] })
	for leg := range d.scripted {
		if !heard[leg] {
			delete(d.scripted, leg)
			d.mixer.Leave(leg)
		}
	}
	for leg := range heard {
		if _, known := d.scripted[leg]; !known && d.marks && !d.carried(leg) {
			hz := d.freeTone()
			d.scripted[leg] = hz
			d.mixer.Join(leg, audio.NewTone(hz), nil)
		}
	}
}

// carried tells whether a real client has, will have or had this leg.
func (d *desk) carried(leg string) bool {
	return d.live[leg] != nil || d.expected[leg] > 0 || d.gone[leg]
}

// freeTone returns the lowest tone that no scripted leg has now, by hundreds of hertz
// so that a spectrum over 100 ms tells them apart.
func (d *desk) freeTone() float64 {
	taken := make(map[float64]bool)
	for _, hz := range d.scripted {
		taken[hz] = true
	}
	hz := float64(lowestTone)
	for hz < highestTone && taken[hz] {
		hz += 100
	}
	return hz
}
