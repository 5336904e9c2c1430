package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/cfn"

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
