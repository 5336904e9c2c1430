package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

// region finds out in which of Twilio's regions the number's calls are handled. The number's addresses, the key and the
// agents' browsers belong to one region; a call that another region handles finds none of them.
func (d *doctor) region(ctx context.Context) (string, error) {
	if !d.key || d.number == nil {
		return "", unseen("the number could not be asked for")
	}
	region, err := d.calls.Region(ctx, d.t.Number)
	var no *service.RefusedError
	switch {
	case errors.As(err, &no):
		return "",
			unseen("Twilio does not show this key the number's inbound processing region for voice; it must be " +
				twilio.HomeRegion)
	case err != nil:
		return "", unseen("Twilio could not be asked for the number's region")
	case region != twilio.HomeRegion:
		return "", wrong("set the number's inbound processing region for voice to "+twilio.HomeRegion+
			", with: curl -u \"$TWILIO_API_KEY:$TWILIO_API_SECRET\" -d VoiceRegion="+strings.ToLower(twilio.HomeRegion)+
			" "+twilio.RegionAddress("")+"$TWILIO_NUMBER ; it takes up to five minutes",
			"its calls are handled in region %s, where this line's addresses, key and agents are not", region)
	}
	return "calls are handled in " + region, nil
}

// lookThere says where an operator can see what the doctor cannot.
const lookThere = "look at the account's voice dialing geographic permissions"

// dialling asks whether the account may dial the number's own country.
func (d *doctor) dialling(ctx context.Context) (string, error) {
	country := countryOf(d.t.Number)
	if country == "" && d.key {
		return "", unseen("the number does not tell its country, so that there is none to ask for: " + lookThere)
	}
	if !d.key || d.t.Twilio != twilioAPI {
		return "", unseen("permissions are visible at Twilio alone: " + lookThere)
	}
	address := "https://voice.twilio.com/v1/DialingPermissions/Countries/" + url.PathEscape(country)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	return d.permission(req, country)
}

// countryOf is the country of a number as a code of two letters; "" if its digits do not tell one, such as those of a
// toll-free number that several countries share, or of satellite or international services.
func countryOf(number string) string {
	n, err := phonenumbers.Parse(number, "")
	if err != nil {
		return ""
	}
	country := phonenumbers.GetRegionCodeForNumber(n)
	shared := len(phonenumbers.GetRegionCodesForCountryCode(int(n.GetCountryCode()))) > 1
	if len(country) != 2 || country == "ZZ" || shared && !ofOnePlace(phonenumbers.GetNumberType(n)) {
		return ""
	}
	return country
}

// ofOnePlace: among countries with one calling code, the area code identifies a fixed or a mobile number.
func ofOnePlace(kind phonenumbers.PhoneNumberType) bool {
	switch kind {
	case phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return true
	}
	return false
}

// permission asks Twilio whether numbers in a country may be dialled.
func (d *doctor) permission(req *http.Request, country string) (string, error) {
	req.SetBasicAuth(d.t.Account.APIKey, d.t.Account.APISecret)
	resp, body, err := d.send(req)
	var answer struct {
		LowRisk bool `json:"low_risk_numbers_enabled"`
	}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		return "", unseen("Twilio does not show this key the permissions")
	}
	if !answer.LowRisk {
		return "", wrong("allow it in the account's voice dialing geographic permissions",
			"the account may not dial numbers in %s", country)
	}
	return "numbers in " + country + " may be dialled", nil
}
