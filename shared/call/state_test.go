package call

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// arrows is the whole table of transitions, written a second time: every pair that is not here must be refused.
const arrows = `
waiting --offer--> ringing
waiting --caller-left--> ended
waiting --room-ended--> waiting
waiting --expire--> ended
ringing --answer--> talking
ringing --offer-failed--> waiting
ringing --caller-left--> ended
ringing --room-ended--> ringing
ringing --expire--> ended
talking --consult--> consult-ringing
talking --add--> add-ringing
talking --blind--> ringing
talking --requeue--> waiting
talking --hold--> talking
talking --resume--> talking
talking --end--> ended
talking --transferor-left--> waiting
talking --caller-left--> ended
talking --room-ended--> waiting
add-ringing --answer--> three-way
add-ringing --target-failed--> talking
add-ringing --cancel--> talking
add-ringing --end--> ended
add-ringing --transferor-left--> ringing
add-ringing --caller-left--> ended
add-ringing --room-ended--> ringing
consult-ringing --answer--> consulting
consult-ringing --target-failed--> talking
consult-ringing --cancel--> talking
consult-ringing --transferor-left--> ringing
consult-ringing --caller-left--> ended
consult-ringing --room-ended--> ringing
consulting --swap--> swapped
consulting --join--> three-way
consulting --complete--> completing
consulting --cancel--> talking
consulting --transferor-left--> talking
consulting --target-left--> talking
consulting --caller-left--> ended
consulting --room-ended--> waiting
swapped --swap--> consulting
swapped --join--> three-way
swapped --complete--> completing
swapped --cancel--> talking
swapped --transferor-left--> talking
swapped --target-left--> talking
swapped --caller-left--> ended
swapped --room-ended--> waiting
three-way --complete--> completing
three-way --cancel--> talking
three-way --end--> ended
three-way --transferor-left--> talking
three-way --target-left--> talking
three-way --caller-left--> ended
three-way --room-ended--> waiting
completing --completed--> talking
completing --transferor-left--> talking
completing --target-left--> waiting
completing --caller-left--> ended
completing --room-ended--> waiting
agent-first --answer--> calling
agent-first --caller-failed--> ended
agent-first --caller-left--> ended
calling --caller-answered--> talking
calling --caller-failed--> ended
calling --end--> ended
calling --transferor-left--> calling
calling --caller-left--> ended
calling --keep--> keeps-place
calling --expire--> ended
agent-first --offer-failed--> keeps-place
agent-first --expire--> ended
keeps-place --offer--> agent-first
keeps-place --end--> ended
keeps-place --expire--> ended
keeps-place --caller-left--> ended
ended --caller-left--> ended
ended --return--> waiting
`

func TestEveryStateAndEvent(t *testing.T) {
	want := map[string]State{}
	for line := range strings.SplitSeq(strings.TrimSpace(arrows), "\n") {
		var from, event, to string
		words := strings.NewReplacer("--", " ", "> ", "").Replace(strings.Replace(line, "--> ", "  ", 1))
		if _, err := fmt.Sscanf(words, "%s %s %s", &from, &event, &to); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		want[from+" "+event] = State(to)
	}
	for _, s := range States {
		for _, e := range Events {
			to, allowed := want[string(s)+" "+string(e)]
			delete(want, string(s)+" "+string(e))
			name := fmt.Sprintf("%s --%s--> %s", s, e, to)
			if !allowed {
				name = fmt.Sprintf("%s --%s--> refused", s, e)
			}
			t.Run(name, func(t *testing.T) {
				got, err := s.Next(e)
				var refused *TransitionError
				switch {
				case allowed && (err != nil || got != to):
					t.Errorf("got %s, %v", got, err)
				case !allowed && (!errors.As(err, &refused) || got != s):
					t.Errorf("got %s, %v; want a refusal and the same state", got, err)
				}
			})
		}
	}
	for left := range want {
		t.Errorf("%q in the list is no pair of a state and an event", left)
	}
}
