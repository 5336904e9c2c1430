package httpapi_test

import (
	"strings"
	"testing"

	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
)

func TestASignInIsReadFromTheEnvironment(t *testing.T) {
	all := map[string]string{"IDENTITY_CLAIM": "sub", "GROUPS_CLAIM": "roles", "SUPERVISOR_GROUP": "lead"}
	get := func(name string) string { return all[name] }
	r := env.New(get)
	if got := httpapi.ReadSignIn(r); got != (httpapi.SignIn{Claim: "sub"}) {
		t.Errorf("%+v", got)
	}
	want := httpapi.SignIn{Claim: "sub", Groups: "roles", Supervisors: "lead"}
	if got := httpapi.ReadSupervision(r); got != want || r.Err() != nil {
		t.Errorf("%+v, %v", got, r.Err())
	}
	for name := range all {
		one := env.New(func(asked string) string {
			if asked == name {
				return ""
			}
			return get(asked)
		})
		httpapi.ReadSupervision(one)
		if err := one.Err(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is missing: %v", name, err)
		}
	}
}
