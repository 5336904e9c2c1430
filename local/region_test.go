package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Version 1 of the AWS CLI reads AWS_DEFAULT_REGION and no AWS_REGION
// (https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-envvars.html), which is what our messages name. Each
// script that uses the CLI must work with either version.

// cliOf1 is an AWS CLI of version 1: it fails where AWS_DEFAULT_REGION names no region, or
// names us-east-2.
const cliOf1 = `case "${AWS_DEFAULT_REGION:-none} $*" in
*configure\ get*) exit 1 ;;
none\ *|us-east-2\ *) echo "You must specify a region." >&2; exit 255 ;;
esac
`

func TestEveryScriptTakesTheRegionWithVersion1OfTheAWSCLI(t *testing.T) {
	t.Setenv("AWS_DEFAULT_REGION", "us-east-2") // another one: AWS_REGION counts more, as with version 2
	t.Setenv("AWS_REGION", "eu-west-1")
	for name, run := range map[string]func() (said, asked string, err error){
		"agent.sh":        func() (string, string, error) { return agentScript(t, aStack, "ada", "ada@example.com") },
		"remove-agent.sh": func() (string, string, error) { return removeScript(t, withPool, nil, "ada") },
		"forget.sh": func() (string, string, error) {
			return script(t, "forget.sh", withPool+"go*) echo '"+erased+"' ;;", []string{"NUMBER=+15550199"})
		},
		"destroy.sh": func() (string, string, error) { return destroyScript(t, "0", "YES=1") },
		"deploy.sh": func() (string, string, error) {
			return deployScript(t, savedNothing, "*describe-stacks*) echo UPDATE_COMPLETE ;;",
				append([]string{"AWS_DEFAULT_REGION=us-east-2"}, answered...))
		},
	} {
		if said, asked, err := run(); err != nil {
			t.Errorf("%s: %v\n%s\n%s", name, err, said, asked)
		}
	}
}

// A new script must not forget it.
func TestEveryScriptThatUsesTheAWSCLIBeginsWithNeedAWS(t *testing.T) {
	scripts, err := filepath.Glob("*.sh")
	if err != nil || scripts == nil {
		t.Fatal("no scripts", err)
	}
	uses := regexp.MustCompile(`(?m)(^|[|;&(]|\bif|!)\s*(aws [a-z]|output [A-Z])`)
	found := 0
	for _, s := range scripts {
		text := read(t, s)
		first := uses.FindStringIndex(text)
		if first == nil || s == "aws.sh" {
			continue
		}
		found++
		if at := strings.Index(text, "\nneed_aws "); at < 0 {
			t.Errorf("%s calls the AWS CLI without need_aws", s)
		}
	}
	if found < 4 {
		t.Errorf("only %d scripts seem to call the AWS CLI", found)
	}
}

// Without a region nothing can be said about credentials or stacks.
func TestEveryScriptSaysThatThereIsNoRegion(t *testing.T) {
	t.Setenv("AWS_DEFAULT_REGION", "")
	none := []string{"AWS_REGION="}
	for name, run := range map[string]func() (said, asked string, err error){
		"make agent NAME=ada EMAIL=ada@example.com": func() (string, string, error) {
			return agentScriptIn(t, "", aStack, "ada", "ada@example.com")
		},
		"make remove-agent NAME=ada": func() (string, string, error) { return removeScript(t, withPool, none, "ada") },
		"make forget NUMBER=+15550199": func() (string, string, error) {
			return script(t, "forget.sh", withPool, append([]string{"NUMBER=+15550199"}, none...))
		},
		"make destroy": func() (string, string, error) {
			return destroyScript(t, "0", "AWS_REGION=", "YES=1")
		},
		"make deploy": func() (string, string, error) { return deployScript(t, savedNothing, "", none) },
	} {
		if said, asked, err := run(); err == nil ||
			!strings.Contains(said, "no AWS region is set. Name one: AWS_REGION=eu-central-1 "+name) {
			t.Errorf("%s: %v\n%s\n%s", name, err, said, asked)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
