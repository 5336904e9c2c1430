package dynamo

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// lineKey is the item of the line's settings. Its earlier versions are beside it, each in the place of its version
// modulo service.LinesKept, so that there are never more than that many and none must be deleted.
const lineKey = "s#line"

func earlierKey(v int64) string { return lineKey + "#" + strconv.FormatInt(v%service.LinesKept, 10) }

// Line implements service.LineStore. It is read for callers: once, in the time of a first try, for half a unit.
func (s *Store) Line(ctx context.Context) (settings.Line, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.first)
	defer cancel()
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.name, Key: item{pk: str(lineKey)}})
	switch {
	case err != nil:
		return settings.Line{}, unavailable(err)
	case out.Item == nil:
		return settings.Line{}, service.ErrNotFound
	}
	l, _, err := decodeItem[settings.Line](out.Item)
	if err != nil {
		return settings.Line{}, unavailable(err)
	}
	return *l, nil
}

// CurrentLine implements service.LineStore.
func (s *Store) CurrentLine(ctx context.Context) (settings.Line, error) {
	return lineAt(ctx, s, lineKey)
}

func lineAt(ctx context.Context, s *Store, key string) (settings.Line, error) {
	l, err := load[settings.Line](ctx, s, key)
	if err != nil {
		return settings.Line{}, err
	}
	return *l, nil
}

// SaveLine implements service.LineStore. The version that is replaced is put aside first: if then the settings are
// not saved, it is there twice, which nobody sees.
func (s *Store) SaveLine(ctx context.Context, was settings.Line, next *settings.Line) error {
	if was.Version > 0 {
		if err := s.putAside(ctx, was); err != nil {
			return err
		}
	}
	to := *next
	to.Version = was.Version + 1
	if err := save(ctx, s, lineKey, was.Version, &to, item{}); err != nil {
		return err
	}
	next.Version = to.Version
	return nil
}

// putAside keeps a version that is about to be replaced, with the parts of it that this program does not know. A
// later one in its place means that the settings have changed many times since.
func (s *Store) putAside(ctx context.Context, was settings.Line) error {
	kept, err := s.keep(ctx, lineKey, was.Version, func(old item) (unknownFields, error) {
		_, kept, err := decodeItem[settings.Line](old)
		return kept, err
	})
	if err != nil {
		return err
	}
	it := item{}
	if err := kept.into(it, &was, s.form); err != nil {
		return unavailable(err)
	}
	it[pk], it[version] = str(earlierKey(was.Version)), number(was.Version)
	ctx, cancel := context.WithTimeout(ctx, s.limits.all)
	defer cancel()
	_, err = s.retryOnce(ctx, func(ctx context.Context) error {
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &s.name, Item: it,
			ConditionExpression:       aws.String("attribute_not_exists(#pk) OR #v <= :v"),
			ExpressionAttributeNames:  map[string]string{"#pk": pk, "#v": version},
			ExpressionAttributeValues: item{":v": number(was.Version)},
		})
		return err
	})
	var later *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &later):
		return service.ErrConflict
	case err != nil:
		return unavailable(err)
	}
	return nil
}

// EarlierLines implements service.LineStore.
func (s *Store) EarlierLines(ctx context.Context, before int64) ([]settings.Line, error) {
	var earlier []settings.Line
	for v := before - 1; v > 0 && v >= before-service.LinesKept; v-- {
		l, err := lineAt(ctx, s, earlierKey(v))
		switch {
		case errors.Is(err, service.ErrNotFound) || err == nil && l.Version != v:
			continue
		case err != nil:
			return nil, err
		}
		earlier = append(earlier, l)
	}
	return earlier, nil
}
