package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// removeScript runs remove-agent.sh.
func removeScript(t *testing.T, cases string, env []string, args ...string) (said, asked string, err error) {
	t.Helper()
	return script(t, "remove-agent.sh", cases, env, args...)
}

// script runs a script as agentScript does agent.sh; it also records the calls of go and curl.
func script(t *testing.T, name, cases string, env []string, args ...string) (said, asked string, err error) {
	t.Helper()
	dir := t.TempDir()
	for tool, first := range map[string]string{"aws": cliOf1, "go": "", "curl": ""} {
		asked := tool + " $*"
		script := "#!/bin/sh\n" + first + "echo \"" + asked + "\" >>" + dir + "/asked\n" +
			"case \"" + asked + "\" in\n" + cases + "\n*) ;;\nesac\n"
		if err := os.WriteFile(filepath.Join(dir, tool), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{name}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "STACK=line", "AWS_REGION=eu-west-1", "LOCAL=",
		"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	raw, _ := os.ReadFile(filepath.Join(dir, "asked")) // it may have been asked nothing
	return string(out), string(raw), err
}

const withPool = "*OutputKey==\\'Table\\'*) echo table1 ;;\n*UserPoolId*) echo pool1 ;;\n" +
	"*admin-get-user*) echo Ada ;;\n"

// inOrder asserts that the text has these parts, one after the other.
func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			t.Errorf("there is no %q, in this order, in\n%s", p, text)
			return
		}
		rest = after
	}
}

func TestF202RemoveAgentEndsTheSignInAndMarksTheAgent(t *testing.T) {
	said, asked, err := removeScript(t, withPool, nil, "ada")
	if err != nil || !strings.Contains(said, "Ada was removed") {
		t.Errorf("%v: %s", err, said)
	}
	inOrder(t, asked, "--stack-name line", "admin-disable-user --user-pool-id pool1 --username Ada",
		"admin-user-global-sign-out --user-pool-id pool1 --username Ada",
		"go run ./local roster -table table1 remove Ada")
	said, asked, err = removeScript(t, withPool, nil, "ada", "restore")
	if err != nil || strings.Contains(asked, "disable") {
		t.Errorf("%v: %s", err, said)
	}
	inOrder(t, asked, "admin-enable-user --user-pool-id pool1 --username Ada", "roster -table table1 restore Ada")
}

// The push channel's address goes to the command; a stack without one, or an answer without it, is no failure.
func TestF202RemoveAgentKnowsWhereThePagesAreTold(t *testing.T) {
	for push, want := range map[string]string{
		"echo https://push.example/live": "https://push.example/live", "echo None": "", "exit 254": "",
	} {
		cases := "*PushUrl*) " + push + " ;;\ngo*) echo \"told over <$PUSH_URL>\" ;;\n" + withPool
		said, _, err := removeScript(t, cases, []string{"PUSH_URL=of-something-else"}, "ada")
		if err != nil || !strings.Contains(said, "told over <"+want+">") {
			t.Errorf("%s: %v: %s", push, err, said)
		}
	}
}

// Version 1 of the AWS CLI has no export-credentials. What stands in the environment needs none.
func TestRemoveAgentTakesTheCredentialsOfTheEnvironment(t *testing.T) {
	said, asked, err := removeScript(t, "*export-credentials*) exit 252 ;;\n"+withPool,
		[]string{"AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=key"}, "ada")
	if err != nil || !strings.Contains(asked, "roster -table table1 remove Ada") {
		t.Errorf("%v: %s; asked %s", err, said, asked)
	}
}

func TestF202WithAnotherIssuerTheMarkAloneIsSet(t *testing.T) {
	cases := strings.Replace(withPool, "echo pool1", "echo None", 1)
	said, asked, err := removeScript(t, cases, nil, "ada@example.com")
	if err != nil || !strings.Contains(said, "with another issuer") || strings.Contains(asked, "cognito") {
		t.Errorf("%v: %s; asked %s", err, said, asked)
	}
	inOrder(t, asked, "roster -table table1 remove ada@example.com")
}

func TestF202OfTheLocalStackItAsksThat(t *testing.T) {
	said, asked, err := removeScript(t, "", []string{"LOCAL=1", "CONTROL=http://127.0.0.1:9001"}, "bob")
	if err != nil || strings.Contains(asked, "aws") {
		t.Errorf("%v: %s; asked %s", err, said, asked)
	}
	inOrder(t, asked, `{"agent":"bob","removed":true}`, "http://127.0.0.1:9001/control/agents")
}

func TestF202RemoveAgentSaysWhatIsWrong(t *testing.T) {
	for want, c := range map[string]struct {
		cases string
		args  []string
		env   []string
	}{
		"say who":                   {args: nil},
		"want remove or restore":    {args: []string{"ada", "kill"}},
		"NAME is what":              {args: []string{`a"b`}},
		"no AWS credentials":        {cases: "*get-caller-identity*) exit 255 ;;", args: []string{"ada"}},
		"has no stack line":         {cases: "*describe-stacks*) exit 254 ;;", args: []string{"ada"}},
		"there is no agent ada":     {cases: "*admin-get-user*) exit 254 ;;\n" + withPool, args: []string{"ada"}},
		"did not disable":           {cases: "*admin-disable*) exit 254 ;;\n" + withPool, args: []string{"ada"}},
		"did not sign Ada out":      {cases: "*sign-out*) exit 254 ;;\n" + withPool, args: []string{"ada"}},
		"does not give its":         {cases: "*export-credentials*) exit 254 ;;\n" + withPool, args: []string{"ada"}},
		"the API does not refuse":   {cases: "go*) exit 1 ;;\n" + withPool, args: []string{"ada"}},
		"is it running, and is the": {cases: "curl*) exit 22 ;;", args: []string{"bob"}, env: []string{"LOCAL=1"}},
	} {
		if said, _, err := removeScript(t, c.cases, c.env, c.args...); err == nil || !strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
}

func TestF202RosterIsRefusedWithoutTableOrName(t *testing.T) {
	for _, args := range [][]string{
		{}, {"remove", "ada"}, {"-table", "t"}, {"-table", "t", "remove"}, {"-table", "t", "kill", "ada"},
		{"-table", "t", "remove", "a", "b"},
	} {
		if err := roster(t.Context(), args); !errors.Is(err, errRoster) {
			t.Errorf("%v: %v", args, err)
		}
	}
	t.Setenv("AWS_REGION", "")
	err := roster(t.Context(), []string{"-table", "t", "remove", "ada"})
	if err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}
