/**
 * Everything the page knows, in one object. `screen` follows from the rest (screen.ts) and is what the views draw;
 * only reduce.ts makes a new State. Times named *At are milliseconds of this computer's clock unless they say server.
 */
import type { Action, Call, Directory, Problem, Snapshot, Status } from "../contract/types.js";

/** What is told about a ringing call before it is answered: custom parameters of the leg, all optional on the way. */
export interface RingInfo {
  readonly conference: string;
  /** E.164; empty is private or not told. */
  readonly number: string;
  readonly verified: boolean;
  /** Server time (RFC 3339) since when the caller waits; empty if not told. */
  readonly waiting: string;
  /** Name of the agent who transfers; empty for a first offer. */
  readonly by: string;
  readonly kind: string;
  readonly note: string;
  /** How long it rings, in seconds. */
  readonly seconds: number;
}

export type LegPhase = "ringing" | "answering" | "open" | "reconnecting";

/** This page's own leg: what the voice SDK has on the line. */
export interface Leg {
  readonly sid: string;
  readonly phase: LegPhase;
  readonly since: number;
  /** When its connection was lost, while it is reconnecting. */
  readonly lostAt: number;
  /** What of the connection is lost: the sound, the line to the phone network, or both; "" while it is open. */
  readonly lost: "" | "sound" | "line" | "both";
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

/** One press of a button that the server has not yet shown to have taken effect. */
export interface Pending {
  readonly action: Action;
  readonly request: string;
  readonly at: number;
  /** What the call looked like when it was pressed; the press is over when it looks different. */
  readonly before: string;
}

export interface Refusal {
  readonly action: Action | "status";
  readonly problem: Problem;
  readonly at: number;
}

/** This page's leg has ended; what became of the call is asked of the server. */
export interface Closing {
  readonly call: Call | null;
  readonly at: number;
  readonly deliberate: boolean;
  readonly talkedMs: number;
}

/** A call that this page was in before it was loaded again, or lost. */
export interface Rejoin {
  readonly conference: string;
  readonly at: number;
  /** The agent has asked for it: the first ring of that conference is answered at once. */
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
}

export interface Sound {
  readonly id: string;
  readonly label: string;
}

/** Sound devices: what there is and what is chosen ("" or "default" is the system's own). */
export interface Sounds {
  readonly inputs: readonly Sound[];
  readonly outputs: readonly Sound[];
  readonly input: string;
  readonly speaker: string;
  readonly ringer: string;
  readonly canChooseOutput: boolean;
}

export interface Compose {
  readonly target: string;
  readonly note: string;
  readonly filter: string;
}

export type Panel = "" | "sound" | "shortcuts" | "keypad" | "confirm-end" | "confirm-hang-up";
export type Consent = "unsupported" | "default" | "granted" | "denied";

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly tone: "info" | "good" | "bad";
}

/** Texts of the two live regions; they exist, empty, before anything is said (WCAG 4.1.3). */
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
  /** `late`: the line is open, and the server does not say what became of it: the caller may be on it or not. */
  | { readonly is: "connecting"; readonly leg: Leg; readonly call: Call | null; readonly late: boolean }
  | { readonly is: "in-call"; readonly leg: Leg; readonly call: Call }
  | { readonly is: "ended"; readonly closing: Closing; readonly settled: boolean }
  | { readonly is: "rejoin"; readonly why: "reload" | "cut" | "elsewhere"; readonly asked: boolean };

export interface State {
  readonly screen: Screen;
  readonly fatal: string;
  readonly session: Session;
  readonly signedOutWhy: SignedOutWhy;
  readonly tab: TabState;
  readonly microphone: Microphone;
  /** The agent has asked this page to take calls. */
  readonly wants: boolean;
  /** To be Available as soon as callers can reach this page: asked for by the agent, or taken out by the page when its line was lost. */
  readonly withdrawn: boolean;
  readonly device: DeviceState;
  /** Until when the voice token is good, if a refresh of it has failed; 0 otherwise. */
  readonly tokenFailing: number;
  readonly leg: Leg | null;
  readonly snapshot: Snapshot | null;
  /** Server clock minus this computer's, ms. */
  readonly skew: number;
  /** When the API was first found unreachable; 0 while it answers. */
  readonly apiDownAt: number;
  readonly pending: Pending | null;
  readonly refusal: Refusal | null;
  /** Status the agent picked that the server has not confirmed. */
  readonly choosing: Status | "";
  /** Left on purpose by hanging up the own leg: its end is no loss. */
  readonly leaving: boolean;
  readonly lastCall: Call | null;
  readonly closing: Closing | null;
  readonly rejoin: Rejoin | null;
  readonly directory: Directory | null;
  readonly compose: Compose;
  readonly panel: Panel;
  readonly recent: readonly RecentCall[];
  readonly sounds: Sounds;
  readonly warnings: readonly string[];
  readonly shortcuts: boolean;
  readonly consent: Consent;
  readonly notice: Notice | null;
  readonly said: Said;
}

export const initial: State = {
  screen: { is: "loading" },
  fatal: "",
  session: "starting",
  signedOutWhy: "",
  tab: "here",
  microphone: "unknown",
  wants: false,
  withdrawn: false,
  device: { is: "off", since: 0, why: "" },
  tokenFailing: 0,
  leg: null,
  snapshot: null,
  skew: 0,
  apiDownAt: 0,
  pending: null,
  refusal: null,
  choosing: "",
  leaving: false,
  lastCall: null,
  closing: null,
  rejoin: null,
  directory: null,
  compose: { target: "", note: "", filter: "" },
  panel: "",
  recent: [],
  sounds: { inputs: [], outputs: [], input: "", speaker: "", ringer: "", canChooseOutput: false },
  warnings: [],
  shortcuts: true,
  consent: "default",
  notice: null,
  said: { polite: "", urgent: "" },
};
