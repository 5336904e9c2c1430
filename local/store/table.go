package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/gateway/sam"
)

// Client is an AWS client of the server, which accepts any credentials.
func (s *Store) Client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       sam.Region,
		BaseEndpoint: &s.url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// CreateTable makes the template's table under a name, with its indexes; the table is usable when CreateTable returns.
// An existing table of that name in Data is kept.
func (s *Store) CreateTable(ctx context.Context, t sam.Table, name string) error {
	in := &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(t.Keys),
	}
	for _, a := range t.Attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: &a.Name, AttributeType: types.ScalarAttributeType(a.Type)})
	}
	for _, i := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &i.Name,
			KeySchema: keySchema(i.Keys),
			Projection: &types.Projection{
				ProjectionType:   types.ProjectionType(i.Projection.Kind),
				NonKeyAttributes: i.Projection.Include,
			},
		})
	}
	client := s.Client()
	_, err := client.CreateTable(ctx, in)
	var there *types.ResourceInUseException
	if err != nil && !errors.As(err, &there) {
		return fmt.Errorf("create the table %s: %w", name, err)
	}
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 100*time.Millisecond
	})
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, startWithin); err != nil {
		return fmt.Errorf("create the table %s: %w", name, err)
	}
	return nil
}

func keySchema(keys []sam.Key) []types.KeySchemaElement {
	var out []types.KeySchemaElement
	for _, k := range keys {
		out = append(out, types.KeySchemaElement{AttributeName: &k.Name, KeyType: types.KeyType(k.Kind)})
	}
	return out
}
