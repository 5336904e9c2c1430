package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// keptFor is how long a number is known to keep a place: a little longer than any place is kept.
const keptFor = 8 * 24 * time.Hour

// keptKey is the item that says which place a number keeps. Keys stand where numbers must not (N9), so it has a hash,
// as callerList.
func keptKey(number string) string { return "k#" + hashOf(number) }

// plainKey is that item as the releases before F343 have stored it, whose places may still stand after an update.
func plainKey(number string) string { return "k#" + number }

// PlaceOf implements service.Store.
func (s *Store) PlaceOf(ctx context.Context, number string) (call.ID, error) {
	for _, key := range []string{keptKey(number), plainKey(number)} {
		it, err := s.get(ctx, key)
		switch {
		case errors.Is(err, service.ErrNotFound):
		case err != nil:
			return "", err
		case !s.expired(it) && text(it[doc]) != "":
			return call.ID(text(it[doc])), nil
		}
	}
	return "", service.ErrNotFound
}

// forgetPlaceOf lets nothing say any more which place a number keeps, or who calls it.
func (s *Store) forgetPlaceOf(ctx context.Context, number string) error {
	for _, key := range []string{keptKey(number), plainKey(number), holdKey(number)} {
		if _, err := s.delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// SavePlaceOf implements service.Store.
func (s *Store) SavePlaceOf(ctx context.Context, number string, id call.ID) error {
	return s.overwrite(ctx, item{pk: str(keptKey(number)), doc: str(string(id)), ttl: s.in(keptFor)})
}

// heldFor is how long the item stays that says who holds a number: longer than any hold.
const heldFor = time.Hour

// holdKey is the item that says which call back holds a number.
func holdKey(number string) string { return "b#" + hashOf(number) }

// HoldNumber implements service.Store. A repetition after a lost answer finds that it holds the number itself.
func (s *Store) HoldNumber(ctx context.Context, h service.Hold, now time.Time) (call.ID, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.all)
	defer cancel()
	in := &dynamodb.PutItemInput{
		TableName: &s.name,
		Item: item{
			pk: str(holdKey(h.Number)), doc: str(string(h.By)), due: number(h.Until.Unix()), ttl: s.in(heldFor),
		},
		ConditionExpression: ref(
			"attribute_not_exists(#pk) OR #due <= :now OR #doc = :by OR #doc = :over"),
		ExpressionAttributeNames: map[string]string{"#pk": pk, "#due": due, "#doc": doc},
		ExpressionAttributeValues: item{
			":now": number(now.Unix()), ":by": str(string(h.By)), ":over": str(string(h.Over)),
		},
	}
	_, err := s.retryOnce(ctx, func(ctx context.Context) error {
		_, err := s.client.PutItem(ctx, in)
		return err
	})
	var held *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &held):
		return "", unavailable(err)
	}
	it, err := s.look(ctx, holdKey(h.Number))
	if err != nil && !errors.Is(err, service.ErrNotFound) {
		return "", err
	}
	return call.ID(text(it[doc])), service.ErrConflict // "": it is gone since
}
