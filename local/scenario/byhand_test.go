package scenario

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/stack"
	"warmtransfer/shared/dynamo"
)

// item reads an item of the table, and its document.
func (l *line) item(key string) (item map[string]types.AttributeValue, doc map[string]any) {
	l.t.Helper()
	out, err := shared.store.Client().GetItem(l.ctx, &dynamodb.GetItemInput{
		TableName: &l.TableName, Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
		ConsistentRead: new(true),
	})
	l.must(err)
	raw, _, err := dynamo.Document(out.Item["doc"])
	if err != nil || len(raw) == 0 {
		l.t.Fatalf("there is no item %s: %v", key, err)
	}
	l.must(json.Unmarshal(raw, &doc))
	out.Item["doc"] = &types.AttributeValueMemberS{Value: string(raw)} // it may have been packed
	return out.Item, doc
}

// edit changes an item's document by hand, as another version of the program would: the version goes up by one. More
// are attributes beside the document.
func (l *line) edit(key string, change func(doc map[string]any), more ...string) {
	l.t.Helper()
	item, doc := l.item(key)
	change(doc)
	for _, name := range more {
		item[name] = &types.AttributeValueMemberS{Value: "of a later version"}
	}
	l.put(key, item, doc)
}

// put writes an item by hand, with its places in the indexes as they are in the given one.
func (l *line) put(key string, item map[string]types.AttributeValue, doc map[string]any) {
	l.t.Helper()
	stored, _ := l.item(key)
	version, err := strconv.Atoi(stored["version"].(*types.AttributeValueMemberN).Value)
	l.must(err)
	doc["version"] = version + 1
	raw, err := json.Marshal(doc)
	l.must(err)
	item["doc"] = &types.AttributeValueMemberS{Value: string(raw)}
	item["version"] = &types.AttributeValueMemberN{Value: strconv.Itoa(version + 1)}
	_, err = shared.store.Client().PutItem(l.ctx, &dynamodb.PutItemInput{TableName: &l.TableName, Item: item})
	l.must(err)
}

// rest sends a REST request by hand, as another program with the same account would.
func (l *line) rest(path string, form url.Values) (status int, answer map[string]any) {
	l.t.Helper()
	a := stack.MadeUp()
	req, err := http.NewRequest(http.MethodPost, l.Twilio+"/2010-04-01/Accounts/"+a.SID+"/"+path+".json",
		strings.NewReader(form.Encode()))
	l.must(err)
	req.SetBasicAuth(a.APIKey, a.APISecret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body, _ := l.send(req)
	l.must(json.Unmarshal([]byte(body), &answer))
	l.settle()
	return status, answer
}

// made is the SID of what a request by hand must have created.
func (l *line) made(path string, form url.Values) string {
	l.t.Helper()
	status, answer := l.rest(path, form)
	if status != http.StatusCreated {
		l.t.Fatalf("POST %s: %d %v", path, status, answer)
	}
	for _, name := range []string{"call_sid", "sid"} {
		if sid, ok := answer[name].(string); ok {
			return sid
		}
	}
	l.t.Fatalf("POST %s made nothing: %v", path, answer)
	return ""
}
