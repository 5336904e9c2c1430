package main

import (
	"net/http"
	"net/url"
	"time"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
	"warmtransfer/shared/team"
	"warmtransfer/shared/twilio"
)

type handler struct {
	edge       httpapi.Edge
	signIn     httpapi.SignIn
	newService func(twilio.Base) *service.Service
	team       *team.Team
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"GET /team":       h.supervised(h.view),
			"POST /team/acts": h.supervised(h.act),
		},
	}.Handler()
}

// supervised refuses everybody but supervisors before anything of the request is looked at. Who was one a moment ago
// is in no call as a supervisor any longer.
func (h handler) supervised(
	f func(*httpapi.Request) (int, any, error),
) func(*httpapi.Request) (int, any, error) {
	return func(r *httpapi.Request) (int, any, error) {
		if !r.Who.Supervisor {
			h.newService(r.Base).KeepWatching(r.Context(), r.Who, r.Now)
			return 0, nil, service.ErrNotSupervisor
		}
		return f(r)
	}
}

// view is the whole view. Its only parameter is when the supervisor's day began.
func (h handler) view(r *httpapi.Request) (int, any, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	since, given := time.Time{}, q["since"]
	if err == nil && len(given) == 1 {
		since, err = time.Parse(time.RFC3339, given[0])
	}
	if err != nil || len(given) > 1 || len(q) > len(given) {
		return 0, nil, httpapi.Malformed("The query has since, once at most, as in RFC 3339.")
	}
	v, err := h.team.View(r.Context(), r.Who, since, r.Now)
	if v.Renew {
		h.newService(r.Base).KeepWatching(r.Context(), r.Who, r.Now)
	}
	return http.StatusOK, v, err
}

// act carries out an act. The next view shows what it has changed.
func (h handler) act(r *httpapi.Request) (int, any, error) {
	var in team.Act
	if err := r.Decode(&in); err != nil {
		return 0, nil, err
	}
	err := h.team.Do(r.Context(), h.newService(r.Base), r.Who, in, r.Now)
	return http.StatusAccepted, struct{}{}, err
}
