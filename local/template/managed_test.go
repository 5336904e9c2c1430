package template

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// managed is the table of ids that AWS keeps for everybody: property and id to name.
func managed(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("managed-ids.tsv")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || !uuid.MatchString(f[1]) {
			t.Fatalf("the table has the line %q", line)
		}
		names[f[0]+" "+f[1]] = f[2]
	}
	return names
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func TestManagedIDsAreThoseOfTheTable(t *testing.T) {
	known, used := managed(t), map[string]bool{}
	for id, d := range resources(t, "AWS::CloudFront::Distribution") {
		config := at(d, "Properties", "DistributionConfig")
		for _, b := range append(items(at(config, "CacheBehaviors")), at(config, "DefaultCacheBehavior")) {
			for _, key := range []string{"CachePolicyId", "OriginRequestPolicyId", "ResponseHeadersPolicyId"} {
				value := key + " " + text(at(b, key))
				if !uuid.MatchString(value) {
					continue // none, or one of the stack's own
				}
				used[value] = true
				if known[value] == "" {
					t.Errorf("%s: %s is not in managed-ids.tsv", id, value)
				}
			}
		}
	}
	for id, name := range known {
		if !used[id] {
			t.Errorf("the template does not use %s %s", id, name)
		}
	}
}

// An id that stood elsewhere in the template would be compared with nothing.
func TestNoManagedIDStandsOutsideOfTheTable(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for key := range managed(t) {
		_, id, _ := strings.Cut(key, " ")
		ids[id] = true
	}
	for _, id := range uuid.FindAllString(string(raw), -1) {
		if !ids[id] {
			t.Errorf("%s is not in managed-ids.tsv", id)
		}
	}
}
