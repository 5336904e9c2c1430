package dynamo

import (
	"errors"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/call"
)

// errNoCall: the item is none of a call with news.
var errNoCall = errors.New("the item is no call with news")

// Changed is the call of an item as the table's stream has it after a change, and what was news in that change.
func Changed(image map[string]events.DynamoDBAttributeValue) (*call.Call, []call.News, error) {
	said, saved := image[news], image[doc]
	if said.DataType() != events.DataTypeString {
		return nil, nil, errNoCall
	}
	it := item{}
	switch saved.DataType() {
	case events.DataTypeString:
		it[doc] = str(saved.String())
	case events.DataTypeBinary:
		it[doc] = &types.AttributeValueMemberB{Value: saved.Binary()}
	default:
		return nil, nil, errNoCall
	}
	c := new(call.Call)
	if err := read(it, c); err != nil {
		return nil, nil, errNoCall // what is wrong with it may hold a number
	}
	for _, word := range strings.Fields(said.String()) {
		c.News = append(c.News, call.News(word))
	}
	return c, c.News, nil
}
