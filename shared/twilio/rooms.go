package twilio

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

const (
	// firstHeldTurn is the turn that a party who is put on hold hears first: turn 0
	// greets a new caller.
	firstHeldTurn = 1
	// lastRooms is how many rooms of one name are looked at; only the newest may be live.
	lastRooms = 20
	// people is more than a room takes.
	people = 5 * roomSize
)

// liveRooms are the statuses of a room that has not ended, in the order in which they are asked
// for. Without a Status Twilio lists conferences in progress alone, and of which statuses there
// are more it is not said; two statuses are two requests:
// https://www.twilio.com/en-us/changelog/conference-list-endpoint-rollout-extended. A room that
// starts between the first two looks is in neither, so the first one is made again.
var liveRooms = []string{"in-progress", "init", "in-progress"}

// FindRoom implements switchboard.Looks. A conference that fell out of a room has a
// newer one of the same name, so only the newest live one counts. One party alone
// does not start a room (status init).
func (c *callControl) FindRoom(ctx context.Context, id conference.ID) (room conference.RoomID, started bool, err error) {
	err = c.create(ctx, func(s *api.ApiService) error {
		for _, status := range liveRooms {
			p := (&api.ListConferenceParams{}).SetFriendlyName(string(id)).SetStatus(status).SetPageSize(lastRooms)
			page, err := s.PageConference(p, "", "")
			if err != nil {
				return err
			}
			if room, started = newestRoom(page.Conferences, id); room != "" {
				return nil
			}
		}
		return switchboard.ErrNotFound
	})
	return room, started, err
}

func newestRoom(rooms []api.ApiV2010Conference, id conference.ID) (room conference.RoomID, started bool) {
	var latest time.Time
	for _, r := range rooms {
		status := value(r.Status)
		if value(r.FriendlyName) != string(id) || status != "init" && status != "in-progress" {
			continue
		}
		made, _ := date(value(r.DateCreated)) // unknown: older than all
		if room == "" || made.After(latest) {
			room, started, latest = conference.RoomID(value(r.Sid)), status == "in-progress", made
		}
	}
	return room, started
}

// Hold implements switchboard.Rooms. A held party hears the wait turns; a plain sound
// file would be played once and be followed by silence. A party who is on hold already is
// to hear them anew: Twilio is taken to fetch a HoldUrl whenever one is given. That is not
// documented, and to be checked on a live account.
func (c *callControl) Hold(ctx context.Context, id conference.ID, room conference.RoomID, leg conference.LegID, hold bool) error {
	p := (&api.UpdateParticipantParams{}).SetHold(hold)
	if hold {
		p.SetHoldUrl(c.base.Wait(id, firstHeldTurn)).SetHoldMethod(http.MethodPost)
	}
	return c.updateParticipant(ctx, room, leg, p)
}

// SetEndsRoom implements switchboard.Rooms.
func (c *callControl) SetEndsRoom(ctx context.Context, room conference.RoomID, leg conference.LegID, ends bool) error {
	return c.updateParticipant(ctx, room, leg, (&api.UpdateParticipantParams{}).SetEndConferenceOnExit(ends))
}

// Announce implements switchboard.Rooms.
func (c *callControl) Announce(ctx context.Context, id conference.ID, room conference.RoomID, leg conference.LegID) error {
	p := (&api.UpdateParticipantParams{}).SetAnnounceUrl(c.base.Announcement(id)).SetAnnounceMethod(http.MethodPost)
	return c.updateParticipant(ctx, room, leg, p)
}

func (c *callControl) updateParticipant(ctx context.Context, room conference.RoomID, leg conference.LegID, p *api.UpdateParticipantParams) error {
	if !named(string(room)) || !named(string(leg)) {
		return switchboard.ErrGone
	}
	return c.act(ctx, func(s *api.ApiService) error {
		_, err := s.UpdateParticipant(string(room), string(leg), p)
		return err
	})
}

// LookAt implements switchboard.Looks. A participant is fetched by its call; if its room has
// none of it, the call itself says whether it is over. Twilio keeps calls: one that is not
// found is none of this account.
func (c *callControl) LookAt(ctx context.Context, room conference.RoomID, leg conference.LegID) (saw conference.Sighting, err error) {
	if !named(string(leg)) {
		return conference.Sighting{Over: true}, nil
	}
	err = switchboard.ErrGone
	if named(string(room)) {
		err = c.act(ctx, func(s *api.ApiService) error {
			p, err := s.FetchParticipant(string(room), string(leg), nil)
			if err == nil {
				status := value(p.Status)
				saw = conference.Sighting{In: status == "connected" || status == "", Held: value(p.Hold)}
			}
			return err
		})
	}
	if err == nil && saw.In || err != nil && !errors.Is(err, switchboard.ErrGone) {
		return saw, err
	}
	err = c.act(ctx, func(s *api.ApiService) error {
		call, err := s.FetchCall(string(leg), nil)
		if err == nil {
			saw = conference.Sighting{Over: !slices.Contains(live, value(call.Status))}
		}
		return err
	})
	if errors.Is(err, switchboard.ErrGone) {
		return conference.Sighting{Over: true}, nil
	}
	return saw, err
}

// Present implements switchboard.Looks.
func (c *callControl) Present(ctx context.Context, room conference.RoomID) (here []conference.Presence, err error) {
	if !named(string(room)) {
		return nil, switchboard.ErrGone
	}
	err = c.act(ctx, func(s *api.ApiService) error {
		page, err := s.PageParticipant(string(room), (&api.ListParticipantParams{}).SetPageSize(people), "", "")
		if err != nil {
			return err
		}
		for _, p := range page.Participants {
			if status := value(p.Status); status != "connected" && status != "" {
				continue // being called, or gone
			}
			here = append(here, conference.Presence{
				Leg: conference.LegID(value(p.CallSid)), Label: value(p.Label), Held: value(p.Hold),
			})
		}
		return nil
	})
	return here, err
}
