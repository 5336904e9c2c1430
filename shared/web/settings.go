package web

import (
	"crypto/rand"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

// NewKey makes a new random leg key.
func NewKey() conference.LegKey { return conference.LegKey(rand.Text()) }

// Numbers is the number policy of a function that accepts no number from an agent: pages learn that
// outside numbers are possible, if any country is allowed, and none can be dialled. The function
// transfer has a dialplan instead, whose tables are large.
func Numbers(countries string) switchboard.Numbers {
	if countries == "" {
		return nil
	}
	return elsewhere{}
}

type elsewhere struct{}

// Allow implements service.Numbers.
func (elsewhere) Allow(string) (string, error) {
	return "", &switchboard.NumberError{Why: "elsewhere"}
}
