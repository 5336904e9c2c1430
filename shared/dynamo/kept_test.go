package dynamo

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/service"
)

const keptNumber = "+15005550006"

// Keys stand in Twilio's and AWS's logs of failures, in metrics of the most used keys and in the table's stream.
func TestF343NoKeyHasTheNumberOfAPlace(t *testing.T) {
	s := open(t)
	must(t, s.SavePlaceOf(t.Context(), keptNumber, "KPCA1"))
	out, err := s.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.name})
	must(t, err)
	if len(out.Items) != 1 {
		t.Fatalf("%d items", len(out.Items))
	}
	if key := text(out.Items[0][pk]); strings.Contains(key, keptNumber[1:]) {
		t.Errorf("the key is %s", key)
	}
}

// A release before has stored the place by the number itself.
func TestF343APlaceIsFoundThatAReleaseBeforeHasStored(t *testing.T) {
	s := open(t)
	must(t, s.overwrite(t.Context(), item{pk: str("k#" + keptNumber), doc: str("KPCA1"), ttl: s.in(keptFor)}))
	if id, err := s.PlaceOf(t.Context(), keptNumber); err != nil || id != "KPCA1" {
		t.Errorf("%s, %v", id, err)
	}
	must(t, s.SavePlaceOf(t.Context(), keptNumber, "KPCA2"))
	if id, err := s.PlaceOf(t.Context(), keptNumber); err != nil || id != "KPCA2" {
		t.Errorf("after another was kept: %s, %v", id, err)
	}
	if _, err := s.Forget(t.Context(), keptNumber); err != nil {
		t.Fatal(err)
	}
	if id, err := s.PlaceOf(t.Context(), keptNumber); !errors.Is(err, service.ErrNotFound) {
		t.Errorf("after it was forgotten: %s, %v", id, err)
	}
}
