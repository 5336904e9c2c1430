/**
 * A fake browser and Twilio signalling, as far as the real SDK needs them. Import it before src/voice.ts, because the
 * SDK takes its WebSocket when it is loaded.
 */
import { vi } from "vitest";

const SDP = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\n";
const RING_MS = 20_000;
const BEAT_MS = 5000;

interface Said {
  readonly type: string;
  readonly payload: { readonly callsid?: string; readonly reconnect?: string };
}

class Socket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  readyState = Socket.CONNECTING;
  registered = false;
  /** What the page has sent here. */
  readonly heard: string[] = [];

  constructor() {
    super();
    network.sockets.push(this);
    setTimeout(() => this.connected(), 1);
    setInterval(() => this.deliver("\n"), BEAT_MS);
  }
  private connected(): void {
    if (this.readyState !== Socket.CONNECTING) return;
    if (network.away) return this.break();
    this.readyState = Socket.OPEN;
    this.dispatchEvent(new Event("open"));
  }
  private deliver(data: string): void {
    if (this.readyState === Socket.OPEN) this.dispatchEvent(new MessageEvent("message", { data }));
  }
  send(text: string): void {
    if (text === "\n") return;
    const { type, payload } = JSON.parse(text) as Said;
    this.heard.push(type);
    if (type === "listen") this.say("connected", { token: { identity: "alice", ttl: 3600 } });
    if (type === "register") {
      this.registered = true;
      this.say("ready");
    }
    if (payload.callsid) network.hear(type, payload.callsid);
  }
  /** What the network sends arrives a moment later. */
  say(type: string, payload: object = {}): void {
    setTimeout(() => this.deliver(JSON.stringify({ type, payload })), 1);
  }
  close(): void {
    this.readyState = 3;
    this.registered = false;
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

/** The SDK reports a call when its ringing sound has begun, or two seconds later. */
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

/** What a test sees of the network and the browser, and does to them. */
export const network = {
  sockets: [] as Socket[],
  /** No socket can be opened. */
  away: false,
  /** The calls that the network has for this agent: true is answered. */
  legs: new Map<string, boolean>(),
  /** The ringing sound is playing. */
  rings: false,
  sound: Promise.resolve(),
  /** Who ended a leg: "reject" and "hangup" are the page's. */
  onEnd: (_by: string, _callsid: string): void => undefined,

  get socket(): Socket {
    return this.sockets.at(-1)!;
  },
  reset(): void {
    listeners.clear();
    Object.assign(this, { sockets: [], away: false, legs: new Map(), rings: false, sound: Promise.resolve(),
      onEnd: () => undefined });
  },
  invite(callsid: string): void {
    this.legs.set(callsid, false);
    this.socket.say("invite", { callsid, sdp: SDP, reconnect: "token",
      parameters: { Params: "conference=CAconference1" } });
    setTimeout(() => this.legs.get(callsid) === false && this.end(callsid), RING_MS);
  },
  /** The other side ends it. */
  end(callsid: string): void {
    const open = this.legs.get(callsid);
    if (!this.legs.delete(callsid)) return;
    this.socket.say(open ? "hangup" : "cancel", { callsid });
    this.onEnd("network", callsid);
  },
  hear(type: string, callsid: string): void {
    if (type === "invite") {
      this.socket.say(this.legs.get(callsid) ? "answer" : "hangup", { callsid, reconnect: "token" });
    }
    if (!this.legs.has(callsid)) return;
    if (type === "answer") this.legs.set(callsid, true);
    if (type !== "reject" && type !== "hangup") return;
    this.legs.delete(callsid);
    this.onEnd(type, callsid);
  },
  /** The next ringing sound begins only when the result is called. */
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

type Listener = (event: object) => void;
const listeners = new Set<readonly [string, Listener]>();

/** The browser's pagehide and pageshow; an EventTarget would accept real events only. */
export function fire(name: string, event: object): void {
  const now = [...listeners]; // a listener may add another
  for (const [heard, listener] of now) if (heard === name) listener(event);
}

export const OPTIONS = { Sound, logLevel: "silent", publishEvents: false, getUserMedia: () => media.getUserMedia() };

vi.stubGlobal("WebSocket", Socket);
vi.stubGlobal("navigator", { userAgent: "Chrome/1", mediaDevices: media });
vi.stubGlobal("window", {
  navigator,
  RTCPeerConnection: PeerConnection,
  addEventListener: (name: string, listener: Listener) => listeners.add([name, listener]),
  removeEventListener: (name: string, listener: Listener) => {
    for (const entry of listeners) if (entry[0] === name && entry[1] === listener) listeners.delete(entry);
  },
});
vi.stubGlobal("RTCSessionDescription", class {});
vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => ({ codecs: [] }) });
