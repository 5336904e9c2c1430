package rest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/exchange"
)

// regionsPath is that of Twilio's Inbound Processing Region API, which has a host of its own
// (https://routes.twilio.com) and none of the account's path.
const regionsPath = "/v2/PhoneNumbers/"

var regionName = regexp.MustCompile(`^[a-z]{2}[0-9]$`)

var regionRoutes = []route{
	{"GET", "*", "FetchPhoneNumber", (*Server).fetchRegion, ""},
	{"POST", "*", "UpdatePhoneNumber", (*Server).updateRegion, "VoiceRegion"},
}

// findRegion finds the operation on a number's region.
func findRegion(r *http.Request, number string) (route, *request, *failure) {
	number, err := url.PathUnescape(number)
	if err != nil {
		return route{}, nil, notFound(r.URL.Path)
	}
	for _, rt := range regionRoutes {
		if rt.method == r.Method {
			return rt, newRequest(r, []string{number}), nil
		}
	}
	return route{}, nil, &failure{http.StatusMethodNotAllowed, 20004, "Method not allowed"}
}

// fetchRegion: a number that nobody has given a region has no entry.
func (s *Server) fetchRegion(q *request) (int, any, *failure) {
	num := s.core.Number()
	if q.args[0] != num.Phone || num.Region == "" {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, s.showRegion(num), nil
}

func (s *Server) updateRegion(q *request) (int, any, *failure) {
	if q.args[0] != s.Number {
		return 0, nil, notFound(q.path)
	}
	region := strings.ToLower(q.form.Get("VoiceRegion"))
	if !regionName.MatchString(region) {
		return 0, nil, refuse(20001, "VoiceRegion is no region")
	}
	num := s.core.UpdateNumber(func(num *exchange.Number) { num.Region = region })
	return http.StatusOK, s.showRegion(num), nil
}

// showRegion is the number's entry as Twilio writes it.
func (s *Server) showRegion(num exchange.Number) map[string]any {
	return map[string]any{
		"phone_number": num.Phone, "url": "https://routes.twilio.com" + regionsPath + num.Phone,
		"sid":         "QQ" + num.SID[2:],
		"account_sid": s.Account, "friendly_name": num.Friendly, "voice_region": num.Region,
		"date_created": num.Created.UTC().Format(time.RFC3339), "date_updated": num.Updated.UTC().Format(time.RFC3339),
	}
}
