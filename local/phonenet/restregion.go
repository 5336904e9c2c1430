package phonenet

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// regionsPath is that of Twilio's Inbound Processing Region API, which has a host of its own
// (https://routes.twilio.com) and none of the account's path.
const regionsPath = "/v2/PhoneNumbers/"

// homeRegion handles the calls of a number that nobody has given another.
const homeRegion = "us1"

var regionName = regexp.MustCompile(`^[a-z]{2}[0-9]$`)

// findRegion finds the operation on a number's region.
func (n *Network) findRegion(r *http.Request, number string) (route, *restRequest, *restError) {
	number, err := url.PathUnescape(number)
	if err != nil {
		return route{}, nil, notFound(r.URL.Path)
	}
	q := &restRequest{path: r.URL.Path, args: []string{number}, form: r.PostForm}
	switch r.Method {
	case http.MethodGet:
		return route{r.Method, "", "FetchPhoneNumber", (*Network).fetchRegion}, q, nil
	case http.MethodPost:
		return route{r.Method, "", "UpdatePhoneNumber", (*Network).updateRegion}, q, nil
	}
	return route{}, nil, &restError{http.StatusMethodNotAllowed, 20004, "Method not allowed"}
}

// fetchRegion: a number that nobody has given a region has no entry.
func (n *Network) fetchRegion(q *restRequest) (int, any, *restError) {
	if q.args[0] != n.number.phone || n.number.region == "" {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, n.regionJSON(), nil
}

func (n *Network) updateRegion(q *restRequest) (int, any, *restError) {
	if q.args[0] != n.number.phone {
		return 0, nil, notFound(q.path)
	}
	region := strings.ToLower(q.form.Get("VoiceRegion"))
	if !regionName.MatchString(region) {
		return 0, nil, refused(20001, "VoiceRegion is no region")
	}
	n.number.region, n.number.updated = region, n.clock.Now()
	return http.StatusOK, n.regionJSON(), nil
}

// regionJSON is the number's entry as Twilio writes it. Locked.
func (n *Network) regionJSON() map[string]any {
	num := n.number
	return map[string]any{
		"phone_number": num.phone, "url": "https://routes.twilio.com" + regionsPath + num.phone, "sid": "QQ" + num.sid[2:],
		"account_sid": n.cfg.Account, "friendly_name": num.friendly, "voice_region": num.region,
		"date_created": num.created.UTC().Format(time.RFC3339), "date_updated": num.updated.UTC().Format(time.RFC3339),
	}
}

// elsewhere: another region handles the number's calls, and has none of the addresses that were set in this one.
func (num number) elsewhere() bool { return num.region != "" && num.region != homeRegion }
