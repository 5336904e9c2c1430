// Package dynamo keeps calls and agents in one DynamoDB table: service.Store.
//
// It knows the table's keys, and how to ask DynamoDB within the time that a caller can be kept
// waiting. It makes no decision about calls.
//
// # Items
//
// A call is the item "c#<id>", an agent "a#<id>", the connections of an agent's pages "p#<id>". The
// domain's value is one document in the attribute doc, JSON or packed (see pack.go), with its version beside it; every
// write is conditional on that version. The other
// attributes serve the indexes and are computed from the value at each save. Members of the document
// and attributes of the item that a newer version of this program has added are kept when this one
// rewrites the item (see unknownFields).
//
// # Scaling limits
//
// Items are spread over the table's partitions by their ids, and those of the indexes live, agents and watch over as
// many partitions as there are shards (see Shards). A partition takes 1,000 write units and 3,000 read units a second,
// and an index that is slower than its table slows the table's writes:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
//
// docs/performance.md says what a transferred call writes to each. With one shard, the limits are:
//
//   - records is written once for each call, and is a partition for each month: its limit is far beyond that of live.
//     The lists of an agent's and a caller's records in the other indexes are partitions of their own.
//   - live is written when a call arrives, ends, and when it joins or leaves the queue: 6 units for a
//     transferred call. Its limit is near 160 new calls a second.
//   - agents has the whole item of each agent, and is written at each save of an agent, mostly the
//     heartbeat, every fifteen seconds at rest and some nine in a call: one unit, or two if items are not packed and
//     the agent has a list of recent calls. Its limit is near 15,000 agents at rest and 9,500 in calls, or half as
//     many. Its page of 200 agents costs up to 47 read units. It is read for the directory, for a search, and by the
//     sweep; nothing that a caller waits for reads it.
//   - watch has the free agents, 120 bytes each, and is written when one is claimed or freed, one
//     unit, and with a free agent's heartbeat every fifteen seconds. Thirty free agents are one read of
//     half a unit. Of a call it is written at each music turn, two units, and when its legs change:
//     some 25 units for a transferred call, so that its limit is near 40 new calls a second. Agents
//     whose pages stopped while they were free stay on it until the sweep removes them.
package dynamo

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

// Store is a service.Store in a table. It is safe for concurrent use.
type Store struct {
	*table
	lists
	seen        memory
	keepRecords time.Duration
	form        form
}

var (
	_ service.Store = (*Store)(nil)
	_ archive.Shelf = (*Store)(nil)
)

// New is a store in a table. The client must not repeat requests: the store does, and must know of it.
func New(client *dynamodb.Client, name string) *Store {
	t := &table{
		client: client, name: name, now: time.Now,
		limits: limits{allTries, firstTry, retryPause, pageTry, shardTime},
	}
	return &Store{
		table: t,
		lists: lists{table: t},
		seen:  memory{entries: map[string]unknownFields{}},
	}
}

// Open is the store that the environment names: TABLE_NAME, AWS's own settings, and AWS_ENDPOINT_URL_DYNAMODB for a
// store that is not Amazon's. The reader reports what is missing.
func Open(r *env.Reader) *Store {
	name := r.String("TABLE_NAME")
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_DYNAMODB")
	return New(dynamodb.New(dynamodb.Options{
		Region: own.Region, Credentials: own.Credentials(), BaseEndpoint: own.Endpoint,
		HTTPClient: bufferedBody{awshttp.NewBuildableClient()},
		Retryer:    aws.NopRetryer{},
	}), name)
}

// Warm opens the connection ahead of the first request. It takes at most the time of one operation; a
// failure shows at the first request.
func (s *Store) Warm(ctx context.Context) {
	_, _ = s.get(ctx, "warm")
}

// Compact makes the store pack each document that it saves, or unpack it.
func (s *Store) Compact(yes bool) {
	if s.form = formJSON; yes {
		s.form = formPacked
	}
}

// Spread lets the store use and read the shards that the environment names: one, if it names none. Whoever reads lists
// of calls or agents, or saves one, must do so.
func (s *Store) Spread(r *env.Reader) {
	var ok bool
	if s.shards, ok = parseShards(cmp.Or(r.Optional("LINE_SHARDS"), "1")); !ok {
		r.Bad("LINE_SHARDS", "a number of shards, or \"1/4\", up to "+strconv.Itoa(mostShards))
	}
}
