package dialplan_test

import (
	"fmt"

	"warmtransfer/shared/dialplan"
)

// A policy allows ordinary numbers of its countries, written as E.164, and says why another is refused.
func ExamplePolicy_Allow() {
	policy, err := dialplan.New([]string{"GB", "DE"}, []string{"+442079460000"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, number := range []string{
		"+442079460123", "+442079460000", "+12125550199", "020 7946 0123", "+449098790000",
	} {
		allowed, err := policy.Allow(number)
		fmt.Printf("%s: %q %v\n", number, allowed, err)
	}
	// Output:
	// +442079460123: "+442079460123" <nil>
	// +442079460000: "" the number may not be dialled: own
	// +12125550199: "" the number may not be dialled: country
	// 020 7946 0123: "" the number may not be dialled: not-e164
	// +449098790000: "" the number may not be dialled: premium
}

func ExampleNew() {
	_, err := dialplan.New([]string{"Atlantis"}, nil)
	fmt.Println(err)
	// Output:
	// no country is called "Atlantis"
}
