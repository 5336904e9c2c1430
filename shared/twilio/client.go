package twilio

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// Calls acts on the calls and conferences of one Twilio account by REST.
//
// A request is repeated only if Twilio has refused its credentials and newer ones exist. Errors hold
// Twilio's codes and never its text, which may contain numbers and names (N9).
type Calls struct {
	keys Keys
	set  CallSettings
	http *http.Client
	now  func() time.Time

	mu   sync.Mutex
	used time.Time // when a connection was last used
}

// CallSettings say how calls are placed.
type CallSettings struct {
	// Number is our own number in E.164 form: the caller ID that an agent's client or an outside phone
	// shows.
	Number string
	// APIURL is the base address of the REST API, without a trailing slash; "" is Twilio's.
	APIURL string
	// FallbackURL is the document that a caller hears when our API does not answer (see Fallback); ""
	// if there is none.
	FallbackURL string
	// Line are the line's settings, for the words that end a call; nil: nothing is set.
	Line func(context.Context) settings.Values
}

// NewCalls returns Calls that use the API key of keys.
func NewCalls(keys Keys, set CallSettings) *Calls {
	if set.APIURL == "" {
		set.APIURL = twilioAPI
	}
	set.APIURL = strings.TrimRight(set.APIURL, "/")
	return &Calls{keys: keys, set: set, http: newHTTPClient(), now: time.Now}
}

// callControl is Calls with the base address of our webhooks.
type callControl struct {
	*Calls
	base Base
}

// At returns the account's call control, with our webhooks at that base address.
func (c *Calls) At(b Base) service.CallControl { return &callControl{Calls: c, base: b} }

// line are the line's settings.
func (c *Calls) line(ctx context.Context) settings.Values {
	if c.set.Line == nil {
		return settings.Values{}
	}
	return c.set.Line(ctx)
}

// twilioAPI is the host in the addresses that the library builds.
const twilioAPI = "https://api.twilio.com"

// newHTTPClient serves a function that sends one request at a time, or the sweep, which sends eight: a
// few connections, and no redirects, which would turn a POST into a GET.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout: pageTime, // the longest of a request's own limits: see within
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: time.Second}).DialContext,
			TLSHandshakeTimeout: time.Second,
			MaxIdleConnsPerHost: 8,
			IdleConnTimeout:     staleAfter,
		},
	}
}

// pageTime is the time limit of one page, and listTime of all of them.
const pageTime, listTime = 8 * time.Second, 20 * time.Second

// staleAfter is how long a connection may be idle. Lambda freezes a function between requests, so
// it does not notice that the other side has closed the connection. A request on such a connection
// has an unknown outcome.
const staleAfter = 30 * time.Second
