/**
 * The desk joins sign-in, API, voice device, tabs and storage around the one state. The views call its methods and read
 * its state, and have no other access.
 */
import type { Action, Reason, Status } from "../contract/types.js";
import * as allow from "../state/allow.js";
import { crmAddress } from "../config.js";
import { isStuck, restored, type NoteFields } from "../state/notes.js";
import { needsCode, noted } from "../state/wrapup.js";
import { lookOf } from "../state/calls.js";
import { restOf } from "../state/rest.js";
import { ownCall, ringsForPlace } from "../state/screen.js";
import type { Compose, Panel, Side, State } from "../state/state.js";
import { noteState } from "../words/note.js";
import { phoneNumber } from "../words/number.js";
import { CallBack } from "./callback.js";
import { Archive } from "./archive.js";
import { Core, type Listener } from "./core.js";
import { DirectoryList } from "./directory.js";
import { LevelMeter, type Levels } from "./levels.js";
import { Poller } from "./poller.js";
import { MessageBox } from "./messages.js";
import { Notes } from "./notes.js";
import { TokenRefresher } from "./pass.js";
import type { DeskParts } from "./parts.js";
import { Phone } from "./phone.js";
import { Push } from "./push.js";
import { Records } from "./records.js";
import { Session } from "./session.js";
import { SettingsRoom } from "./settings.js";
import { TeamRoom } from "./team.js";
import { Verbs } from "./verbs.js";

/**
 * The transferor is the only agent in the call while the caller hears music and the target is rung; nobody else is in a
 * call back yet while the caller is.
 */
const hearsRinging = ({ screen }: State): boolean =>
  screen.is === "in-call" && (screen.call.state === "consult-ringing" && screen.call.role === "transferor"
    || screen.call.state === "calling" && screen.call.caller.called === "ringing");

const NOTICE_MS = 8000;
/** How long a refusal is shown if no change of the call removes it first (told.ts). */
const REFUSAL_MS = 15_000;
/** How long a live-region message stays before it is cleared; a screen reader may be busy with something else. */
const SAID_MS = 10_000;

export class Desk {
  readonly core: Core;
  /** The history of calls, for its tab. */
  readonly archive: Archive;
  /** The messages of callers and the team's view, for their tabs. */
  readonly messages: MessageBox;
  readonly team: TeamRoom;
  readonly callBack: CallBack;
  private readonly poller: Poller;
  private readonly tokens: TokenRefresher;
  /** The line's settings, for its tab. */
  readonly settings: SettingsRoom;
  private readonly phone: Phone;
  private readonly push: Push;
  private readonly verbs: Verbs;
  private readonly session: Session;
  private readonly records: Records;
  private readonly notes: Notes;
  private readonly directory: DirectoryList;
  private noticeAt = 0;
  private readonly saidAt = { polite: 0, urgent: 0 };
  private readonly levels: LevelMeter;

  constructor(private readonly parts: DeskParts) {
    const { api, voice, tabs, now, hidden, microphone, newKey } = parts;
    this.core = new Core(now);
    const { core } = this;
    this.levels = new LevelMeter(parts.meter);
    const state = (): State => core.state;
    this.directory = new DirectoryList({ core, api, now, hidden });
    this.poller = new Poller({
      api, state, dispatch: core.dispatch, now, hidden, signedOut: () => this.session.over(),
      wantsColleagues: () => this.directory.rides(),
      colleagues: (directory) => this.directory.came(directory),
    });
    const take = this.poller.take.bind(this.poller);
    const pollNow = this.poller.pollNow.bind(this.poller);
    this.push = new Push({ api, connect: parts.connect, state, dispatch: core.dispatch, now, hidden,
      random: parts.random, pollNow });
    this.tokens = new TokenRefresher({
      api, state, dispatch: core.dispatch, now,
      refresh: (token) => voice.refresh(token),
      ranOut: () => this.ranOut(),
    });
    this.phone = new Phone({ core, api, voice, tabs, tokens: this.tokens, microphone, take, pollNow,
      levels: this.levels.emit,
      asked: (request) => this.callBack.mine(request) });
    this.callBack = new CallBack({ core, api, memory: parts.memory, newKey, take, begun: () => {
      this.messages.shown(true);
      this.compose({ filter: "" }); // or the number that was typed would be offered as whom to bring in
    } });
    this.verbs = new Verbs({ core, api, newKey, take, pollNow, reject: (sid) => this.phone.reject(sid) });
    this.session = new Session({ core, signIn: parts.signIn, close: () => this.phone.close("") });
    this.records = new Records(core, api);
    this.notes = new Notes(core, api, () => this.records.askAgain());
    this.archive = new Archive({ core, api, memory: parts.memory, serverNow: () => this.serverNow(),
      download: parts.download });
    this.team = new TeamRoom({ core, api, serverNow: () => this.serverNow(), hidden, newKey,
      hangUp: () => voice.hangUp(), told: pollNow });
    this.messages = new MessageBox({ core, api, hidden });
    this.settings = new SettingsRoom({ core, api, hidden, toWav: parts.toWav });
    core.subscribe((after, before) => this.follow(after, before));
  }

  get state(): State {
    return this.core.state;
  }

  subscribe(listener: Listener): void {
    this.core.subscribe(listener);
  }

  /** The server's time now, for timers. */
  serverNow(): number {
    return this.parts.now() + this.state.skew;
  }

  async start(): Promise<void> {
    const { signIn, memory, alerts, voice } = this.parts;
    const preferences = memory.preferences();
    this.core.dispatch({ type: "preferences", shortcuts: preferences.shortcuts, consent: alerts.consent() });
    if (preferences.zone) this.core.dispatch({ type: "history-zone", zone: preferences.zone });
    for (const what of ["input", "speaker", "ringer"] as const) if (preferences[what]) void voice.choose(what, preferences[what]);
    const answer = await signIn.resume();
    if (answer === "leaving") return;
    if (answer !== "signed-in") {
      const why = { refused: "refused", unreachable: "failed", "signed-out": "" } as const;
      this.core.dispatch({ type: "signed-out", why: why[answer] });
      return;
    }
    this.core.dispatch({ type: "signed-in" });
    this.poller.pollNow();
  }

  /** Twice a second, also in a hidden tab. */
  tick(): void {
    this.push.tick();
    this.poller.tick();
    this.tokens.tick();
    this.phone.tick();
    this.verbs.tick();
    this.directory.tick();
    this.session.tick();
    this.records.tick();
    this.notes.tick();
    for (const part of [this.team, this.messages, this.settings]) part.tick();
    const now = this.parts.now();
    if (this.state.notice && now - this.noticeAt > NOTICE_MS) this.dismissNotice();
    if (this.state.refusal && now - this.state.refusal.at > REFUSAL_MS) this.dismissRefusal();
    for (const which of ["polite", "urgent"] as const) {
      if (this.state.said[which] && now - this.saidAt[which] > SAID_MS) {
        this.core.dispatch({ type: "said-over", which });
      }
    }
  }

  private ranOut(): void {
    void this.phone.choose("away");
    this.phone.close("expired");
  }

  /** Updates what lies outside the state (alerts, ringback, storage) when the state changes. */
  private follow(after: State, before: State): void {
    const { memory, tabs, alerts, ringback } = this.parts;
    const agent = after.snapshot?.agent.id ?? "";
    if (after.snapshot && !before.snapshot) {
      tabs.start(agent, (tab) => this.tabChanged(tab));
      const { typed, seen, wrapUp } = memory.notes(agent, this.parts.now());
      this.core.dispatch({ type: "remembered", rejoin: memory.rejoin(agent, this.parts.now()),
        recent: memory.recent(agent), notes: restored(typed, seen), wrapUp, settings: memory.settings(agent) });
    }
    this.records.look();
    this.push.look(after, before);
    if (after.notes !== before.notes || after.wrapUp !== before.wrapUp) memory.setNotes(agent, after);
    if (after.settings !== before.settings) memory.setSettings(agent, after.settings);
    if (after.recent !== before.recent) memory.setRecent(agent, after.recent);
    if (after.notice !== before.notice) this.noticeAt = this.parts.now();
    for (const which of ["polite", "urgent"] as const) {
      if (after.said[which] !== before.said[which]) this.saidAt[which] = this.parts.now();
    }
    if ((after.leg === null) !== (before.leg === null)) {
      tabs.inCall(after.leg !== null);
      if (after.leg) this.messages.shown(false);
      if (!after.leg && after.session !== "signed-in") this.phone.close("");
    }
    // Whoever joined or left the call has another presence in the directory, too.
    if (after.snapshot !== before.snapshot && lookOf(after.snapshot) !== lookOf(before.snapshot)) {
      this.directory.pollNow();
    }
    const inCall = ownCall(after);
    if (after.leg && inCall && after.snapshot !== before.snapshot) memory.setRejoin(agent, inCall.id, this.parts.now());
    if (!after.leg && before.leg) this.rememberLoss(after);
    if (after.screen.is === "ringing" && before.screen.is !== "ringing") {
      const { ring } = after.screen.leg;
      alerts.ring(ringsForPlace(after.screen) ? "A kept place" : "Incoming call", ring.by ? `Transferred by ${ring.by}` : phoneNumber(ring.number));
    } else if (after.screen.is !== "ringing" && before.screen.is === "ringing") alerts.quiet();
    if (hearsRinging(after) && !hearsRinging(before)) ringback.start(after.sounds.speaker);
    else if (!hearsRinging(after) && hearsRinging(before)) ringback.stop();
  }

  /** A call that ended normally is not offered for rejoining after a reload. */
  private rememberLoss(after: State): void {
    if (!after.closing || after.closing.deliberate) this.parts.memory.forgetRejoin();
  }

  private tabChanged(tab: State["tab"]): void {
    if (this.state.tab === tab || this.state.leg) return;
    this.core.dispatch({ type: "tab", tab });
    if (tab !== "here") this.phone.close("elsewhere");
    else this.poller.pollNow();
  }

  // Methods for the agent's actions.

  signIn(another = false): void {
    this.parts.signIn.begin(another).catch(() => this.core.dispatch({ type: "signed-out", why: "failed" }));
  }

  renewSignIn(): void {
    void this.session.again();
  }

  async signOut(): Promise<void> {
    const { signIn, memory, tabs } = this.parts;
    if (this.state.leg) return;
    const told = this.state.wants ? this.phone.choose("away") : null;
    await this.notes.flush();
    this.phone.close("");
    tabs.release();
    memory.forget();
    memory.setNotes(this.state.snapshot?.agent.id ?? "", { notes: this.state.notes, wrapUp: null });
    await told;
    this.core.dispatch({ type: "signed-out", why: "chosen" });
    await signIn.end();
  }

  async setStatus(status: Status): Promise<void> {
    const { device, leg } = this.state;
    if (status === "available" && device.is !== "registered" && !leg) await this.phone.goOnline();
    else await this.phone.choose(status);
  }

  async goOnline(): Promise<void> {
    await this.phone.goOnline();
  }

  async rejoin(): Promise<void> {
    this.core.dispatch({ type: "rejoin-asked", at: this.parts.now() });
    if (this.state.device.is === "registered") this.poller.pollNow();
    else await this.phone.goOnline();
  }

  /** F046: a new leg cures one-way audio; the caller hears music for the few seconds between. */
  renewLeg(): void {
    if (!allow.renewsLeg(this.state)) return;
    this.core.dispatch({ type: "rejoin-asked", at: this.parts.now() });
    this.parts.voice.hangUp();
  }

  /**
   * Leaves the call by hanging up this page's own leg, which needs no answer from the server. If a colleague has the
   * caller, this counts as leaving; otherwise as a loss, and the server gives the caller music. The result of a request
   * that is still pending is not known.
   */
  hangUp(): void {
    const { screen, pending, leg } = this.state;
    if (!leg || leg.phase === "ringing") return;
    if (pending) this.core.dispatch({ type: "pending-over", request: pending.request });
    if (screen.is === "in-call" && (allow.leaveNow(this.state, screen.call) || allow.leaveBy(screen.call))) {
      this.core.dispatch({ type: "leave" });
    }
    this.parts.voice.hangUp();
  }

  forgetRejoin(): void {
    this.parts.memory.forgetRejoin();
    this.core.dispatch({ type: "rejoin-forgotten" });
  }

  dismissEnded(): void {
    this.core.dispatch({ type: "dismiss-ended" });
  }

  /** *Done*: the pause after a call ends, unless a code is required and missing. */
  doneWithCall(): void {
    const { screen, device } = this.state;
    if (needsCode(this.state)) return this.core.dispatch({ type: "code-missed" });
    const draft = this.state.notes[noted(this.state)?.call ?? ""];
    if (isStuck(draft)) return this.core.notice(noteState(draft).words, "bad");
    const rests = restOf(this.state);
    void this.notes.flush();
    this.core.dispatch({ type: "wrap-up-over" });
    const paused = rests === "automatic" || rests === "chosen";
    if (paused && screen.is !== "offline" && device.is === "registered") void this.phone.choose("available");
  }

  writeNote(call: string, fields: Partial<NoteFields>): void {
    this.core.dispatch({ type: "note-typed", call, fields, at: this.parts.now() });
  }

  openNote(call: string): void {
    this.core.dispatch({ type: "note-open", call });
  }

  /** The second column; the history is read anew each time that it is opened. */
  showSide(side: Side): void {
    if (side === "history" && this.state.side !== side) void this.archive.refresh();
    if (side === "team") this.team.pollNow();
    if (side === "line") this.settings.pollNow();
    this.messages.shown(side === "messages");
    this.core.dispatch({ type: "side", side });
  }

  /** The caller in the operator's other system; "" if there is none. */
  crmOf(number: string, call: string): string {
    return crmAddress(this.parts.crm, number, call);
  }

  async copyNumber(number: string): Promise<void> {
    await this.copied(number, "Number copied.");
  }

  leaveMicrophoneHelp(): void {
    this.core.dispatch({ type: "microphone", microphone: "unknown" });
  }

  /** A supervisor leaves the call: their own leg is hung up, which needs no server. */
  unwatch(): void {
    const { screen } = this.state;
    if (screen.is !== "watching") return;
    this.core.dispatch({ type: "leave" });
    this.team.leave(screen.leg.ring.conference || screen.watching?.call || "");
    this.parts.voice.hangUp();
  }

  answer(): void {
    this.phone.answer();
  }

  reject(): void {
    this.phone.reject();
  }

  decline(reason: Reason): void {
    void this.verbs.decline(reason);
  }

  mute(): void {
    const { leg } = this.state;
    if (leg && leg.phase !== "ringing") this.parts.voice.mute(!leg.muted);
  }

  digits(digits: string): void {
    this.parts.voice.digits(digits);
  }

  press(action: Action): void {
    void this.verbs.press(action);
  }

  hold(): void {
    const { screen } = this.state;
    if (screen.is === "in-call") this.press(screen.call.actions.includes("resume") ? "resume" : "hold");
  }

  leave(): void {
    const { screen } = this.state;
    if (screen.is === "watching") return this.unwatch();
    if (screen.is !== "in-call") return;
    if (this.outIsLate()) return this.panel("confirm-hang-up");
    if (!allow.leave(this.state, screen.call).on) return;
    if (allow.leaveNow(this.state, screen.call) === "complete") return this.press("complete");
    this.hangUp();
  }

  /**
   * Asks for confirmation: before the caller's leg is ended (`press("end")` does it), or before the own leg is hung up
   * (`hangUp` does it), saying what the caller will hear then.
   */
  askEnd(): void {
    const { screen } = this.state;
    if (screen.is === "watching") return this.unwatch();
    if (screen.is === "connecting") return this.hangUp();
    if (screen.is !== "in-call") return;
    if (this.outIsLate() || allow.outBy(this.state, screen.call) === "hang-up") this.panel("confirm-hang-up");
    else if (allow.verb(this.state, screen.call, "end").on) this.panel("confirm-end");
  }

  private outIsLate(): boolean {
    return allow.outIsLate(this.state, this.parts.now());
  }

  compose(compose: Partial<Compose>): void {
    this.core.dispatch({ type: "compose", compose });
    // The server searches.
    if (compose.filter !== undefined && this.state.directory?.more) this.directory.pollNow();
  }

  panel(panel: Panel): void {
    this.core.dispatch({ type: "panel", panel });
  }

  setShortcuts(on: boolean): void {
    this.parts.memory.setPreferences({ shortcuts: on });
    this.core.dispatch({ type: "preferences", shortcuts: on });
  }

  async askConsent(): Promise<void> {
    this.core.dispatch({ type: "preferences", consent: await this.parts.alerts.ask() });
  }

  async chooseSound(what: "input" | "speaker" | "ringer", id: string): Promise<void> {
    const { memory, voice } = this.parts;
    memory.setPreferences({ [what]: id });
    try {
      await voice.choose(what, id);
    } catch {
      this.core.notice("This device cannot be used now.", "bad");
    }
    this.core.dispatch({ type: "sounds", sounds: { ...voice.sounds(), [what]: id } });
    if (what === "input" && this.state.panel === "sound") await this.startMeter();
  }

  testSound(what: "speaker" | "ringer"): void {
    this.parts.voice.test(what).catch(() => this.core.notice("The test sound could not be played.", "bad"));
  }

  /** Shows the microphone's level while its settings are open; in a call the SDK reports it. */
  async startMeter(): Promise<void> {
    if (this.state.leg) return;
    if (!(await this.levels.start(this.state.sounds.input))) {
      this.core.notice("The microphone could not be opened.", "bad");
    }
  }

  endMeter(): void {
    this.levels.end();
  }

  onLevels(listener: Levels): () => void {
    return this.levels.listen(listener);
  }

  async copyDiagnostics(): Promise<void> {
    const { about, now } = this.parts;
    await this.copied(this.core.log.text(this.state, { ...about, at: now() }),
      "Diagnostics copied. They contain no phone numbers.");
  }

  private async copied(text: string, words: string): Promise<void> {
    try {
      await this.parts.copy(text);
      this.core.notice(words, "good");
    } catch {
      this.core.notice("The clipboard could not be reached.", "bad");
    }
  }

  dismissRefusal(): void {
    this.core.dispatch({ type: "refusal-over" });
  }

  dismissNotice(): void {
    this.core.dispatch({ type: "notice", notice: null });
  }

  /**
   * On pagehide: a page that cannot ring must get no offers. A call in progress is treated as a loss, not as a choice.
   */
  pageHidden(): void {
    const { api, tabs } = this.parts;
    const { wants, leg, choosing, snapshot } = this.state;
    if (wants && !leg && !ownCall(this.state) && (choosing || snapshot?.agent.status) === "available") {
      api.sayAway();
      this.core.dispatch({ type: "withdrawn", withdrawn: true });
    }
    this.notes.leave();
    tabs.release();
  }

  /**
   * Restored from the back/forward cache (F047). The SDK would reconnect at once, so its connection is closed first:
   * another tab may take the calls by now. That tab is asked, and keeps them if it is in a call.
   */
  async pageRestored(): Promise<void> {
    if (this.phone.drop()) {
      if (!(await this.parts.tabs.claim())) this.tabChanged("elsewhere-in-call");
      void this.phone.revive();
    }
    this.poller.pollNow();
  }
}
