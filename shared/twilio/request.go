package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/service"
)

const (
	// routesAPI holds the regions of numbers; its paths differ from those of twilioAPI.
	routesAPI = "https://routes.twilio.com"
	// maxAnswer is how many bytes of an answer are read: a page of a thousand calls has some 1.5 MB.
	maxAnswer = 8 << 20
)

// freshen drops connections that have been idle too long. It uses the wall clock: the transport's own
// timer stops while the process is frozen.
func (c *Calls) freshen() {
	now := c.now().Round(0) // without the monotonic clock, which may stop too
	c.mu.Lock()
	rested := now.Sub(c.used)
	c.used = now
	c.mu.Unlock()
	if rested > staleAfter || rested < 0 {
		c.http.CloseIdleConnections()
	}
}

// askExisting changes or reads a leg or conference that has existed: "not found" means that it has ended.
func (c *Calls) askExisting(ctx context.Context, do func(*api.ApiService) error) error {
	return contract(c.request(ctx, do), true)
}

// ask makes something, searches for it, or changes what may never have been there: "not found" is a refusal.
func (c *Calls) ask(ctx context.Context, do func(*api.ApiService) error) error {
	return contract(c.request(ctx, do), false)
}

// request runs do, and runs it once more if the credentials were refused and newer ones exist.
func (c *Calls) request(ctx context.Context, do func(*api.ApiService) error) error {
	return c.send(ctx, func(r *requests) error { return do(apiService(r)) })
}

// send is request without the library.
func (c *Calls) send(ctx context.Context, do func(*requests) error) error {
	return c.within(ctx, callTime, do)
}

// within is send with another time limit.
func (c *Calls) within(ctx context.Context, limit time.Duration, do func(*requests) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	creds, err := c.keys.Credentials(ctx)
	if err != nil {
		return fmt.Errorf("%w: credentials: %w", service.ErrUnknown, err)
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

// apiService is the library's API with one request's context and credentials. The library's own
// constructor would read TWILIO_EDGE and TWILIO_REGION from the environment.
func apiService(r *requests) *api.ApiService {
	return api.NewApiService(&client.RequestHandler{Client: r})
}

// requests sends what the library has built. The library's own client takes no context, loses the
// status of an answer that is not JSON, and quotes the answer in its errors.
type requests struct {
	ctx   context.Context
	calls *Calls
	creds Credentials
}

var _ client.BaseClient = (*requests)(nil)

// AccountSid implements client.BaseClient.
func (r *requests) AccountSid() string { return r.creds.AccountSID }

// SetTimeout implements client.BaseClient; the context holds the limit.
func (r *requests) SetTimeout(time.Duration) {}

// SetOauth implements client.BaseClient; we use an API key.
func (r *requests) SetOauth(client.OAuth) {}

// OAuth implements client.BaseClient.
func (r *requests) OAuth() client.OAuth { return nil }

// SendRequest implements client.BaseClient. It reads the whole answer before it returns.
func (r *requests) SendRequest(method, address string, data url.Values, headers map[string]any,
	_ ...byte) (*http.Response, error) {
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

// address is the address that is really asked: another REST API, if one is set, serves all of Twilio's
// hosts.
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

// named reports whether s can be a SID. The library puts it into the path without escaping.
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
