package servicetest

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// FindLeg implements service.CallControl.
func (p *Phones) FindLeg(_ context.Context, to agent.ID, since time.Time) error {
	err := p.run("FindLeg", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, l := range p.legs {
			if l.dial.Agent+agent.ID(l.dial.Number) == to && l.caller == "" && !l.over && !l.since.Before(since) {
				return nil
			}
		}
		return service.ErrNotFound
	})
	if errors.Is(err, ErrLags) {
		return service.ErrNotFound
	}
	return err
}

// FindConference implements service.Lookups.
func (p *Phones) FindConference(_ context.Context, id call.ID) (sid call.ConferenceID, started bool, err error) {
	err = p.run("FindConference", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r := p.rooms[id]; r != nil {
			sid, started = r.sid, r.started
			return nil
		}
		return service.ErrNotFound
	})
	if errors.Is(err, ErrLags) {
		err = service.ErrNotFound
	}
	return sid, started, err
}

// FindParticipant implements service.Lookups.
func (p *Phones) FindParticipant(_ context.Context, sid call.ConferenceID, leg call.LegID) (saw call.Sighting,
	err error) {
	err = p.run("FindParticipant", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		l := p.legs[leg]
		if l == nil || l.over {
			saw.Over = true
			return nil
		}
		if l.room != nil && l.room.sid == sid {
			saw.In, saw.Held = true, l.held
		}
		return nil
	})
	return saw, err
}

// Participants implements service.Lookups.
func (p *Phones) Participants(_ context.Context, sid call.ConferenceID) (here []call.ListedParticipant, err error) {
	err = p.run("Participants", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		r, _ := p.in(sid, "")
		if r == nil {
			return service.ErrGone
		}
		for _, l := range r.in {
			if p.Unlisted[l.sid] {
				continue
			}
			here = append(here, call.ListedParticipant{Leg: l.sid, Label: l.label, Held: l.held})
		}
		return nil
	})
	if errors.Is(err, ErrLags) {
		return nil, nil
	}
	return here, err
}

// Connected implements service.Lookups.
func (p *Phones) Connected(context.Context) (service.Connected, error) {
	here := service.Connected{Legs: map[call.LegID]bool{}, Conferences: map[call.ID]bool{}}
	err := p.run("Connected", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		for sid, l := range p.legs {
			if !l.over && (l.answered || l.caller != "") && !p.Unlisted[sid] {
				here.Legs[sid] = true
			}
		}
		for id, r := range p.rooms {
			if r.started {
				here.Conferences[id] = true
			}
		}
		return nil
	})
	if errors.Is(err, ErrLags) {
		return service.Connected{}, nil
	}
	return here, err
}
