package voice

import (
	"sync"

	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

// tape is what a leg says while it is recorded: a party of the mixer that hears that leg alone.
type tape struct {
	recording string

	mu      sync.Mutex
	samples []int16
}

func (t *tape) take(f *audio.Frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.samples = append(t.samples, f[:]...)
}

func (t *tape) wav() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return audio.FormatWAV(t.samples)
}

// record begins or ends the recording of a leg, by what it hears. Locked.
func (d *desk) record(leg string, sounds []media.Sound) {
	recording := ""
	for _, s := range sounds {
		if s.Kind == media.KindRecording {
			recording = s.Leg
		}
	}
	now := d.tapes[leg]
	if now != nil && now.recording == recording || now == nil && recording == "" {
		return
	}
	listener := "tape " + leg
	if now != nil {
		d.mixer.Leave(listener)
		delete(d.tapes, leg)
		d.recorded(now.recording, now.wav())
	}
	if recording != "" {
		t := &tape{recording: recording}
		d.tapes[leg] = t
		d.mixer.Join(listener, nil, t.take)
		d.mixer.Hear(listener, []audio.Part{{Key: "leg " + leg, Party: leg}})
	}
}
