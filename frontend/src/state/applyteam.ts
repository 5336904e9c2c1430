/** What happens to the team's view. */
import type { Team } from "../contract/types.js";
import { NO_SETTINGS } from "./settings.js";
import type { State } from "./state.js";
import { NO_TEAM, type TeamEvent, type TeamState } from "./team.js";

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
