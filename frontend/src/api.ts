/**
 * The agents' API over fetch (openapi.yaml). Only this file knows its paths, the bearer token and problem+json. Every
 * failure is an ApiError, so callers of this API handle one kind of error.
 */
import { decodeChannel, decodeDirectory, decodeProblem, decodeSnapshot, decodeToken } from "./contract/decode.js";
import { decodeCalls, decodeKept, decodeKnownCaller, decodeOwnNote, decodeRules } from "./contract/records.js";
import { decodeMessage, decodeMessages } from "./contract/messages.js";
import { decodeMusic, decodeSettings, decodeVersions } from "./contract/settings.js";
import { decodeDone, decodeTeam } from "./contract/team.js";
import type { Renewal } from "./signin.js";
import type {
  Action, CallBackRequest, CallPage, CallRules, CallSearch, ChannelTicket, Directory, KnownCaller, LineSettings, MessageAction, MessagePage,
  Music, NoteRequest, OwnNote, Problem, Reason, Settings, SettingsVersion, Snapshot, Status, Team, TeamAct, VoiceMessage,
  VoiceToken,
} from "./contract/types.js";

export interface Command {
  readonly action: Action;
  /** The request key: a request repeated with the same key has one effect, so it is safe to send again. */
  readonly request: string;
  readonly target?: string;
  readonly note?: string;
  readonly reason?: Reason;
}

/** Each request has a time limit and fails with ApiError only. */
export interface Api {
  /** With colleagues, the answer has the directory too, if it could be read. */
  me(colleagues?: boolean): Promise<Snapshot>;
  /** A heartbeat. It leaves the status of a known agent unchanged. */
  setStatus(status: Status, beat: boolean, colleagues?: boolean): Promise<Snapshot>;
  /** A ticket for the push channel; 404 if the stack has none. */
  channel(): Promise<ChannelTicket>;
  /** Call is the one that the page shows, "" if none: the answer comes sooner if it is the agent's. */
  transfer(command: Command, call: string): Promise<Snapshot>;
  /** Has this page rung, and then a caller called. */
  callBack(whom: CallBackRequest): Promise<Snapshot>;
  directory(): Promise<Directory>;
  /** Colleagues whose name contains the text, including those outside the page of the directory. */
  search(text: string): Promise<Directory>;
  token(): Promise<VoiceToken>;
  /** What this agent may see of the records of calls, and what a note may have. */
  rules(): Promise<CallRules>;
  knownCaller(call: string): Promise<KnownCaller>;
  /** A page of the calls that have ended. A filter may hold a number or a text, so it is never in an address. */
  calls(search: CallSearch): Promise<CallPage>;
  note(call: string): Promise<OwnNote>;
  /**
   * Replaces the note of the version that the request names, and answers with the new version; the same request again
   * changes nothing. Refused as `note-changed` if there is another one.
   */
  saveNote(call: string, note: NoteRequest): Promise<number>;
  /** The team's view of a supervisor whose day began then. */
  team(since: string): Promise<Team>;
  /** Repeated with the same key it has one effect, so it is safe to send again. */
  act(act: TeamAct): Promise<true>;
  settings(): Promise<LineSettings>;
  /** Replaces that version of the settings. Repeated it has the same answer, so it is safe to send again. */
  saveSettings(version: number, settings: Settings): Promise<LineSettings>;
  versions(): Promise<readonly SettingsVersion[]>;
  /** Keeps own music, a WAV file; callers hear it once it is saved with the settings. */
  uploadMusic(wav: Blob): Promise<Music>;
  /** A page of the messages that callers have left, newest first. */
  messages(cursor: string): Promise<MessagePage>;
  actOnMessage(message: string, action: MessageAction): Promise<VoiceMessage>;
  /** The whole sound of a message, asked for in parts. */
  messageSound(message: string): Promise<Blob>;
  /** Sent when the page is being closed; their answers are not read. */
  sayAway(): void;
  leaveNote(call: string, note: NoteRequest): void;
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title || problem.slug);
  }

  /** The server did not answer or failed: the same request may be sent again. */
  get transient(): boolean {
    const { slug, status } = this.problem;
    return slug === "unreachable" || slug === "timeout" || status === 502 || status === 503 || status === 504
      || status === 429 || status === 500;
  }

  get signedOut(): boolean {
    return this.problem.status === 401 || this.problem.slug === "removed";
  }
}

const TIMEOUT_MS = 8000;
/** Some megabytes over a slow line. */
const UPLOAD_MS = 90_000;
/** Three minutes of sound are three of these. */
const PART_BYTES = 1 << 20;

function failure(slug: string, title: string): ApiError {
  return new ApiError({ slug, status: 0, title });
}

export interface ApiOptions {
  /** The current access token; empty when nobody is signed in. */
  readonly bearer: () => string;
  /** Asks for a fresh access token once, after a 401. */
  readonly renew: () => Promise<Renewal>;
  readonly base?: string;
  readonly fetch?: typeof fetch;
}

export function createApi(options: ApiOptions): Api {
  const base = options.base ?? "";
  const send = options.fetch ?? fetch.bind(globalThis);

  async function once(method: string, path: string, body: unknown, range: string): Promise<Response> {
    try {
      return await send(base + path, {
        method,
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(body instanceof Blob ? UPLOAD_MS : TIMEOUT_MS),
        headers: {
          Accept: "application/json",
          Authorization: `Bearer ${options.bearer()}`,
          ...(body === undefined ? {} : { "Content-Type": body instanceof Blob ? body.type : "application/json" }),
          ...(range ? { Range: range } : {}),
        },
        ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      });
    } catch (error) {
      throw cutOff(error);
    }
  }

  /** The JSON of an answer; null if it is none. An answer whose rest does not come is no answer. */
  async function read(answer: Response): Promise<unknown> {
    let text: string;
    try {
      text = await answer.text();
    } catch (error) {
      throw cutOff(error);
    }
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function cutOff(error: unknown): ApiError {
    const slow = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return slow
      ? failure("timeout", "The server did not answer in time.")
      : failure("unreachable", "The server cannot be reached.");
  }

  /** `once`, and again with a fresh token if that was refused. */
  async function ask(method: string, path: string, body: unknown, range = ""): Promise<Response> {
    const answer = await once(method, path, body, range);
    if (answer.status !== 401) return answer;
    const renewal = await options.renew();
    // An unreachable issuer is a network failure, like an unreachable API; the agent is not signed out.
    if (renewal === "unreachable") throw failure("unreachable", "The sign-in cannot be reached.");
    return renewal === "renewed" ? once(method, path, body, range) : answer;
  }

  /** A file, part by part: one answer of the server has a limit. */
  async function file(path: string): Promise<Blob> {
    const parts: ArrayBuffer[] = [];
    for (let from = 0, whole = Infinity; from < whole;) {
      const answer = await ask("GET", path, undefined, `bytes=${from}-${from + PART_BYTES - 1}`);
      if (!answer.ok) throw new ApiError(decodeProblem(answer.status, await read(answer)));
      let part: ArrayBuffer;
      try {
        part = await answer.arrayBuffer();
      } catch (error) {
        throw cutOff(error);
      }
      const total = /^bytes \d+-\d+\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "")?.[1];
      whole = answer.status === 206 && total ? Number(total) : from + part.byteLength;
      from += part.byteLength;
      if (part.byteLength === 0 && from < whole) throw failure("unreadable", "The server's answer cannot be read.");
      parts.push(part);
    }
    return new Blob(parts, { type: "audio/wav" });
  }

  async function call<T>(method: string, path: string, body: unknown,
    decode: (value: unknown) => T | null): Promise<T> {
    const answer = await ask(method, path, body);
    const value = await read(answer);
    if (!answer.ok) throw new ApiError(decodeProblem(answer.status, value));
    const decoded = decode(value);
    if (decoded === null) throw failure("unreadable", "The server's answer cannot be read.");
    return decoded;
  }

  const mePath = (colleagues = false): string => `/agents/me${colleagues ? "?with=colleagues" : ""}`;
  const notePath = (id: string): string => `/calls/${encodeURIComponent(id)}/note`;

  /** Outlives the page. */
  function last(path: string, body: unknown): void {
    void send(base + path, {
      method: "PUT",
      keepalive: true,
      credentials: "omit",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${options.bearer()}` },
      body: JSON.stringify(body),
    }).catch(() => undefined);
  }

  return {
    me: (colleagues) => call("GET", mePath(colleagues), undefined, decodeSnapshot),
    setStatus: (status, beat, colleagues) =>
      call("PUT", mePath(colleagues), beat ? { status, beat } : { status }, decodeSnapshot),
    channel: () => call("POST", "/agents/me/channel", undefined, decodeChannel),
    transfer: (command, shown) =>
      call("POST", `/transfer${shown ? `?call=${encodeURIComponent(shown)}` : ""}`, command, decodeSnapshot),
    callBack: (whom) => call("POST", "/transfer/call-back", whom, decodeSnapshot),
    directory: () => call("GET", "/agents", undefined, decodeDirectory),
    search: (text) => call("POST", "/agents/search", { text }, decodeDirectory),
    token: () => call("POST", "/token", undefined, decodeToken),
    rules: () => call("GET", "/calls/rules", undefined, decodeRules),
    knownCaller: (id) => call("GET", `/calls/${encodeURIComponent(id)}/caller`, undefined, decodeKnownCaller),
    calls: (search) => call("POST", "/calls/search", search, decodeCalls),
    note: (id) => call("GET", notePath(id), undefined, decodeOwnNote),
    saveNote: (id, note) => call("PUT", notePath(id), note, decodeKept),
    team: (since) => call("GET", `/team?since=${encodeURIComponent(since)}`, undefined, decodeTeam),
    act: (act) => call("POST", "/team/acts", act, decodeDone),
    settings: () => call("GET", "/settings", undefined, decodeSettings),
    saveSettings: (version, settings) => call("PUT", "/settings", { version, settings }, decodeSettings),
    uploadMusic: (wav) => call("POST", "/settings/music", wav, decodeMusic),
    versions: () => call("GET", "/settings/versions", undefined, decodeVersions),
    messages: (cursor) => call("GET", `/messages${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`, undefined,
      decodeMessages),
    actOnMessage: (id, action) => call("POST", `/messages/${encodeURIComponent(id)}`, { action }, decodeMessage),
    messageSound: (id) => file(`/messages/${encodeURIComponent(id)}/sound`),
    sayAway: () => last("/agents/me", { status: "away" }),
    leaveNote: (id, note) => last(notePath(id), note),
  };
}
