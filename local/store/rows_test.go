package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What is kept in memory goes through rows of our own, what is kept on disk through dynalite's database; and there are
// two ways to the server. All give the same answers.
func TestRowsInMemoryAnswerAsTheDatabaseOnDiskDoes(t *testing.T) {
	want := answers(t, start(t, Options{Data: t.TempDir()}))
	if len(want) < 20 {
		t.Fatalf("%d answers", len(want))
	}
	for how, s := range map[string]*Store{
		"in memory": start(t, Options{}), "in memory, directly": directly(t, start(t, Options{})),
		"on disk, directly": directly(t, start(t, Options{Data: t.TempDir()})),
	} {
		got := answers(t, s)
		if len(got) != len(want) {
			t.Fatalf("%s: %d answers, want %d", how, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s %s\non disk %s", how, got[i], want[i])
			}
		}
	}
}

// answers are those to the same requests in the same order.
func answers(t *testing.T, s *Store) (all []string) {
	const name = "rows"
	if err := s.CreateTable(t.Context(), table(t), name); err != nil {
		t.Fatal(err)
	}
	c, ctx := s.Client(), context.Background()
	note := func(what string, out any, err error) {
		text, _ := json.Marshal(out) // without what the SDK adds
		all = append(all, fmt.Sprintf("%s: %s failed=%v", what, text, err != nil))
	}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	item := func(i int) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": text(fmt.Sprintf("a#%d", i)), "dir": text("all"),
			"rank": text(fmt.Sprintf("%d#é", i%7)), "state": text("waits")}
	}
	for i := range 12 {
		_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(name), Item: item(i)})
		note("put", nil, err)
	}
	moved := item(3)
	moved["rank"] = text("9")
	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(name), Item: moved})
	note("move in the index", nil, err)
	_, err = c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(name), Item: moved,
		ConditionExpression: aws.String("attribute_not_exists(pk)")})
	note("a condition that fails", nil, err)
	_, err = c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(name), Key: key("a#5")})
	note("delete", nil, err)
	for _, pk := range []string{"a#3", "a#5", "nobody"} {
		out, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(name), Key: key(pk)})
		note("get "+pk, out.Item, err)
	}
	for _, condition := range []string{"dir = :d", "dir = :d AND #r < :b", "dir = :d AND #r <= :b",
		"dir = :d AND #r > :b", "dir = :d AND #r >= :b", "dir = :d AND #r BETWEEN :a AND :b",
		"dir = :d AND begins_with(#r, :a)"} {
		for _, forward := range []bool{true, false} {
			in := &dynamodb.QueryInput{TableName: aws.String(name), IndexName: aws.String("all"),
				KeyConditionExpression: aws.String(condition), ScanIndexForward: aws.Bool(forward), Limit: aws.Int32(3),
				ExpressionAttributeValues: map[string]types.AttributeValue{":d": text("all")}}
			for _, value := range []string{":a", ":b"} {
				if strings.Contains(condition, value) {
					in.ExpressionAttributeNames = map[string]string{"#r": "rank"}
					in.ExpressionAttributeValues[value] = text(map[string]string{":a": "2", ":b": "4#é"}[value])
				}
			}
			for page := 0; page < 6; page++ { // more than there are
				out, err := c.Query(ctx, in)
				if err != nil {
					t.Fatalf("%s: %v", condition, err)
				}
				note(fmt.Sprintf("%s %v page %d", condition, forward, page), out.Items, err)
				if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					break
				}
			}
		}
	}
	out, err := c.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(name)})
	note("scan", out.Items, err)
	tables, err := c.ListTables(ctx, &dynamodb.ListTablesInput{})
	note("tables", tables.TableNames, err)
	_, err = c.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(name)})
	note("delete the table", nil, err)
	return all
}
