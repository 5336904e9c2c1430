package notation

import "testing"

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"+15550006000", "client:alice?x=y&z=%20", "client:", "sip:evil@x", "client:a?%zz", "*72", "+1\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { // F157
		a, err := ParseAddress(s)
		if err == nil && !IsE164(a.To) && !IsIdentity(a.Identity) {
			t.Errorf("%q was taken for %+v", s, a)
		}
	})
}
