/** The team's view: asked for while it is shown and visible, and what a supervisor does there. */
import { ApiError, type Api } from "../api.js";
import type { Mode, TeamAct, TeamCall, TeamWaiting } from "../contract/types.js";
import { showsColleagues } from "../state/screen.js";
import { showsTeam } from "../state/applyteam.js";
import { modeIn, watchedCall } from "../state/watch.js";
import { actWords, teamProblem } from "../words/team.js";
import { startOfDay, wallClock } from "../words/zone.js";
import type { Core } from "./core.js";

export interface TeamParts {
  readonly core: Core;
  readonly api: Api;
  readonly serverNow: () => number;
  readonly hidden: () => boolean;
  readonly newKey: () => string;
  /** Ends the own leg. */
  readonly hangUp: () => void;
  /** Something was done: the agent's own snapshot may have changed. */
  readonly told: () => void;
}

/** The view is true within 3 s, the answer's time included. */
const EVERY_MS = 2500;
/** How long the server has a supervisor in no call until the page ends their leg itself. */
const OUT_MS = 5000;
/** So often an act is sent whose answer does not come, with the same key. */
const TRIES = 4;
const RETRY_MS = 1000;

export class TeamRoom {
  private askedAt = -Infinity;
  private asking = false;
  /** The own leg with which the server has had this supervisor in a call, and since when it has not. */
  private inside = "";
  private outAt = 0;

  constructor(private readonly parts: TeamParts) {}

  tick(): void {
    const { core, hidden } = this.parts;
    const { state } = core;
    this.comeOut();
    const shown = showsTeam(state) && showsColleagues(state.screen) && !hidden();
    // The view keeps a supervisor in the call that they are in (agent.WatchLease), in a hidden tab, too.
    if (state.session !== "signed-in" || !shown && watchedCall(state) === "") return;
    if (!this.asking && core.now() - this.askedAt >= EVERY_MS) void this.ask();
  }

  /**
   * The server has taken this supervisor out of the call. If their leg goes on, Twilio has not ended it for the server, and
   * others may hear what was meant for one.
   */
  private comeOut(): void {
    const { core, hangUp } = this.parts;
    const { leg, snapshot } = core.state;
    if (leg?.ring.watch !== true || leg.phase !== "open" || snapshot?.watching) {
      this.outAt = 0;
      if (leg?.ring.watch !== true) this.inside = "";
      else if (snapshot?.watching) this.inside = leg.sid;
    } else if (this.inside === leg.sid) {
      this.outAt ||= core.now();
      if (core.now() - this.outAt < OUT_MS) return;
      this.inside = "";
      hangUp();
    }
  }

  /** Asks at the next tick. */
  pollNow(): void {
    this.askedAt = -Infinity;
  }

  private async ask(): Promise<void> {
    const { core, api, serverNow } = this.parts;
    const { zone } = core.state.history;
    this.asking = true;
    this.askedAt = core.now();
    try {
      const since = startOfDay(wallClock(serverNow(), zone).date, zone);
      const view = await api.team(new Date(since).toISOString());
      core.dispatch({ type: "team-view", view });
    } catch (error) {
      this.failed(error, (e) => core.dispatch({ type: "team-failed", problem: e.problem }));
    } finally {
      this.asking = false;
    }
  }

  setStatus(agent: string, action: "away" | "available"): void {
    void this.act({ action, agent, request: this.parts.newKey() });
  }

  offer(call: string, agent: string): void {
    if (agent) void this.act({ action: "offer", call, agent, request: this.parts.newKey() });
  }

  choose(call: string, agent: string): void {
    this.parts.core.dispatch({ type: "team-choose", call, agent });
  }

  askEnd(call: TeamCall | TeamWaiting): void {
    this.parts.core.dispatch({ type: "team-ending", call });
  }

  /** Listen to a call, coach in it, or talk to all; the own device then rings and answers by itself. */
  watch(call: string, mode: Mode): void {
    if (modeIn(this.parts.core.state, call) === mode) return;
    void this.act({ action: mode, call, request: this.parts.newKey() });
  }

  leave(call: string): void {
    if (call) void this.act({ action: "leave", call, request: this.parts.newKey() });
  }

  end(call: string): void {
    void this.act({ action: "end", call, request: this.parts.newKey() });
  }

  private async act(act: TeamAct): Promise<void> {
    const { core } = this.parts;
    if (core.state.team.act) return;
    core.dispatch({ type: "team-act", act });
    try {
      await this.send(act);
      this.parts.told();
    } catch (error) {
      // Who leaves has hung up already, which the server learns from the phone network.
      this.failed(error, (e) => act.action !== "leave" && core.notice(`${actWords(act)}: ${teamProblem(e.problem)}`, "bad"));
    } finally {
      core.dispatch({ type: "team-act-over", request: act.request });
      this.pollNow();
    }
  }

  private async send(act: TeamAct): Promise<void> {
    for (let left = TRIES - 1; ; left--) {
      try {
        await this.parts.api.act(act);
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || !error.transient || left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Who has been taken out of the group reads so, and sees nothing more. */
  private failed(error: unknown, otherwise: (error: ApiError) => unknown): void {
    if (!(error instanceof ApiError)) throw error;
    if (error.problem.slug !== "not-supervisor") {
      otherwise(error);
      return;
    }
    const { core } = this.parts;
    if (!core.state.rules?.supervisor) return;
    core.dispatch({ type: "team-gone" });
    core.notice("You are no supervisor any more, so the team is not shown.", "bad");
  }
}
