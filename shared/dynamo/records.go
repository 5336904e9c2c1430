package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
)

// The record of a call is the call's own item, once the call is over: the save that ends the call puts it into the
// lists of records, so that a record costs no write of its own and cannot be lost. It stays as long as records are
// kept. The notes on the call are the item "n#<call>", each agent's in an attribute of its own, "note#<agent>", with
// its version in "edit#<agent>": two agents write at once without a conflict, nothing that a caller waits for depends
// on them, and only the function of the notes needs to be allowed an update.
//
// A call is in four lists. An update of a stack adds one index at most (docs/operations.md), so that the lists of one
// caller and of one agent use the indexes that there were, in which a call that is over has no place of its own:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-gsi-overloading.html
//
//	records  all, a partition for each month
//	watch    those of one caller, "n#<hash of the number>"
//	live     those of one agent, "h#<agent>", who was the first in the call
//	agents   likewise, of the second agent
//
// For a third agent and all after them there is the item "p#<call>#<agent>", which is in the list of the first ones and
// has nothing else. The list "u#" of the calls in which nobody has talked to the caller is like that of an agent who
// was in them after all others. An entry's place in each list is archive.Place.
const (
	recordsIndex = "records"

	ofAgent  = "h#"
	ofNobody = "u#" // one partition: it has what nobody has answered, as far as records are kept
	ofCaller = "n#"
	noteOf   = "note#"
	editOf   = "edit#" // the version of a note
)

func notesKey(id call.ID) string { return "n#" + string(id) }

// moreKey is the item for a list beyond the second.
func moreKey(id call.ID, list string) string {
	return "p#" + string(id) + "#" + strings.TrimPrefix(list, ofAgent)
}

// listsOf are the partitions of those lists that a record is in besides that of all and that of its caller.
func listsOf(r record.Record) (lists []string) {
	for _, id := range r.Agents() {
		lists = append(lists, ofAgent+string(id))
	}
	if r.Unheard {
		lists = append(lists, ofNobody)
	}
	return lists
}

// callerList is the partition of a caller's records. It has a hash, so that nobody reads numbers in an index by chance;
// who has the table can try all numbers.
func callerList(number string) string { return ofCaller + hashOf(number) }

// hashOf is what stands for a number in a key.
func hashOf(number string) string {
	sum := sha256.Sum256([]byte(number))
	return hex.EncodeToString(sum[:16])
}

// KeepRecords sets how long the records of calls are kept that are saved from now on; 0: none is. A store of which
// nothing else is said keeps none.
func (s *Store) KeepRecords(keep time.Duration) { s.keepRecords = keep }

// addRecord adds to the item of a call that is over what makes it a record.
func (s *Store) addRecord(it item, c *call.Call) {
	if s.keepRecords == 0 || c.Forgotten {
		return
	}
	it[ttl] = s.in(max(s.keepRecords, keepEnded))
	place, lists := str(archive.Place(c.Ended, c.ID)), listsOf(record.Of(c))
	it[rec], it[recAt] = str(c.Ended.UTC().Format(month)), place
	if c.From != "" {
		it[watch], it[watchAt] = str(callerList(c.From)), place
	}
	if len(lists) > 0 {
		it[live], it[liveAt] = str(lists[0]), place
	}
	if len(lists) > 1 {
		it[dir], it[rank] = str(lists[1]), place
	}
}

// addMore writes the items for the third list of a call that is over and for all after it. It is done before the call
// is saved; otherwise it could be left undone.
func (s *Store) addMore(ctx context.Context, c *call.Call) error {
	if c.Live() || s.keepRecords == 0 || c.Forgotten || len(c.Trail.Legs) < 2 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.all)
	defer cancel()
	lists := listsOf(record.Of(c))
	for _, list := range lists[min(2, len(lists)):] {
		err := s.overwrite(ctx, item{
			pk: str(moreKey(c.ID, list)), ttl: s.in(max(s.keepRecords, keepEnded)),
			live: str(list), liveAt: str(archive.Place(c.Ended, c.ID)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const month = "2006-01"

// overwrite writes an item, whatever there was. Repeated, it does the same.
func (t *table) overwrite(ctx context.Context, it item) error {
	_, err := t.retryOnce(ctx, func(ctx context.Context) error {
		_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &t.name, Item: it})
		return err
	})
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// SaveNote implements archive.Shelf.
func (s *Store) SaveNote(ctx context.Context, id call.ID, n record.Note, keep time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, s.limits.all)
	defer cancel()
	raw, err := json.Marshal(n)
	if err != nil {
		return unavailable(err)
	}
	in := &dynamodb.UpdateItemInput{
		TableName: &s.name, Key: item{pk: str(notesKey(id))},
		UpdateExpression:    ref("SET #note = :note, #edit = :edit, #ttl = :until"),
		ConditionExpression: ref("#edit = :over"),
		ExpressionAttributeNames: map[string]string{
			"#note": noteOf + n.By.ID, "#edit": editOf + n.By.ID, "#ttl": ttl,
		},
		ExpressionAttributeValues: item{
			":note": str(string(raw)), ":edit": number(n.Version), ":over": number(n.Version - 1), ":until": s.in(keep),
		},
	}
	if n.Version == 1 {
		in.ConditionExpression = ref("attribute_not_exists(#edit)")
		delete(in.ExpressionAttributeValues, ":over")
	}
	_, err = s.retryOnce(ctx, func(ctx context.Context) error {
		_, err := s.client.UpdateItem(ctx, in)
		return err
	})
	var failed *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &failed): // by another save, or by the first try of this one: who asks looks which
		return service.ErrConflict
	case err != nil:
		return unavailable(err)
	}
	return nil
}

// notesOf are the notes of an item, also emptied ones. One that this version cannot read is left out. The release
// before knows no versions: what it has saved has the version of the note before.
func notesOf(it item) (notes []record.Note) {
	for name, v := range it {
		if who, is := strings.CutPrefix(name, editOf); is && it[noteOf+who] == nil {
			notes = append(notes, record.Note{By: record.Party{ID: who}, Version: integer(v)})
		}
		var n record.Note
		if who, is := strings.CutPrefix(name, noteOf); is && json.Unmarshal([]byte(text(v)), &n) == nil {
			n.Version = integer(it[editOf+who])
			notes = append(notes, n)
		}
	}
	return notes
}

// Notes implements archive.Shelf.
func (s *Store) Notes(ctx context.Context, id call.ID) ([]record.Note, error) {
	it, err := s.get(ctx, notesKey(id))
	if err != nil && !errors.Is(err, service.ErrNotFound) {
		return nil, err
	}
	return notesOf(it), nil
}

// Records implements archive.Shelf.
func (s *Store) Records(ctx context.Context, ids []call.ID) (list []record.Record, err error) {
	var keys []string
	for _, id := range ids {
		keys = append(keys, callKey(id), notesKey(id))
	}
	found, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		var c call.Call
		it := found[callKey(id)]
		// A record that this version cannot read must not hide the others.
		readable := it != nil && !s.expired(it) && read(it, &c) == nil
		if readable && !c.Live() && !c.Forgotten {
			list = append(list, record.Of(&c).WithNotes(notesOf(found[notesKey(id)])))
		}
	}
	return list, s.addMessages(ctx, list)
}

// addMessages adds to the records of callers to whom nobody has talked what has come of asking them for a message.
func (s *Store) addMessages(ctx context.Context, list []record.Record) error {
	var keys []string
	for _, r := range list {
		if r.Unheard {
			keys = append(keys, invitationKey+string(r.ID))
		}
	}
	found, err := s.batch(ctx, keys)
	if err != nil {
		return err
	}
	for i, r := range list {
		var asked voicemail.Invitation
		if it := found[invitationKey+string(r.ID)]; it != nil && !s.expired(it) && read(it, &asked) == nil {
			list[i] = r.WithMessage(asked.Result())
		}
	}
	return nil
}

// some reads items of a batch, and returns the keys of those that it did not get to.
func (t *table) some(ctx context.Context, keys []item, found map[string]item) (rest []item, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.limits.all)
	defer cancel()
	var out *dynamodb.BatchGetItemOutput
	_, err = t.retryOnce(ctx, func(ctx context.Context) (err error) {
		out, err = t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{t.name: {Keys: keys}},
		})
		return err
	})
	if err != nil {
		return nil, unavailable(err)
	}
	for _, it := range out.Responses[t.name] {
		found[text(it[pk])] = it
	}
	return out.UnprocessedKeys[t.name].Keys, nil
}

// Places implements archive.Shelf.
func (s *Store) Places(ctx context.Context, l archive.List, from, before string, n int) ([]string, error) {
	switch {
	case l.Caller != "":
		return s.places(ctx, recordList{watchIndex, watch, watchAt, callerList(l.Caller)}, from, before, n)
	case l.Agent != "":
		return s.placesOf(ctx, ofAgent+string(l.Agent), from, before, n)
	case l.Unheard:
		return s.placesOf(ctx, ofNobody, from, before, n)
	}
	var all []string
	for m := before[:len(month)]; ; m = monthBefore(m) {
		some, err := s.places(ctx, recordList{recordsIndex, rec, recAt, m}, from, before, n-len(all))
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) >= n || from == "" || m <= from[:len(month)] {
			return all, nil
		}
	}
}

func monthBefore(m string) string {
	t, _ := time.Parse(month, m) // of a place
	return t.AddDate(0, -1, 0).Format(month)
}

// placesOf merges the two partitions of that name.
func (t *table) placesOf(ctx context.Context, list, from, before string, n int) ([]string, error) {
	first, err := t.places(ctx, recordList{liveIndex, live, liveAt, list}, from, before, n)
	if err != nil {
		return nil, err
	}
	second, err := t.places(ctx, recordList{agentsIndex, dir, rank, list}, from, before, n)
	if err != nil {
		return nil, err
	}
	all := append(first, second...)
	slices.SortFunc(all, func(a, b string) int { return strings.Compare(b, a) })
	all = slices.Compact(all)
	return all[:min(n, len(all))], nil
}

// recordList is one partition of an index: the names of its keys, and the partition.
type recordList struct{ index, key, at, partition string }

// places reads a list from its newest entry before a place.
func (t *table) places(ctx context.Context, l recordList, from, before string, n int) (all []string, err error) {
	in := &dynamodb.QueryInput{
		IndexName:                &l.index,
		KeyConditionExpression:   ref("#p = :p AND #at BETWEEN :from AND :before"),
		ProjectionExpression:     ref("#at"),
		ExpressionAttributeNames: map[string]string{"#p": l.key, "#at": l.at},
		ExpressionAttributeValues: item{
			":p": str(l.partition), ":from": str(from + " "), ":before": str(before),
		},
		ScanIndexForward: aws.Bool(false),
		Limit:            ref(int32(n + 1)), // one may be the place itself, which is not before it
	}
	for len(all) < n && from < before { // DynamoDB refuses bounds in the wrong order
		out, err := t.page(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			if place := text(it[l.at]); place < before && len(all) < n {
				all = append(all, place)
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	return all, nil
}
