package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/service"
)

// Two functions have loaded the same call. The second to save it is told so: it loads the call again, decides again,
// and saves that. An item that has not changed meanwhile is the condition of each save.
func ExampleStore_SaveCall() {
	ctx := context.Background()
	server, err := storetest.NewTable(ctx, "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	store := dynamo.New(server.Client(), "example")
	now := time.Now()
	fmt.Println(store.SaveCall(ctx, call.New("CA1", "+15005550006", true, now)))

	first, _ := store.Call(ctx, "CA1")
	second, _ := store.Call(ctx, "CA1")
	first.ApplyCallerEnded(now)
	fmt.Println(first.State, store.SaveCall(ctx, first))
	second.ApplyCallerEnded(now)
	fmt.Println(errors.Is(store.SaveCall(ctx, second), service.ErrConflict))

	second, _ = store.Call(ctx, "CA1")
	fmt.Println("now", second.State)
	// Output:
	// <nil>
	// ended <nil>
	// true
	// now ended
}
