package secret_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"warmtransfer/shared/env"
	"warmtransfer/shared/secret"
)

// The credentials are read when they are first needed, and once.
func ExampleOpen() {
	reads := 0
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reads++
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprint(w, `{"SecretString": "{\"accountSid\":\"AC0123456789abcdef0123456789abcdef\",`+
			`\"authToken\":\"0123456789abcdef\",\"apiKey\":\"SK0123456789abcdef0123456789abcdef\",`+
			`\"apiSecret\":\"0123456789abcdef\"}"}`)
	}))
	defer manager.Close()
	settings := map[string]string{
		"SECRET_ID": "twilio", "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "key",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": manager.URL,
	}
	s := secret.Open(env.New(func(name string) string { return settings[name] }))
	for range 2 {
		c, err := s.Credentials(context.Background())
		fmt.Println(c.APIKey, err)
	}
	fmt.Println("read", reads, "time")
	// Output:
	// SK0123456789abcdef0123456789abcdef <nil>
	// SK0123456789abcdef0123456789abcdef <nil>
	// read 1 time
}
