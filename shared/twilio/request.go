package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/switchboard"
)

const (
	// twilioAPI is the base address that the library writes.
	twilioAPI = "https://api.twilio.com"
	// routesAPI has the regions of numbers; its paths are not those of twilioAPI.
	routesAPI = "https://routes.twilio.com"
	// maxAnswer is how much of an answer is read.
	maxAnswer = 1 << 20
	// staleAfter is how long a connection may rest. A function's process sleeps between
	// requests, does not see that the other side has hung up, and would send a request
	// into nothing, whose outcome then is unknown.
	staleAfter = 30 * time.Second
)

// newHTTPClient is one for a function that asks one thing at a time, or the sweep, which
// asks eight: a few connections, and no redirects, which would turn a POST into a GET.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout: callTime,
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

// freshen drops connections that have rested too long. It goes by the wall clock: the
// transport's own timer sleeps with the process.
func (c *Calls) freshen() {
	now := c.now().Round(0) // without the monotonic clock, which may sleep too
	c.mu.Lock()
	rested := now.Sub(c.used)
	c.used = now
	c.mu.Unlock()
	if rested > staleAfter || rested < 0 {
		c.http.CloseIdleConnections()
	}
}

// act does something to a leg or a room that was there.
func (c *Calls) act(ctx context.Context, do func(*api.ApiService) error) error {
	return contract(c.request(ctx, do), true)
}

// create makes something or looks for it, so that "not found" is a refusal.
func (c *Calls) create(ctx context.Context, do func(*api.ApiService) error) error {
	return contract(c.request(ctx, do), false)
}

// request lets do speak with Twilio, a second time only if the credentials were
// refused and have been replaced.
func (c *Calls) request(ctx context.Context, do func(*api.ApiService) error) error {
	return c.send(ctx, func(r *requests) error { return do(service(r)) })
}

// send is request below the library.
func (c *Calls) send(ctx context.Context, do func(*requests) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	creds, err := c.keys.Credentials(ctx)
	if err != nil {
		return fmt.Errorf("%w: credentials: %w", switchboard.ErrUnknown, err)
	}
	c.freshen()
	err = do(&requests{ctx: ctx, calls: c, creds: creds})
	if !refusedKey(err) {
		return err
	}
	if creds, replaced := c.keys.Renewed(ctx); replaced {
		return do(&requests{ctx: ctx, calls: c, creds: creds})
	}
	return err
}

// service is the library's API with one request's context and credentials. Its handler
// is made by hand, since the library's own reads TWILIO_EDGE and TWILIO_REGION.
func service(r *requests) *api.ApiService {
	return api.NewApiService(&client.RequestHandler{Client: r})
}

// requests sends what the library has put together. The library's own client knows no
// context, loses the status of an answer that is not JSON, and quotes what it got.
type requests struct {
	ctx   context.Context
	calls *Calls
	creds Credentials
}

var _ client.BaseClient = (*requests)(nil)

// AccountSid implements client.BaseClient.
func (r *requests) AccountSid() string { return r.creds.AccountSID }

// SetTimeout implements client.BaseClient; the context has the limit.
func (r *requests) SetTimeout(time.Duration) {}

// SetOauth implements client.BaseClient; there is an API key.
func (r *requests) SetOauth(client.OAuth) {}

// OAuth implements client.BaseClient.
func (r *requests) OAuth() client.OAuth { return nil }

// SendRequest implements client.BaseClient. The answer has been read when it returns.
func (r *requests) SendRequest(method, address string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	address = r.calls.address(address)
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(data.Encode())
	} else if len(data) > 0 {
		address += "?" + data.Encode()
	}
	req, err := http.NewRequestWithContext(r.ctx, method, address, body)
	if err != nil {
		return nil, &failure{}
	}
	for name, v := range headers {
		req.Header.Set(name, fmt.Sprint(v))
	}
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(r.creds.APIKey, r.creds.APISecret)

	resp, err := r.calls.http.Do(req)
	if err != nil {
		return nil, &failure{cause: r.ctx.Err()}
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		f := &failure{status: resp.StatusCode}
		_ = json.Unmarshal(answer, f) // a proxy's answer has no code
		return nil, f
	}
	if err != nil {
		return nil, &failure{cause: r.ctx.Err()}
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	return resp, nil
}

// address is one of Twilio's as we reach it: where another REST API is set, that one answers for all of Twilio's hosts.
func (c *Calls) address(of string) string {
	if c.set.APIURL == twilioAPI {
		return of
	}
	for _, host := range []string{twilioAPI, routesAPI} {
		if path, ok := strings.CutPrefix(of, host); ok {
			return c.set.APIURL + path
		}
	}
	return of
}

// named says whether s can be a name that Twilio gave. The library writes it into the
// path as it is.
func named(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}
