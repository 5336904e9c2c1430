package twilio

import (
	"fmt"
	"strings"
	"testing"

	"warmtransfer/shared/call"
)

// lists answers the lists of calls and conferences page by page: n pages of each.
func lists(n int, spoil func(r request, page int) (int, string)) func(request) (int, string) {
	return func(r request) (int, string) {
		page := 0
		_, _ = fmt.Sscan(r.Values.Get("Page"), &page)
		if status, body := spoil(r, page); status != 0 {
			return status, body
		}
		next := "null"
		if page+1 < n {
			next = fmt.Sprintf(`"/2010-04-01/Accounts/%s/%s?Status=in-progress&PageSize=1000&Page=%d&PageToken=PA%d"`, account,
				strings.TrimPrefix(r.Path, "/"), page+1, page+1)
		}
		if strings.HasPrefix(r.Path, "/Conferences") {
			return 200, fmt.Sprintf(`{"conferences":[{"friendly_name":"CA%032x","status":"in-progress"}],"next_page_uri":%s}`,
				page, next)
		}
		return 200, fmt.Sprintf(`{"calls":[{"sid":"CA%032x"},{"sid":"CAff%030x"}],"next_page_uri":%s}`, page, page, next)
	}
}

func TestF208ConnectedReadsBothListsToTheirEnd(t *testing.T) {
	s := newServer(t, lists(3, func(request, int) (int, string) { return 0, "" }))
	control, _ := s.control()
	here, err := control.Connected(t.Context())
	if err != nil || len(here.Legs) != 6 || len(here.Conferences) != 3 {
		t.Fatalf("%d legs, %d conferences, %v", len(here.Legs), len(here.Conferences), err)
	}
	if id := call.ID(fmt.Sprintf("CA%032x", 2)); !here.Conferences[id] || !here.Legs[call.LegID(id)] {
		t.Errorf("%s is not among them", id)
	}
	for _, r := range s.requests() {
		v := r.Values
		if v.Get("Status") != "in-progress" || v.Get("PageSize") != "1000" || v.Get("Page") != "" &&
			v.Get("PageToken") != "PA"+v.Get("Page") {
			t.Errorf("asked for %v", v)
		}
	}
}

// A list without its end says of a leg that it is gone, which is not so: then there is no list.
func TestF208AListThatBreaksOffIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		want   string
	}{"failed": {500, "unknown"}, "throttled": {429, "throttled"}} {
		for _, kind := range []string{"/Calls", "/Conferences"} {
			s := newServer(t, lists(3, func(r request, page int) (int, string) {
				if page == 1 && strings.HasPrefix(r.Path, kind) {
					return c.status, `{"code":20500,"status":500}`
				}
				return 0, ""
			}))
			control, _ := s.control()
			if _, err := control.Connected(t.Context()); class(err) != c.want {
				t.Errorf("%s%s: %v", name, kind, err)
			} else {
				discreet(t, err)
			}
		}
	}
	s := newServer(t, lists(mostPages+1, func(request, int) (int, string) { return 0, "" }))
	control, _ := s.control()
	if _, err := control.Connected(t.Context()); class(err) != "unknown" {
		t.Errorf("without an end: %v", err)
	}
}
