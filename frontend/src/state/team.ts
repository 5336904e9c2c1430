/** The team's view: what the server has said last, what is pressed, and what a supervisor is about to confirm. */
import type { Problem, Team, TeamAct, TeamAgent, TeamCall, TeamWaiting } from "../contract/types.js";

export interface TeamState {
  /** What was read last; null before the first answer. */
  readonly view: Team | null;
  /** Why the last request had no answer; null if it had. */
  readonly failing: Problem | null;
  /** The act that is under way; one at a time. */
  readonly act: TeamAct | null;
  /** The call, or the place that is kept, whose end is to be confirmed. */
  readonly ending: TeamCall | TeamWaiting | null;
  /** The agents who are chosen for callers who wait, by call. */
  readonly chosen: Readonly<Record<string, string>>;
}

export const NO_TEAM: TeamState = { view: null, failing: null, act: null, ending: null, chosen: {} };

export type TeamEvent =
  | { readonly type: "team-view"; readonly view: Team }
  | { readonly type: "team-failed"; readonly problem: Problem }
  | { readonly type: "team-act"; readonly act: TeamAct }
  | { readonly type: "team-act-over"; readonly request: string }
  | { readonly type: "team-ending"; readonly call: TeamCall | TeamWaiting }
  | { readonly type: "team-choose"; readonly call: string; readonly agent: string }
  /** The agent is no supervisor any more. */
  | { readonly type: "team-gone" };

/** What is to be ended, as it is now, or as it was if that could not be read; undefined if it cannot be ended any more. */
export function endable({ team }: { readonly team: TeamState }): TeamCall | TeamWaiting | undefined {
  const { view, ending } = team;
  const all: readonly (TeamCall | TeamWaiting)[] = [...view?.calls.list ?? [], ...view?.waiting.list ?? []];
  const unread = view?.calls.unknown || view?.waiting.unknown ? ending : undefined;
  const now = all.find((c) => c.call === ending?.call) ?? unread;
  return now?.actions.includes("end") ? now : undefined;
}

/** The agents to whom a waiting caller may be offered: those who are free, in the directory's order. */
export const freeAgents = ({ team }: { readonly team: TeamState }): readonly TeamAgent[] =>
  team.view?.agents.list.filter((a) => a.presence === "available") ?? [];
