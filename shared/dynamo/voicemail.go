package dynamo

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/voicemail"
)

// A message is the item "m#<recording>", an invitation "v#<call>". Both use places of indexes that there were: what the
// sweep must look at are two partitions of the index records, ordered by when it is due, so that messages that cannot
// be erased hide no invitation. The messages that agents see are one of the index watch, newest last; those of which
// nobody takes care are one of the index agents, besides.
const (
	messageKey  = "m#"
	dueList     = "due" // of invitations
	eraseList   = "erase"
	messageList = "messages"
	newMessages = "messages#new"
)

var _ voicemail.Box = (*Store)(nil)

// Invitation implements voicemail.Box.
func (s *Store) Invitation(ctx context.Context, id call.ID) (*voicemail.Invitation, error) {
	return load[voicemail.Invitation](ctx, s, invitationKey+string(id))
}

// SaveInvitation implements voicemail.Box.
func (s *Store) SaveInvitation(ctx context.Context, i *voicemail.Invitation, keep time.Duration) error {
	it := item{ttl: s.in(max(keep, s.keepRecords))} // the call's record says what has come of it
	if !i.Settled {
		it[rec], it[recAt] = str(dueList), str(archive.Place(i.Due, i.Call))
	}
	next := *i
	next.Version++
	if err := save(ctx, s, invitationKey+string(i.Call), i.Version, &next, it); err != nil {
		return err
	}
	i.Version = next.Version
	return nil
}

// VoiceMessage implements voicemail.Box.
func (s *Store) VoiceMessage(ctx context.Context, id string) (*voicemail.Message, error) {
	return load[voicemail.Message](ctx, s, messageKey+id)
}

// SaveVoiceMessage implements voicemail.Box.
func (s *Store) SaveVoiceMessage(ctx context.Context, m *voicemail.Message, keep time.Duration) error {
	it := item{ttl: s.in(keep)}
	if !m.Erased {
		it[rec], it[recAt] = str(eraseList), str(archive.Place(m.Due, call.ID(m.ID)))
	}
	if !m.Erase {
		it[watch], it[watchAt] = str(messageList), str(archive.Place(m.At, call.ID(m.ID)))
		if m.Unattended() {
			it[dir], it[rank] = str(newMessages), it[watchAt]
		}
	}
	next := *m
	next.Version++
	if err := save(ctx, s, messageKey+m.ID, m.Version, &next, it); err != nil {
		return err
	}
	m.Version = next.Version
	return nil
}

// VoiceMessages implements voicemail.Box.
func (s *Store) VoiceMessages(ctx context.Context, before string, n int) (
	list []voicemail.Message, next string, err error,
) {
	if before == "" {
		before = afterStamp
	}
	places, err := s.places(ctx, recordList{watchIndex, watch, watchAt, messageList}, "", before, n)
	if err != nil {
		return nil, "", err
	}
	var keys []string
	for _, place := range places {
		_, id, _ := strings.Cut(place, "#")
		keys = append(keys, messageKey+id)
	}
	found, err := s.batch(ctx, keys)
	if err != nil {
		return nil, "", err
	}
	for _, key := range keys {
		var m voicemail.Message
		if it := found[key]; it != nil && !s.expired(it) && read(it, &m) == nil {
			list = append(list, m)
		}
	}
	if len(places) == n {
		next = places[n-1]
	}
	return list, next, nil
}

// CountNew counts the messages that are unattended; most of them at most.
func (s *Store) CountNew(ctx context.Context, most int) (int, error) {
	places, err := s.places(ctx, recordList{agentsIndex, dir, rank, newMessages}, "", afterStamp, most)
	return len(places), err
}

// DueVoicemail implements voicemail.Box.
func (s *Store) DueVoicemail(ctx context.Context, now time.Time, n int) (
	invitations []call.ID, messages []string, err error,
) {
	for _, list := range []string{dueList, eraseList} {
		items, err := s.query(ctx, &dynamodb.QueryInput{
			IndexName:                 ref(recordsIndex),
			KeyConditionExpression:    ref("#p = :p AND #at < :now"),
			ExpressionAttributeNames:  map[string]string{"#p": rec, "#at": recAt},
			ExpressionAttributeValues: item{":p": str(list), ":now": str(stamp(now) + afterStamp)},
			Limit:                     ref(int32(n)),
		})
		if err != nil {
			return nil, nil, err
		}
		for _, it := range items {
			key := text(it[pk])
			if id, ok := strings.CutPrefix(key, messageKey); ok {
				messages = append(messages, id)
			} else if id, ok := strings.CutPrefix(key, invitationKey); ok {
				invitations = append(invitations, call.ID(id))
			}
		}
	}
	return invitations, messages, nil
}
