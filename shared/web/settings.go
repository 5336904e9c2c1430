package web

import (
	"crypto/rand"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

// NewKey makes a leg's key that was never made before.
func NewKey() conference.LegKey { return conference.LegKey(rand.Text()) }

// Numbers are the outside numbers for a function that takes no agent's word for one: it
// tells pages that there are some, if any country is allowed, and lets none be dialled.
// The function that does, transfer, has a dialplan instead, whose tables are large.
func Numbers(countries string) switchboard.Numbers {
	if countries == "" {
		return nil
	}
	return elsewhere{}
}

type elsewhere struct{}

// Allow implements switchboard.Numbers.
func (elsewhere) Allow(string) (string, error) {
	return "", &switchboard.NumberError{Why: "elsewhere"}
}
