package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/cfn"

	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

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

// numbers are the phone numbers of the account.
type numbers interface {
	Number(ctx context.Context, number string) (twilio.Number, error)
	Region(ctx context.Context, number string) (string, error)
	PointNumber(ctx context.Context, n twilio.Number) error
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

// number is the number as it should be.
func (p properties) number(n twilio.Number) twilio.Number {
	n.Voice = twilio.Hook{URL: p.APIURL + "/incoming", Method: "POST"}
	// A bucket does not answer POST.
	n.Fallback = twilio.Hook{URL: p.MediaURL + "/" + fallbackName, Method: "GET"}
	n.Status = twilio.Hook{URL: p.APIURL + "/events/call", Method: "POST"}
	return n
}
