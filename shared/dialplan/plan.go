package dialplan

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

//go:generate go run ../../local/plans -o plans.txt

// table holds the numbering plans. Each row is a region's calling code, its ISO code (001: no country) and its plan as
// JSON. Of the regions with one calling code the main one comes first. A row is decoded when it is needed.
//
//go:embed plans.txt
var table string

// plan is the numbering plan of a region. Patterns match the whole national number unless stated otherwise.
type plan struct {
	region string

	Lengths []int  `json:"lengths"` // of the region's numbers
	Local   []int  `json:"local"`   // of numbers that can be dialled locally only
	General string `json:"general"` // matches all of the region's numbers
	Prefix  string `json:"prefix"`  // matches what is dialled before a number within the country
	Rule    string `json:"rule"`    // replaces the prefix; "": the prefix is removed
	Leading string `json:"leading"` // matches how the region's numbers begin, if several regions have one calling code
	Types   []kind `json:"types"`   // the first that matches counts

	Emergency string `json:"emergency"`
	Short     []int  `json:"short"` // lengths of short codes
}

// kind is a type of numbers: premium, toll-free, shared-cost, voip, personal, pager, uan (one number for a whole
// company), voicemail, fixed or mobile.
type kind struct {
	Name    string `json:"name"`
	Pattern string `json:"pattern"`
	Lengths []int  `json:"lengths"` // none: the region's
}

// regions is the set of ISO codes of countries.
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

// plansFor finds the plans that a number may belong to, the main one first, and the number without its calling code. A
// calling code has up to three digits, and none is the beginning of another.
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
				panic("plans.txt: " + err.Error()) // a test has decoded every row
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

// owner finds the region that the number belongs to, by how it begins or by its type; false if there is none.
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

// prefixed says whether a number contains what is dialled within the country only, such as a trunk zero. Twilio might
// take it for another number.
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

// short says whether a number is an emergency number or another short code of the country after its calling code
// (+49110).
func short(plans []plan, national string) bool {
	main := plans[0]
	possible := slices.Contains(main.Lengths, len(national)) || slices.Contains(main.Local, len(national))
	return slices.ContainsFunc(plans, func(p plan) bool {
		return p.Emergency != "" && whole(p.Emergency, national) || !possible && slices.Contains(p.Short, len(national))
	})
}
