package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"warmtransfer/local/gateway/sam"
)

// Meter stands before a store and counts what DynamoDB would charge for:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#read-write-on-demand
//
// The server reports the read units of queries and loads, and the write units of the table; it does not report those of
// the indexes, which the meter reckons from the item before and after.
type Meter struct {
	URL   string // of the store
	to    string
	table sam.Table

	mu    sync.Mutex
	units Units
	each  func(Operation)
}

// Operation is one request to the store.
type Operation struct {
	Name   string   // as in Units.Requests
	Signed string   // the Authorization header, which has the access key of who asks
	Trace  string   // of the function's invocation that made it; "" if it was no invocation
	Key    string   // of a load or a save: the item's
	Keys   []string // of a batch
	Bytes  int      // the size of the item that was saved
	Read   float64
	Write  float64 // of the table; for the indexes:
	Index  map[string]float64
	Part   map[string]float64 // of that, by index and partition: "watch music#0"
	Done   bool               // not refused by a condition
}

// Each is called with each operation from now on, one after the other.
func (m *Meter) Each(f func(Operation)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.each = f
}

// Units are operations and the capacity that they have consumed.
type Units struct {
	Requests map[string]int // by operation; a query with its index: "Query live"
	Read     float64
	Write    float64            // of the table and its indexes
	Index    map[string]float64 // of that, by index
}

// All is the number of requests.
func (u Units) All() (n int) {
	for _, k := range u.Requests {
		n += k
	}
	return n
}

// Metered starts a meter before a store whose tables are the template's.
func Metered(t testing.TB, url string) *Meter {
	t.Helper()
	m := &Meter{to: url, table: Template(t)}
	m.Take()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.URL = server.URL
	return m
}

// Take returns what was counted since it was last asked.
func (m *Meter) Take() Units {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.units
	m.units = Units{Requests: map[string]int{}, Index: map[string]float64{}}
	return u
}

type object = map[string]any

// ServeHTTP passes a request on and counts it.
func (m *Meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var in object
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	in["ReturnConsumedCapacity"] = "TOTAL"
	if op == "PutItem" {
		in["ReturnValues"] = "ALL_OLD"
	}
	body, _ := json.Marshal(in) // it was JSON
	next, err := http.NewRequestWithContext(r.Context(), r.Method, m.to, bytes.NewReader(body))
	if err == nil {
		next.Header = r.Header.Clone()
		next.Header.Del("Accept-Encoding")
		m.pass(w, next, op, in)
		return
	}
	http.Error(w, err.Error(), http.StatusBadGateway)
}

func (m *Meter) pass(w http.ResponseWriter, r *http.Request, op string, in object) {
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	var out struct {
		ConsumedCapacity struct{ CapacityUnits float64 }
		Attributes       object
		Responses        map[string][]object // of a batch
	}
	_ = json.Unmarshal(answer, &out)
	units := out.ConsumedCapacity.CapacityUnits
	if op == "BatchGetItem" {
		units = batchUnits(in, out.Responses)
	}
	o := Operation{
		Name: op, Signed: r.Header.Get("Authorization"), Trace: r.Header.Get("X-Amzn-Trace-Id"),
		Done: resp.StatusCode == http.StatusOK,
	}
	m.count(o, in, out.Attributes, units)
	maps.Copy(w.Header(), resp.Header)
	w.Header().Del("X-Amz-Crc32") // whatever was asked for besides is no part of it
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer)
}

// batchUnits are the read units of a batch: one for each 4 KB of each item, and one for a key without an item, or half
// of that if it is not consistent.
func batchUnits(in object, found map[string][]object) (units float64) {
	for name, of := range batchOf(in) {
		each := 0.5
		if consistent, _ := of["ConsistentRead"].(bool); consistent {
			each = 1
		}
		keys, _ := of["Keys"].([]any)
		for _, item := range found[name] {
			units += float64((size(item)+4095)/4096) * each
		}
		units += float64(len(keys)-len(found[name])) * each
	}
	return units
}

// batchOf is what a batch asks for, by table.
func batchOf(in object) map[string]object {
	all := map[string]object{}
	tables, _ := in["RequestItems"].(object)
	for name, asked := range tables {
		all[name], _ = asked.(object)
	}
	return all
}

func (m *Meter) count(o Operation, in, old object, units float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch o.Name {
	case "Query":
		index, _ := in["IndexName"].(string)
		o.Name += " " + index
		o.Read = max(units, 0.5) // also if nothing is found
	case "PutItem":
		item, _ := in["Item"].(object)
		o.Key, o.Bytes = keyOf(item), size(item)
		o.Write = max(units, writeUnits(o.Bytes)) // also if the condition fails
		if o.Done {
			o.Part = m.indexes(old, item)
			o.Index = map[string]float64{}
			for part, n := range o.Part {
				index, _, _ := strings.Cut(part, " ")
				o.Index[index] += n
			}
		}
	case "BatchGetItem":
		for _, of := range batchOf(in) {
			keys, _ := of["Keys"].([]any)
			for _, key := range keys {
				key, _ := key.(object)
				o.Keys = append(o.Keys, keyOf(key))
			}
		}
		o.Read = units
	default:
		key, _ := in["Key"].(object)
		o.Key, o.Read = keyOf(key), units
	}
	m.add(o)
}

func keyOf(item object) string {
	return value(item["pk"])
}

func (m *Meter) add(o Operation) {
	m.units.Requests[o.Name]++
	m.units.Read += o.Read
	m.units.Write += o.Write
	for name, n := range o.Index {
		m.units.Write += n
		m.units.Index[name] += n
	}
	if m.each != nil {
		m.each(o)
	}
}

// indexes counts the writes of the indexes when an item is replaced: one for each entry that is made, deleted or
// changed; a changed key is both.
func (m *Meter) indexes(old, item object) map[string]float64 {
	all := map[string]float64{}
	for _, i := range m.table.Indexes {
		was, is := entry(i, m.table, old), entry(i, m.table, item)
		put := func(e object, n float64) { all[i.Name+" "+value(e[i.Keys[0].Name])] += n }
		switch {
		case was == nil && is == nil, reflect.DeepEqual(was, is):
		case was == nil:
			put(is, writeUnits(size(is)))
		case is == nil:
			put(was, writeUnits(size(was)))
		case slices.ContainsFunc(i.Keys, func(k sam.Key) bool { return !reflect.DeepEqual(was[k.Name], is[k.Name]) }):
			put(was, writeUnits(size(was)))
			put(is, writeUnits(size(is)))
		default:
			put(is, max(writeUnits(size(is)), writeUnits(size(was))))
		}
	}
	return all
}

// value is that of an attribute that is a text.
func value(v any) string {
	of, _ := v.(object)
	text, _ := of["S"].(string)
	return text
}

// entry is what an index has of an item; nil if the item is not in it.
func entry(i sam.Index, t sam.Table, item object) object {
	for _, k := range i.Keys {
		if item[k.Name] == nil {
			return nil
		}
	}
	if i.Projection.Kind == "ALL" {
		return item
	}
	e := object{}
	names := slices.Clone(i.Projection.Include)
	for _, k := range slices.Concat(i.Keys, t.Keys) {
		names = append(names, k.Name)
	}
	for _, name := range names {
		if v := item[name]; v != nil {
			e[name] = v
		}
	}
	return e
}

// size is the size of an item:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func size(item object) (n int) {
	for name, v := range item {
		n += len(name)
		for kind, value := range v.(object) {
			switch value := value.(type) {
			case string:
				switch kind {
				case "N":
					n += len(value)/2 + 2
				case "B":
					n += base64.StdEncoding.DecodedLen(len(value)) // or two bytes less
				default:
					n += len(value)
				}
			default: // a flag
				n++
			}
		}
	}
	return n
}

// writeUnits are the units of writing so many bytes.
func writeUnits(bytes int) float64 { return float64((bytes + 1023) / 1024) }
