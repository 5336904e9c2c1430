package sam

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// policies makes a template whose one function has these policies.
func policies(yaml string) string {
	return strings.Replace(value, "      Environment:", "      Policies: "+yaml+"\n      Environment:", 1) + "x\n"
}

func TestPolicies(t *testing.T) {
	const table = "arn:aws:dynamodb:us-east-1:000000000000:table/calls"
	get := Statement{"Allow", []string{"dynamodb:GetItem"}, []string{table}}
	for yaml, want := range map[string][]Statement{
		`[]`: nil,
		`[{ Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn }] }]`:           {get},
		`{ Statement: { Sid: One, Effect: Allow, Action: [dynamodb:GetItem], Resource: [!GetAtt Table.Arn] } }`: {get},
		`[{ Statement: [{ Effect: Deny, Action: [a:B, "a:C*"], Resource: [!Sub "${Table.Arn}/index/live", "*"] }] }]`: {
			{"Deny", []string{"a:B", "a:C*"}, []string{table + "/index/live", "*"}}},
		`[{ Statement: [!If [Yes, { Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn }, !Ref AWS::NoValue]] }]`:                   {get},
		`[{ Statement: [!If [No, { Effect: Allow, Action: x, Resource: x }, !Ref AWS::NoValue]] }]`:                                                   nil,
		`[!If [No, { Statement: [] }, !Ref AWS::NoValue], { Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn }] }]`: {get},
	} {
		t.Run(yaml, func(t *testing.T) {
			tmpl, err := load(t, policies(yaml), Values{Attributes: map[string]string{"Table": "calls"}})
			if err != nil {
				t.Fatal(err)
			}
			if got := tmpl.Functions[0].Statements; !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// What could be misread is refused: a statement without its condition means something else.
func TestPoliciesThatAreNotUnderstood(t *testing.T) {
	for yaml, want := range map[string]string{
		`[AWSLambdaExecute]`: "no names and no policy templates",
		`[{ DynamoDBCrudPolicy: { TableName: !Ref Table } }]`:                                   "no names and no policy templates",
		`[{ Statement: [{ Effect: Allow, NotAction: x, Resource: x }] }]`:                       "not with NotAction",
		`[{ Statement: [{ Effect: Allow, Action: x, Resource: x, Condition: { Bool: {} } }] }]`: "not with Condition",
		`[{ Statement: [{ Effect: Maybe, Action: x, Resource: x }] }]`:                          "a statement has an Effect",
		`[{ Statement: [{ Effect: Allow, Resource: x }] }]`:                                     "a statement has an Effect",
		`[{ Statement: [x] }]`: "a statement has an Effect",
		`[{ Statement: [{ Effect: Allow, Action: { a: b }, Resource: x }] }]`:       "a text is expected",
		`[{ Statement: [{ Effect: Allow, Action: x, Resource: !GetAtt No.Arn }] }]`: "no such resource",
	} {
		t.Run(yaml, func(t *testing.T) {
			_, err := load(t, policies(yaml), Values{})
			var fault *Error
			if !errors.As(err, &fault) || !strings.Contains(fault.Msg, want) {
				t.Errorf("got %v, want ...%s", err, want)
			}
		})
	}
}
