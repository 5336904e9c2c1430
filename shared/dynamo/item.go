package dynamo

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// item is an item of the table as DynamoDB's client has it.
type item = map[string]types.AttributeValue

// Attributes that are ours. A version that knows one more adds it here; attributes that
// are not listed survive a rewrite.
const (
	pk      = "pk"      // "c#<conference>" or "a#<agent>"
	doc     = "doc"     // the value as JSON
	version = "version" // of the value; what every write is conditional on
	writeID = "write"   // names the save that wrote the item: see put
	ttl     = "ttl"     // when the item may go, in seconds of the epoch; none while it is needed

	live   = "live"   // shard; only conferences that need a clock have it (see conference.Conference.Live)
	liveAt = "liveAt" // place among the live: see place
	state  = "state"
	queued = "queued"
	head   = "head"

	dir  = "dir"  // shard; all agents have it who were not removed
	rank = "rank" // place among the agents: see rankOf
)

var ours = map[string]bool{
	pk: true, doc: true, version: true, writeID: true, ttl: true,
	live: true, liveAt: true, state: true, queued: true, head: true, dir: true, rank: true,
}

// shard is the partition of both indexes; the package's comment says how far it carries.
const shard = "0"

const (
	// keepEnded is how long a conference stays after it was last written: late callbacks
	// find that it is over. F116 asks for 24 hours after its end at least.
	keepEnded = 48 * time.Hour
	// keepAgent is how long an agent stays after he was last heard of.
	keepAgent = 90 * 24 * time.Hour
)

func conferenceKey(id conference.ID) string { return "c#" + string(id) }

func agentKey(id agent.ID) string { return "a#" + string(id) }

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// text and integer are an attribute's value, or nothing if it is missing or of another type.
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

// stamp is a time in a form whose order is that of time.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") }

// Classes of conferences in the index live, in its order. The sweep comes to those in
// talks first: callers in the line have a clock of their own.
const (
	withAgents = "0#" // then by the last change of state
	lineHeads  = "1#" // then by the time of queueing; from here on it is the line
	lineRest   = "2#"
)

// place is where a conference stands in the index live.
func place(c *conference.Conference) string {
	switch {
	case !c.State.InLine():
		return withAgents + stamp(c.Since) + "#" + string(c.ID)
	case c.Head:
		return lineHeads + stamp(c.Queued) + "#" + string(c.ID)
	default:
		return lineRest + stamp(c.Queued) + "#" + string(c.ID)
	}
}

// conferenceItem is what stands beside the document of a conference.
func (s *Store) conferenceItem(c *conference.Conference) item {
	it := item{state: str(string(c.State)), queued: str(stamp(c.Queued)), head: &types.AttributeValueMemberBOOL{Value: c.Head}}
	if !c.Live() {
		it[ttl] = number(s.now().Add(keepEnded).Unix())
		return it
	}
	it[live], it[liveAt] = str(shard), str(place(c))
	return it
}

// rankOf is an agent's place in the directory: the free ones first, longest idle first.
// It does not change with his beat, which would cost a second write of the index.
func rankOf(a *agent.Agent) string {
	if a.Ranked() {
		return "0#" + stamp(a.Idle) + "#" + string(a.ID)
	}
	return "1#" + string(a.ID)
}

// agentItem is what stands beside the document of an agent. One who is in a call stays, and
// one who was removed: his item is what refuses him.
func (s *Store) agentItem(a *agent.Agent) item {
	if a.IsRemoved() {
		return item{}
	}
	it := item{dir: str(shard), rank: str(rankOf(a))}
	if a.Claim == nil {
		it[ttl] = number(s.now().Add(keepAgent).Unix())
	}
	return it
}

// expired says whether an item is one that DynamoDB has only not yet deleted, which may
// take it days.
func (s *Store) expired(it item) bool {
	until, ok := it[ttl]
	return ok && integer(until) <= s.now().Unix()
}
