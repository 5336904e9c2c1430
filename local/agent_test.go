package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// agentScript runs agent.sh with an AWS CLI that records its arguments and answers by the given shell cases.
func agentScript(t *testing.T, cases string, args ...string) (said, asked string, err error) {
	t.Helper()
	return agentScriptIn(t, "eu-west-1", cases, args...)
}

func agentScriptIn(t *testing.T, region, cases string, args ...string) (said, asked string, err error) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\n" + cliOf1 + "echo \"$*\" >>" + dir + "/asked\ncase \"$*\" in\n" + cases + "\n*) ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(dir, "aws"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{"agent.sh"}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "STACK=line", "AWS_REGION="+region)
	out, err := cmd.CombinedOutput()
	raw, _ := os.ReadFile(filepath.Join(dir, "asked")) // it may have been asked nothing
	return string(out), string(raw), err
}

const aStack = "*UserPoolId*) echo pool1 ;;\n*PageUrl*) echo https://page/ ;;\n"

func TestAgentIsCreatedAndPutIntoTheGroup(t *testing.T) {
	said, asked, err := agentScript(t, aStack+"*admin-get-user*) exit 254 ;;", "ada", "ada@example.com")
	if err != nil || !strings.Contains(said, "https://page/") {
		t.Errorf("%v: %s", err, said)
	}
	for _, want := range []string{"--stack-name line", "admin-create-user --user-pool-id pool1 --username ada",
		"Value=ada@example.com",
		"admin-add-user-to-group --user-pool-id pool1 --username ada --group-name agent"} {
		if !strings.Contains(asked, want) {
			t.Errorf("the AWS CLI was not asked for %q, but\n%s", want, asked)
		}
	}
}

func TestAgentWhoIsThereIsOnlyPutIntoTheGroup(t *testing.T) {
	_, asked, err := agentScript(t, aStack, "ada", "ada@example.com", "supervisor")
	if err != nil || strings.Contains(asked, "admin-create-user") ||
		!strings.Contains(asked, "--group-name supervisor") {
		t.Errorf("%v: %s", err, asked)
	}
}

func TestAgentScriptSaysWhatIsWrong(t *testing.T) {
	for want, c := range map[string]struct {
		cases string
		args  []string
	}{
		"say who":             {"", nil},
		"NAME must be":        {"", []string{"a b", "a@example.com"}},
		"does not look like":  {"", []string{"ada", "ada"}},
		"groups are":          {"", []string{"ada", "a@example.com", "boss"}},
		"no AWS credentials":  {"*get-caller-identity*) exit 255 ;;", []string{"ada", "a@example.com"}},
		"has no stack line":   {"*UserPoolId*) exit 254 ;;", []string{"ada", "a@example.com"}},
		"with another issuer": {"*UserPoolId*) echo None ;;", []string{"ada", "a@example.com"}},
		"Cognito did not create": {aStack + "*admin-get-user*|*admin-create-user*) exit 254 ;;",
			[]string{"ada", "a@example.com"}},
		"could not be put into the": {aStack + "*admin-add-user*) exit 254 ;;", []string{"ada", "a@example.com"}},
	} {
		if said, _, err := agentScript(t, c.cases, c.args...); err == nil || !strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
}
