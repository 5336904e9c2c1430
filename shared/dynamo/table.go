package dynamo

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// table is the table itself: it reads and writes items within the limits of time, and knows nothing of what is in them.
type table struct {
	client *dynamodb.Client
	name   string
	now    func() time.Time // for expiry only: DynamoDB uses the real time
	limits limits
}

// limits are the times of all tries of one operation, of the first one, and between the two; of one try to read a page
// of 1 MB, for which nobody waits, and of all pages of a shard.
type limits struct{ all, first, pause, page, shard time.Duration }
