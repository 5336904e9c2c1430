package doctor

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's signature uses it
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

// noCredentials: Twilio answers only requests with an API key.
const noCredentials = unseen(
	"set TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_AUTH_TOKEN " +
		"and TWILIO_NUMBER to have this looked at")

func (d *doctor) apiKey(ctx context.Context) (string, error) {
	if a := d.t.Account; a.AccountSID == "" || a.APIKey == "" || a.APISecret == "" || d.t.Number == "" {
		return "", noCredentials
	}
	n, err := d.calls.Number(ctx, d.t.Number)
	var no *service.RefusedError
	switch {
	case err == nil:
		d.key, d.number = true, &n
		return "Twilio accepts it", nil
	case errors.Is(err, service.ErrNotFound):
		d.key = true
		return "Twilio accepts it", nil
	case errors.As(err, &no) && no.Status == http.StatusUnauthorized:
		return "", wrong("make a standard API key in the account, in region US1, and put it into the secret",
			"Twilio does not accept it (code %d)", no.Code)
	case errors.As(err, &no):
		return "", wrong("use a standard API key", "Twilio refuses what it is needed for (HTTP %d, code %d)", no.Status,
			no.Code)
	}
	return "", wrong("look at https://status.twilio.com and at this machine's network", "Twilio could not be asked")
}

func (d *doctor) numberURLs(context.Context) (string, error) {
	if !d.key {
		return "", unseen("Twilio could not be asked")
	}
	if d.number == nil {
		return "", wrong("give TWILIO_NUMBER as one of the account's numbers", "%s is no number of the account",
			masked(d.t.Number))
	}
	const mend = "deploy with ConnectNumber=true, or set it at the number in Twilio's console"
	if d.number.Elsewhere {
		return "", wrong(mend, "an application or a trunk is set, which Twilio prefers to the number's addresses")
	}
	want := []struct {
		what      string
		got, want twilio.Hook
	}{
		{"a call comes in", d.number.Voice, twilio.Hook{URL: d.t.API + "/incoming", Method: "POST"}},
		{"call status changes", d.number.Status, twilio.Hook{URL: d.t.API + "/events/call", Method: "POST"}},
		{"primary handler fails", d.number.Fallback, twilio.Hook{URL: d.t.Fallback, Method: "GET"}},
	}
	for _, w := range want {
		if w.want.URL != "" && w.got != w.want {
			return "", wrong(mend, "for %q it asks %s %s, not %s %s", w.what, w.got.Method, w.got.URL, w.want.Method,
				w.want.URL)
		}
	}
	return "points at the API", nil
}

// masked shows which number is meant, without all of its digits.
func masked(number string) string {
	return number[:max(0, len(number)-4)] + "…"
}

func (d *doctor) fallback(ctx context.Context) (string, error) {
	if d.t.Fallback == "" {
		return "", unseen("there is none to look at")
	}
	resp, body, err := d.get(ctx, d.t.Fallback)
	if err != nil || resp.StatusCode != http.StatusOK ||
		!strings.HasPrefix(resp.Header.Get("Content-Type"), "text/xml") ||
		!strings.Contains(string(body), d.t.API+"/incoming") {
		return "", wrong("deploy again; the custom resource Publish writes it",
			"%s is no document that leads back to the API", d.t.Fallback)
	}
	return "apologises and tries again", nil
}

// webhooks must refuse requests that are not signed.
func (d *doctor) webhooks(ctx context.Context) (string, error) {
	status, err := d.hook(ctx, "/incoming", "")
	if err != nil {
		return "", wrong("look at the API and at the log group /aws/vendedlogs/…/api", "%s/incoming cannot be reached",
			d.t.API)
	}
	if status != http.StatusForbidden {
		return "", wrong("look at the functions' logs; nobody but Twilio may be let in",
			"%s/incoming answers %d to a request without a signature, want 403", d.t.API, status)
	}
	return "refuse whoever does not sign", nil
}

// authToken sends a signed callback of a call that never existed, as Twilio would.
func (d *doctor) authToken(ctx context.Context) (string, error) {
	if len(d.t.Account.AuthTokens) == 0 || d.t.Account.AuthTokens[0] == "" {
		return "", noCredentials
	}
	status, err := d.hook(ctx, "/events/call", d.t.Account.AuthTokens[0])
	switch {
	case err != nil:
		return "", wrong("look at the API", "%s/events/call cannot be reached", d.t.API)
	case status == http.StatusForbidden:
		return "",
			wrong("put the account's auth token into the secret, and PublicBaseUrl to the address that Twilio calls",
				"webhooks signed with it are refused, and so would be every call")
	case status != http.StatusNoContent:
		return "", wrong("look at the log group …/events", "a webhook signed with it is answered %d, want 204", status)
	}
	return "webhooks signed with it are taken in", nil
}

// hook posts a webhook; without a token it is not signed.
func (d *doctor) hook(ctx context.Context, path, token string) (status int, err error) {
	form := url.Values{
		"AccountSid": {d.t.Account.AccountSID}, "CallSid": {"CA00000000000000000000000000000000"},
		"CallStatus": {"ringing"}, // of which nothing is kept
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.t.API+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("X-Twilio-Signature", signature(token, d.t.API+path, form))
	}
	resp, _, err := d.send(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

// signature is Twilio's signature, over the address and the sorted form (https://www.twilio.com/docs/usage/security).
func signature(token, address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range names {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
