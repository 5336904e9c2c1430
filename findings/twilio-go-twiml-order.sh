#!/usr/bin/env bash
# twilio-go v1.31.0: the same TwiML is written in another order of attributes each time.
#
# The package twiml keeps the attributes of an element in a Go map and writes them as the map gives them, which Go makes
# random. A <Dial> with six attributes comes in dozens of forms within one process. To Twilio they are all the same, but
# a comparison of text is not: golden files and snapshots fail now and then, an ETag or a hash over the document changes
# with every request, and what two functions of one deployment answer to the same webhook differs. Whoever compares
# TwiML has to read it as XML first.
. "$(dirname "$0")/common.sh"
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/twilio/twilio-go/twiml"
)

// forms is how many different texts a hundred answers with that many attributes have: one, or several.
func forms(d *twiml.VoiceDial) string {
	seen := map[string]bool{}
	for range 100 {
		text, err := twiml.Voice([]twiml.Element{d})
		if err != nil {
			panic(err)
		}
		seen[text] = true
	}
	if len(seen) == 1 {
		return "one form"
	}
	return "several forms"
}

func main() {
	fmt.Println("one attribute:", forms(&twiml.VoiceDial{Number: "+15550100", Timeout: "20"}))
	fmt.Println("six attributes:", forms(&twiml.VoiceDial{
		Number: "+15550100", Timeout: "20", Action: "/done", Method: "POST", CallerId: "+15550101",
		HangupOnStar: "false", AnswerOnBridge: "true",
	}))
}
GO
module github.com/twilio/twilio-go@v1.31.0
expect "$(go run .)" 'one attribute: one form
six attributes: several forms'
