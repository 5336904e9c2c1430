package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"

	"warmtransfer/local/clock"
)

// keysFor is how long API Gateway caches an issuer's keys.
const keysFor = 2 * time.Hour

// keys fetches and caches the signing keys of issuers.
type keys struct {
	clock clock.Clock
	http  *http.Client

	mu   sync.Mutex
	sets map[string]keySet
}

type keySet struct {
	set     jwk.Set
	fetched time.Time
}

func newKeys(c clock.Clock) *keys {
	// A transport of its own, so that close ends only its connections.
	transport := &http.Transport{MaxIdleConns: 1, IdleConnTimeout: 10 * time.Second}
	return &keys{clock: c, http: &http.Client{Timeout: 5 * time.Second, Transport: transport},
		sets: map[string]keySet{}}
}

func (k *keys) close() { k.http.CloseIdleConnections() }

// find returns the issuer's keys; they are fetched again when they are old or the key id is not among them.
func (k *keys) find(issuer, kid string) (jwk.Set, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept, ok := k.sets[issuer]
	if ok && k.clock.Now().Sub(kept.fetched) < keysFor {
		if _, there := kept.set.LookupKeyID(kid); there {
			return kept.set, nil
		}
	}
	var discovery struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	doc, err := k.get(strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(doc, &discovery); err != nil || discovery.Issuer != issuer {
		return nil, fmt.Errorf("the discovery document is of %q", discovery.Issuer)
	}
	doc, err = k.get(discovery.JWKSURI)
	if err != nil {
		return nil, err
	}
	set, err := jwk.Parse(doc)
	if err != nil {
		return nil, err
	}
	k.sets[issuer] = keySet{set, k.clock.Now()}
	return set, nil
}

func (k *keys) get(url string) ([]byte, error) {
	res, err := k.http.Get(url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", url, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, 1<<20))
}
