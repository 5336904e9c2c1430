package voice

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"warmtransfer/local/twiliosim/media/voice/audio"
)

// peer is the sound of one leg: a WebRTC connection to one browser.
type peer struct {
	connection *webrtc.PeerConnection
	track      *webrtc.TrackLocalStaticSample
	queue      audio.Queue
	codes      [audio.FrameSize]byte
	keys       keypad
	loud       atomic.Int32 // root mean square of the last packet
}

// peerEvents is called from WebRTC's goroutines.
type peerEvents struct {
	lost func()             // no packet came for so long that the line counts as dead
	key  func(digit string) // a key was pressed
}

func (m *mediaPort) newPeer(events peerEvents) (*peer, error) {
	connection, err := m.api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{m.certificate}})
	if err != nil {
		return nil, fmt.Errorf("voice: new connection: %w", err)
	}
	p := &peer{connection: connection, keys: keypad{pressed: events.key}}
	p.track, err = webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU,
		ClockRate: audio.Rate}, "audio", "network")
	if err == nil {
		_, err = connection.AddTrack(p.track)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("voice: track: %w", err), connection.Close())
	}
	connection.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { p.receive(track) })
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed {
			events.lost()
		}
	})
	return p, nil
}

// offer returns our complete description for a browser that is called.
func (p *peer) offer() (string, error) {
	offer, err := p.connection.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("voice: offer: %w", err)
	}
	return p.complete(offer)
}

// accept takes the browser's answer to our offer.
func (p *peer) accept(sdp string) error {
	if err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer,
		SDP: sdp}); err != nil {
		return fmt.Errorf("voice: the browser's answer: %w", err)
	}
	return nil
}

// answer takes a browser's offer, a first one or one that restarts ICE, and returns
// our complete answer.
func (p *peer) answer(sdp string) (string, error) {
	if err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer,
		SDP: sdp}); err != nil {
		return "", fmt.Errorf("voice: the browser's offer: %w", err)
	}
	answer, err := p.connection.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("voice: answer: %w", err)
	}
	return p.complete(answer)
}

// complete sets a local description and returns it with all candidates in it.
func (p *peer) complete(description webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(description); err != nil {
		return "", fmt.Errorf("voice: local description: %w", err)
	}
	<-gathered // at once: there is one candidate, and its port is open already
	return p.connection.LocalDescription().SDP, nil
}

// receive reads the browser's packets until the connection is closed.
func (p *peer) receive(track *webrtc.TrackRemote) {
	p.queue.Restart()
	samples := make([]int16, 0, 4*audio.FrameSize)
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if webrtc.PayloadType(packet.PayloadType) != pcmuType {
			p.keys.event(packet.Timestamp, packet.Payload)
			p.queue.Put(packet.SequenceNumber, nil) // its number is used up, or it would count as lost
			continue
		}
		if n := len(packet.Payload); n <= cap(samples) {
			said := audio.DecodeMulaw(samples[:n], packet.Payload)
			p.loud.Store(int32(audio.Loudness(said)))
			p.queue.Put(packet.SequenceNumber, said)
		}
	}
}

// send is the mixer's sink: what this leg hears next.
func (p *peer) send(f *audio.Frame) {
	codes := audio.EncodeMulaw(p.codes[:], f[:])
	// An error means that the connection is on its way down, which is told elsewhere.
	_ = p.track.WriteSample(media.Sample{Data: codes, Duration: audio.FrameTime})
}

// close ends the connection. It must not be called from an event.
func (p *peer) close() error {
	if err := p.connection.Close(); err != nil {
		return fmt.Errorf("voice: close: %w", err)
	}
	return nil
}

// keypad turns telephone events (RFC 4733) into keys, each once.
type keypad struct {
	pressed func(string)
	last    uint32
	down    bool
}

// event takes one packet. All packets of one key press have the timestamp of its
// beginning, and the last of them is sent three times.
func (k *keypad) event(timestamp uint32, payload []byte) {
	const digits = "0123456789*#ABCD"
	if len(payload) < 4 || int(payload[0]) >= len(digits) || k.down && timestamp == k.last {
		return
	}
	k.last, k.down = timestamp, true
	k.pressed(digits[payload[0] : payload[0]+1])
}
