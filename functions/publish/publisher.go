package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/cfn"

	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

// publisher does what CloudFormation asks for. Everything that it does may be repeated.
type publisher struct {
	page    fs.FS
	bucket  bucket
	sign    signIn
	numbers numbers
	log     *slog.Logger
}

// numbers are the phone numbers of the account.
type numbers interface {
	Number(ctx context.Context, number string) (twilio.Number, error)
	Region(ctx context.Context, number string) (string, error)
	PointNumber(ctx context.Context, n twilio.Number) error
}

// properties are those of the resource in template.yaml. CloudFormation passes every value as text.
type properties struct {
	Bucket        string
	PageURL       string `json:"PageUrl"`  // the page's own address, with a slash at the end
	MediaURL      string `json:"MediaUrl"` // where Twilio fetches music and the fallback
	APIURL        string `json:"ApiUrl"`   // where Twilio calls us
	Issuer        string
	ClientID      string `json:"ClientId"`
	Scope         string
	CrmURL        string `json:"CrmUrl"` // "" if there is none
	UserPool      string // "" if the agents sign in with another issuer
	Number        string
	ConnectNumber string // "true" or "false"
}

// read decodes the properties of an event.
func read(e cfn.Event) (p properties, err error) {
	raw, err := json.Marshal(e.ResourceProperties)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, fmt.Errorf("the resource's properties cannot be read: %w", err)
	}
	for name, v := range map[string]string{
		"Bucket": p.Bucket, "PageUrl": p.PageURL, "MediaUrl": p.MediaURL, "ApiUrl": p.APIURL,
		"Issuer": p.Issuer, "ClientId": p.ClientID, "Scope": p.Scope, "Number": p.Number,
		"ConnectNumber": p.ConnectNumber,
	} {
		if v == "" {
			err = errors.Join(err, fmt.Errorf("the resource's property %s is missing", name))
		}
	}
	return p, err
}

// work carries out one event; it reports each step to doing.
func (p publisher) work(ctx context.Context, e cfn.Event, doing func(string)) error {
	set, err := read(e)
	if e.RequestType == cfn.RequestDelete {
		return p.remove(ctx, set, doing)
	}
	if err != nil {
		return err
	}
	// Steps that may be refused come first, before anything has been changed.
	var number twilio.Number
	if set.ConnectNumber == "true" {
		doing("looking for the phone number")
		if number, err = p.numbers.Number(ctx, set.Number); err != nil {
			return refusal(err)
		}
		doing("looking for the phone number's region")
		if err := p.atHome(ctx, set.Number); err != nil {
			return err
		}
	}
	r, err := newRelease(p.page, set)
	if err != nil {
		return err
	}
	doing("uploading the page")
	if err := p.bucket.publish(ctx, set.Bucket, r); err != nil {
		return err
	}
	if set.UserPool != "" {
		doing("letting sign-in return to the page")
		if err := p.sign.returnTo(ctx, set.UserPool, set.ClientID, set.PageURL); err != nil {
			return err
		}
	}
	if set.ConnectNumber != "true" {
		return nil
	}
	doing("pointing the phone number at the API")
	if want := set.number(number); want != number {
		return refusal(p.numbers.PointNumber(ctx, want))
	}
	return nil
}

// atHome refuses a number whose calls another region of Twilio's handles: Twilio would look up the
// number's addresses in that region, and the agents' browsers are not connected there. If the key may
// not read the region, or the look-up fails, the deployment goes on: most numbers are in the home
// region, and the doctor reports what could not be checked.
func (p publisher) atHome(ctx context.Context, number string) error {
	region, err := p.numbers.Region(ctx, number)
	if err != nil {
		p.log.Warn("the phone number's region cannot be looked up", "function", "publish", "error", err.Error())
		return nil
	}
	if region == twilio.HomeRegion {
		return nil
	}
	const home = twilio.HomeRegion
	return fmt.Errorf(
		"TwilioNumber is handled in Twilio's region %s, and this line works in %s, so that its calls would "+
			"not arrive: set the number's inbound processing region for voice to %s (POST VoiceRegion=%s to %s), "+
			"wait five minutes and deploy again, or deploy with ConnectNumber=false",
		region, home, home, strings.ToLower(home), twilio.RegionAddress("")+"{the number}")
}

// number is the number as it should be.
func (p properties) number(n twilio.Number) twilio.Number {
	n.Voice = twilio.Hook{URL: p.APIURL + "/incoming", Method: "POST"}
	// A bucket does not answer POST.
	n.Fallback = twilio.Hook{URL: p.MediaURL + "/" + fallbackName, Method: "GET"}
	n.Status = twilio.Hook{URL: p.APIURL + "/events/call", Method: "POST"}
	return n
}

// remove empties the bucket, because CloudFormation deletes only an empty one. It takes a number that
// still points at this API away from it, if Twilio lets it: a stack must be deletable with credentials
// that are no longer valid.
func (p publisher) remove(ctx context.Context, set properties, doing func(string)) error {
	if set.ConnectNumber == "true" && set.APIURL != "" {
		doing("letting the phone number go")
		n, err := p.numbers.Number(ctx, set.Number)
		if err == nil && n.Voice.URL == set.number(n).Voice.URL {
			n.Voice, n.Fallback, n.Status = twilio.Hook{}, twilio.Hook{}, twilio.Hook{}
			_ = p.numbers.PointNumber(ctx, n)
		}
	}
	if set.Bucket == "" {
		return nil // the bucket was never made
	}
	doing("emptying the bucket")
	return p.bucket.empty(ctx, set.Bucket)
}

// refusal says what Twilio has refused, by the names of the template's parameters.
func refusal(err error) error {
	var no *service.RefusedError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, service.ErrNotFound):
		return errors.New("TwilioNumber is none of the numbers of the account TwilioAccountSid: " +
			"give one of its numbers in the form +15550100, or deploy with ConnectNumber=false")
	case errors.As(err, &no) && no.Status == 401:
		return fmt.Errorf(
			"TwilioApiKey and TwilioApiSecret are not accepted by Twilio for the account TwilioAccountSid (code %d): "+
				"make a standard API key in this account, in region US1, and give all three", no.Code)
	case errors.As(err, &no) && no.Status == 403:
		return fmt.Errorf(
			"TwilioApiKey may not read and change the numbers of the account (code %d): use a standard API key",
			no.Code)
	case errors.As(err, &no) && no.Status == 404:
		return fmt.Errorf("TwilioAccountSid is no account that TwilioApiKey belongs to (code %d)", no.Code)
	case errors.As(err, &no):
		return fmt.Errorf("TwilioNumber cannot be changed: Twilio refuses with HTTP %d, code %d", no.Status, no.Code)
	case errors.Is(err, service.ErrThrottled):
		return errors.New(
			"TwilioNumber cannot be changed now: " +
				"Twilio has too many requests for this account; deploy again in a minute")
	default:
		return fmt.Errorf("TwilioNumber cannot be looked up at Twilio: %w; deploy again", err)
	}
}
