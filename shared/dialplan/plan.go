package dialplan

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

//go:generate go run ../../local/plans -o plans.txt

// table is the numbering plans: a line for each region with its calling code, its ISO
// code (001 is no country's) and a plan. Of those with one calling code the main region
// comes first. It is text until a line is needed.
//
//go:embed plans.txt
var table string

// plan is a region's. Patterns are of the national number, from its beginning to its
// end, unless told otherwise.
type plan struct {
	region string

	Lengths []int  `json:"lengths"` // of its numbers
	Local   []int  `json:"local"`   // of what can be dialled from nearby alone
	General string `json:"general"` // of all of its numbers
	Prefix  string `json:"prefix"`  // what is dialled before a number within the country
	Rule    string `json:"rule"`    // what then becomes of the number, if it is not just left out
	Leading string `json:"leading"` // how the region's numbers begin, where several have one calling code
	Types   []kind `json:"types"`   // the first that fits counts

	Emergency string `json:"emergency"`
	Short     []int  `json:"short"` // lengths of short codes
}

// kind is one type of numbers: premium, toll-free, shared-cost, voip, personal, pager,
// uan (one number for a whole company), voicemail, fixed or mobile.
type kind struct {
	Name    string `json:"name"`
	Pattern string `json:"pattern"`
	Lengths []int  `json:"lengths"` // none: those of the region
}

// regions lists all that there are.
func regions() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(table) {
		if _, rest, ok := strings.Cut(line, " "); ok {
			region, _, _ := strings.Cut(rest, " ")
			all[region] = region != "001"
		}
	}
	return all
}

// plansFor finds the plans that a number may belong to, the main one first, and the
// number without the calling code. Calling codes have up to three digits, and none is
// the beginning of another.
func plansFor(digits string) (found []plan, national string) {
	for n := 1; n <= 3 && n < len(digits); n++ {
		for line := range strings.Lines(table) {
			rest, ok := strings.CutPrefix(line, digits[:n]+" ")
			if !ok {
				continue
			}
			region, text, _ := strings.Cut(rest, " ")
			p := plan{region: region}
			if err := json.Unmarshal([]byte(text), &p); err != nil {
				panic("plans.txt: " + err.Error()) // a test has read every line
			}
			found = append(found, p)
		}
		if found != nil {
			return found, digits[n:]
		}
	}
	return nil, ""
}

func whole(pattern, s string) bool {
	return regexp.MustCompile("^(?:" + pattern + ")$").MatchString(s)
}

// typeOf is the type of a national number; "" if the region has no such number.
func (p plan) typeOf(national string) string {
	if !slices.Contains(p.Lengths, len(national)) || !whole(p.General, national) {
		return ""
	}
	for _, k := range p.Types {
		if (k.Lengths == nil || slices.Contains(k.Lengths, len(national))) && whole(k.Pattern, national) {
			return k.Name
		}
	}
	return ""
}

// owner is whose number it is, by what it begins with or by its type; false if nobody's.
func owner(plans []plan, national string) (plan, bool) {
	if len(plans) == 1 {
		return plans[0], true
	}
	for _, p := range plans {
		if p.Leading == "" && p.typeOf(national) != "" ||
			p.Leading != "" && regexp.MustCompile("^(?:"+p.Leading+")").MatchString(national) {
			return p, true
		}
	}
	return plan{}, false
}

// prefixed says whether a number is written with what is only dialled within the
// country, such as a trunk zero, so that the network may take it for another number.
func (p plan) prefixed(national string) bool {
	if p.Prefix == "" {
		return false
	}
	prefix := regexp.MustCompile("^(?:" + p.Prefix + ")")
	at := prefix.FindStringSubmatchIndex(national)
	if at == nil {
		return false
	}
	without := national[at[1]:]
	if p.Rule != "" && at[len(at)-2] >= 0 {
		without = prefix.ReplaceAllString(national, p.Rule)
	}
	return without != national && (!whole(p.General, national) || whole(p.General, without))
}

// short says whether a number is an emergency or another short code of the country, with
// the calling code before it (+49110).
func short(plans []plan, national string) bool {
	main := plans[0]
	possible := slices.Contains(main.Lengths, len(national)) || slices.Contains(main.Local, len(national))
	return slices.ContainsFunc(plans, func(p plan) bool {
		return p.Emergency != "" && whole(p.Emergency, national) || !possible && slices.Contains(p.Short, len(national))
	})
}
