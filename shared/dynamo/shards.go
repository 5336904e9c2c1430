package dynamo

import (
	"cmp"
	"context"
	"hash/fnv"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The indexes live, agents and watch are spread over partitions, shards, by a hash of the id: one for a small line, so
// that a list is one query, and more for a large one, since a partition takes 1,000 write units a second. Saves use
// the first shards only, lists read all of them and merge what is each in order. To change the number, first let every
// function read the larger one and then let them use it: who uses more shards than another function reads hides calls
// from it.

// mostShards is what a list costs at most in queries.
const mostShards = 64

// Shards is how many shards of each index are used by saves, and how many lists read. The zero value is one of each.
type Shards struct{ Used, Read int }

func (s Shards) used() int { return max(1, s.Used) }

func (s Shards) read() int { return max(1, s.Used, s.Read) }

// parseShards reads "16", or "1/16" if fewer are used than read.
func parseShards(text string) (s Shards, ok bool) {
	used, all, some := strings.Cut(text, "/")
	if !some {
		all = used
	}
	var bad [2]error
	s.Used, bad[0] = strconv.Atoi(used)
	s.Read, bad[1] = strconv.Atoi(all)
	return s, bad == [2]error{} && 1 <= s.Used && s.Used <= s.Read && s.Read <= mostShards
}

// shard is that of an id.
func (s Shards) shard(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % uint32(s.used()))
}

// partition is the value of an index's key for shard k of a list. The free agents of the first one have the name that
// they had before there were others.
func partition(list string, k int) string {
	if list == freeAgents && k == 0 {
		return freeAgents
	}
	if list == freeAgents {
		return freeAgents + "#" + strconv.Itoa(k)
	}
	return list + strconv.Itoa(k)
}

// place is where an item is in an index.
func (l list) place(it item) string { return text(it[l.order]) }

// list is a list that is spread over the shards of an index.
type list struct {
	index      string
	key, order string // its attributes
	name       string // see partition
}

var (
	liveList   = list{liveIndex, live, liveAt, ""}
	agentsList = list{agentsIndex, dir, rank, ""}
	freeList   = list{watchIndex, watch, watchAt, freeAgents}
	musicList  = list{watchIndex, watch, watchAt, musicCalls}
	callsList  = list{watchIndex, watch, watchAt, liveCalls}
)

// between are places in a list; "" is no limit.
type between struct{ after, from, before string }

// pages reads at most n items of each shard, side by side, in order. More says that the list goes on after them. With
// the error of a shard that cannot be read come the items of the others.
func (ls *lists) pages(ctx context.Context, l list, b between, n int) (items []item, more bool, err error) {
	parts := make([][]item, ls.shards.read())
	cut := ""
	var mu sync.Mutex
	err = ls.eachShard(func(k int) error {
		out, err := ls.page(ctx, l.query(k, b, n))
		if err != nil {
			if !noIndex(err) && ctx.Err() == nil {
				unread(ctx, l.index, k, err)
			}
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if parts[k] = out.Items; len(out.LastEvaluatedKey) > 0 { // of what comes after it this shard tells nothing
			if last := text(out.LastEvaluatedKey[l.order]); !more || last < cut {
				more, cut = true, last
			}
		}
		return nil
	})
	items = slices.Concat(parts...)
	slices.SortFunc(items, func(a, b item) int { return cmp.Compare(l.place(a), l.place(b)) })
	if more {
		items = slices.DeleteFunc(items, func(it item) bool { return l.place(it) > cut })
	}
	return items, more, err
}

// unread tells the log of a shard of a list that could not be read. Whoever asks may go on with the others.
func unread(ctx context.Context, index string, shard int, err error) {
	slog.LogAttrs(ctx, slog.LevelWarn, "list", slog.String("index", index), slog.Int("shard", shard),
		slog.String("error", err.Error()))
}

// first is the first n items of a list, all that there are up to that.
func (ls *lists) first(ctx context.Context, l list, b between, n int) ([]item, error) {
	items, _, err := ls.pages(ctx, l, b, n)
	return items[:min(n, len(items))], err
}

// query asks for a shard of a list, for n items of it; 0: for as many as a page has.
func (l list) query(k int, b between, n int) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		IndexName:                 &l.index,
		KeyConditionExpression:    ref("#p = :p"),
		ExpressionAttributeNames:  map[string]string{"#p": l.key},
		ExpressionAttributeValues: item{":p": &types.AttributeValueMemberS{Value: partition(l.name, k)}},
	}
	if n > 0 {
		in.Limit = ref(int32(n))
	}
	and := func(condition string, values ...string) {
		*in.KeyConditionExpression += " AND #at " + condition
		in.ExpressionAttributeNames["#at"] = l.order
		for i, v := range values {
			in.ExpressionAttributeValues[":"+string(rune('a'+i))] = str(v)
		}
	}
	switch { // a key has one condition only
	case b.from != "" && b.before != "":
		and("BETWEEN :a AND :b", b.from, b.before)
	case b.from != "":
		and(">= :a", b.from)
	case b.after != "":
		and("> :a", b.after)
	case b.before != "":
		and("< :a", b.before)
	}
	return in
}

// eachShard calls f for each shard that lists read, side by side.
func (ls *lists) eachShard(f func(k int) error) error { return sideBySide(ls.shards.read(), f) }

// sideBySide calls f for each number below n, side by side, and returns the first of the errors.
func sideBySide(n int, f func(i int) error) error {
	failed := make([]error, n)
	var all sync.WaitGroup
	for i := 1; i < n; i++ {
		all.Go(func() { failed[i] = f(i) })
	}
	failed[0] = f(0)
	all.Wait()
	return cmp.Or(failed...)
}

// lists reads the lists of calls and agents, each of which is an index of the table in shards.
type lists struct {
	*table
	shards Shards
}

func ref[T any](v T) *T { return &v }

// The table's indexes.
const (
	liveIndex   = "live"
	agentsIndex = "agents"
	watchIndex  = "watch"
)

// page reads one page of an index.
func (t *table) page(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, t.limits.all)
	defer cancel()
	in.TableName = &t.name
	var out *dynamodb.QueryOutput
	_, err := t.retryOnce(ctx, func(ctx context.Context) (err error) {
		out, err = t.client.Query(ctx, in)
		return err
	})
	if err != nil {
		return nil, unavailable(err)
	}
	return out, nil
}

// query is page for a list of one page.
func (t *table) query(ctx context.Context, in *dynamodb.QueryInput) ([]item, error) {
	out, err := t.page(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}
