package voicetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// TwilioHosts are the hosts that the SDK turns to when no option says otherwise; eventgw
// with the home that a voice names.
var TwilioHosts = []string{"voice-js.roaming.twilio.com", "eventgw.local.twilio.com", "sdk.twilio.com"}

// Certificate returns a new certificate for TwilioHosts, and the flags that make a Chromium
// find these hosts at address and trust this certificate: so the production page runs here
// byte for byte. Every other host is unknown to it.
func Certificate(address string) (tls.Certificate, []string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: TwilioHosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("certificate: %w", err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("public key: %w", err)
	}
	sum := sha256.Sum256(spki)
	var rules strings.Builder
	for _, host := range TwilioHosts {
		fmt.Fprintf(&rules, "MAP %s:443 %s, ", host, address)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, []string{
		"--host-resolver-rules=" + rules.String() + "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--ignore-certificate-errors-spki-list=" + base64.StdEncoding.EncodeToString(sum[:]),
	}, nil
}
