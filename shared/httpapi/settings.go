package httpapi

import (
	"crypto/rand"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// NewKey makes a new random leg key.
func NewKey() call.LegKey { return call.LegKey(rand.Text()) }

// Numbers is the number policy of a function that accepts no number from an agent: pages learn that
// outside numbers are possible, if any country is allowed, and none can be dialled. The function
// transfer has a dialplan instead, whose tables are large.
func Numbers(countries string) service.Numbers {
	if countries == "" {
		return nil
	}
	return tellOnly{}
}

type tellOnly struct{}

// Allow implements service.Numbers.
func (tellOnly) Allow(string) (string, error) {
	return "", &service.NumberError{Why: "elsewhere"}
}
