package gateway

import (
	"encoding/json"
	"testing"
)

func TestStreamsAreFilteredAsLambdaFiltersThem(t *testing.T) {
	record := `{"dynamodb":{"NewImage":{"pk":{"S":"c#1"},"news":{"S":"ended"},"n":{"N":"1"}}}}`
	for pattern, want := range map[string]bool{
		`{"dynamodb":{"NewImage":{"news":{"S":[{"exists":true}]}}}}`:         true,
		`{"dynamodb":{"NewImage":{"none":{"S":[{"exists":true}]}}}}`:         false,
		`{"dynamodb":{"NewImage":{"news":[{"exists":true}]}}}`:               false, // no leaf
		`{"dynamodb":{"NewImage":{"pk":{"S":["c#2","c#1"]}}}}`:               true,
		`{"dynamodb":{"NewImage":{"pk":{"S":["c#2"]}}}}`:                     false,
		`{"dynamodb":{"NewImage":{"pk":{"S":["c#1"]},"news":{"S":["no"]}}}}`: false,
		`{"dynamodb":{"OldImage":{"news":{"S":[{"exists":true}]}}}}`:         false,
		`{}`: false,
	} {
		var p, v any
		if json.Unmarshal([]byte(pattern), &p) != nil || json.Unmarshal([]byte(record), &v) != nil {
			t.Fatal(pattern)
		}
		if fits(p, v) != want {
			t.Errorf("%s fits: %t", pattern, !want)
		}
	}
}
