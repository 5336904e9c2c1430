// One call of a telephone to the local phone network: the signalling of the Voice SDK
// without its token, over /phone/signal, and WebRTC. It has no user interface: whoever
// makes a Line is told by tell(event, detail):
//
//   dialling                       the microphone is open, the call is on its way
//   ringing                        the network has it
//   connected                      it was taken; stream is what is heard
//   hears    [words]               what is heard, in the words of the control API
//   ended    { why }               it is over; nothing follows

const silentAfter = 15_000; // the network sends a keep-alive every 5 s

export class Line {
  #tell;
  #socket;
  #peer;
  #microphone; // undefined: this phone only hears
  #sid;
  #over = false;
  #watch;

  constructor(tell) {
    this.#tell = tell;
  }

  // microphone is the stream of the own voice, for a level meter.
  get microphone() {
    return this.#microphone;
  }

  // dial places the call. microphone is a stream, or undefined for a phone without one.
  async dial(from, to, microphone) {
    this.#microphone = microphone;
    this.#tell('dialling');
    const peer = this.#peer = new RTCPeerConnection();
    peer.addEventListener('track', (e) => { this.stream = e.streams[0] ?? new MediaStream([e.track]); });
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState === 'failed') this.#end('the line was lost');
    });
    if (microphone) {
      for (const track of microphone.getAudioTracks()) peer.addTrack(track, microphone);
    } else {
      peer.addTransceiver('audio', { direction: 'recvonly' });
    }
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    if (this.#over) return;
    this.#sid = `TJS${crypto.randomUUID()}`;
    this.#connect(() => this.#say('invite', {
      sdp: offer.sdp, twilio: { params: new URLSearchParams({ From: from, To: to }).toString() },
    }));
  }

  #connect(then) {
    const url = new URL('signal', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.#socket = new WebSocket(url);
    socket.addEventListener('open', then);
    socket.addEventListener('close', () => this.#end('the phone network does not answer'));
    socket.addEventListener('message', (e) => {
      clearTimeout(this.#watch);
      this.#watch = setTimeout(() => this.#end('the phone network has gone silent'), silentAfter);
      if (e.data === '\n') socket.send('\n');
      else this.#heard(JSON.parse(e.data)).catch((error) => this.#end(`the sound failed: ${error.message}`));
    });
  }

  async #heard({ type, payload }) {
    switch (type) {
      case 'ringing':
        this.#sid = payload.callsid;
        this.#tell('ringing');
        break;
      case 'answer':
        this.#sid = payload.callsid;
        await this.#peer.setRemoteDescription({ type: 'answer', sdp: payload.sdp });
        if (!this.#over) this.#tell('connected');
        break;
      case 'hears':
        this.#tell('hears', payload.hears ?? []);
        break;
      case 'hangup':
        this.#end(payload.error ? payload.error.message : 'the other side hung up');
        break;
    }
  }

  #say(type, payload) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type, version: '1.6', payload: { callsid: this.#sid, ...payload } }));
    }
  }

  // press sends a key as a telephone does: in band.
  press(key) {
    const sender = this.#peer?.getSenders().find((s) => s.dtmf);
    if (sender?.dtmf.canInsertDTMF) sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + key, 120, 50);
    else this.#say('dtmf', { dtmf: key });
  }

  mute(on) {
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !on;
  }

  hangUp(why = 'you hung up') {
    this.#say('hangup', {});
    this.#end(why);
  }

  #end(why) {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#watch);
    this.#peer?.close();
    this.#socket?.close();
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#tell('ended', { why });
  }
}
