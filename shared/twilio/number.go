package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/service"
)

// Number says where a number of the account sends its calls.
type Number struct {
	SID      string
	Voice    Hook // the first document of a call
	Fallback Hook // asked when that document, or a later one, cannot be fetched
	Status   Hook // receives the end of a call
	// Elsewhere: an application or a trunk is set. Twilio then ignores all of the above
	// (https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource#incomingphonenumber-properties).
	Elsewhere bool
}

// Hook is a webhook's address with its method.
type Hook struct{ URL, Method string }

// Number finds a number of the account by its E.164 form. ErrNotFound: the account has no such number.
func (c *Calls) Number(ctx context.Context, number string) (n Number, err error) {
	err = c.ask(ctx, func(s *api.ApiService) error {
		page,
			err := s.PageIncomingPhoneNumber(
			(&api.ListIncomingPhoneNumberParams{}).SetPhoneNumber(number).SetPageSize(20), "", "")
		if err != nil {
			return err
		}
		for _, p := range page.IncomingPhoneNumbers { // Twilio matches parts of numbers too
			if value(p.PhoneNumber) == number {
				n = Number{
					SID:       value(p.Sid),
					Voice:     Hook{value(p.VoiceUrl), value(p.VoiceMethod)},
					Fallback:  Hook{value(p.VoiceFallbackUrl), value(p.VoiceFallbackMethod)},
					Status:    Hook{value(p.StatusCallback), value(p.StatusCallbackMethod)},
					Elsewhere: value(p.VoiceApplicationSid) != "" || value(p.TrunkSid) != "",
				}
				return nil
			}
		}
		return service.ErrNotFound
	})
	return n, err
}

// HomeRegion is the region that must handle the number's calls: our API key, the agents' voice tokens
// and the addresses that we give the number belong to it. Twilio keeps all three by region. See
// https://www.twilio.com/docs/global-infrastructure/inbound-call-processing
const HomeRegion = "US1"

// Region is the region that handles the number's incoming calls, such as "US1" or "IE1". A number
// without an entry belongs to HomeRegion. See
// https://www.twilio.com/docs/global-infrastructure/inbound-processing-region-api-phone-number
func (c *Calls) Region(ctx context.Context, number string) (region string, err error) {
	err = contract(c.send(ctx, func(r *requests) error {
		resp, err := r.SendRequest(http.MethodGet, RegionAddress(number), nil, nil)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		var entry struct {
			Region string `json:"voice_region"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&entry); err != nil {
			return err
		}
		region = entry.Region
		return nil
	}), false)
	var no *service.RefusedError
	if errors.As(err, &no) && no.Status == http.StatusNotFound || err == nil && region == "" {
		return HomeRegion, nil
	}
	return strings.ToUpper(region), err
}

// RegionAddress is the resource that holds a number's region. An operator changes it by posting
// VoiceRegion there.
func RegionAddress(number string) string {
	return routesAPI + "/v2/PhoneNumbers/" + url.PathEscape(number)
}

// PointNumber sets where the number n.SID sends its calls; an empty address clears the setting.
func (c *Calls) PointNumber(ctx context.Context, n Number) error {
	if !named(n.SID) {
		return service.ErrNotFound
	}
	p := (&api.UpdateIncomingPhoneNumberParams{}).
		SetVoiceUrl(n.Voice.URL).SetVoiceMethod(n.Voice.method()).
		SetVoiceFallbackUrl(n.Fallback.URL).SetVoiceFallbackMethod(n.Fallback.method()).
		SetStatusCallback(n.Status.URL).SetStatusCallbackMethod(n.Status.method())
	if n.Elsewhere {
		p.SetVoiceApplicationSid("").SetTrunkSid("")
	}
	return c.ask(ctx, func(s *api.ApiService) error {
		_, err := s.UpdateIncomingPhoneNumber(n.SID, p)
		return err
	})
}

func (h Hook) method() string {
	if h.Method == "" {
		return http.MethodPost
	}
	return h.Method
}
