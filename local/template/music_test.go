package template

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The functions send callers to MUSIC_BASE_URL/NN.wav: the page's build copies frontend/public unchanged, so the music
// is under /music in the bucket, and MusicDistribution may read that and nothing else.
func TestTheMusicLiesWhereTheFunctionsPointTo(t *testing.T) {
	for i := range 11 {
		file := filepath.Join("frontend", "public", "music", fmt.Sprintf("%02d.wav", i))
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			t.Error(err)
		}
	}
	const want = "!Sub https://${MusicDistribution.DomainName}/music"
	for name, f := range functions(t) {
		if got := variables(f)["MUSIC_BASE_URL"]; got != "" && got != want {
			t.Errorf("%s looks for the music at %q", name, got)
		}
	}
	for _, s := range items(at(only(t, "AWS::S3::BucketPolicy"), "Properties", "PolicyDocument", "Statement")) {
		may := []string{"!Sub ${PageBucket.Arn}/music/*", "!Sub ${PageBucket.Arn}/fallback.xml"}
		if got := texts(at(s, "Resource")); text(at(s, "Sid")) == "Music" && !slices.Equal(got, may) {
			t.Errorf("the music's distribution may read %q", got)
		}
	}
}
