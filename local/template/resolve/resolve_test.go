package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func check(t *testing.T, resources string) ([]string, int) {
	t.Helper()
	var tmpl template
	text := `{"Parameters":{"P":{"Type":"String"}},"Conditions":{"C":{"Fn::Equals":[{"Ref":"P"},"x"]}},"Resources":{` + resources + `},
		"Outputs":{"O":{"Condition":"C","Value":{"Ref":"A"}}}}`
	if err := json.Unmarshal([]byte(text), &tmpl); err != nil {
		t.Fatal(err)
	}
	return tmpl.check()
}

func TestWhatIsThereIsFollowed(t *testing.T) {
	faults, followed := check(t, `
		"A": {"Type":"T","Condition":"C","DependsOn":["B"],"Properties":{"x":{"Fn::Sub":"${P}-${AWS::Region}-${!Literal}"}}},
		"B": {"Type":"T","Properties":{"x":{"Fn::If":["C",{"Fn::GetAtt":["D","Arn"]},{"Fn::GetAtt":"D.Arn"}]}}},
		"D": {"Type":"T","Properties":{"x":{"Fn::Sub":["${own}",{"own":{"Ref":"P"}}]},"and":{"Fn::And":[{"Condition":"C"}]}}}`)
	if faults != nil || followed != 12 {
		t.Errorf("%d followed, %v", followed, faults)
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	for resource, want := range map[string]string{
		`{"Properties":{"x":{"Ref":"Nobody"}}}`:                       "A: Nobody is neither a parameter nor a resource",
		`{"Properties":{"x":{"Fn::Sub":"${Nobody.Arn}"}}}`:            "A: Nobody is neither",
		`{"Properties":{"x":{"Fn::GetAtt":["Nobody","Arn"]}}}`:        "A: Fn::GetAtt [Nobody Arn] is no attribute",
		`{"Properties":{"x":{"Fn::GetAtt":"A"}}}`:                     "A: Fn::GetAtt A is no attribute",
		`{"Properties":{"x":{"Fn::If":["Never",1,2]}}}`:               "A: there is no condition Never",
		`{"Properties":{"x":{"Fn::If":["C",1]}}}`:                     "A: Fn::If takes",
		`{"Condition":"Never"}`:                                       "A: there is no condition Never",
		`{"DependsOn":"Nobody"}`:                                      "A: Nobody is neither",
		`{"UpdatePolicy":{"x":{"Ref":"Nobody"}}}`:                     "A: Nobody is neither",
		`{"DependsOn":"B"},"B":{"Properties":{"x":{"Ref":"A"}}}`:      "needs itself: A > B > A",
		`{"Properties":{"x":[{"y":{"Fn::Sub":["${A}",{"b":"c"}]}}]}}`: "needs itself: A > A",
	} {
		faults, _ := check(t, `"A": `+resource)
		if len(faults) != 1 || !strings.Contains(faults[0], want) {
			t.Errorf("%s: %q, want %q", resource, faults, want)
		}
	}
}

func TestVersionsChangeWithTheParametersOfTheirFunction(t *testing.T) {
	for description, want := range map[string]string{
		`{"Fn::Sub":["${P}",{"b":{"Fn::If":["C","x",{"Ref":"A"}]}}]}`: "",
		`{"Fn::If":["C","x","y"]}`:                                    "",
		`{"Fn::Sub":"${A}"}`:                                          "V: is described by [] and not by the parameters [P]",
		`"always the same"`:                                           "V: is described by [] and not by the parameters [P]",
	} {
		faults, _ := check(t, `
			"A": {"Properties":{"Environment":{"Variables":{"X":{"Ref":"P"}}}}},
			"V": {"Type":"AWS::Lambda::Version","Properties":{"FunctionName":{"Ref":"A"},"Description":`+description+`}}`)
		if want == "" && faults != nil || want != "" && (len(faults) != 1 || !strings.HasPrefix(faults[0], want)) {
			t.Errorf("%s: %q, want %q", description, faults, want)
		}
	}
}
