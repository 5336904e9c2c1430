package scenario

import (
	"slices"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

// The tones of the parties begin here, 100 Hz apart, so that a spectrum over 100 ms tells them from each other and from
// the music's, which is above them.
const partyTone, musicTone = 500, 3000

// spectrum is what a leg hears, as its spectrum says: each party speaks a tone of its own without a pause, all is mixed
// as the phone network mixes it, and these are the parties whose tones are in it. Music is a tone, too; "silence" is
// none.
func (l *line) spectrum(listener string) string {
	l.t.Helper()
	mixer := audio.NewMixer()
	who := map[float64]string{musicTone: "music"}
	all := []float64{musicTone}
	for _, c := range l.Network.Calls() {
		if c.Status != "in-progress" {
			continue
		}
		hz := float64(partyTone + 100*len(who))
		who[hz], all = l.name(c.SID), append(all, hz)
		if c.SID != listener {
			mixer.Join(c.SID, audio.NewTone(hz), nil)
		}
	}
	var samples []int16
	mixer.Join(listener, nil, func(f *audio.Frame) { samples = append(samples, f[:]...) })
	var parts []audio.Part
	for _, s := range l.Network.Hears(listener) {
		switch s.Kind {
		case media.KindSilence:
		case media.KindLeg:
			parts = append(parts, audio.Part{Key: "leg " + s.Leg, Party: s.Leg})
		default:
			music := func() audio.Source { return audio.NewTone(musicTone) }
			parts = append(parts, audio.Part{Key: s.String(), Start: music})
		}
	}
	mixer.Hear(listener, parts)
	for audio.Length(len(samples)) < 100*time.Millisecond {
		mixer.Tick()
	}
	var names []string
	for _, hz := range audio.Tones(samples, all...) {
		names = append(names, who[hz])
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "silence"
	}
	return strings.Join(slices.Compact(names), " ")
}
