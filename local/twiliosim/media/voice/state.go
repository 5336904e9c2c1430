package voice

import (
	"net/http"

	"warmtransfer/local/answer"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

// MediaState is the answer of GET /control/media: what really flows, beside what the
// network says should.
type MediaState struct {
	// Legs are those that real clients carry.
	Legs []LegSound `json:"legs"`
	// Tones is the tone in Hz of each scripted leg that one of them hears.
	Tones map[string]float64 `json:"tones"`
}

// LegSound is the sound of one leg that a real client carries.
type LegSound struct {
	Leg      string   `json:"leg"`
	Received int      `json:"received"` // packets
	Lost     int      `json:"lost"`     // packets
	Late     int      `json:"late"`     // packets
	WaitMS   int      `json:"waitMs"`   // what is queued before it is mixed
	Loud     int      `json:"loud"`     // root mean square of what was last said, 0 to 32767
	Hears    []string `json:"hears"`
}

func (v *Voice) serveMedia(w http.ResponseWriter, _ *http.Request) {
	answer.JSON(w, http.StatusOK, v.Media())
}

// Media returns what flows now.
func (v *Voice) Media() MediaState { return v.desk.state() }

func (d *desk) state() MediaState {
	d.mu.Lock()
	defer d.mu.Unlock()
	state := MediaState{Legs: []LegSound{}, Tones: make(map[string]float64)}
	for leg, hz := range d.scripted {
		state.Tones[leg] = hz
	}
	for leg, p := range d.live {
		if p == nil {
			continue
		}
		count := p.queue.Count()
		sound := LegSound{
			Leg: leg, Received: count.Received, Lost: count.Lost, Late: count.Late,
			WaitMS: int(audio.Length(count.Waiting).Milliseconds()), Loud: int(p.loud.Load()), Hears: []string{},
		}
		for _, s := range d.told[leg] {
			sound.Hears = append(sound.Hears, s.String())
		}
		state.Legs = append(state.Legs, sound)
	}
	return state
}
