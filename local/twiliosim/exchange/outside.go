package exchange

import (
	"fmt"
	"slices"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// What a telephone outside does when it is called.
const (
	outsideRings  = "ring"    // it rings until the control API answers for it: the default
	outsideBusy   = "busy"    // the line is engaged
	outsideFails  = "fail"    // there is no such number
	outsidePickUp = "pick-up" // it answers by itself at once, as a machine does, and presses no key
)

var outsideActions = []string{outsideRings, outsideBusy, outsideFails, outsidePickUp}

// anyNumber stands for all numbers that nothing else is said about.
const anyNumber = "*"

// SetOutside says what the telephone of an outside number does when it is called: ring,
// busy, fail or pick-up. The number "*" stands for all that nothing else is said about.
func (x *Exchange) SetOutside(number, does string) error {
	if number != anyNumber && !notation.IsE164(number) {
		return fmt.Errorf("number %q: want E.164, or * for all others", number)
	}
	if !slices.Contains(outsideActions, does) {
		return fmt.Errorf("does %q: want one of %v", does, outsideActions)
	}
	return x.change(func(s *state) error {
		s.outside[number] = does
		return nil
	})
}

// ringOutside lets an outside number be called. It says how the leg ends at once, if it
// does.
func (l *leg) ringOutside() (legs.Ending, bool) {
	does, known := l.s.outside[l.To]
	if !known {
		does = l.s.outside[anyNumber]
	}
	switch does {
	case outsideBusy:
		return legs.Engaged, false
	case outsideFails:
		return legs.NoSuchNumber, false
	}
	l.scripted = true
	l.answers = does == outsidePickUp
	return legs.Ending{}, true
}
