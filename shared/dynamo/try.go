package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"warmtransfer/shared/service"
)

// Time limits of one operation, which DynamoDB usually answers in milliseconds. The caller hears
// nothing meanwhile, and Twilio's time is limited.
const (
	allTries   = 800 * time.Millisecond
	firstTry   = 350 * time.Millisecond // after that the request is repeated on another connection
	retryPause = 20 * time.Millisecond  // after an error answer, such as a throttle
)

// Time limits of a list that is read whole, for which nobody waits: of each try to read a page of 1 MB, and of all
// pages of a shard.
const (
	pageTry   = 4 * time.Second
	shardTime = 2 * pageTry
)

// unavailable is a failure of which nothing else is known.
func unavailable(err error) error { return fmt.Errorf("%w: %w", service.ErrUnavailable, err) }

// retryOnce runs try, and once more if there is time and it may help. It returns the number of tries.
func (t *table) retryOnce(ctx context.Context, try func(context.Context) error) (tries int, err error) {
	first, cancel := context.WithTimeout(ctx, t.limits.first)
	err = try(first)
	cancel()
	if err == nil || ctx.Err() != nil || final(err) {
		return 1, err
	}
	if answered(err) {
		select {
		case <-time.After(t.limits.pause):
		case <-ctx.Done():
			return 1, err
		}
	}
	return 2, try(ctx)
}

// answered reports whether DynamoDB itself has sent the error.
func answered(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api)
}

// final reports whether a retry is useless: DynamoDB has refused the request, and not for want of
// capacity.
func final(err error) bool {
	var api smithy.APIError
	var http interface{ HTTPStatusCode() int }
	if !errors.As(err, &api) || !errors.As(err, &http) || http.HTTPStatusCode() >= 500 {
		return false
	}
	switch api.ErrorCode() {
	case "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException":
		return false
	}
	return true
}

// get reads an item consistently. An expired item counts as not found.
func (t *table) get(ctx context.Context, key string) (item, error) {
	ctx, cancel := context.WithTimeout(ctx, t.limits.all)
	defer cancel()
	return t.look(ctx, key)
}

// look is get within the time limit of another operation.
func (t *table) look(ctx context.Context, key string) (item, error) { return t.read(ctx, key, true) }

// read is look, or costs half as much and may not see the last saves.
func (t *table) read(ctx context.Context, key string, consistent bool) (item, error) {
	var out *dynamodb.GetItemOutput
	_, err := t.retryOnce(ctx, func(ctx context.Context) (err error) {
		out, err = t.client.GetItem(ctx, &dynamodb.GetItemInput{
			TableName:      &t.name,
			Key:            item{pk: str(key)},
			ConsistentRead: aws.Bool(consistent),
		})
		return err
	})
	switch {
	case err != nil:
		return nil, unavailable(err)
	case out.Item == nil || t.expired(out.Item):
		return nil, service.ErrNotFound
	}
	return out.Item, nil
}

// nameLength is how long the name of a save is. It need only differ from those of the few saves over one version.
const nameLength = 10

// put writes an item over the one of the given version.
//
// A write whose answer was lost may have taken effect, and its repetition then fails its own
// condition. So each save has a name of its own, and put looks for that name in the item before it
// calls such a failure a conflict.
func (t *table) put(ctx context.Context, key string, over int64, it item) error {
	ctx, cancel := context.WithTimeout(ctx, t.limits.all)
	defer cancel()
	name := rand.Text()[:nameLength]
	it[pk], it[version], it[writeID] = str(key), number(over+1), str(name)
	in := &dynamodb.PutItemInput{TableName: &t.name, Item: it}
	t.onlyOver(in, over)
	tries, err := t.retryOnce(ctx, func(ctx context.Context) error {
		_, err := t.client.PutItem(ctx, in)
		return err
	})
	var failed *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &failed):
		return unavailable(err)
	case tries == 1:
		return service.ErrConflict
	}
	return t.wroteIt(ctx, key, over, name)
}

// onlyOver makes a write conditional: on the version, or on there being no item. An expired item
// counts as none.
func (t *table) onlyOver(in *dynamodb.PutItemInput, over int64) {
	if over > 0 {
		in.ConditionExpression = aws.String("#v = :v")
		in.ExpressionAttributeNames = map[string]string{"#v": version}
		in.ExpressionAttributeValues = item{":v": number(over)}
		return
	}
	in.ConditionExpression = aws.String("attribute_not_exists(#pk) OR #ttl <= :now")
	in.ExpressionAttributeNames = map[string]string{"#pk": pk, "#ttl": ttl}
	in.ExpressionAttributeValues = item{":now": number(t.now().Unix())}
}

// wroteIt decides, after a second try that has failed its condition, whether the first one had written.
// If the item has changed again since, that cannot be known.
func (t *table) wroteIt(ctx context.Context, key string, over int64, name string) error {
	it, err := t.look(ctx, key)
	switch {
	case errors.Is(err, service.ErrNotFound):
		return unavailable(errors.New("the item went away while it was written"))
	case err != nil:
		return err
	case text(it[writeID]) == name:
		return nil
	case integer(it[version]) > over+1:
		return unavailable(errors.New("the item moved on while it was written"))
	}
	return service.ErrConflict
}

// delete deletes an item, and returns what it was.
func (t *table) delete(ctx context.Context, key string) (item, error) {
	out, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.name, Key: item{pk: str(key)}, ReturnValues: "ALL_OLD",
	})
	if err != nil {
		return nil, unavailable(err)
	}
	return out.Attributes, nil
}

// batchSize is how many items DynamoDB reads in one request:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const batchSize = 100

// batchTries is how often the rest of a batch is asked for: of large items DynamoDB answers a part (UnprocessedKeys, at
// the same address).
const batchTries = 8

// batch reads items, by their keys, in requests that are made side by side. Unlike get it may see them as they were a
// moment ago, at half the cost.
func (t *table) batch(ctx context.Context, keys []string) (found map[string]item, err error) {
	chunks := slices.Collect(slices.Chunk(keys, batchSize))
	parts, errs := make([]map[string]item, len(chunks)), make([]error, len(chunks))
	var all sync.WaitGroup
	for i, some := range chunks {
		all.Go(func() { parts[i], errs[i] = t.whole(ctx, some) })
	}
	all.Wait()
	found = map[string]item{}
	for _, part := range parts {
		maps.Copy(found, part)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return found, nil
}

// whole reads one batch whole.
func (t *table) whole(ctx context.Context, keys []string) (found map[string]item, err error) {
	found = map[string]item{}
	var rest []item
	for _, key := range keys {
		rest = append(rest, item{pk: str(key)})
	}
	for tries := 0; len(rest) > 0; tries++ {
		if tries == batchTries {
			return nil, unavailable(errors.New("the batch was not read whole"))
		}
		if rest, err = t.some(ctx, rest, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}
