package sam

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// CheckParameters refuses what CloudFormation would not accept as the template's parameters: an unknown name, for which
// it suggests the nearest one, and a value that the parameter does not allow.
func CheckParameters(path string, set map[string]string) error {
	r, _, err := open(path, Values{Parameters: set})
	if err != nil {
		return err
	}
	names := make([]string, 0, len(r.parameters))
	for name := range r.parameters {
		names = append(names, name)
	}
	var errs []error
	for _, name := range sortedKeys(set) {
		p := r.parameters[name]
		if p == nil {
			errs = append(errs, fmt.Errorf("there is no parameter %s in %s; the nearest is %s",
				name, r.file, Nearest(name, names)))
			continue
		}
		if want := allowed(p, set[name]); want != "" {
			errs = append(errs, fmt.Errorf("the parameter %s must be %s", name, want))
		}
	}
	return errors.Join(errs...)
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// allowed says what a parameter's value must be, "" if it is valid.
func allowed(p *yaml.Node, value string) string {
	text := func(key string) string {
		if n := child(p, key); n != nil {
			return n.Value
		}
		return ""
	}
	if list := child(p, "AllowedValues"); list != nil {
		var values []string
		for _, v := range list.Content {
			values = append(values, v.Value)
		}
		if !slices.Contains(values, value) {
			return "one of " + strings.Join(values, ", ")
		}
	}
	want := text("ConstraintDescription")
	if pattern := text("AllowedPattern"); pattern != "" {
		if re, err := regexp.Compile(`^(?:` + pattern + `)$`); err == nil && !re.MatchString(value) {
			return orElse(want, "as "+pattern)
		}
	}
	if most, err := strconv.Atoi(text("MaxLength")); err == nil && utf8.RuneCountInString(value) > most {
		return orElse(want, fmt.Sprintf("at most %d characters", most))
	}
	if text("Type") != "Number" {
		return ""
	}
	n, err := strconv.ParseFloat(value, 64)
	least, noLeast := strconv.ParseFloat(text("MinValue"), 64)
	most, noMost := strconv.ParseFloat(text("MaxValue"), 64)
	if err != nil || noLeast == nil && n < least || noMost == nil && n > most {
		return orElse(want, "a number"+within(text("MinValue"), text("MaxValue")))
	}
	return ""
}

func within(least, most string) string {
	if least == "" || most == "" {
		return ""
	}
	return " from " + least + " to " + most
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Nearest is the name that begins with the given one, or else the one that needs the fewest changes of letters. Case is
// ignored. It is "" if there are no names.
func Nearest(given string, names []string) string {
	best, least := "", -1
	given = strings.ToLower(given)
	for _, name := range slices.Sorted(slices.Values(names)) {
		small := strings.ToLower(name)
		d := distance(given, small)
		if len(given) > 3 && strings.HasPrefix(small, given) {
			d = 1
		}
		if least < 0 || d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
