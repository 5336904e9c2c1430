/**
 * Going online and staying online: microphone, tab, token, voice device, what the device reports, and recovery when it
 * is lost. The agent is Available only while callers can really reach this page.
 */
import { ApiError, type Api } from "../api.js";
import type { Snapshot, Status } from "../contract/types.js";
import { decodePushed } from "../contract/decode.js";
import { offeredCall } from "../state/screen.js";
import type { Microphone } from "../state/state.js";
import { VoiceError, type Voice, type VoiceEvent } from "../voice-port.js";
import { legErrorWords } from "../words/voice.js";
import type { Core } from "./core.js";
import type { TokenRefresher } from "./pass.js";
import { RingEnd } from "./ringend.js";
import type { Tabs } from "./tabs.js";

export interface PhoneParts {
  readonly core: Core;
  readonly api: Api;
  readonly voice: Voice;
  readonly tabs: Tabs;
  readonly tokens: TokenRefresher;
  readonly microphone: () => Promise<Microphone>;
  readonly take: (snapshot: Snapshot) => void;
  readonly pollNow: () => void;
  /** Whether this page has asked for the leg with that request key. */
  readonly asked: (request: string) => boolean;
  readonly levels: (input: number, output: number) => void;
}

/** How long the device may be unregistered before the agent gets no more offers. */
const LOST_FOR_MS = 10_000;
const REVIVE_MS = 20_000;
const PUT_BACK_MS = 3000;
const REJOIN_ANSWER_MS = 45_000;

export class Phone {
  private opening = false;
  private revived = 0;
  private putBack = 0;
  private destroyed = false;
  private sent: Promise<unknown> = Promise.resolve();

  private readonly ringEnd: RingEnd;

  constructor(private readonly parts: PhoneParts) {
    this.ringEnd = new RingEnd(parts.core, parts.pollNow);
    parts.voice.listen((event) => this.heard(event));
  }

  /** Takes calls from now on, unless something prevents it; the screen then says what. */
  async goOnline(): Promise<void> {
    const { core, tabs, microphone } = this.parts;
    if (core.state.leg) return;
    core.dispatch({ type: "withdrawn", withdrawn: true });
    if (this.opening) return;
    this.opening = true;
    try {
      core.dispatch({ type: "microphone", microphone: "asking" });
      const mic = await microphone();
      core.dispatch({ type: "microphone", microphone: mic });
      if (mic !== "granted") {
        if (core.state.wants && !core.state.leg) this.closeUnheard();
        return;
      }
      if (!(await tabs.claim())) return;
      core.dispatch({ type: "tab", tab: "here" });
      core.dispatch({ type: "wants", wants: true });
      if (await this.open("off")) this.back();
    } finally {
      this.opening = false;
    }
  }

  /** Opens the device, unless it is closed meanwhile; `failing` is the device's state if that does not succeed. */
  private async open(failing: "off" | "lost"): Promise<boolean> {
    const { core, tokens, voice } = this.parts;
    // The SDK may reconnect the old device at any time; a call that rings on it would be rejected if it were replaced.
    const up = (): boolean => core.state.leg !== null || core.state.device.is === "registered";
    this.revived = core.now();
    this.destroyed = false;
    if (core.state.device.is === "off") core.dispatch({ type: "device", is: "starting", at: core.now() });
    try {
      const token = await tokens.fetch();
      if (!core.state.wants) return false;
      if (up()) {
        voice.refresh(token);
        return true;
      }
      await voice.start(token);
    } catch (error) {
      if (!core.state.wants || up()) return core.state.wants;
      const why = error instanceof VoiceError ? error.why : "token-unavailable";
      if (failing === "off") this.close(why);
      else core.dispatch({ type: "device", is: "lost", at: core.now(), why });
      return false;
    }
    core.dispatch({ type: "device", is: "registered", at: core.now() });
    core.dispatch({ type: "sounds", sounds: voice.sounds() });
    return true;
  }

  /**
   * Tells the server the status. A restored status is kept as wanted until the server has confirmed it or the agent has
   * chosen another.
   */
  async choose(status: Status): Promise<void> {
    const { core, take, pollNow } = this.parts;
    const { withdrawn } = core.state;
    core.dispatch({ type: "choose", status });
    core.dispatch({ type: "withdrawn", withdrawn: false });
    try {
      take(await this.send(status));
      core.dispatch({ type: "chosen", status });
      if (core.state.snapshot?.agent.status !== status) pollNow(); // that answer is out of date
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (status === "available" && core.state.choosing === status) core.dispatch({ type: "withdrawn", withdrawn });
      core.dispatch({ type: "choose-refused", problem: error.problem, at: core.now() });
    }
  }

  /** One request after the other: of two at the same time the server might apply the older one last. */
  private send(status: Status): Promise<Snapshot> {
    const answer = this.sent.then(() => this.parts.api.setStatus(status, false));
    this.sent = answer.catch(() => undefined);
    return answer;
  }

  /** Closes the device: this page rings no more. */
  close(why: string): void {
    const { core, voice, tokens } = this.parts;
    voice.stop();
    tokens.drop();
    core.dispatch({ type: "wants", wants: false });
    core.dispatch({ type: "device", is: "off", at: core.now(), why });
  }

  /** F043: an agent without a microphone must not be rung. */
  private closeUnheard(): void {
    void this.choose("away");
    this.close("");
  }

  answer(): void {
    const { core, voice } = this.parts;
    if (core.state.leg?.phase !== "ringing") return;
    core.dispatch({ type: "leg-answering" });
    voice.answer();
  }

  /** Stops the ringing, of that leg only; the caller is offered to the next agent. */
  reject(sid = this.parts.core.state.leg?.sid): void {
    const { core, voice } = this.parts;
    if (core.state.leg?.phase !== "ringing" || core.state.leg.sid !== sid) return;
    this.ringEnd.decline();
    voice.reject();
  }

  tick(): void {
    const { core } = this.parts;
    this.ringEnd.tick();
    const { state } = core;
    this.answerRejoin();
    const now = core.now();
    if (state.device.is === "registered" && !state.apiDownAt && now - this.putBack >= PUT_BACK_MS) this.back();
    if (!state.wants || state.leg || this.opening || state.device.is !== "lost") return;
    if (!state.withdrawn && now - state.device.since >= LOST_FOR_MS) void this.withdraw();
    if (now - this.revived >= REVIVE_MS && (this.destroyed || now - state.device.since >= REVIVE_MS)) {
      void this.revive();
    }
  }

  /** F037: the server answers and Twilio's signalling does not. No offers until it is back. */
  private async withdraw(): Promise<void> {
    const { core, take } = this.parts;
    const { choosing, snapshot } = core.state;
    if ((choosing || snapshot?.agent.status) !== "available") return;
    core.dispatch({ type: "withdrawn", withdrawn: true });
    // If this fails too, the heartbeats have stopped already and the server takes the page for closed.
    await this.send("away").then(take, () => undefined);
  }

  async revive(): Promise<void> {
    if (this.opening || !this.parts.core.state.wants) return;
    this.opening = true;
    try {
      if (await this.open("lost")) this.back();
    } finally {
      this.opening = false;
    }
  }

  /** Closes the device of an agent who wants to be online; false if there is none to close. `revive` opens another. */
  drop(): boolean {
    const { core, voice } = this.parts;
    if (!core.state.wants || core.state.leg) return false;
    voice.stop();
    this.destroyed = true;
    this.revived = core.now();
    core.dispatch({ type: "device", is: "lost", at: core.now(), why: "destroyed" });
    return true;
  }

  /** Callers can reach this page now. Repeated until the server has confirmed it. */
  private back(): void {
    const { core } = this.parts;
    if (!core.state.withdrawn) return;
    this.putBack = core.now();
    void this.choose("available");
  }

  private heard(event: VoiceEvent): void {
    const { core, pollNow } = this.parts;
    const at = core.now();
    switch (event.is) {
      case "registered":
        core.dispatch({ type: "device", is: "registered", at });
        this.back();
        return;
      case "lost":
        if (core.state.device.is === "registered") core.dispatch({ type: "device", is: "lost", at, why: event.why });
        return;
      case "destroyed":
        if (this.drop()) void this.revive();
        else this.destroyed = true;
        return;
      case "token-expiring":
        this.parts.tokens.expiring();
        return;
      case "ringing":
        // It rings for another page of this agent, which answers it: nothing sounds here, and nothing is to be pressed.
        if (event.ring.asked && !this.parts.asked(event.ring.asked)) return this.parts.voice.ignore();
        core.dispatch({ type: "leg-ringing", sid: event.sid, ring: event.ring, at });
        if (event.ring.watch || event.ring.asked) this.answer(); // the agent has just asked for it
        else this.answerRejoin();
        pollNow();
        return;
      case "levels":
        this.parts.levels(event.input, event.output);
        return;
      case "sounds":
        core.dispatch({ type: "sounds", sounds: this.parts.voice.sounds() });
        if (event.lost) core.notice("A sound device has gone. The system's own is used now.", "bad");
        return;
      default:
        this.heardOfLeg(event, at);
    }
  }

  private heardOfLeg(event: VoiceEvent, at: number): void {
    const { core, pollNow } = this.parts;
    switch (event.is) {
      case "open":
        core.dispatch({ type: "leg-open", at });
        pollNow();
        return;
      case "reconnecting":
        core.dispatch({ type: "leg-reconnecting", at, ...(event.what ? { what: event.what } : {}) });
        return;
      case "muted":
        core.dispatch({ type: "leg-muted", muted: event.muted });
        return;
      case "warning":
        core.dispatch({ type: "warning", name: event.name, on: event.on });
        return;
      case "message":
        this.pushed(event.content);
        return;
      case "gone":
        this.legGone(event.why, at);
        return;
    }
  }

  private legGone(why: string, at: number): void {
    const { core, pollNow } = this.parts;
    const before = core.state;
    const phase = before.leg?.phase;
    core.dispatch({ type: "leg-gone", at, why });
    if (why === "microphone") {
      this.closeUnheard();
      void this.microphoneFailed();
    } else if (why) {
      core.notice(legErrorWords(why), "bad");
    } else if (before.leg?.ring.watch) {
      if (!before.leaving) core.notice("You are not in the call any more.", "info");
    } else if (phase === "ringing" || phase === "answering") {
      this.ringEnd.gone(before, at);
    }
    pollNow();
  }

  /** The SDK reports only that the microphone failed in the call. Asking the browser again says why. */
  private async microphoneFailed(): Promise<void> {
    const { core, microphone } = this.parts;
    core.dispatch({ type: "microphone", microphone: "taken" });
    const mic = await microphone();
    const untouched = core.state.microphone === "taken" && !this.opening;
    if (untouched && mic !== "granted") core.dispatch({ type: "microphone", microphone: mic });
  }

  /** The server's push is the new snapshot. A newer server may push something else: then there is something to ask for. */
  private pushed(content: unknown): void {
    const { core } = this.parts;
    const snapshot = decodePushed(content);
    if (snapshot) core.dispatch({ type: "snapshot", snapshot, at: core.now(), pushed: true });
    else this.parts.pollNow();
  }

  /** One press of "Rejoin caller" is enough: the page answers the ring that follows. */
  private answerRejoin(): void {
    const { core } = this.parts;
    const { rejoin, leg } = core.state;
    if (!rejoin?.asked || leg?.phase !== "ringing" || core.now() - rejoin.at > REJOIN_ANSWER_MS) return;
    const rings = leg.ring.conference || offeredCall(core.state)?.id;
    if (rings && rings === rejoin.conference) this.answer();
  }
}
