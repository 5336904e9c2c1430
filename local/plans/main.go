// Command plans writes the numbering plans that shared/dialplan uses, taken from github.com/nyaruka/phonenumbers.
//
//	go run ./local/plans        writes shared/dialplan/plans.txt
//
// The library with all that it needs would add 2.4 MiB to the package of the function that judges numbers, and reads
// all of its tables at every start. The file has a few kilobytes of them: the country of a number and its type. Tests
// compare the file with the library, and its judgements with the library's own.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/nyaruka/phonenumbers"
)

func main() {
	file := flag.String("o", filepath.Join("shared", "dialplan", "plans.txt"), "file to write")
	flag.Parse()
	text, err := plans()
	if err == nil {
		err = os.WriteFile(*file, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plans:", err)
		os.Exit(1)
	}
}

// plan is one row after the calling code and the region; shared/dialplan explains the words.
type plan struct {
	Lengths   []int32 `json:"lengths"`
	Local     []int32 `json:"local,omitempty"`
	General   string  `json:"general"`
	Prefix    string  `json:"prefix,omitempty"`
	Rule      string  `json:"rule,omitempty"`
	Leading   string  `json:"leading,omitempty"`
	Types     []kind  `json:"types"`
	Emergency string  `json:"emergency,omitempty"`
	Short     []int32 `json:"short,omitempty"`
}

type kind struct {
	Name    string  `json:"name"`
	Pattern string  `json:"pattern"`
	Lengths []int32 `json:"lengths,omitempty"`
}

// plans is the whole file: a row for each region, those with one calling code in the order in which they are tried.
func plans() ([]byte, error) {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, err
	}
	shorts, err := phonenumbers.ShortNumberMetadataCollection()
	if err != nil {
		return nil, err
	}
	short := map[string]*phonenumbers.PhoneMetadata{}
	for _, m := range shorts.GetMetadata() {
		short[m.GetId()] = m
	}
	list := slices.Clone(all.GetMetadata())
	slices.SortStableFunc(list, func(a, b *phonenumbers.PhoneMetadata) int {
		if d := int(a.GetCountryCode() - b.GetCountryCode()); d != 0 {
			return d
		}
		order := phonenumbers.GetRegionCodesForCountryCode(int(a.GetCountryCode()))
		return slices.Index(order, a.GetId()) - slices.Index(order, b.GetId())
	})
	var out bytes.Buffer
	for _, m := range list {
		line, err := marshal(planOf(m, short[m.GetId()]))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%d %s %s", m.GetCountryCode(), m.GetId(), line)
	}
	return out.Bytes(), nil
}

// marshal is JSON with < > & as they are, and a newline.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return out.Bytes(), err
}

func planOf(m, short *phonenumbers.PhoneMetadata) plan {
	general := m.GetGeneralDesc()
	p := plan{
		Lengths: general.GetPossibleLength(), Local: general.GetPossibleLengthLocalOnly(),
		General: general.GetNationalNumberPattern(),
		Prefix:  m.GetNationalPrefixForParsing(), Rule: m.GetNationalPrefixTransformRule(),
		Leading:   m.GetLeadingDigits(),
		Emergency: short.GetEmergency().GetNationalNumberPattern(), Short: short.GetGeneralDesc().GetPossibleLength(),
		Types: []kind{},
	}
	// In the order in which the library tries them.
	for _, t := range []struct {
		name string
		desc *phonenumbers.PhoneNumberDesc
	}{
		{"premium", m.GetPremiumRate()}, {"toll-free", m.GetTollFree()}, {"shared-cost", m.GetSharedCost()},
		{"voip", m.GetVoip()},
		{"personal", m.GetPersonalNumber()}, {"pager", m.GetPager()}, {"uan", m.GetUan()},
		{"voicemail", m.GetVoicemail()},
		{"fixed", m.GetFixedLine()}, {"mobile", m.GetMobile()},
	} {
		if pattern := t.desc.GetNationalNumberPattern(); pattern != "" &&
			!slices.Contains(t.desc.GetPossibleLength(), -1) {
			p.Types = append(p.Types, kind{t.name, pattern, t.desc.GetPossibleLength()})
		}
	}
	return p
}
