package twilio_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/prompt"
	"warmtransfer/shared/twilio"
)

const account = "AC0123456789abcdef0123456789abcdef"

// A webhook is Twilio's if its signature covers the address and the form with our auth token, and names our account.
func ExampleValidator_Verify() {
	validator := twilio.NewValidator(twilio.Fixed(twilio.Credentials{
		AccountSID: account, AuthTokens: []string{"12345"},
		APIKey: "SK0123456789abcdef0123456789abcdef", APISecret: "secret",
	}))
	address := "https://example.com/incoming"
	form := url.Values{"AccountSid": {account}, "CallSid": {"CA0123456789abcdef0123456789abcdef"}}

	signed := signedByTwilio("12345", address, form)
	fmt.Println(validator.Verify(context.Background(), address, form, signed))

	form.Set("CallSid", "CA00000000000000000000000000000000")
	fmt.Println(validator.Verify(context.Background(), address, form, signed))
	// Output:
	// true <nil>
	// false <nil>
}

// signedByTwilio signs as https://www.twilio.com/docs/usage/security#validating-requests says: the address, then names
// and values in the order of the names.
func signedByTwilio(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// show prints a document, an element on each line.
func show(document string) { fmt.Println(strings.ReplaceAll(document, "><", ">\n<")) }

func ExampleGoodbye() {
	show(twilio.Goodbye(prompt.Plain("Thank you for calling.", "Goodbye.")))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	// <Say>Thank you for calling.</Say>
	// <Say>Goodbye.</Say>
	// <Hangup/>
	// </Response>
}

// A turn of hold music ends with a redirect to the next turn: after the end of such a document there is silence.
func ExampleWaiting() {
	show(twilio.Waiting(twilio.Turn{
		Words: prompt.Plain("You are number two."), Music: "https://example.com/music/1.mp3",
		Next: "https://example.com/wait/CA1/2",
	}))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	// <Say>You are number two.</Say>
	// <Play>https://example.com/music/1.mp3</Play>
	// <Redirect method="POST">https://example.com/wait/CA1/2</Redirect>
	// </Response>
}

// Without music there is silence of at least a second, so that the next turn is not asked for at once.
func ExampleHoldOn() {
	show(twilio.HoldOn("https://example.com/incoming", 0, prompt.Plain("Please hold the line.")))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	// <Say>Please hold the line.</Say>
	// <Pause length="1"/>
	// <Redirect method="POST">https://example.com/incoming</Redirect>
	// </Response>
}

func ExampleSpoken() {
	fmt.Println(twilio.Spoken(prompt.Plain("Thank you for calling.")).Round(100 * time.Millisecond))
	// Output:
	// 1.7s
}

func ExampleRegionAddress() {
	fmt.Println(twilio.RegionAddress("+15550100"))
	// Output:
	// https://routes.twilio.com/v2/PhoneNumbers/+15550100
}
