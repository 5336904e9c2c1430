package voice

import (
	"testing"
	"time"

	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

// What a leg says is kept while it is recorded, and nothing that is said before and after.
func TestALegIsRecorded(t *testing.T) {
	kept := map[string][]byte{}
	d := newDesk(nil, nil, true, func(recording string, wav []byte) { kept[recording] = wav })
	d.mixer.Join("CA1", audio.NewTone(900), nil)
	tick := func(d *desk) {
		for range 50 {
			d.mixer.Tick()
		}
	}
	d.record("CA1", media.Silence)
	tick(d)
	for range 2 { // it may be told twice
		d.record("CA1", []media.Sound{{Kind: media.KindRecording, Leg: "RE1"}})
	}
	tick(d)
	d.record("CA1", media.Silence)
	tick(d)
	samples, err := audio.ReadWAV(kept["RE1"])
	if err != nil || len(samples) != audio.Samples(time.Second) || len(kept) != 1 {
		t.Fatalf("%d samples of %d recordings, %v", len(samples), len(kept), err)
	}
	if d.mixer.Parties() != 1 {
		t.Errorf("%d parties are left", d.mixer.Parties())
	}
}
