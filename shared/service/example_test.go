package service_test

import (
	"context"
	"fmt"
	"log"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service/servicetest"
)

// example is a test that ends the process if it fails.
type example struct{}

func (example) Helper()                           {}
func (example) Errorf(format string, args ...any) { log.Fatalf(format, args...) }
func (example) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }
func (example) Fatal(args ...any)                 { log.Fatal(args...) }

// A caller arrives, and once they have joined their conference, the agent who has been idle for the longest time is
// rung. Store and phone network are in memory; the people around them are [servicetest.World]'s.
func ExampleService_Arrive() {
	w := servicetest.NewWorld(example{}, "alice", "bob")
	c, err := w.Service.Arrive(context.Background(), "CA1", "+15005550006", true, w.Now)
	fmt.Println(c.State, err)
	err = w.Service.HandleConferenceEvent(context.Background(), c.ID, servicetest.CallerJoined(c.ID), w.Now)
	fmt.Println(w.Rings("alice"), w.Rings("bob"), err)
	// Output:
	// waiting <nil>
	// true false <nil>
}

// Alice hands a caller over to bob by consult: the caller hears music while the two talk, and then bob.
func ExampleService_Transfer() {
	w := servicetest.NewWorld(example{}, "alice", "bob")
	id := w.DialIn()
	next := func(who agent.ID, press call.Action, target agent.ID) {
		if press != "" {
			w.MustPress(who, press, target)
		} else {
			w.Answer(who)
		}
		w.Settle()
		fmt.Println(w.Call(id).State, "- the caller hears", w.Hears(id))
	}
	next("alice", "", "")
	next("alice", call.DoConsult, "bob")
	next("bob", "", "")
	next("alice", call.DoComplete, "")
	// Output:
	// talking - the caller hears alice
	// consult-ringing - the caller hears music
	// consulting - the caller hears music
	// talking - the caller hears bob
}
