package clock_test

import (
	"fmt"
	"time"

	"warmtransfer/local/clock"
)

// A test moves the time on, and everything that falls due on the way has run when Advance returns.
func ExampleManual() {
	c := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	tell := func(what string) { fmt.Println(c.Now().Format(time.TimeOnly), what) }
	c.AfterFunc(20*time.Second, func() { tell("the caller is offered to anybody") })
	c.AfterFunc(5*time.Second, func() { tell("the agent's page is back") })
	c.Advance(time.Minute)
	tell("a minute is over")
	// Output:
	// 09:00:05 the agent's page is back
	// 09:00:20 the caller is offered to anybody
	// 09:01:00 a minute is over
}

func ExampleManual_Next() {
	c := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	fmt.Println(c.Next())
	timer := c.AfterFunc(5*time.Second, func() {})
	fmt.Println(c.Next())
	timer.Stop()
	fmt.Println(c.Next())
	// Output:
	// 0s false
	// 5s true
	// 0s false
}
