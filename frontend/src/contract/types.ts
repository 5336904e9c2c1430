/**
 * The agents' API as TypeScript types: those that openapi.yaml describes (`npm run contract` writes them), and what the
 * page adds. Times are strings as in RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339), of the server's clock. Outside
 * data becomes one of these types only in `decode.ts`.
 */
import type * as api from "./api.gen.js";

export type {
  Action, Agent, CallBackRequest, Caller, CallNote, CallOutcome, CallRules, CallSearch, Held,
  HistoryEntry as Happening, Hours, Line, NoteRequest, OwnNote, Party, Presence, Progress, Reason,
  Mode, RecentCall as LastCall, RecordLeg, RecordTransfer, Role, Status, StatusReason, Supervisor, TeamAct, TeamAction, TeamAgent,
  TeamCounts, TeamFigures, TeamWaiting, Transfer, VoiceToken, Watching,
} from "./api.gen.js";
export {
  actionValues as ACTIONS, callOutcomeValues as CALL_OUTCOMES, callRecordEndedByValues as ENDERS, callRecordMessageValues as MESSAGE_RESULTS,
  callStateValues as CALL_STATES, heldValues as HELD, modeValues as MODES, presenceValues as PRESENCES, progressValues as PROGRESS,
  reasonValues as REASONS, roleValues as ROLES, statusReasonValues as STATUS_REASONS, statusValues as STATUSES,
  teamActionValues as TEAM_ACTIONS, transferKindValues as TRANSFER_KINDS,
} from "./api.gen.js";

/** `unknown` is the page's own: a state that a newer server has and this page does not know. The call goes on. */
export type CallState = api.CallState | "unknown";

/** words/call.ts says who hears whom in each state. */
export type Call = Omit<api.Call, "state"> & { readonly state: CallState };

/** `unknown` is the page's own, as with a call's state: the record is shown all the same. */
export type RecordOutcome = api.CallOutcome | "unknown";
export type CallRecord = Omit<api.CallRecord, "outcome" | "endedBy"> & {
  readonly outcome: RecordOutcome;
  readonly endedBy: api.CallRecord["endedBy"] | "unknown";
};

export type KnownCall = Omit<NonNullable<api.KnownCaller["last"]>, "outcome"> & { readonly outcome: RecordOutcome };
export type KnownCaller = Omit<api.KnownCaller, "last"> & { readonly last?: KnownCall };

export type CallPage = Omit<api.CallPage, "calls"> & { readonly calls: readonly CallRecord[] };

export type VoiceMessage = Omit<api.Message, "state"> & { readonly state: "new" | "taken" | "done" };
export type MessagePage = Omit<api.MessagePage, "messages"> & { readonly messages: readonly VoiceMessage[] };
export type MessageAction = api.MessageAct["action"];
export const MESSAGE_STATES = ["new", "taken", "done"] as const;

/** `unknown` is the page's own: a colleague who was in the list before, and is in a part of it that could not be read. */
export type DirectoryEntry = Omit<api.DirectoryEntry, "presence"> & { readonly presence: api.Presence | "unknown" };
export type Directory = Omit<api.Directory, "agents"> & { readonly agents: readonly DirectoryEntry[] };

/** Everything the server knows that concerns this agent, at one time of the server's clock. */
export type Snapshot = Omit<api.Snapshot, "call" | "colleagues"> & { readonly call: Call | null; readonly colleagues?: Directory };

/** What opens the push channel. */
export type ChannelTicket = api.Channel;

export type { DayHours, LineSettings, Music, Settings } from "./api.gen.js";
/** One version of the settings, as it was saved. */
export type SettingsVersion = api.SettingsVersions["versions"][number];

/** Problem details (https://www.rfc-editor.org/rfc/rfc9457); `slug` is the last part of `type`. */
export type Problem = Omit<api.Problem, "type"> & { readonly slug: string };

/** A list of the team's view: it may be unknown, or not all. */
export interface TeamPart<T> {
  readonly list: readonly T[];
  readonly more?: boolean;
  readonly unknown?: boolean;
}

export type TeamCall = Omit<api.TeamCall, "state"> & { readonly state: CallState };
export type Team = Omit<api.Team, "waiting" | "calls" | "agents"> & {
  readonly waiting: TeamPart<api.TeamWaiting>;
  readonly calls: TeamPart<TeamCall>;
  readonly agents: TeamPart<api.TeamAgent>;
};
