package storetest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func TestEachTestHasATableOfItsOwnOnOneServer(t *testing.T) {
	first, a := Table(t)
	second, b := Table(t)
	if first != second || a == b {
		t.Errorf("servers %p and %p, tables %s and %s", first, second, a, b)
	}
	out, err := first.Client().DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &b})
	if err != nil {
		t.Fatal(err)
	}
	want := Template(t)
	if got := len(out.Table.GlobalSecondaryIndexes); got != len(want.Indexes) || got == 0 {
		t.Errorf("%d indexes, the template has %d", got, len(want.Indexes))
	}
}
