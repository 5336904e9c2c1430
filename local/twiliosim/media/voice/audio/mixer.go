package audio

import (
	"sync"
	"time"
)

// Part is one of the sounds a party hears: another party, or a sound of its own.
type Part struct {
	// Key names the sound. A party whose parts are set anew goes on hearing a sound of
	// the same key where it is; a new key starts it from the beginning.
	Key string
	// Party is the name of another party whose voice this is; a party that is not
	// there is silence. Empty for a sound of its own.
	Party string
	// Start makes the sound when it begins; used when Party is empty.
	Start func() Source
}

// Mixer lets parties hear each other. On each beat it takes one frame from every
// party and gives every party the saturated sum of the parts it was told to hear.
// No party hears itself unless its own name is among its parts. Its methods are safe
// for concurrent use, but must not be called from a Sink or a Source.
type Mixer struct {
	mu      sync.Mutex
	parties map[string]*party
}

type party struct {
	name   string
	source Source
	sink   Sink
	parts  []playing
	voice  Frame
	sounds bool // voice holds this beat's frame; otherwise the party is silent
}

// playing is a part in use: a party's voice or a source of this listener's own.
type playing struct {
	key    string
	party  string
	source Source
}

// NewMixer returns a mixer with nobody in it.
func NewMixer() *Mixer {
	return &Mixer{parties: make(map[string]*party)}
}

// Join adds a party, or gives the party of that name a new source and sink. Either may
// be nil: a party that never speaks, or one that nobody listens to. What it hears stays.
func (m *Mixer) Join(name string, source Source, sink Sink) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.party(name)
	p.source, p.sink = source, sink
}

// Hear sets the parts that a party hears from the next beat on. It may come before
// Join.
func (m *Mixer) Hear(name string, parts []Part) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.party(name)
	next := make([]playing, 0, len(parts))
	for _, part := range parts {
		next = append(next, p.resume(part))
	}
	p.parts = next
}

// Leave removes a party. After it returns neither its source nor its sink is used.
func (m *Mixer) Leave(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.parties, name)
}

// Parties returns how many parties there are.
func (m *Mixer) Parties() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.parties)
}

func (m *Mixer) party(name string) *party {
	p := m.parties[name]
	if p == nil {
		p = &party{name: name}
		m.parties[name] = p
	}
	return p
}

// resume returns the part that already plays under this key, or starts it.
func (p *party) resume(part Part) playing {
	for _, old := range p.parts {
		if old.key == part.Key && old.party == part.Party {
			return old
		}
	}
	started := playing{key: part.Key, party: part.Party}
	if part.Party == "" && part.Start != nil {
		started.source = part.Start()
	}
	return started
}

// Tick moves all sound on by one frame.
func (m *Mixer) Tick() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.parties {
		p.sounds = p.source != nil && p.source.Next(&p.voice)
	}
	var own, out Frame
	for _, p := range m.parties {
		var sum [FrameSize]int32
		for _, part := range p.parts {
			heard := &own
			if part.party != "" {
				other := m.parties[part.party]
				if other == nil || !other.sounds {
					continue
				}
				heard = &other.voice
			} else if part.source == nil || !part.source.Next(&own) {
				continue
			}
			for i, v := range heard {
				sum[i] += int32(v)
			}
		}
		if p.sink == nil {
			continue
		}
		for i, v := range sum {
			out[i] = saturate(v)
		}
		p.sink(&out)
	}
}

// Run ticks every FrameTime until done is closed. Beats missed by a short stall are
// made up for at once; after a long one (a sleeping laptop) the beat starts afresh.
func (m *Mixer) Run(done <-chan struct{}) {
	const patience = 10 * FrameTime
	timer := time.NewTimer(FrameTime)
	defer timer.Stop()
	next := time.Now().Add(FrameTime)
	for {
		select {
		case <-done:
			return
		case <-timer.C:
		}
		now := time.Now()
		if now.Sub(next) > patience {
			next = now
		}
		for !next.After(now) {
			m.Tick()
			next = next.Add(FrameTime)
		}
		timer.Reset(time.Until(next))
	}
}
