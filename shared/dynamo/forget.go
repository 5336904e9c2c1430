package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
)

// Forgotten is how much of a caller Forget has erased.
type Forgotten struct {
	Calls int `json:"calls"` // with their records; what is left of one is only for late callbacks, and goes in two days
	Notes int `json:"notes"`
	// Messages are voice messages; the sweep deletes their recordings within minutes.
	Messages int `json:"messages"`
	Agents   int `json:"agents"` // whose lists of recent calls had the number
	// Live are calls of this caller that go on. Nothing of them is erased: forget once more when they have ended.
	Live int `json:"live"`
}

// ErrNoNumber: there is no number to forget.
var ErrNoNumber = errors.New("which number?")

// Forget erases what is kept of a caller, by the number as agents see it. It is for an operator: it reads the whole
// table, so that nothing depends on an index, and no function is allowed to. After a failure, and repeated, it goes on.
func (s *Store) Forget(ctx context.Context, caller string) (f Forgotten, err error) {
	if caller == "" {
		return f, ErrNoNumber
	}
	in := &dynamodb.ScanInput{TableName: &s.name}
	for {
		out, err := s.client.Scan(ctx, in)
		if err != nil {
			return f, unavailable(err)
		}
		for _, it := range out.Items {
			if err := s.forgetIn(ctx, it, caller, &f); err != nil {
				return f, err
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return f, nil
		}
	}
}

func (s *Store) forgetIn(ctx context.Context, it item, caller string, f *Forgotten) error {
	kind, _, _ := strings.Cut(text(it[pk]), "#")
	if text(it[pk]) == keptKey(caller) {
		_, err := s.delete(ctx, keptKey(caller))
		return err
	}
	raw := []byte(text(it[doc]))
	switch kind {
	case "c":
		var c call.Call
		switch {
		case json.Unmarshal(raw, &c) != nil:
		case c.Forgotten: // and perhaps not its notes, after a failure
			return s.forgetNotes(ctx, c.ID, f)
		case c.From == caller:
			return s.forgetCall(ctx, c.ID, f)
		}
	case "m":
		var m voicemail.Message
		if json.Unmarshal(raw, &m) == nil && m.From == caller {
			return s.forgetMessage(ctx, m.ID, f)
		}
	case "v":
		var i voicemail.Invitation
		if json.Unmarshal(raw, &i) == nil && i.From == caller {
			return s.forgetInvitation(ctx, i.Call)
		}
	case "a":
		var a agent.Agent
		if json.Unmarshal(raw, &a) == nil && a.ForgetCaller(caller) {
			return s.forgetInAgent(ctx, a.ID, caller, f)
		}
	}
	return nil
}

// forgetBeside deletes the items beside that of a call.
func (s *Store) forgetBeside(ctx context.Context, id call.ID, who []agent.ID, f *Forgotten) error {
	for _, other := range who[min(2, len(who)):] {
		if _, err := s.delete(ctx, moreKey(id, other)); err != nil {
			return err
		}
	}
	return s.forgetNotes(ctx, id, f)
}

func (s *Store) forgetNotes(ctx context.Context, id call.ID, f *Forgotten) error {
	notes, err := s.delete(ctx, notesKey(id))
	for _, n := range notesOf(notes) {
		if !n.Empty() {
			f.Notes++
		}
	}
	return err
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

// forgetTries is how often a change is tried that loses to another request.
const forgetTries = 10

func (s *Store) forgetCall(ctx context.Context, id call.ID, f *Forgotten) error {
	for range forgetTries {
		c, err := s.Call(ctx, id)
		switch {
		case errors.Is(err, service.ErrNotFound):
			return nil
		case err != nil:
			return err
		case c.Live():
			f.Live++
			return nil
		}
		if err := s.forgetBeside(ctx, id, record.Of(c).Agents(), f); err != nil {
			return err // before the number goes, by which a repetition finds the call
		}
		c.ForgetCaller()
		if err = s.SaveCall(ctx, c); err == nil {
			f.Calls++
			return s.forgetNotes(ctx, id, f) // of agents whose requests had read the call before
		}
		if !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}

func (s *Store) forgetInAgent(ctx context.Context, id agent.ID, caller string, f *Forgotten) error {
	for range forgetTries {
		a, err := s.Agent(ctx, id)
		if errors.Is(err, service.ErrNotFound) || err == nil && !a.ForgetCaller(caller) {
			return nil
		}
		if err != nil {
			return err
		}
		if err = s.SaveAgent(ctx, a); err == nil {
			f.Agents++
			return nil
		}
		if !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}

// forgetMessage leaves of a message what the sweep needs to delete the recording.
func (s *Store) forgetMessage(ctx context.Context, id string, f *Forgotten) error {
	for range forgetTries {
		m, err := s.VoiceMessage(ctx, id)
		if errors.Is(err, service.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		rest := &voicemail.Message{ID: m.ID, Version: m.Version, Call: m.Call, At: m.At, Erase: true}
		if err = s.SaveVoiceMessage(ctx, rest, keepAgent); err == nil {
			f.Messages++
			return nil
		}
		if !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}

// forgetInvitation takes the number out of an invitation. If a recording is still to be found, it is erased: its call
// is forgotten, too.
func (s *Store) forgetInvitation(ctx context.Context, id call.ID) error {
	for range forgetTries {
		i, err := s.Invitation(ctx, id)
		if errors.Is(err, service.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		i.From, i.Verified, i.Forgotten = "", false, true
		if err = s.SaveInvitation(ctx, i, keepAgent); !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}
