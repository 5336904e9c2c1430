package voice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// ICE timers: after quiet with no packet a line counts as disturbed, after dead more as
// lost.
const (
	iceQuiet     = 5 * time.Second
	iceDead      = 15 * time.Second
	iceKeepalive = 2 * time.Second
)

const (
	pcmuType  webrtc.PayloadType = 0   // fixed by RFC 3551
	eventType webrtc.PayloadType = 101 // telephone-event, RFC 4733, when we offer
	eventMIME                    = "audio/telephone-event"
)

// mediaPort makes peers: WebRTC connections that share one UDP port and one certificate.
type mediaPort struct {
	api         *webrtc.API
	certificate webrtc.Certificate
	mux         io.Closer
	conn        net.PacketConn
	log         *slog.Logger
}

// newMediaPort opens the UDP port. ICE-lite suits a server whose address is known: its
// descriptions are complete at once, and it learns the browser's address from the
// browser's own checks, so no candidate ever has to be signalled.
func newMediaPort(config Config) (*mediaPort, error) {
	conn, err := net.ListenPacket("udp4", config.MediaAddress)
	if err != nil {
		return nil, fmt.Errorf("voice: media port: %w", err)
	}
	m, err := newMediaPortOn(conn, config)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return m, nil
}

func newMediaPortOn(conn net.PacketConn, config Config) (*mediaPort, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("voice: key: %w", err)
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("voice: certificate: %w", err)
	}
	codecs, err := telephoneCodecs()
	if err != nil {
		return nil, err
	}
	reports := &interceptor.Registry{}
	if err := webrtc.ConfigureRTCPReports(reports); err != nil {
		return nil, fmt.Errorf("voice: RTCP: %w", err)
	}
	mux := webrtc.NewICEUDPMux(nil, conn)
	var settings webrtc.SettingEngine
	settings.SetLite(true)
	settings.SetICEUDPMux(mux)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	// Browsers are on this machine: nothing has to be asked of the local network.
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(config.iceQuiet, config.iceDead, config.iceKeepalive)
	// A browser closes its connection just before or after it says hangup. Only the
	// words tell a goodbye from a lost line, so the closing itself is not taken as either.
	settings.DisableCloseByDTLS(true)
	// Chromium refuses the answer to an ICE restart if it changes the DTLS roles.
	if err := settings.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return nil, fmt.Errorf("voice: DTLS role: %w", err)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(reports))
	return &mediaPort{api: api, certificate: *certificate, mux: mux, conn: conn, log: config.Log}, nil
}

// telephoneCodecs offers nothing but µ-law and keys: what a telephone line carries.
func telephoneCodecs() (*webrtc.MediaEngine, error) {
	engine := &webrtc.MediaEngine{}
	for _, codec := range []webrtc.RTPCodecParameters{
		{PayloadType: pcmuType,
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}},
		{PayloadType: eventType,
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: eventMIME, ClockRate: 8000, SDPFmtpLine: "0-15"}},
	} {
		if err := engine.RegisterCodec(codec, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("voice: codec %s: %w", codec.MimeType, err)
		}
	}
	return engine, nil
}

// Close closes the port; peers should have been closed before.
func (m *mediaPort) Close() error {
	err := m.mux.Close()
	if connErr := m.conn.Close(); connErr != nil && !errors.Is(connErr, net.ErrClosed) {
		err = errors.Join(err, connErr)
	}
	return err
}
