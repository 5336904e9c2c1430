/**
 * Everything the page knows, in parts: the session, the device, the server, the call, the last call, the tabs, the page.
 * Only reduce.ts makes a new State; the parts have their reducers there, in calls.ts, told.ts and wrapup.ts, and each tab
 * has its own. `screen` follows from the rest (screen.ts) and is what the views draw. Times named *At are milliseconds of
 * this computer's clock unless they say server.
 */
import type { Action, Call, CallRules, Directory, KnownCaller, Problem, Snapshot, Status, Watching } from "../contract/types.js";
import { NO_HISTORY, type History } from "./history.js";
import type { GivesAway } from "./leave.js";
import { NO_MESSAGES, type Messages } from "./messages.js";
import { NO_SETTINGS, type SettingsState } from "./settings.js";
import { NO_TEAM, type TeamState } from "./team.js";
import type { Notes, WrapUp } from "./notes.js";
import type { Target } from "./target.js";

/** What a ringing leg says before it is answered: its custom parameters, each of which may be missing. */
export interface RingInfo {
  readonly conference: string;
  /** E.164; empty if private or not sent. */
  readonly number: string;
  readonly verified: boolean;
  /** Server time (RFC 3339) since when the caller waits; empty if not sent. */
  readonly waiting: string;
  /** Name of the transferor; empty for a first offer. */
  readonly by: string;
  readonly kind: string;
  readonly note: string;
  /** It is a supervisor's own leg, which they have asked for. */
  readonly watch: boolean;
  /** The caller keeps a place and is not on the line: they are called when the agent has answered. */
  readonly place: boolean;
  /** The request key of the page that calls back with this leg, and answers it by itself; empty otherwise. */
  readonly asked: string;
  /** How long it rings, in seconds. */
  readonly seconds: number;
}

export type LegPhase = "ringing" | "answering" | "open" | "reconnecting";

/** This page's own leg, as the voice SDK reports it. */
export interface Leg {
  readonly sid: string;
  readonly phase: LegPhase;
  readonly since: number;
  /** When its connection was lost, while it is reconnecting. */
  readonly lostAt: number;
  /** Which connection is lost: media, signalling, or both; "" while all work. */
  readonly lost: "" | "sound" | "signalling" | "both";
  readonly muted: boolean;
  readonly ring: RingInfo;
}

export type DeviceIs = "off" | "starting" | "registered" | "lost";

export interface DeviceState {
  readonly is: DeviceIs;
  readonly since: number;
  /** Why it is off or lost, a key of words/voice.ts; empty when nothing went wrong. */
  readonly why: string;
}

export type Microphone = "unknown" | "asking" | "granted" | "denied" | "absent" | "taken";
export type TabState = "here" | "elsewhere" | "elsewhere-in-call";
export type Session = "starting" | "signed-out" | "signed-in" | "expired";
/** Why the sign-in page is shown. */
export type SignedOutWhy = "" | "chosen" | "expired" | "failed" | "refused";

/**
 * The push channel: not tried yet; the server tells of changes; it does not, so the page asks often; nobody looks at the
 * tab, so it is closed; the stack has none, so the page asks often.
 */
export type PushIs = "unknown" | "live" | "down" | "resting" | "none";

/** A request whose effect the server has not shown yet. */
export interface Pending {
  readonly action: Action;
  readonly request: string;
  readonly at: number;
  /** The call as it was when the button was pressed; the request is pending until the call differs. */
  readonly before: string;
  /** The chosen target's name, with a press that has a target. */
  readonly to: string;
}

export interface Refusal {
  readonly action: Action | "status";
  readonly problem: Problem;
  readonly at: number;
}

/** This page's leg has ended; the server is asked what became of the call. */
export interface Closing {
  readonly call: Call | null;
  readonly at: number;
  readonly deliberate: boolean;
  readonly talkedMs: number;
}

/** A call that this page was in before it was reloaded, or lost. */
export interface Rejoin {
  readonly conference: string;
  readonly at: number;
  /** The agent has pressed "Rejoin caller": the next ring of that call is answered at once. */
  readonly asked: boolean;
}

export interface RecentCall {
  readonly id: string;
  readonly number: string;
  readonly endedAt: number;
  readonly talkedMs: number;
  readonly outcome: string;
  readonly with: string;
  /** It was not answered here. */
  readonly rang?: true;
  /** The agent has called the caller. */
  readonly back?: true;
  /** The server's name of the call, if it may be called back by it. */
  readonly call?: string;
}

export interface Sound {
  readonly id: string;
  readonly label: string;
}

/** Sound devices: those available and the chosen ones ("" or "default" is the system's own). */
export interface Sounds {
  readonly inputs: readonly Sound[];
  readonly outputs: readonly Sound[];
  readonly input: string;
  readonly speaker: string;
  readonly ringer: string;
  readonly canChooseOutput: boolean;
}

/** How the agent left a call on purpose: the end of the own leg is then no loss. */
export interface Leaving {
  readonly by: "hang-up" | GivesAway;
  /** The chosen target's name, with blind. */
  readonly to: string;
}

export interface Compose {
  readonly target: Target | null;
  readonly note: string;
  readonly filter: string;
}

export type Panel = "" | "sound" | "shortcuts" | "keypad" | "confirm-end" | "confirm-hang-up" | "confirm-team-end"
  | "settings";
export type Consent = "unsupported" | "default" | "granted" | "denied";

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: "info" | "good" | "bad";
}

/** What the second column shows. */
export type Side = "colleagues" | "messages" | "history" | "team" | "line";

/** Texts of the two live regions, which exist, empty, before anything is announced (WCAG 4.1.3). */
export interface Said {
  readonly polite: string;
  readonly urgent: string;
}

export type Screen =
  | { readonly is: "loading" }
  | { readonly is: "fatal"; readonly why: string }
  | { readonly is: "signed-out"; readonly why: SignedOutWhy }
  | { readonly is: "other-tab"; readonly inCall: boolean }
  | { readonly is: "microphone-help"; readonly why: "denied" | "absent" | "taken" }
  | { readonly is: "offline" }
  | { readonly is: "idle"; readonly status: Status }
  | { readonly is: "ringing"; readonly leg: Leg; readonly call: Call | null }
  /**
   * `late`: the leg is open, and the server does not say what became of the call; the caller may be connected or not.
   */
  | { readonly is: "connecting"; readonly leg: Leg; readonly call: Call | null; readonly late: boolean }
  | { readonly is: "in-call"; readonly leg: Leg; readonly call: Call }
  /** A supervisor's own leg. The server's view of it is null until it is known. */
  | { readonly is: "watching"; readonly leg: Leg; readonly watching: Watching | null }
  | { readonly is: "ended"; readonly closing: Closing; readonly settled: boolean }
  | { readonly is: "rejoin"; readonly why: "reload" | "cut" | "elsewhere"; readonly asked: boolean };

/** Who is signed in here, and whether this tab is the one that takes calls. */
interface SessionState {
  readonly fatal: string;
  readonly session: Session;
  readonly signedOutWhy: SignedOutWhy;
  readonly tab: TabState;
}

/** The phone line of this page, and the sound of this computer. */
interface DeviceFacts {
  readonly microphone: Microphone;
  /** The agent has gone online: this page is to take calls. */
  readonly wants: boolean;
  /**
   * Make the agent Available as soon as callers can reach this page: chosen by the agent, or restored after the page
   * lost its device.
   */
  readonly withdrawn: boolean;
  readonly device: DeviceState;
  /** When the voice token expires, if refreshing it has failed; 0 otherwise. */
  readonly tokenFailing: number;
  readonly sounds: Sounds;
}

/** What the server has said last, and how it can be reached. */
interface ServerState {
  readonly snapshot: Snapshot | null;
  /** The server's clock minus this computer's, ms. */
  readonly skew: number;
  /** When the API was first found unreachable; 0 while it answers. */
  readonly apiDownAt: number;
  readonly push: PushIs;
  readonly directory: Directory | null;
  /** What this agent may see of the records of calls; null while that is not known. */
  readonly rules: CallRules | null;
}

/** The call that rings or goes on here, and what the agent has pressed or typed for it. */
interface OwnCallState {
  readonly leg: Leg | null;
  /** What the voice SDK warns of, on the open leg. */
  readonly warnings: readonly string[];
  readonly pending: Pending | null;
  readonly refusal: Refusal | null;
  /** The server is asked to call somebody back. */
  readonly calling: boolean;
  /** The status that the agent chose and the server has not confirmed. */
  readonly choosing: Status | "";
  /** The agent hung up the own leg on purpose: its end is not a loss. */
  readonly leaving: Leaving | null;
  readonly compose: Compose;
  /** What is known of the caller of a call; null if nothing is. */
  readonly caller: { readonly call: string; readonly known: KnownCaller } | null;
}

/** The call that was here last. */
interface LastCallState {
  readonly lastCall: Call | null;
  readonly closing: Closing | null;
  readonly rejoin: Rejoin | null;
  readonly recent: readonly RecentCall[];
  /** The agent's own notes that are shown, or not saved yet, by call. */
  readonly notes: Notes;
  /** The last call, until the agent has done with it. */
  readonly wrapUp: WrapUp | null;
}

/** What the tabs beside the call show. */
interface TabsState {
  readonly side: Side;
  readonly history: History;
  readonly team: TeamState;
  readonly settings: SettingsState;
  readonly messages: Messages;
}

/** What the page shows over everything, says to screen readers, and is told to do by the agent's taste. */
interface PageState {
  readonly panel: Panel;
  readonly shortcuts: boolean;
  readonly consent: Consent;
  readonly notice: Notice | null;
  readonly said: Said;
}

export interface State
  extends SessionState, DeviceFacts, ServerState, OwnCallState, LastCallState, TabsState, PageState {
  readonly screen: Screen;
}

const NO_SESSION: SessionState = { fatal: "", session: "starting", signedOutWhy: "", tab: "here" };

const NO_DEVICE: DeviceFacts = {
  microphone: "unknown", wants: false, withdrawn: false, device: { is: "off", since: 0, why: "" }, tokenFailing: 0,
  sounds: { inputs: [], outputs: [], input: "", speaker: "", ringer: "", canChooseOutput: false },
};

const NO_SERVER: ServerState = { snapshot: null, skew: 0, apiDownAt: 0, push: "unknown", directory: null, rules: null };

const NO_CALL: OwnCallState = {
  leg: null, warnings: [], pending: null, refusal: null, calling: false, choosing: "",
  leaving: null,
  compose: { target: null, note: "", filter: "" }, caller: null,
};

const NO_LAST_CALL: LastCallState = { lastCall: null, closing: null, rejoin: null, recent: [], notes: {}, wrapUp: null };

/** As they are for who has just signed in. */
export const NO_TABS: TabsState = {
  side: "colleagues", history: NO_HISTORY, team: NO_TEAM, settings: NO_SETTINGS, messages: NO_MESSAGES,
};

const NEW_PAGE: PageState = { panel: "", shortcuts: true, consent: "default", notice: null, said: { polite: "", urgent: "" } };

export const initial: State = {
  screen: { is: "loading" },
  ...NO_SESSION, ...NO_DEVICE, ...NO_SERVER, ...NO_CALL, ...NO_LAST_CALL, ...NO_TABS, ...NEW_PAGE,
};
