package audio

import (
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// ear keeps what a party heard.
type ear struct{ samples []int16 }

func (e *ear) sink(f *Frame) { e.samples = append(e.samples, f[:]...) }

func parties(names ...string) (parts []Part) {
	for _, n := range names {
		parts = append(parts, Part{Key: "leg:" + n, Party: n})
	}
	return parts
}

func TestMixerWhoHearsWhom(t *testing.T) {
	tones := map[string]float64{"caller": 400, "transferor": 600, "target": 1000}
	for name, c := range map[string]struct {
		hears map[string][]string
	}{
		"all three": {map[string][]string{"caller": {"transferor", "target"}, "transferor": {"caller", "target"},
			"target": {"caller", "transferor"}}},
		"a consult":       {map[string][]string{"transferor": {"target"}, "target": {"transferor"}}},
		"one way":         {map[string][]string{"target": {"caller"}}},
		"a party unknown": {map[string][]string{"target": {"nobody", "caller"}}},
	} {
		m := NewMixer()
		ears := map[string]*ear{}
		for party, hz := range tones {
			ears[party] = &ear{}
			m.Join(party, NewTone(hz), ears[party].sink)
			m.Hear(party, parties(c.hears[party]...))
		}
		for range 20 {
			m.Tick()
		}
		for party, e := range ears {
			var want []float64
			for _, hz := range []float64{400, 600, 1000} {
				for _, other := range c.hears[party] {
					if tones[other] == hz {
						want = append(want, hz)
					}
				}
			}
			if got := Tones(e.samples, 400, 600, 1000); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %s hears %v, want %v", name, party, got, want)
			}
		}
	}
}

type steady int16

func (s steady) Next(f *Frame) bool {
	for i := range f {
		f[i] = int16(s)
	}
	return true
}

func TestMixerSaturates(t *testing.T) {
	m := NewMixer()
	var e ear
	m.Join("a", steady(30000), nil)
	m.Join("b", steady(20000), nil)
	m.Join("c", nil, e.sink)
	m.Hear("c", parties("a", "b"))
	m.Tick()
	m.Join("a", steady(-30000), nil)
	m.Join("b", steady(-20000), nil)
	m.Tick()
	if e.samples[0] != 32767 || e.samples[FrameSize] != -32768 {
		t.Errorf("heard %d and %d", e.samples[0], e.samples[FrameSize])
	}
}

func TestMixerGoesOnWithASoundThatStays(t *testing.T) {
	count := make([]int16, 4*FrameSize)
	for i := range count {
		count[i] = int16(i / FrameSize)
	}
	music := Part{Key: "music", Start: func() Source { return NewClip(NewRecording(count), 0, false) }}
	m := NewMixer()
	var e ear
	m.Join("caller", nil, e.sink)
	m.Hear("caller", []Part{music})
	m.Tick()
	m.Hear("caller", append(parties("agent"), music))
	m.Tick()
	m.Hear("caller", parties("agent"))
	m.Tick()
	m.Hear("caller", []Part{music})
	m.Tick()
	m.Tick()
	got := []int16{e.samples[0], e.samples[FrameSize], e.samples[2*FrameSize], e.samples[3*FrameSize],
		e.samples[4*FrameSize]}
	if want := []int16{0, 1, 0, 0, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("frames heard %v, want %v", got, want)
	}
}

func TestMixerAfterLeaveUsesNothing(t *testing.T) {
	m := NewMixer()
	m.Join("a", nil, func(*Frame) { t.Error("sink used after Leave") })
	m.Leave("a")
	m.Tick()
	if n := m.Parties(); n != 0 {
		t.Errorf("%d parties left", n)
	}
}

func TestMixerKeepsTheBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMixer()
		var beats atomic.Int64
		m.Join("a", nil, func(*Frame) { beats.Add(1) })
		done := make(chan struct{})
		stopped := make(chan struct{})
		go func() { m.Run(done); close(stopped) }()
		time.Sleep(10*time.Second + FrameTime/2) // bubble time
		close(done)
		<-stopped
		if got := beats.Load(); got != 500 {
			t.Errorf("%d beats in ten seconds, want 500", got)
		}
	})
}

func TestClip(t *testing.T) {
	samples := make([]int16, 3*FrameSize+1)
	for i := range samples {
		samples[i] = int16(1 + i/FrameSize)
	}
	frames := func(c *Clip, n int) (out []int16) {
		for range n {
			var f Frame
			c.Next(&f)
			out = append(out, f[0])
		}
		return out
	}
	r := NewRecording(samples)
	for name, c := range map[string]struct {
		clip *Clip
		want []int16
	}{
		"from the start":     {NewClip(r, 0, false), []int16{1, 2, 3, 4, 0}},
		"from an offset":     {NewClip(r, 40*time.Millisecond, false), []int16{3, 4, 0}},
		"offset past it":     {NewClip(r, time.Hour, false), []int16{0}},
		"looped":             {NewClip(r, 40*time.Millisecond, true), []int16{3, 4, 1, 2}},
		"a negative offset":  {NewClip(r, -time.Second, false), []int16{1}},
		"an empty recording": {NewClip(NewRecording(nil), 0, true), []int16{0}},
	} {
		if got := frames(c.clip, len(c.want)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	var late Recording
	start, middle := NewClip(&late, 0, false), NewClip(&late, 20*time.Millisecond, false)
	frames(start, 1)
	frames(middle, 1)
	late.Set(samples)
	if got := fmt.Sprint(frames(start, 1), frames(middle, 1)); got != "[1] [3]" {
		t.Errorf("recording that came late: %s, want the start whole and the middle in time", got)
	}
}

// One beat of a hundred parties in conferences of three: the budget is 20 ms.
func BenchmarkMixer100(b *testing.B) {
	m := NewMixer()
	for i := range 100 {
		room := i / 3 * 3
		var names []string
		for j := room; j < room+3; j++ {
			if j != i {
				names = append(names, fmt.Sprint(j))
			}
		}
		codes := make([]byte, FrameSize)
		m.Join(fmt.Sprint(i), NewTone(float64(300+i)), func(f *Frame) { EncodeMulaw(codes, f[:]) })
		m.Hear(fmt.Sprint(i), parties(names...))
	}
	for b.Loop() {
		m.Tick()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/leg")
}
