/** The team's view: what the server has said last, what is pressed, and what a supervisor is about to confirm. */
import type { Problem, Team, TeamAct, TeamAgent, TeamCall, TeamWaiting } from "../contract/types.js";
import { NO_SETTINGS } from "./settings.js";
import type { State } from "./state.js";

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

export function applyTeam(state: State, event: TeamEvent): State {
  const { team } = state;
  const next = (change: Partial<TeamState>): State => ({ ...state, team: { ...team, ...change } });
  switch (event.type) {
    case "team-view":
      if (team.view && Date.parse(event.view.at) < Date.parse(team.view.at)) return state;
      return next({ view: event.view, failing: null, chosen: stillWaiting(event.view, team.chosen) });
    case "team-failed":
      return next({ failing: event.problem });
    case "team-act":
      return team.act ? state : { ...next({ act: event.act }), panel: over(state) };
    case "team-act-over":
      return team.act?.request === event.request ? next({ act: null }) : state;
    case "team-ending":
      return { ...next({ ending: event.call }), panel: "confirm-team-end" };
    case "team-choose":
      return next({ chosen: { ...team.chosen, [event.call]: event.agent } });
    case "team-gone":
      return { ...state, team: NO_TEAM, settings: NO_SETTINGS, panel: over(state), rules: state.rules && { ...state.rules, supervisor: false },
        side: ["team", "line"].includes(state.side) ? "colleagues" : state.side };
  }
}

/** A confirmation is closed by its act, and by the loss of the right to it. */
const over = ({ panel }: State): State["panel"] => (panel === "confirm-team-end" || panel === "settings" ? "" : panel);

function stillWaiting(view: Team, chosen: TeamState["chosen"]): TeamState["chosen"] {
  if (view.waiting.unknown) return chosen;
  return Object.fromEntries(Object.entries(chosen).filter(([call]) => view.waiting.list.some((w) => w.call === call)));
}

/** Whether the view is drawn, so that it must be true. */
export const showsTeam = (state: State): boolean => state.side === "team" && state.rules?.supervisor === true;

/** What is to be ended, as it is now; undefined if it cannot be ended any more. */
export function endable({ team }: State): TeamCall | TeamWaiting | undefined {
  const all: readonly (TeamCall | TeamWaiting)[] = [...team.view?.calls.list ?? [], ...team.view?.waiting.list ?? []];
  return all.find((c) => c.call === team.ending?.call && c.actions.includes("end"));
}

/** The agents to whom a waiting caller may be offered: those who are free, in the directory's order. */
export const freeAgents = ({ team }: State): readonly TeamAgent[] =>
  team.view?.agents.list.filter((a) => a.presence === "available") ?? [];
