package dynamo

import (
	"context"
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
	// Live are calls of this caller that go on. Nothing of them is erased: forget once more when they have ended. A
	// place that is kept is none of them: it ends, and is erased.
	Live int `json:"live"`
}

// ErrNoNumber: there is no number to forget.
var ErrNoNumber = errors.New("which number?")

// Forget erases what is kept of a caller, by the number as agents see it. It is for an operator: it reads the whole
// table, so that nothing depends on an index, and no function is allowed to. After a failure, and repeated, it goes on.
func (s *Store) Forget(ctx context.Context, caller string) (Forgotten, error) {
	e := &eraser{Store: s, caller: caller}
	err := e.eraseAll(ctx)
	return e.erased, err
}

// eraser erases what is kept of one caller.
type eraser struct {
	*Store
	caller string
	erased Forgotten
}

func (e *eraser) eraseAll(ctx context.Context) error {
	if e.caller == "" {
		return ErrNoNumber
	}
	in := &dynamodb.ScanInput{TableName: &e.name}
	for {
		out, err := e.client.Scan(ctx, in)
		if err != nil {
			return unavailable(err)
		}
		for _, it := range out.Items {
			if err := e.eraseIn(ctx, it); err != nil {
				return err
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return e.forgetPlaceOf(ctx, e.caller)
		}
	}
}

func (e *eraser) eraseIn(ctx context.Context, it item) error {
	kind, _, _ := strings.Cut(text(it[pk]), "#")
	switch kind {
	case "c":
		var c call.Call
		switch {
		case read(it, &c) != nil:
		case c.Forgotten: // and perhaps not its notes, after a failure
			return e.eraseNotes(ctx, c.ID)
		case c.From == e.caller:
			return e.eraseCall(ctx, c.ID)
		}
	case "m":
		var m voicemail.Message
		if read(it, &m) == nil && m.From == e.caller {
			return e.eraseMessage(ctx, m.ID)
		}
	case "v":
		var i voicemail.Invitation
		if read(it, &i) == nil && i.From == e.caller {
			return e.eraseInvitation(ctx, i.Call)
		}
	case "a":
		var a agent.Agent
		if read(it, &a) == nil && a.ForgetCaller(e.caller) {
			return e.eraseInAgent(ctx, a.ID)
		}
	}
	return nil
}

// eraseBeside deletes the items beside that of a call.
func (e *eraser) eraseBeside(ctx context.Context, id call.ID, lists []string) error {
	for _, list := range lists[min(2, len(lists)):] {
		if _, err := e.delete(ctx, moreKey(id, list)); err != nil {
			return err
		}
	}
	return e.eraseNotes(ctx, id)
}

func (e *eraser) eraseNotes(ctx context.Context, id call.ID) error {
	notes, err := e.delete(ctx, notesKey(id))
	for _, n := range notesOf(notes) {
		if !n.Empty() {
			e.erased.Notes++
		}
	}
	return err
}

// forgetTries is how often a change is tried that loses to another request.
const forgetTries = 10

func (e *eraser) eraseCall(ctx context.Context, id call.ID) error {
	for range forgetTries {
		c, err := e.Call(ctx, id)
		switch {
		case errors.Is(err, service.ErrNotFound):
			return nil
		case err != nil:
			return err
		case c.State == call.KeepsPlace: // nobody is on the line for it
			c.Outgoing(e.now()).ApplyReplaced()
		}
		if c.Live() {
			e.erased.Live++
			return nil
		}
		if err := e.eraseBeside(ctx, id, listsOf(record.Of(c))); err != nil {
			return err // before the number goes, by which a repetition finds the call
		}
		c.ForgetCaller()
		if err = e.SaveCall(ctx, c); err == nil {
			e.erased.Calls++
			return e.eraseNotes(ctx, id) // of agents whose requests had read the call before
		}
		if !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}

func (e *eraser) eraseInAgent(ctx context.Context, id agent.ID) error {
	for range forgetTries {
		a, err := e.Agent(ctx, id)
		if errors.Is(err, service.ErrNotFound) || err == nil && !a.ForgetCaller(e.caller) {
			return nil
		}
		if err != nil {
			return err
		}
		if err = e.SaveAgent(ctx, a); err == nil {
			e.erased.Agents++
			return nil
		}
		if !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}

// eraseMessage leaves of a message what the sweep needs to delete the recording.
func (e *eraser) eraseMessage(ctx context.Context, id string) error {
	for range forgetTries {
		m, err := e.VoiceMessage(ctx, id)
		if errors.Is(err, service.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		rest := &voicemail.Message{ID: m.ID, Version: m.Version, Call: m.Call, At: m.At, Erase: true}
		if err = e.SaveVoiceMessage(ctx, rest, keepAgent); err == nil {
			e.erased.Messages++
			return nil
		}
		if !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}

// eraseInvitation takes the number out of an invitation. If a recording is still to be found, it is erased: its call
// is forgotten, too.
func (e *eraser) eraseInvitation(ctx context.Context, id call.ID) error {
	for range forgetTries {
		i, err := e.Invitation(ctx, id)
		if errors.Is(err, service.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		i.From, i.Verified, i.Forgotten = "", false, true
		if err = e.SaveInvitation(ctx, i, keepAgent); !errors.Is(err, service.ErrConflict) {
			return err
		}
	}
	return service.ErrConflict
}
