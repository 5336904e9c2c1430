/**
 * A browser and a phone network, as much of them as the real SDK asks for. To be imported before src/voice.ts, because
 * the SDK takes its WebSocket when it is loaded.
 */
import { vi } from "vitest";

const SDP = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\n";

class Socket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  readyState = Socket.CONNECTING;
  /** What the page has said here. */
  readonly heard: string[] = [];

  constructor() {
    super();
    network.socket = this;
    setTimeout(() => {
      this.readyState = Socket.OPEN;
      this.dispatchEvent(new Event("open"));
    }, 1);
  }
  send(text: string): void {
    const { type } = JSON.parse(text) as { type: string };
    this.heard.push(type);
    if (type === "listen") this.say("connected", { token: { identity: "alice", ttl: 3600 } });
    if (type === "register") this.say("ready");
  }
  /** What the network says arrives a moment later. */
  say(type: string, payload: object = {}): void {
    setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ type, payload }) })), 1);
  }
  close(): void {
    this.readyState = 3;
  }
  break(): void {
    this.close();
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "" }));
  }
}

class PeerConnection {
  signalingState = "new";
  readonly localDescription = { sdp: SDP };
  onsignalingstatechange = (): void => undefined;
  addTrack(): void {}
  getSenders(): object[] { return []; }
  getTransceivers(): object[] { return [{ setCodecPreferences: () => undefined }]; }
  getStats(): Promise<Map<string, object>> { return Promise.resolve(new Map()); }
  setRemoteDescription(): Promise<void> { return Promise.resolve(); }
  createAnswer(): Promise<object> { return Promise.resolve({ sdp: SDP }); }
  setLocalDescription(): Promise<void> {
    this.signalingState = "stable";
    this.onsignalingstatechange();
    return Promise.resolve();
  }
  close(): void { this.signalingState = "closed"; }
}

/** The SDK tells of a call when the sound of its ringing has begun, or two seconds later. */
class Sound {
  constructor(private readonly name: string) {}
  play(): Promise<void> {
    if (this.name !== "incoming") return Promise.resolve();
    network.rings = true;
    return network.sound;
  }
  stop(): void {
    if (this.name === "incoming") network.rings = false;
  }
  setSinkIds(): void {}
}

/** What a test sees of the phone network and of the browser, and does to them. */
export const network = {
  socket: null as unknown as Socket,
  /** The sound of ringing is heard. */
  rings: false,
  sound: Promise.resolve(),
  invite(callsid: string): void {
    this.socket.say("invite", { callsid, sdp: SDP, reconnect: "token", parameters: { Params: "conference=CAconference1" } });
  },
  /** The next sound of ringing begins only when the result is called. */
  holdSound(): () => void {
    let begin = (): void => undefined;
    this.sound = new Promise((resolve) => { begin = resolve; });
    return () => {
      begin();
      this.sound = Promise.resolve();
    };
  },
};

const track = { enabled: true, stop: () => undefined };

export const media = {
  getUserMedia: (): Promise<unknown> => Promise.resolve({ getTracks: () => [track], getAudioTracks: () => [track] }),
  enumerateDevices: (): Promise<object[]> => Promise.resolve([]),
};

export const OPTIONS = { Sound, logLevel: "silent", publishEvents: false, getUserMedia: () => media.getUserMedia() };

vi.stubGlobal("WebSocket", Socket);
vi.stubGlobal("navigator", { userAgent: "Chrome/1", mediaDevices: media });
vi.stubGlobal("window", { navigator, RTCPeerConnection: PeerConnection });
vi.stubGlobal("RTCSessionDescription", class {});
vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: [] }) });
