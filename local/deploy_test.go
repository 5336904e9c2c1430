package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const savedNothing = "[default.global.parameters]\nstack_name = \"line\"\n\n" +
	"[prod.global.parameters]\nstack_name = \"line-prod\" # the other\n"

// deployScript runs deploy.sh in a folder of its own, with a SAM CLI and an AWS CLI that record their arguments. The
// AWS CLI answers by the given shell cases.
func deployScript(t *testing.T, settings, cases string, env []string, args ...string) (said, asked string, err error) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("local/deploy.sh", read(t, "deploy.sh"))
	write("local/aws.sh", read(t, "aws.sh"))
	write("samconfig.toml", settings)
	write("functions/publish/page/index.html", "the page")
	note := "#!/bin/sh\necho \"${0##*/} $*\" >>" + dir + "/asked\n"
	// The parameters are in a file that is gone afterwards.
	write("bin/sam", note+"for a; do case $a in file://*) sed 's/^/  /' \"${a#file://}\" >>"+dir+
		"/asked ;; esac; done\n"+
		"[ \"$1\" != deploy ] || exit \"${SAM_EXIT:-0}\"\n")
	write("bin/aws", note+cliOf1+"case \"$*\" in\n"+cases+"\n*configure*) exit 1 ;;\n*) ;;\nesac\n")
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{filepath.Join(dir, "local", "deploy.sh")},
		args...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") && !strings.HasPrefix(v, "TWILIO_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "PATH="+dir+"/bin:"+os.Getenv("PATH")), env...)
	out, err := cmd.CombinedOutput()
	raw, _ := os.ReadFile(filepath.Join(dir, "asked")) // it may have been asked nothing
	return string(out), string(raw), err
}

// answered are the five answers, as the environment has them.
var answered = []string{
	"AWS_REGION=eu-west-1", "TWILIO_NUMBER=+15550100", "TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001",
	"TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef", "TWILIO_API_KEY=SK00000000000000000000000000000001",
	"TWILIO_API_SECRET=abcdef0123456789abcdef0123456789",
}

func TestDeployNeedsTheFiveAnswersUntilThereIsAStack(t *testing.T) {
	for status, first := range map[string]bool{
		"exit 254":                      true, // there is none
		"echo REVIEW_IN_PROGRESS":       true, // the first was not carried out
		"echo CREATE_COMPLETE":          false,
		"echo UPDATE_COMPLETE":          false,
		"echo UPDATE_ROLLBACK_COMPLETE": false,
	} {
		_, asked, err := deployScript(t, savedNothing, "*describe-stacks*) "+status+" ;;", answered)
		if err != nil || strings.Contains(asked, `  TwilioNumber: "+15550100"`) != first {
			t.Errorf("%s: answers given %t wanted, %v\n%s", status, first, err, asked)
		}
		if first && strings.Count(asked, "\n  Twilio") != 5 {
			t.Errorf("%s: not the five:\n%s", status, asked)
		}
		said, asked, err := deployScript(t, savedNothing, "*describe-stacks*) "+status+" ;;",
			[]string{"AWS_REGION=eu-west-1"})
		if (err != nil) != first || first && (strings.Contains(asked, "sam ") || !strings.Contains(said,
			"TWILIO_NUMBER TWILIO_ACCOUNT_SID")) {
			t.Errorf("%s, without answers and without a terminal: %v\n%s\n%s", status, err, said, asked)
		}
	}
}

// A secret on a command line is for every user of the machine to read.
func TestDeployKeepsAnswersOutOfCommandLinesAndTrackedFiles(t *testing.T) {
	_, asked, err := deployScript(t, savedNothing, "*describe-stacks*) exit 254 ;;", answered)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(asked) {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		for _, secret := range []string{"0123456789abcdef0123456789abcdef", "abcdef0123456789abcdef0123456789",
			"+15550100", "--guided"} {
			if strings.Contains(line, secret) {
				t.Errorf("%q stands in: %s", secret, line)
			}
		}
	}
}

func TestDeployTakesOtherParameters(t *testing.T) {
	env := []string{"AWS_REGION=eu-west-1", "SET=RingSeconds=25 WrapUpSeconds=5"}
	saved := savedNothing + "\n[prod.deploy.parameters]\nparameter_overrides = \"LogRetentionDays=90\"\n"
	_, asked, err := deployScript(t, saved, "*describe-stacks*) echo UPDATE_COMPLETE ;;", env,
		"--config-env", "prod", "--parameter-overrides", "MaxWaitSeconds=60")
	const want = "--parameter-overrides LogRetentionDays=90 MaxWaitSeconds=60 RingSeconds=25 " +
		"WrapUpSeconds=5 --no-confirm-changeset\n"
	if err != nil || !strings.Contains(asked, want) {
		t.Errorf("%v\n%s", err, asked)
	}
	given := append([]string{"SET=TwilioNumber=+15550100"}, answered[0])
	given = append(given, answered[2:]...)
	if said, _, err := deployScript(t, savedNothing, "*describe-stacks*) exit 254 ;;", given); err != nil {
		t.Errorf("an override is no answer: %v\n%s", err, said)
	}
}

func TestDeployMakesAStackAnewWhoseFirstDeploymentFailed(t *testing.T) {
	for _, status := range []string{"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"} {
		said, asked, err := deployScript(t, savedNothing, "*describe-stacks*) echo "+status+" ;;", answered)
		const want = "aws cloudformation delete-stack --region eu-west-1 --stack-name line\n" +
			"aws cloudformation wait stack-delete-complete --region eu-west-1 --stack-name line\n"
		if err != nil || !strings.Contains(asked, want) || strings.Index(asked, want) > strings.Index(asked,
			"sam deploy") ||
			!strings.Contains(said, "deleted and made anew") {
			t.Errorf("%s: %v\n%s\n%s", status, err, said, asked)
		}
	}
	said, asked, err := deployScript(t, savedNothing,
		"*describe-stacks*) echo ROLLBACK_COMPLETE ;;\n*wait*) exit 255 ;;", answered)
	if err == nil || strings.Contains(asked, "sam deploy") || !strings.Contains(said, "could not be deleted") {
		t.Errorf("it deploys over a stack that is still there: %v\n%s\n%s", err, said, asked)
	}
	said, asked, err = deployScript(t, savedNothing, "*describe-stacks*) echo UPDATE_IN_PROGRESS ;;", answered)
	if err == nil || strings.Contains(asked, "sam ") || !strings.Contains(said, "is at work") {
		t.Errorf("it deploys over a deployment: %v\n%s\n%s", err, said, asked)
	}
}

// sam ends with 0 when the changes are declined, and leaves the change set; the first time also a stack with nothing in
// it.
func TestDeployDoesNotCallADeclinedOneDone(t *testing.T) {
	const sets = "*list-change-sets*) [ ! -f $0.listed ] || echo samcli-deploy1; touch $0.listed ;;\n"
	for status, first := range map[string]bool{"REVIEW_IN_PROGRESS": true, "UPDATE_COMPLETE": false} {
		said, asked, err := deployScript(t, savedNothing, sets+"*describe-stacks*) echo "+status+" ;;", answered)
		if err == nil || !strings.Contains(said, "the changes were declined") || strings.Contains(said, "make agent") {
			t.Errorf("%s: %v\n%s", status, err, said)
		}
		if !strings.Contains(asked,
			"delete-change-set --region eu-west-1 --stack-name line --change-set-name samcli-deploy1") {
			t.Errorf("%s: the change set stays\n%s", status, asked)
		}
		if strings.Contains(asked, "delete-stack ") != first {
			t.Errorf("%s: the stack is deleted %t wanted\n%s", status, first, asked)
		}
	}
}

func TestDeployLeavesNothingOfAChangeSetThatFailed(t *testing.T) {
	said, asked, err := deployScript(t, savedNothing, "*describe-stacks*) echo REVIEW_IN_PROGRESS ;;",
		append([]string{"SAM_EXIT=1"}, answered...))
	if err == nil || !strings.Contains(said, "the deployment failed") || !strings.Contains(asked,
		"delete-stack --region eu-west-1 --stack-name line") {
		t.Errorf("%v\n%s\n%s", err, said, asked)
	}
}

func TestDeployLooksAtTheStackThatIsDeployed(t *testing.T) {
	const there = "*describe-stacks*) echo UPDATE_COMPLETE ;;"
	saved := savedNothing + "\n[default.deploy.parameters]\nstack_name = \"mine\"\nregion = \"eu-central-1\"\n"
	for _, c := range []struct {
		name, settings string
		env, args      []string
		at, said       string
	}{
		{"nothing saved", savedNothing, []string{"AWS_REGION=eu-west-1"}, nil, "--region eu-west-1 --stack-name line",
			"AWS_REGION=eu-west-1 STACK=line make agent"},
		{"another environment", savedNothing, []string{"AWS_REGION=eu-west-1"}, []string{"--config-env", "prod"},
			"--region eu-west-1 --stack-name line-prod", "STACK=line-prod make agent"},
		{"saved answers", saved, nil, nil, "--region eu-central-1 --stack-name mine",
			"AWS_REGION=eu-central-1 STACK=mine make agent"},
		{"another region", saved, []string{"AWS_REGION=eu-west-1"}, nil, "--region eu-west-1 --stack-name mine",
			"AWS_REGION=eu-west-1 STACK=mine make agent"},
		{"on the command line", saved, []string{"AWS_REGION=eu-west-1"}, []string{"--region=eu-north-1",
			"--stack-name", "other"},
			"--region eu-north-1 --stack-name other", "AWS_REGION=eu-north-1 STACK=other make agent"},
	} {
		said, asked, err := deployScript(t, c.settings, there, c.env, c.args...)
		if err != nil || !strings.Contains(asked, "describe-stacks "+c.at) || !strings.Contains(asked,
			"sam deploy --config-env ") ||
			strings.Count(asked, c.at) < 3 || !strings.Contains(said, c.said) {
			t.Errorf("%s: %v\n%s\n%s", c.name, err, said, asked)
		}
	}
}

func TestDeployScriptSaysWhatIsWrong(t *testing.T) {
	for want, c := range map[string]struct {
		cases string
		env   []string
		args  []string
	}{
		"no AWS credentials":                   {"*get-caller-identity*) exit 255 ;;", answered, nil},
		"no stack_name for the environment qa": {"", answered, []string{"--config-env=qa"}},
		"no AWS region is set":                 {"", nil, nil},
		"--region needs a value":               {"", answered, []string{"--region"}},
		"would ask for every parameter":        {"", answered, []string{"--guided"}},
		"TWILIO_NUMBER should be": {"*describe-stacks*) exit 254 ;;",
			append(answered[2:len(answered):len(answered)], "AWS_REGION=x", "TWILIO_NUMBER=0555"), nil},
	} {
		if said, _, err := deployScript(t, savedNothing, c.cases, c.env, c.args...); err == nil ||
			!strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
}
