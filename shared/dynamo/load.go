package dynamo

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Several items that are needed in the same moment are one request: it costs the units of all of them, and the work of
// one request, which is most of what a load costs a function.

var _ service.Batch = (*Store)(nil)

// LoadAtOnce implements service.Batch.
func (s *Store) LoadAtOnce(ctx context.Context, w service.Wanted) (l service.Loaded) {
	var keys []string
	if w.Call != "" {
		keys = append(keys, callKey(w.Call))
	}
	for _, id := range w.Agents {
		keys = append(keys, agentKey(id))
	}
	got := s.getAll(ctx, keys)
	if w.Call != "" {
		l.Call, l.NoCall = decoded[call.Call](s, got[callKey(w.Call)])
	}
	for _, id := range w.Agents {
		a, err := decoded[agent.Agent](s, got[agentKey(id)])
		l.SetAgent(id, a, err)
	}
	return l
}

// got is an item, or why there is none.
type got struct {
	key string
	it  item
	err error
}

// getAll reads items as get does each, by one request, in the time of one operation. As with get, what fails is asked
// for once more: all of it, or the items that DynamoDB did not get to. If the request itself is refused, as while a
// deployment's new permissions have not come to all of AWS's machines, each item is asked for by itself.
func (t *table) getAll(ctx context.Context, keys []string) map[string]got {
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // a batch that names a key twice is refused
	all := map[string]got{}
	ctx, cancel := context.WithTimeout(ctx, t.limits.all)
	defer cancel()
	if len(keys) < 2 {
		return t.getEach(ctx, keys)
	}
	var left []item
	for _, key := range keys {
		left = append(left, item{pk: str(key)})
		all[key] = got{key, nil, service.ErrNotFound}
	}
	_, err := t.retryOnce(ctx, func(ctx context.Context) (err error) {
		left, err = t.askAll(ctx, left, all)
		return err
	})
	if err == nil {
		return all
	}
	var rest []string
	for _, k := range left {
		key := text(k[pk])
		rest = append(rest, key)
		all[key] = got{key, nil, unavailable(err)}
	}
	if final(err) {
		slog.LogAttrs(ctx, slog.LevelWarn, "batch", slog.String("error", err.Error()))
		maps.Copy(all, t.getEach(ctx, rest))
	}
	return all
}

// askAll asks once for items. Left are those of which nothing is known after it: all of them, if the error is that of
// the request.
func (t *table) askAll(ctx context.Context, keys []item, all map[string]got) (left []item, err error) {
	out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{t.name: {Keys: keys, ConsistentRead: aws.Bool(true)}},
	})
	if err != nil {
		return keys, err
	}
	for _, it := range out.Responses[t.name] {
		if key := text(it[pk]); !t.expired(it) {
			all[key] = got{key, it, nil}
		}
	}
	for _, of := range out.UnprocessedKeys {
		left = append(left, of.Keys...)
	}
	if len(left) > 0 {
		return left, errUnprocessed
	}
	return nil, nil
}

// errUnprocessed: DynamoDB has answered a part of a batch. It leaves out what it would refuse alone, for want of
// capacity: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
var errUnprocessed = &types.ProvisionedThroughputExceededException{Message: aws.String("a part of the batch")}

// getEach is getAll by a request for each item, side by side.
func (t *table) getEach(ctx context.Context, keys []string) map[string]got {
	parts := make([]got, len(keys))
	var wait sync.WaitGroup
	for i, key := range keys {
		wait.Go(func() {
			it, err := t.look(ctx, key)
			parts[i] = got{key, it, err}
		})
	}
	wait.Wait()
	all := map[string]got{}
	for _, g := range parts {
		all[g.key] = g
	}
	return all
}
