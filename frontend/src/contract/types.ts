/**
 * The agents' API as TypeScript types: those that openapi.yaml describes (`npm run contract` writes them), and what the
 * page adds. Times are RFC 3339 strings of the server's clock. Outside data becomes one of these types only in
 * `decode.ts`.
 */
import type * as api from "./api.gen.js";

export type {
  Action, Agent, Directory, DirectoryEntry, Held, HistoryEntry as Happening, Line, Party, Presence, Progress, Reason,
  RecentCall as LastCall, Role, Status, StatusReason, Transfer, VoiceToken,
} from "./api.gen.js";
export {
  actionValues as ACTIONS, callStateValues as CALL_STATES, heldValues as HELD, presenceValues as PRESENCES,
  progressValues as PROGRESS, reasonValues as REASONS, roleValues as ROLES, statusReasonValues as STATUS_REASONS,
  statusValues as STATUSES, transferKindValues as TRANSFER_KINDS,
} from "./api.gen.js";

/** `unknown` is the page's own: a state that a newer server has and this page does not know. The call goes on. */
export type CallState = api.CallState | "unknown";

/** words/call.ts says who hears whom in each state. */
export type Call = Omit<api.Call, "state"> & { readonly state: CallState };

/** Everything the server knows that concerns this agent, at one time of the server's clock. */
export type Snapshot = Omit<api.Snapshot, "call"> & { readonly call: Call | null };

/** RFC 9457 problem details; `slug` is the last part of `type`. */
export type Problem = Omit<api.Problem, "type"> & { readonly slug: string };
