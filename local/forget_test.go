package main

import (
	"errors"
	"strings"
	"testing"
)

const erased = `{"calls":3,"notes":2,"messages":1,"agents":4,"live":0}`

func TestF218ForgetErasesAndSaysHowMuch(t *testing.T) {
	cases := withPool + "go*) echo '" + erased + "' ;;"
	said, asked, err := script(t, "forget.sh", cases, []string{"NUMBER=+15550199"})
	if err != nil || !strings.Contains(said, "erased: the records of 3 calls with 2 notes") ||
		!strings.Contains(said, "lists of 4 agents") {
		t.Errorf("%v: %s", err, said)
	}
	inOrder(t, asked, "--stack-name line", "go run ./local forget -table table1")
	if strings.Contains(asked, "15550199") {
		t.Errorf("a list of processes shows the number: %s", asked)
	}
	local := []string{"NUMBER=sip:1001@pbx.example.com", "LOCAL=1", "CONTROL=http://127.0.0.1:9001"}
	said, asked, err = script(t, "forget.sh", "curl*) echo '"+erased+"' ;;", local)
	if err != nil || strings.Contains(asked, "aws") || !strings.Contains(said, "3 calls") {
		t.Errorf("%v: %s; asked %s", err, said, asked)
	}
	inOrder(t, asked, "http://127.0.0.1:9001/control/forget")
}

func TestF218ForgetSaysWhatIsWrong(t *testing.T) {
	number := []string{"NUMBER=+15550199"}
	for want, c := range map[string]struct {
		cases string
		env   []string
	}{
		"say whom":           {},
		"NUMBER is the":      {env: []string{`NUMBER=a"b`}},
		"no AWS credentials": {"*get-caller-identity*) exit 255 ;;", number},
		"has no stack line":  {"*describe-stacks*) exit 254 ;;", number},
		"not everything was": {withPool + "go*) exit 1 ;;", number},
		"is it running":      {"curl*) exit 22 ;;", append(number, "LOCAL=1")},
		"2 calls of this caller go on": {
			withPool + "go*) echo '" + strings.Replace(erased, `"live":0`, `"live":2`, 1) + "' ;;", number,
		},
	} {
		if said, _, err := script(t, "forget.sh", c.cases, append([]string{"NUMBER="}, c.env...)); err == nil ||
			!strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
	t.Setenv("NUMBER", "")
	if err := forget(t.Context(), []string{"-table", "t"}); !errors.Is(err, errForget) {
		t.Errorf("without a number: %v", err)
	}
}
