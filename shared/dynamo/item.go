package dynamo

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
)

// item is an item of the table, in the form of DynamoDB's client.
type item = map[string]types.AttributeValue

// The attributes that this version knows. A newer version adds its own here; attributes that are
// not listed survive a rewrite.
const (
	pk      = "pk"      // "c#<conference>" or "a#<agent>"
	doc     = "doc"     // the value as JSON
	version = "version" // of the value; every write is conditional on it
	writeID = "write"   // names the save that wrote the item: see put
	ttl     = "ttl"     // when DynamoDB may delete the item, in Unix seconds; none while it is needed

	live   = "live"   // shard: see Shards; only calls that the sweep must see have it (see call.Call.Live)
	liveAt = "liveAt" // place among the live calls: see place
	state  = "state"
	queued = "queued" // since when they wait; their place in the order is liveAt
	head   = "head"

	dir  = "dir"  // shard; all agents but the removed ones have it
	rank = "rank" // place among the agents: see rankOf

	watch   = "watch"   // a shard of freeAgents, of liveCalls or of musicCalls: whom a clock looks after
	watchAt = "watchAt" // an agent's rank; a call's id, or when its music stops and then its id
	seen    = "seen"    // when a free agent's page was last seen, in Unix seconds: see seenAt
	due     = "due"     // call.Due, in Unix seconds
	sids    = "sids"    // call.Call.ConnectedLegs, with spaces between them

	rec   = "rec"   // month of a record: see records.go
	recAt = "recAt" // its place in that month

	news = "news" // call.Call.News, with spaces between them; the table's stream is filtered by it (template.yaml)
)

var ours = map[string]bool{
	pk: true, doc: true, version: true, writeID: true, ttl: true,
	live: true, liveAt: true, state: true, queued: true, head: true, dir: true, rank: true,
	watch: true, watchAt: true, seen: true, due: true, sids: true, rec: true, recAt: true,
	news: true,
}

// Lists in the index watch: see partition.
const (
	freeAgents = "agents"
	liveCalls  = "calls#" // live calls whose callers are to hear no music
	musicCalls = "music#" // those whose callers are to hear music

	// seenGrid is how exactly the index knows when a free agent's page was last seen. A coarser one saves writes of
	// the index; a claim reads the item, which knows it exactly.
	seenGrid = 15 * time.Second
)

const (
	// keepEnded is how long a call stays after its last write at least, so that late callbacks find that it is
	// over. F116 asks for at least 24 hours after its end.
	keepEnded = 48 * time.Hour
	// keepAgent is how long an agent stays after the last heartbeat.
	keepAgent = 90 * 24 * time.Hour
)

// invitationKey begins the key of an invitation: see voicemail.go.
const invitationKey = "v#"

func callKey(id call.ID) string { return "c#" + string(id) }

func agentKey(id agent.ID) string { return "a#" + string(id) }

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// text and integer are an attribute's value, or the zero value if it is missing or of another type.
func text(v types.AttributeValue) string {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return s.Value
}

func integer(v types.AttributeValue) int64 {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return 0
	}
	return i
}

// stamp is a time as text; the order of such texts is the order of the times.
func stamp(t time.Time) string { return archive.Place(t, "") }

// A call's id follows a time after beforeID; afterStamp follows all of them.
const (
	beforeID   = " "
	afterStamp = "~"
)

// Classes of calls in the index live, in its order. The sweep takes those with agents first: callers
// in the queue have their own clock, the music turns.
const (
	withAgents = "0#" // ordered by the time of arrival
	lineHeads  = "1#" // ordered by the time of queueing; the queue begins here
	lineRest   = "2#"
)

// place is the position of a call in the index live. With an agent it stays the same whatever becomes of the call: a
// position that changes is two writes.
func place(c *call.Call) string {
	switch {
	case !c.Queues():
		return withAgents + stamp(c.Arrived) + "#" + string(c.ID)
	case c.Requeued:
		return lineHeads + stamp(c.Queued) + "#" + string(c.ID)
	default:
		return lineRest + stamp(c.Queued) + "#" + string(c.ID)
	}
}

// in is the attribute ttl of an item that is kept so long from now on.
func (t *table) in(keep time.Duration) types.AttributeValue { return number(t.now().Add(keep).Unix()) }

// rankOf is an agent's place in the directory: free agents first, the longest idle first. A heartbeat
// does not change it, which would cost a second write, of the index.
func rankOf(a *agent.Agent) string {
	if a.Ranked() {
		return "0#" + stamp(a.IdleSince) + "#" + string(a.ID)
	}
	return "1#" + string(a.ID)
}

// words are names with spaces between them.
func words[T ~string](names []T) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(n))
	}
	return b.String()
}

// freed is the time in a rank of a free agent since when the agent has been idle; false if the rank is another's.
func freed(rank string) (time.Time, bool) {
	at, isFree := strings.CutPrefix(rank, "0#")
	at, _, _ = strings.Cut(at, "#")
	t, err := time.Parse(time.RFC3339Nano, at)
	return t, isFree && err == nil
}

// expired reports whether an item has expired and DynamoDB has only not deleted it yet, which may take
// days: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
func (t *table) expired(it item) bool {
	until, ok := it[ttl]
	return ok && integer(until) <= t.now().Unix()
}
