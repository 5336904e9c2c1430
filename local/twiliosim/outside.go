package twiliosim

import (
	"fmt"
	"net/http"
	"slices"
)

// What a telephone outside does when it is called.
const (
	outsideRings  = "ring"    // it rings until the control API answers for it: the default
	outsideBusy   = "busy"    // the line is engaged
	outsideFails  = "fail"    // there is no such number
	outsidePickUp = "pick-up" // it answers by itself at once, as a machine does, and presses no key
)

var outsideDeeds = []string{outsideRings, outsideBusy, outsideFails, outsidePickUp}

// anyNumber stands for all numbers that nothing else is said about.
const anyNumber = "*"

// SetOutside says what the telephone of an outside number does when it is called: ring,
// busy, fail or pick-up. The number "*" stands for all that nothing else is said about.
func (n *Network) SetOutside(number, does string) error {
	if number != anyNumber && !e164.MatchString(number) {
		return fmt.Errorf("number %q: want E.164, or * for all others", number)
	}
	if !slices.Contains(outsideDeeds, does) {
		return fmt.Errorf("does %q: want one of %v", does, outsideDeeds)
	}
	n.lock()
	defer n.unlock()
	n.outside[number] = does
	return nil
}

// ringOutside lets an outside number be called. It says how the leg ends at once, if it
// does. Locked.
func (n *Network) ringOutside(l *leg) (legEnd, bool) {
	does, known := n.outside[l.to]
	if !known {
		does = n.outside[anyNumber]
	}
	switch does {
	case outsideBusy:
		return legEnd{status: statusBusy, sip: 486, reason: leftAddFailed, code: 31486}, false
	case outsideFails:
		return legEnd{status: statusFailed, sip: 404, reason: leftAddFailed, code: 31404}, false
	}
	l.scripted = true
	l.picksUp = does == outsidePickUp
	return legEnd{}, true
}

func (n *Network) controlNumber(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Number string `json:"number"`
		Does   string `json:"does"`
	}
	err := readJSON(w, r, &body)
	if err == nil {
		err = n.SetOutside(body.Number, body.Does)
	}
	if err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
