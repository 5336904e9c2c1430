package voice

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"warmtransfer/local/twiliosim/media/voice/audio"
)

// endpoint is the WebRTC side of a browser: it hears, and says a steady tone.
type endpoint struct {
	t     *testing.T
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticSample
	voice atomic.Int64 // Hz; 0 is a muted microphone
	stop  chan struct{}
	tasks sync.WaitGroup
	once  sync.Once

	mu    sync.Mutex
	heard []int16 // the last second
	count int
}

func newEndpoint(t *testing.T) *endpoint {
	t.Helper()
	codecs, err := telephoneCodecs()
	if err != nil {
		t.Fatal(err)
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(codecs),
		webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	l := &endpoint{t: t, pc: pc, stop: make(chan struct{})}
	if l.track, err = webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU,
		ClockRate: audio.Rate}, "audio", "mic"); err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(l.track); err != nil {
		t.Fatal(err)
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { l.listen(track) })
	l.tasks.Go(l.speak)
	return l
}

// offer and answer return a description as the SDK sends it: at once, with no candidates.
func (l *endpoint) offer(options *webrtc.OfferOptions) string {
	l.t.Helper()
	offer, err := l.pc.CreateOffer(options)
	if err == nil {
		err = l.pc.SetLocalDescription(offer)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return offer.SDP
}

func (l *endpoint) answer(offer string) string {
	l.t.Helper()
	err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	if err != nil {
		l.t.Fatal(err)
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err == nil {
		err = l.pc.SetLocalDescription(answer)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return answer.SDP
}

// answered takes the answer to an offer.
func (l *endpoint) answered(answer string) {
	l.t.Helper()
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer,
		SDP: answer}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *endpoint) listen(track *webrtc.TrackRemote) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		said := audio.DecodeMulaw(make([]int16, len(packet.Payload)), packet.Payload)
		l.mu.Lock()
		l.heard = append(l.heard, said...)
		l.heard = l.heard[max(0, len(l.heard)-audio.Rate):]
		l.count++
		l.mu.Unlock()
	}
}

// last returns what was heard last.
func (l *endpoint) last(d time.Duration) []int16 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]int16(nil), l.heard[max(0, len(l.heard)-audio.Samples(d)):]...)
}

func (l *endpoint) packets() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// say sets the tone of the microphone.
func (l *endpoint) say(hz int) { l.voice.Store(int64(hz)) }

// speak sends a frame each 20 ms until it is closed.
func (l *endpoint) speak() {
	ticker := time.NewTicker(audio.FrameTime)
	defer ticker.Stop()
	var hz int64
	var tone *audio.Tone
	codes := make([]byte, audio.FrameSize)
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
		}
		if now := l.voice.Load(); now != hz || tone == nil {
			hz, tone = now, audio.NewTone(float64(now))
		}
		var f audio.Frame
		tone.Next(&f)
		audio.EncodeMulaw(codes, f[:])
		_ = l.track.WriteSample(media.Sample{Data: codes, Duration: audio.FrameTime}) // not connected yet, or closed
	}
}

// close ends it without a word, as a tab does that is killed.
func (l *endpoint) close() {
	l.once.Do(func() {
		close(l.stop)
		l.tasks.Wait()
		if err := l.pc.Close(); err != nil {
			l.t.Errorf("close: %v", err)
		}
	})
}
