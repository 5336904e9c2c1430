package twilio

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

const (
	// sameNameMost is how many conferences of one name are listed; only the newest may be live.
	sameNameMost = 20
	// people is more than a conference takes.
	people = 5 * conferenceSize
)

// liveStatuses are the statuses of a conference that has not ended, in the order in which they are
// listed. Since 2026-09-30 a list without Status holds conferences in progress only, and two statuses
// need two requests: https://www.twilio.com/en-us/changelog/conference-list-endpoint-rollout-extended.
// A conference that starts between the first two requests is in neither list, so the first request is
// made again.
var liveStatuses = []string{"in-progress", "init", "in-progress"}

// FindConference implements service.Lookups. A call that has lost its conference has a newer one of the
// same name, so only the newest live one counts. A conference with one party that must not start it
// has the status init.
func (c *callControl) FindConference(ctx context.Context, id call.ID) (conf call.ConferenceID, started bool,
	err error) {
	err = c.ask(ctx, func(s *api.ApiService) error {
		for _, status := range liveStatuses {
			p := (&api.ListConferenceParams{}).SetFriendlyName(string(id)).SetStatus(status).SetPageSize(sameNameMost)
			page, err := s.PageConference(p, "", "")
			if err != nil {
				return err
			}
			if conf, started = newestConference(page.Conferences, id); conf != "" {
				return nil
			}
		}
		return service.ErrNotFound
	})
	return conf, started, err
}

func newestConference(conferences []api.ApiV2010Conference, id call.ID) (conf call.ConferenceID, started bool) {
	var latest time.Time
	for _, r := range conferences {
		status := value(r.Status)
		if value(r.FriendlyName) != string(id) || status != "init" && status != "in-progress" {
			continue
		}
		made, _ := date(value(r.DateCreated)) // unknown: older than all
		if conf == "" || made.After(latest) {
			conf, started, latest = call.ConferenceID(value(r.Sid)), status == "in-progress", made
		}
	}
	return conf, started
}

// Hold implements service.Conferences. The hold URL is one of the wait turns, which go on for ever; a plain sound file
// would play once and then leave silence. Hold of a party who is on hold already restarts the music: we expect Twilio
// to fetch a HoldUrl whenever one is given. Twilio does not document that
// (https://www.twilio.com/docs/voice/api/conference-participant-resource); check it on a live account.
func (c *callControl) Hold(ctx context.Context, id call.ID, conf call.ConferenceID, leg call.LegID, hold bool) error {
	p := (&api.UpdateParticipantParams{}).SetHold(hold)
	if hold {
		p.SetHoldUrl(c.base.Wait(id, firstHeldTurn)).SetHoldMethod(http.MethodPost)
	}
	return c.updateParticipant(ctx, conf, leg, p)
}

// SetEndOnExit implements service.Conferences.
func (c *callControl) SetEndOnExit(ctx context.Context, conf call.ConferenceID, leg call.LegID, ends bool) error {
	return c.updateParticipant(ctx, conf, leg, (&api.UpdateParticipantParams{}).SetEndConferenceOnExit(ends))
}

// SetVoice implements service.Conferences.
func (c *callControl) SetVoice(ctx context.Context, room call.ConferenceID, v call.SetVoice) error {
	p := &api.UpdateParticipantParams{}
	switch {
	case v.Step == call.Mute:
		p.SetMuted(true)
	case v.Step == call.Unmute:
		p.SetMuted(false)
	case v.Coach != "":
		p.SetCoaching(true).SetCallSidToCoach(string(v.Coach))
	default:
		p.SetCoaching(false)
	}
	return c.updateParticipant(ctx, room, v.Leg, p)
}

// Announce implements service.Conferences.
func (c *callControl) Announce(ctx context.Context, id call.ID, conf call.ConferenceID, leg call.LegID) error {
	p := (&api.UpdateParticipantParams{}).SetAnnounceUrl(c.base.Announcement(id)).SetAnnounceMethod(http.MethodPost)
	return c.updateParticipant(ctx, conf, leg, p)
}

func (c *callControl) updateParticipant(ctx context.Context, conf call.ConferenceID, leg call.LegID,
	p *api.UpdateParticipantParams) error {
	if !named(string(conf)) || !named(string(leg)) {
		return service.ErrGone
	}
	return c.askExisting(ctx, func(s *api.ApiService) error {
		_, err := s.UpdateParticipant(string(conf), string(leg), p)
		return err
	})
}

// FindParticipant implements service.Lookups. The participant is fetched by its CallSid. If the conference does not
// have it, the call itself says whether it is over
// (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). Twilio keeps calls, so one that is not
// found does not belong to this account.
func (c *callControl) FindParticipant(ctx context.Context, conf call.ConferenceID, leg call.LegID) (saw call.Sighting,
	err error) {
	if !named(string(leg)) {
		return call.Sighting{Over: true}, nil
	}
	err = service.ErrGone
	if named(string(conf)) {
		err = c.askExisting(ctx, func(s *api.ApiService) error {
			p, err := s.FetchParticipant(string(conf), string(leg), nil)
			if err == nil {
				status := value(p.Status)
				saw = call.Sighting{In: status == "connected" || status == "", Held: value(p.Hold)}
			}
			return err
		})
	}
	if err == nil && saw.In || err != nil && !errors.Is(err, service.ErrGone) {
		return saw, err
	}
	err = c.askExisting(ctx, func(s *api.ApiService) error {
		found, err := s.FetchCall(string(leg), nil)
		if err == nil {
			saw = call.Sighting{Over: !slices.Contains(live, value(found.Status))}
		}
		return err
	})
	if errors.Is(err, service.ErrGone) {
		return call.Sighting{Over: true}, nil
	}
	return saw, err
}

// Participants implements service.Lookups.
func (c *callControl) Participants(ctx context.Context, conf call.ConferenceID) (here []call.ListedParticipant,
	err error) {
	if !named(string(conf)) {
		return nil, service.ErrGone
	}
	err = c.askExisting(ctx, func(s *api.ApiService) error {
		page, err := s.PageParticipant(string(conf), (&api.ListParticipantParams{}).SetPageSize(people), "", "")
		if err != nil {
			return err
		}
		for _, p := range page.Participants {
			if status := value(p.Status); status != "connected" && status != "" {
				continue // being called, or gone
			}
			here = append(here, call.ListedParticipant{
				Leg: call.LegID(value(p.CallSid)), Label: value(p.Label), Held: value(p.Hold),
			})
		}
		return nil
	})
	return here, err
}
