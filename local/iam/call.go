package iam

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"warmtransfer/local/gateway/sam"
)

// call is a request as IAM sees it.
type call struct {
	key       string // who asks
	service   string // the service, by the name that its signature and all its actions have
	action    string
	resources []string // a permission is needed for each
}

var errUnsigned = errors.New("the request has no signature of version 4")

// scope holds the parts of "AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, ...".
var scope = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/,]+)/[0-9]{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request,`)

// read finds out what a request asks for. The services of the JSON protocol name the operation in a header, and its
// resource in the body; S3 does so by method and address.
func read(r *http.Request, body []byte) (call, error) {
	m := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return call{}, errUnsigned
	}
	c := call{key: m[1], service: m[3]}
	place := m[2] + ":" + sam.Account + ":"
	if c.service == "s3" {
		c.action, c.resources = object(r.Method, r.URL, body)
		return c, nil
	}
	if c.service == "execute-api" { // the management API of a WebSocket API, whose id the path begins with here
		c.action = "execute-api:ManageConnections"
		c.resources = []string{"arn:aws:execute-api:" + place + strings.Replace(strings.TrimPrefix(r.URL.Path, "/"),
			"/@connections/", "/"+r.Method+"/@connections/", 1)}
		return c, nil
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.action = c.service + ":" + operation
	var in struct {
		TableName, IndexName, SecretID, UserPoolID string
		RequestItems                               map[string]json.RawMessage // of a batch, by table
		Entries                                    []struct{ EventBusName string }
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return c, nil // without a resource hardly any statement allows it; the service would report the error
	}
	switch c.service {
	case "dynamodb": // a transaction has several, too; none is used here
		for table := range in.RequestItems {
			c.resources = append(c.resources, full(table, "arn:aws:dynamodb:"+place+"table/"))
		}
		if in.TableName != "" {
			c.resources = []string{full(in.TableName, "arn:aws:dynamodb:"+place+"table/")}
		}
		if in.IndexName != "" && c.resources != nil {
			c.resources[0] += "/index/" + in.IndexName
		}
	case "secretsmanager":
		c.resources = []string{full(in.SecretID, "arn:aws:secretsmanager:"+place+"secret:")}
	case "events":
		for _, e := range in.Entries {
			c.resources = append(c.resources, full(e.EventBusName, "arn:aws:events:"+place+"event-bus/"))
		}
	case "cognito-idp":
		c.resources = []string{full(in.UserPoolID, "arn:aws:cognito-idp:"+place+"userpool/")}
	}
	return c, nil
}

// full is a resource's ARN; requests may give the ARN or only the name.
func full(name, before string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return before + name
}

var doomed = regexp.MustCompile(`<Key>([^<]*)</Key>`)

// object reads a request to S3, with the bucket in the path. Policies name some actions otherwise than the API: a list
// needs a permission for the bucket, and a deletion of many needs one for each.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func object(method string, u *url.URL, body []byte) (action string, resources []string) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	arn := "arn:aws:s3:::" + bucket
	_, many := u.Query()["delete"]
	switch {
	case method == http.MethodPost && many && key == "":
		for _, k := range doomed.FindAllSubmatch(body, -1) {
			resources = append(resources, arn+"/"+string(k[1]))
		}
		return "s3:DeleteObject", resources
	case key == "" && (method == http.MethodGet || method == http.MethodHead):
		return "s3:ListBucket", []string{arn}
	case key != "" && (method == http.MethodGet || method == http.MethodHead):
		return "s3:GetObject", []string{arn + "/" + key}
	case key != "" && method == http.MethodPut:
		return "s3:PutObject", []string{arn + "/" + key}
	case key != "" && method == http.MethodDelete:
		return "s3:DeleteObject", []string{arn + "/" + key}
	}
	return "s3:" + method, nil // no action that a policy could have
}
