package doctor

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"warmtransfer/shared/twilio"
)

// rulesAPI lists the account's webhook rules.
// https://www.twilio.com/docs/usage/webhooks/webhook-rules
const rulesAPI = "https://webhooks.twilio.com/v1/Webhooks/Rules"

// rule is a webhook rule: it applies a setting to webhooks.
type rule struct {
	FriendlyName string `json:"friendlyName"`
	MatchType    string `json:"matchType"` // EXACT_MATCH, PREFIX_MATCH or DEFAULT
	Value        string `json:"value"`
	Prefix       string `json:"prefix"`
}

// matches: the rule may apply to webhooks to the API.
func (r rule) matches(api string) bool {
	switch r.MatchType {
	case "DEFAULT":
		return true
	case "PREFIX_MATCH":
		return strings.HasPrefix(api+"/", r.Prefix) || strings.HasPrefix(r.Prefix, api+"/")
	case "EXACT_MATCH":
		return strings.HasPrefix(r.Value, api+"/")
	}
	return false
}

// webhookRules warns of rules that override what our addresses ask for, and that may change how webhooks are signed.
func (d *doctor) webhookRules(ctx context.Context) (string, error) {
	if !d.key || d.t.Twilio != twilioAPI {
		return "", unseen("rules are visible at Twilio alone: " + rulesAPI)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rulesAPI, nil)
	if err != nil {
		return "", err
	}
	req.SetBasicAuth(d.t.Account.APIKey, d.t.Account.APISecret)
	resp, body, err := d.send(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", unseen("Twilio does not show this key the account's webhook rules")
	}
	rules, ok := readRules(body)
	if !ok {
		return "", unseen("Twilio shows the account's webhook rules in a form that is not known here")
	}
	for _, r := range rules {
		if !r.matches(d.t.API) {
			continue
		}
		mend := "give its setting five retries (4xx, 5xx, both time-outs)"
		if len(d.t.Account.SharedKeys) == 0 {
			mend += "; if the setting names a shared key, put that one's secret into the secret as sharedKey, " +
				"with HMAC_SHA256"
		}
		return "", wrong(mend+"; see UnknownSignatures in docs/operations.md",
			"the rule %q (%s) applies to our webhooks: "+
				"its setting wins over the retries that we ask for, and may sign them in another way", r.FriendlyName,
			r.MatchType)
	}
	return "none applies to our webhooks", nil
}

// readRules finds the list in an answer, whatever its field is called.
func readRules(body []byte) ([]rule, bool) {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return nil, false
	}
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		var rules []rule
		if json.Unmarshal(answer[name], &rules) == nil && answer[name][0] == '[' {
			return rules, true
		}
	}
	return nil, false
}

// sharedKey signs a callback of a call that never existed with the secret's shared key.
func (d *doctor) sharedKey(ctx context.Context) (string, error) {
	if len(d.t.Account.SharedKeys) == 0 {
		return "", unseen("the secret has none; one is needed only where a webhook rule signs with it")
	}
	form := url.Values{
		"AccountSid": {d.t.Account.AccountSID}, "CallSid": {"CA00000000000000000000000000000000"},
		"CallStatus": {"ringing"}, // of which nothing is kept
	}
	address := d.t.API + "/events/call"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(d.t.Account.SharedKeys[0]))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(name + form.Get(name)))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	req.Header.Set(twilio.SettingsHeader, "key=doctor,algorithm=HMAC_SHA256")
	resp, _, err := d.send(req)
	switch {
	case err != nil:
		return "", wrong("look at the API", "%s cannot be reached", address)
	case resp.StatusCode != http.StatusNoContent:
		return "", wrong("put it into the secret as sharedKey",
			"a webhook signed with it is answered %d, want 204", resp.StatusCode)
	}
	return "webhooks signed with it are taken in", nil
}
