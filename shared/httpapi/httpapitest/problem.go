package httpapitest

import "encoding/json"

// Problem asserts that an answer is that problem, and returns its members.
func (s *Site) Problem(a Answer, status int, slug string) map[string]any {
	s.T.Helper()
	var p map[string]any
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
		s.T.Errorf("answered %d %q, which is no problem: %v", a.Status, a.Body, err)
		return nil
	}
	if a.Status != status || p["type"] != "/problems/"+slug || p["status"] != float64(status) ||
		a.Header["Content-Type"] != "application/problem+json" || p["title"] == "" {
		s.T.Errorf("answered %d %s %s, want %d %s", a.Status, a.Header["Content-Type"], a.Body, status, slug)
	}
	return p
}
