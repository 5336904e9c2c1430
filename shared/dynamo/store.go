// Package dynamo keeps conferences and agents in one DynamoDB table: switchboard.Store.
//
// It knows the table's keys and how to ask DynamoDB within the time that a caller can be
// kept waiting. It decides nothing about calls.
//
// # Items
//
// A conference is the item "c#<id>", an agent "a#<id>". The domain's value is one JSON
// document in the attribute doc, its version beside it; only that version guards a write.
// The other attributes serve the indexes and are made anew from the value at each save.
// What a newer version of this program has added, members of the document and attributes
// of the item, is kept when this one rewrites the item (see rest).
//
// # Where it bends
//
// Items are spread over the table's partitions by their ids. Each of the two indexes is
// one partition for now (the constant shard), and a partition takes about 1,000 write
// units a second; an index that is slower than its table slows the table's writes.
//
//   - live is written when a conference's state or place in it changes, not at each save:
//     about 14 units for a transferred call. It bends near 70 new calls a second.
//   - agents is written at each save of an agent, mostly his beat every five seconds: one
//     unit. It bends near 5,000 agents at work. Its page of 200 agents costs about ten
//     read units, of which a partition has 3,000 a second: some 300 offers a second. Agents
//     who fell silent while they were free stand on it until the sweep takes them off; more
//     than a page of them costs each offer another page until then.
//
// Beyond that, shard becomes a hash of the id modulo n, written by saves at once; lists
// ask the n shards side by side and merge n pages that are each in order. The table's
// keys stay as they are, and items move with their next save.
package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/env"
	"warmtransfer/shared/switchboard"
)

// Store is a switchboard.Store in a table. It may be used by many at once.
type Store struct {
	client *dynamodb.Client
	table  string
	now    func() time.Time // for expiry only, which DynamoDB does by the real time
	seen   memory
	limits limits
}

var _ switchboard.Store = (*Store)(nil)

// New is a store in a table. The client must not repeat requests by itself: the store
// does, and has to know of it.
func New(client *dynamodb.Client, table string) *Store {
	return &Store{
		client: client, table: table, now: time.Now,
		seen:   memory{entries: map[string]rest{}},
		limits: limits{all: allTries, first: firstTry, pause: retryPause},
	}
}

// Open is the store that the environment names: TABLE_NAME, the region and credentials
// that Lambda sets, and AWS_ENDPOINT_URL_DYNAMODB where DynamoDB is not Amazon's. The
// reader tells what is missing. The credentials last as long as the process does.
func Open(r *env.Reader) *Store {
	table := r.String("TABLE_NAME")
	credentials := aws.Credentials{
		AccessKeyID:     r.String("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: r.String("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    r.Optional("AWS_SESSION_TOKEN"),
	}
	o := dynamodb.Options{
		Region:     r.String("AWS_REGION"),
		Retryer:    aws.NopRetryer{},
		HTTPClient: whole{awshttp.NewBuildableClient()},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
	}
	if url := r.OptionalURL("AWS_ENDPOINT_URL_DYNAMODB"); url != "" {
		o.BaseEndpoint = &url
	}
	return New(dynamodb.New(o), table)
}

// Warm opens the connection, so that the first request need not. It is for a function's
// start: it takes as long as one operation at the most, and a failure shows later.
func (s *Store) Warm(ctx context.Context) {
	_, _ = s.get(ctx, "warm")
}

// Conference implements switchboard.Store.
func (s *Store) Conference(ctx context.Context, id conference.ID) (*conference.Conference, error) {
	return load[conference.Conference](ctx, s, conferenceKey(id))
}

// SaveConference implements switchboard.Store.
func (s *Store) SaveConference(ctx context.Context, c *conference.Conference) error {
	next := *c
	next.Version++
	err := save(ctx, s, conferenceKey(c.ID), c.Version, &next, s.conferenceItem(&next))
	if err == nil {
		c.Version = next.Version
	}
	return err
}

// Agent implements switchboard.Store.
func (s *Store) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	return load[agent.Agent](ctx, s, agentKey(id))
}

// SaveAgent implements switchboard.Store.
func (s *Store) SaveAgent(ctx context.Context, a *agent.Agent) error {
	next := *a
	next.Version++
	err := save(ctx, s, agentKey(a.ID), a.Version, &next, s.agentItem(&next))
	if err == nil {
		a.Version = next.Version
	}
	return err
}

// load reads an item, and notes what of it this version does not understand.
func load[T any](ctx context.Context, s *Store, key string) (*T, error) {
	it, err := s.get(ctx, key)
	if err != nil {
		return nil, err
	}
	v, kept, err := understand[T](it)
	if err != nil {
		return nil, unavailable(err)
	}
	s.seen.put(key, kept)
	return v, nil
}

// save writes v, whose version is one more than version, over the item of that version.
func save[T any](ctx context.Context, s *Store, key string, version int64, v *T, it item) error {
	kept, err := s.keep(ctx, key, version, func(old item) (rest, error) {
		_, kept, err := understand[T](old)
		return kept, err
	})
	if err != nil {
		return err
	}
	if err := kept.into(it, v); err != nil {
		return unavailable(err)
	}
	if err := s.put(ctx, key, version, it); err != nil {
		return err
	}
	if kept.stored != nil {
		_, kept, _ = understand[T](it) // what it was left over from has changed
	}
	kept.version = version + 1
	s.seen.put(key, kept)
	return nil
}
