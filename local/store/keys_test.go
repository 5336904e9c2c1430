package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

// What store.go says of the server's checks: DynamoDB refuses each of these, too.
func TestF204IndexKeysAreCheckedAsDynamoDBDoes(t *testing.T) {
	checksIndexKeys(t, start(t, Options{}))
}

func TestIndexKeysAreCheckedOnTheShortWay(t *testing.T) {
	checksIndexKeys(t, directly(t, start(t, Options{})))
}

func checksIndexKeys(t *testing.T, server *Store) {
	t.Helper()
	ctx := context.Background()
	if err := server.CreateTable(ctx, table(t), "items"); err != nil {
		t.Fatal(err)
	}
	client, name := server.Client(), "items"
	put := func(item map[string]types.AttributeValue) error {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: item})
		return err
	}
	if err := put(map[string]types.AttributeValue{"pk": s("a"), "dir": s("d"), "rank": s("1"),
		"other": s("")}); err != nil {
		t.Fatalf("an item that is well: %v", err)
	}
	expression := "SET #r = :empty"
	for what, do := range map[string]func() error{
		"the key is empty": func() error { return put(map[string]types.AttributeValue{"pk": s("")}) },
		"an index's first key is empty": func() error {
			return put(map[string]types.AttributeValue{"pk": s("a"), "dir": s(""), "rank": s("1")})
		},
		"an index's second key is empty": func() error {
			return put(map[string]types.AttributeValue{"pk": s("a"), "dir": s("d"), "rank": s("")})
		},
		"it alone is there": func() error { return put(map[string]types.AttributeValue{"pk": s("b"), "rank": s("")}) },
		"it is of another type": func() error {
			return put(map[string]types.AttributeValue{"pk": s("a"), "rank": &types.AttributeValueMemberN{Value: "1"}})
		},
		"an update empties it": func() error {
			_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: &name, Key: key("a"), UpdateExpression: &expression,
				ExpressionAttributeNames:  map[string]string{"#r": "rank"},
				ExpressionAttributeValues: map[string]types.AttributeValue{":empty": s("")},
			})
			return err
		},
	} {
		err := do()
		var refused smithy.APIError
		if !errors.As(err, &refused) || refused.ErrorCode() != "ValidationException" {
			t.Errorf("%s: %v, want it refused", what, err)
		} else if strings.HasSuffix(what, "empty") && !strings.Contains(refused.ErrorMessage(), "empty string") {
			t.Errorf("%s: %s", what, refused.ErrorMessage())
		}
	}
	got, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &name, Key: key("a")})
	if err != nil || got.Item["rank"].(*types.AttributeValueMemberS).Value != "1" {
		t.Errorf("what was refused has changed the item: %v, %v", got, err)
	}
}
