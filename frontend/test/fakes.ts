/** Stateful fakes for what the desk talks to; each test changes what it needs. */
import { ApiError, type Api, type Command } from "../src/api.js";
import type { CallBackRequest,
  CallNote, CallPage, CallRules, CallSearch, ChannelTicket, Directory, KnownCaller, LineSettings, MessageAction,
  MessagePage, Music, NoteRequest, OwnNote, Settings, SettingsVersion, Snapshot, Status, Team, TeamAct, VoiceMessage,
  VoiceToken,
} from "../src/contract/types.js";
import type { ChannelListener } from "../src/channel.js";
import type { DeskParts } from "../src/desk/parts.js";
import { createMemory } from "../src/desk/memory.js";
import type { Microphone, TabState } from "../src/state/state.js";
import type { Renewal } from "../src/signin.js";
import { VoiceError, type Voice, type VoiceEvent } from "../src/voice-port.js";
import { directoryAt, iso, messageAt, settingsAt, snapshotAt, teamAt } from "./fixtures.js";

/** Answers with `current`; `down` makes every request fail, `refuse` the next transfer. */
export class FakeApi implements Api {
  current: Snapshot;
  down = false;
  signedOut = false;
  tokenLifeMs = 3_600_000;
  tokenFails = false;
  refusals: ApiError[] = [];
  readonly log: string[] = [];
  readonly commands: Command[] = [];
  /** How often the directory was asked for; not in the log, since that happens all the time. */
  directories = 0;
  onTransfer: (command: Command) => void = () => undefined;

  constructor(readonly now: () => number) {
    this.current = snapshotAt(now());
  }

  private answer<T>(value: T): Promise<T> {
    if (this.signedOut) return Promise.reject(new ApiError({ slug: "", status: 401, title: "Unauthorized" }));
    if (this.down) return Promise.reject(new ApiError({ slug: "unreachable", status: 0, title: "" }));
    return Promise.resolve(value);
  }

  private fresh(): Snapshot {
    this.current = { ...this.current, at: iso(this.now()) };
    return this.current;
  }

  /** Within how many seconds a heartbeat is wanted; 0: a server of the release before. */
  beatWithin = 0;
  /** Whether the stack has the push channel, and how long its connections are told. */
  hasChannel = false;
  channelLifeMs = 3_600_000;

  channel(): Promise<ChannelTicket> {
    if (!this.hasChannel) return Promise.reject(new ApiError({ slug: "no-channel", status: 404, title: "" }));
    this.log.push("channel");
    return this.answer({ address: "wss://push.example/live", protocols: ["warm-transfer", "ticket.alice.s"],
      until: iso(this.now() + this.channelLifeMs) });
  }

  private rides(colleagues: boolean, beat: boolean): Partial<Snapshot> {
    return { ...(colleagues ? { colleagues: directoryAt(this.now()) } : {}),
      ...(beat && this.beatWithin ? { beatWithin: this.beatWithin } : {}) };
  }

  me(colleagues = false): Promise<Snapshot> {
    this.log.push("me");
    return this.answer({ ...this.fresh(), ...this.rides(colleagues, false) });
  }

  async setStatus(status: Status, beat: boolean, colleagues = false): Promise<Snapshot> {
    this.log.push(beat ? "beat" : `status ${status}`);
    const at = iso(this.now());
    if (!beat) await this.statusHeld;
    if (!beat && !this.down) {
      this.current = { ...this.current, agent: { ...this.current.agent, status, presence: status } };
    }
    return this.answer({ ...this.fresh(), at, ...this.rides(colleagues, beat) });
  }

  /** The call that the page shows, with each command. */
  readonly shown: string[] = [];

  transfer(command: Command, call: string): Promise<Snapshot> {
    this.log.push(`transfer ${command.action}`);
    this.commands.push(command);
    this.shown.push(call);
    const refusal = this.refusals.shift();
    if (refusal) return Promise.reject(refusal);
    if (!this.down) this.onTransfer(command);
    return this.answer(this.fresh());
  }

  /** What the page has asked to call. */
  readonly calledBack: CallBackRequest[] = [];

  callBack(whom: CallBackRequest): Promise<Snapshot> {
    this.log.push("call back");
    this.calledBack.push(whom);
    const refusal = this.refusals.shift();
    return refusal ? Promise.reject(refusal) : this.answer(this.fresh());
  }

  directory(): Promise<Directory> {
    this.directories += 1;
    return this.answer(directoryAt(this.now()));
  }

  search(): Promise<Directory> {
    return this.answer({ at: iso(this.now()), agents: [] });
  }

  private tokenHeld: Promise<void> | null = null;
  private statusHeld: Promise<void> | null = null;

  /** The next tokens are given out only when the result is called. */
  holdToken(): () => void {
    let release = (): void => undefined;
    this.tokenHeld = new Promise((resolve) => { release = resolve; });
    return () => release();
  }

  /**
   * The next status is answered only when the result is called; its answer has the time of the request, as the server's
   * do.
   */
  holdStatus(): () => void {
    let release = (): void => undefined;
    this.statusHeld = new Promise((resolve) => { release = resolve; });
    return () => release();
  }

  async token(): Promise<VoiceToken> {
    this.log.push("token");
    await this.tokenHeld;
    if (this.tokenFails) return Promise.reject(new ApiError({ slug: "unavailable", status: 503, title: "" }));
    return this.answer({ identity: "alice", token: `token${this.log.length}`,
      expiresAt: iso(this.now() + this.tokenLifeMs) });
  }

  sayAway(): void {
    this.log.push("say away");
  }

  recordRules: CallRules = { supervisor: false, records: false, codes: [], codeRequired: false };
  /** Null: the look-up fails. */
  known: KnownCaller | null = null;
  readonly kept = new Map<string, CallNote>();
  /** Answers to the next requests for the history; then there is an empty page. */
  readonly pages: (CallPage | ApiError)[] = [];
  readonly searches: CallSearch[] = [];
  /** What the next requests about records and notes fail with. */
  readonly failures: ApiError[] = [];

  private told<T>(what: string, value: () => T): Promise<T> {
    this.log.push(what);
    const failure = this.failures.shift();
    return failure ? Promise.reject(failure) : this.answer(value());
  }

  rules(): Promise<CallRules> {
    return this.told("rules", () => this.recordRules);
  }

  knownCaller(call: string): Promise<KnownCaller> {
    const { known } = this;
    if (known) return this.told(`caller ${call}`, () => known);
    return Promise.reject(new ApiError({ slug: "no-record", status: 404, title: "" }));
  }

  calls(search: CallSearch): Promise<CallPage> {
    this.searches.push(search);
    const page = this.pages.shift() ?? { at: iso(this.now()), calls: [] };
    return page instanceof ApiError ? Promise.reject(page) : this.answer(page);
  }

  note(call: string): Promise<OwnNote> {
    return this.told(`note ${call}`, () => {
      const note = this.kept.get(call);
      return { version: note?.version ?? 0, ...(note ? { note } : {}) };
    });
  }

  /** Keeps the note also if it fails with an error that does not say so. */
  saveNote(call: string, { version: over, ...note }: NoteRequest): Promise<number> {
    const before = this.kept.get(call);
    const version = (before?.version ?? 0) + 1;
    const same = before?.note === note.note && before.code === note.code && before.name === note.name;
    if (over !== undefined && over !== version - 1 && !same) {
      this.log.push(`save ${call}`);
      return Promise.reject(new ApiError({ slug: "note-changed", status: 409, title: "" }));
    }
    if (!this.down && !same) this.kept.set(call, { by: { id: "alice", name: "Alice" }, at: iso(this.now()), ...note, version });
    return this.told(`save ${call}`, () => this.kept.get(call)?.version ?? version);
  }

  /** The team's views that are answered, the last of them again and again. */
  teamView: (now: number) => Team | ApiError = teamAt;
  readonly asked: string[] = [];
  readonly acts: TeamAct[] = [];
  /** Answers to the next acts; then each is done. */
  readonly actRefusals: ApiError[] = [];

  team(since: string): Promise<Team> {
    this.log.push("team");
    this.asked.push(since);
    const view = this.teamView(this.now());
    return view instanceof ApiError ? Promise.reject(view) : this.answer(view);
  }

  /** The pages of messages that are answered, the last of them again and again. */
  messagePages: (MessagePage | ApiError)[] = [{ messages: [], days: 30 }];
  /** What the next acts on messages are answered; then each does what it says. */
  readonly messageRefusals: ApiError[] = [];
  soundFails: ApiError | null = null;

  messages(cursor: string): Promise<MessagePage> {
    this.log.push(`messages ${cursor}`.trim());
    const page = this.messagePages.length > 1 ? this.messagePages.shift()! : this.messagePages[0]!;
    return page instanceof ApiError ? Promise.reject(page) : this.answer(page);
  }

  actOnMessage(id: string, action: MessageAction): Promise<VoiceMessage> {
    this.log.push(`${action} ${id}`);
    const refusal = this.messageRefusals.shift();
    if (refusal) return Promise.reject(refusal);
    const page = this.messagePages[0]!;
    const { by: _by, ...message } = page instanceof ApiError ? messageAt(this.now(), id)
      : page.messages.find((m) => m.id === id) ?? messageAt(this.now(), id);
    return this.answer(action === "release" ? { ...message, state: "new" as const }
      : { ...message, state: action === "take" ? "taken" as const : "done" as const, by: { id: "alice", name: "Alice" } });
  }

  messageSound(id: string): Promise<Blob> {
    this.log.push(`sound ${id}`);
    return this.soundFails ? Promise.reject(this.soundFails) : this.answer(new Blob(["RIFF"], { type: "audio/wav" }));
  }

  act(act: TeamAct): Promise<true> {
    this.acts.push(act);
    const refusal = this.actRefusals.shift();
    return refusal ? Promise.reject(refusal) : this.answer(true as const);
  }

  /** The versions of the line's settings, the newest last. */
  lineVersions: LineSettings[] = [settingsAt(Date.UTC(2026, 10, 22, 8))];
  /** What the next saves fail with; those that do not say so were done all the same. */
  readonly saveFailures: ApiError[] = [];
  settingsFailure: ApiError | null = null;
  readonly saves: { readonly version: number; readonly settings: Settings }[] = [];

  settings(): Promise<LineSettings> {
    this.log.push("settings");
    return this.settingsFailure ? Promise.reject(this.settingsFailure) : this.answer(this.lineVersions.at(-1)!);
  }

  saveSettings(version: number, settings: Settings, by = { id: "alice", name: "Alice" }): Promise<LineSettings> {
    this.saves.push({ version, settings });
    const failure = this.saveFailures.shift();
    const now = this.lineVersions.at(-1)!;
    const again = now.version === version + 1 && JSON.stringify(now.settings) === JSON.stringify(settings);
    const refused = failure && !failure.transient;
    if (!refused && now.version === version) {
      this.lineVersions.push({ ...now, version: version + 1, at: iso(this.now()), by, settings,
        open: settings.emergency?.closed !== true });
    } else if (!refused && !again) {
      return Promise.reject(new ApiError({ slug: "settings-changed", status: 409, title: "" }));
    }
    return failure ? Promise.reject(failure) : this.answer(this.lineVersions.at(-1)!);
  }

  readonly uploads: Blob[] = [];
  musicRefusal: ApiError | null = null;

  uploadMusic(wav: Blob): Promise<Music> {
    this.uploads.push(wav);
    return this.musicRefusal ? Promise.reject(this.musicRefusal)
      : this.answer({ id: "0123456789abcdef0123456789abcdef", pieces: 4, millis: 11_500 });
  }

  versions(): Promise<readonly SettingsVersion[]> {
    return this.answer(this.lineVersions.slice(0, -1).reverse());
  }

  leaveNote(call: string): void {
    this.log.push(`leave note ${call}`);
  }
}

export class FakeVoice implements Voice {
  readonly log: string[] = [];
  failStart = "";
  private listener: (event: VoiceEvent) => void = () => undefined;

  emit(event: VoiceEvent): void {
    this.listener(event);
  }
  listen(listener: (event: VoiceEvent) => void): void {
    this.listener = listener;
  }
  private opened: Promise<void> = Promise.resolve();
  private abandon = (): void => undefined;

  /** The next devices are opened only when the result is called. */
  holdStart(): () => void {
    let open = (): void => undefined;
    this.opened = new Promise((resolve, reject) => {
      open = resolve;
      this.abandon = () => reject(new VoiceError("signalling"));
    });
    return () => open();
  }

  start(): Promise<void> {
    this.log.push("start");
    return this.failStart ? Promise.reject(new VoiceError(this.failStart)) : this.opened;
  }
  refresh(): void {
    this.log.push("refresh");
  }
  stop(): void {
    this.log.push("stop");
    this.abandon();
  }
  answer(): void {
    this.log.push("answer");
  }
  reject(): void {
    this.log.push("reject");
  }
  ignore(): void {
    this.log.push("ignore");
  }
  hangUp(): void {
    this.log.push("hang up");
    this.emit({ is: "gone", why: "" });
  }
  mute(muted: boolean): void {
    this.emit({ is: "muted", muted });
  }
  digits(digits: string): void {
    this.log.push(`digits ${digits}`);
  }
  sounds(): ReturnType<Voice["sounds"]> {
    return { inputs: [], outputs: [], input: "", speaker: "", ringer: "", canChooseOutput: false };
  }
  choose(): Promise<void> {
    return Promise.resolve();
  }
  test(): Promise<void> {
    return Promise.resolve();
  }
}

export class FakeStorage {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** One connection of the push channel, as the page has it. */
export interface FakeConnection extends ChannelListener {
  pings: number;
  closed: boolean;
}

export interface Fakes extends DeskParts {
  /** The connections that the page has made. With `opens` they open at once. */
  readonly channels: FakeConnection[];
  channelOpens: boolean;
  readonly api: FakeApi;
  readonly voice: FakeVoice;
  microphoneIs: Microphone;
  claim: boolean;
  left: number;
  renewal: Renewal;
  resumed: "signed-in" | "signed-out" | "refused";
  isHidden: boolean;
  tab: (tab: TabState) => void;
  readonly rung: string[];
  readonly ringing: string[];
  copied: string;
  downloaded: { readonly name: string; readonly text: string } | null;
}

export function fakes(now: () => number = () => Date.now()): Fakes {
  let keys = 0;
  const tabStorage = new FakeStorage();
  const all: Fakes = {
    api: new FakeApi(now),
    voice: new FakeVoice(),
    channels: [],
    channelOpens: true,
    connect: (_ticket, listener) => {
      const made: FakeConnection = { ...listener, pings: 0, closed: false };
      all.channels.push(made);
      queueMicrotask(() => all.channelOpens && !made.closed && listener.open());
      return { ping: () => { made.pings += 1; }, close: () => { made.closed = true; } };
    },
    random: () => 0.5,
    microphoneIs: "granted",
    claim: true,
    left: Infinity,
    renewal: "renewed",
    resumed: "signed-in",
    isHidden: false,
    tab: () => undefined,
    rung: [],
    ringing: [],
    copied: "",
    downloaded: null,
    signIn: {
      resume: () => Promise.resolve(all.resumed),
      begin: () => Promise.resolve(),
      end: () => Promise.resolve(),
      bearer: () => "bearer",
      renew: () => Promise.resolve(all.renewal),
      left: () => all.left,
    },
    tabs: { start: (_agent, changed) => { all.tab = changed; }, claim: () => Promise.resolve(all.claim),
      inCall: () => undefined, release: () => undefined },
    memory: createMemory(tabStorage, new FakeStorage()),
    alerts: { consent: () => "default", ask: () => Promise.resolve("granted"),
      ring: (title) => { all.rung.push(title); }, quiet: () => { all.rung.push("quiet"); } },
    ringback: { start: () => { all.ringing.push("start"); }, stop: () => { all.ringing.push("stop"); } },
    microphone: () => Promise.resolve(all.microphoneIs),
    meter: () => Promise.resolve(() => undefined),
    now,
    hidden: () => all.isHidden,
    newKey: () => `key${++keys}`,
    about: { version: "test", browser: "test" },
    copy: (text) => { all.copied = text; return Promise.resolve(); },
    download: (name, text) => { all.downloaded = { name, text }; },
    toWav: (file) => Promise.resolve(file),
    crm: "",
  };
  return all;
}
