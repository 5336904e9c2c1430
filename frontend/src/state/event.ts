/** What can happen to the page. `at` is this computer's clock in milliseconds. */
import type { Action, CallRules, Directory, KnownCaller, Problem, Snapshot, Status } from "../contract/types.js";
import type { HistoryEvent } from "./history.js";
import type { GivesAway } from "./leave.js";
import type { MessageEvent } from "./messages.js";
import type { KeptSettings, SettingsEvent } from "./settings.js";
import type { TeamEvent } from "./team.js";
import type { NoteEvent, Notes, WrapUp } from "./notes.js";
import type {
  Compose, Consent, DeviceIs, Microphone, Notice, Panel, PushIs, RecentCall, Rejoin, RingInfo, Said, Side, SignedOutWhy,
  Sounds, TabState,
} from "./state.js";

export type Event =
  | { readonly type: "fatal"; readonly why: string }
  | { readonly type: "signed-in" }
  | { readonly type: "signed-out"; readonly why: SignedOutWhy }
  | { readonly type: "session-expired" }
  | { readonly type: "tab"; readonly tab: TabState }
  | { readonly type: "remembered"; readonly rejoin: Rejoin | null; readonly recent: readonly RecentCall[];
    readonly notes?: Notes; readonly wrapUp?: WrapUp | null; readonly settings?: KeptSettings | null }
  | { readonly type: "preferences"; readonly shortcuts?: boolean; readonly consent?: Consent }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot; readonly at: number; readonly pushed?: boolean }
  | { readonly type: "directory"; readonly directory: Directory }
  | { readonly type: "api-down"; readonly at: number }
  | { readonly type: "push"; readonly is: PushIs }
  | { readonly type: "microphone"; readonly microphone: Microphone }
  | { readonly type: "wants"; readonly wants: boolean }
  | { readonly type: "withdrawn"; readonly withdrawn: boolean }
  | { readonly type: "device"; readonly is: DeviceIs; readonly at: number; readonly why?: string }
  | { readonly type: "token-failing"; readonly until: number }
  | { readonly type: "leg-ringing"; readonly sid: string; readonly ring: RingInfo; readonly at: number }
  | { readonly type: "leg-answering" }
  | { readonly type: "call-back"; readonly asking: boolean }
  | { readonly type: "leg-open"; readonly at: number }
  /** Without `what` it is not known which connection is lost. */
  | { readonly type: "leg-reconnecting"; readonly at: number; readonly what?: "sound" | "signalling" }
  | { readonly type: "leg-muted"; readonly muted: boolean }
  | { readonly type: "leg-gone"; readonly at: number; readonly why?: string }
  | { readonly type: "warning"; readonly name: string; readonly on: boolean }
  | { readonly type: "press"; readonly action: Action; readonly request: string; readonly at: number;
    readonly to?: string }
  | { readonly type: "refused"; readonly action: Action; readonly request: string; readonly problem: Problem; readonly at: number }
  | { readonly type: "pending-over"; readonly request: string }
  | { readonly type: "refusal-over" }
  | { readonly type: "choose"; readonly status: Status }
  | { readonly type: "chosen"; readonly status: Status }
  | { readonly type: "choose-refused"; readonly problem: Problem; readonly at: number }
  | { readonly type: "leave"; readonly by?: GivesAway; readonly to?: string }
  | { readonly type: "dismiss-ended" }
  | { readonly type: "rejoin-asked"; readonly at: number }
  | { readonly type: "rejoin-forgotten" }
  | { readonly type: "compose"; readonly compose: Partial<Compose> }
  | { readonly type: "panel"; readonly panel: Panel }
  | { readonly type: "sounds"; readonly sounds: Partial<Sounds> }
  | { readonly type: "notice"; readonly notice: Notice | null }
  | { readonly type: "rules"; readonly rules: CallRules }
  | { readonly type: "side"; readonly side: Side }
  | { readonly type: "caller"; readonly call: string; readonly known: KnownCaller }
  | { readonly type: "code-missed" }
  | { readonly type: "wrap-up-over" }
  | HistoryEvent
  | NoteEvent
  | TeamEvent
  | SettingsEvent
  | MessageEvent
  /** The announcement has been read; it is cleared. */
  | { readonly type: "said-over"; readonly which: keyof Said };

export type Of<T extends Event["type"]> = Extract<Event, { type: T }>;
