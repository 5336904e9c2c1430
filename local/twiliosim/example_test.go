package twiliosim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim"
)

// A caller dials, the number's webhook answers with TwiML, and the caller hears it. The clock is the test's.
func ExampleNew() {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("webhook from", r.PostFormValue("From"))
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<Response><Say>Good morning.</Say><Hangup/></Response>`)
	}))
	defer app.Close()
	c := clock.NewManual(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	network, err := twiliosim.New(twiliosim.Config{
		Account: "AC0123456789abcdef0123456789abcdef", AuthToken: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
		APIKey: "SK0123456789abcdef0123456789abcdef", APISecret: "s3cretS3cretS3cret", Number: "+15550100", Clock: c,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer network.Close()
	network.SetNumber(app.URL, "", "")

	caller, err := network.PlaceCall(nil, "+15550199", "+15550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = network.Idle(context.Background())
	fmt.Println("the caller hears", network.Hears(caller))
	c.Advance(time.Minute)
	_ = network.Idle(context.Background())
	leg, _ := network.Call(caller)
	fmt.Println("the call is", leg.Status)
	// Output:
	// webhook from +15550199
	// the caller hears [speech:Good morning.]
	// the call is completed
}
