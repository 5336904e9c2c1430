package env_test

import (
	"fmt"

	"warmtransfer/shared/env"
)

// All problems are told at once, by the settings' names and without their values.
func ExampleReader() {
	settings := map[string]string{"RING_SECONDS": "25", "TWILIO_NUMBER": "0800"}
	r := env.New(func(name string) string { return settings[name] })
	fmt.Println(r.Seconds("RING_SECONDS", 5, 120))
	r.Number("TWILIO_NUMBER")
	r.String("TABLE_NAME")
	fmt.Println(r.Err())
	// Output:
	// 25s
	// missing settings: TABLE_NAME; malformed settings: TWILIO_NUMBER (must be a telephone number like +15550100)
}
