/** The agent's presses of buttons on a call: one request each, sent again with the same key while its fate is unknown. */
import { ApiError, type Api, type Command } from "../api.js";
import type { Action, Reason, Snapshot } from "../contract/types.js";
import * as allow from "../state/allow.js";
import type { Core } from "./core.js";

export interface VerbParts {
  readonly core: Core;
  readonly api: Api;
  readonly newKey: () => string;
  readonly take: (snapshot: Snapshot) => void;
  readonly poke: () => void;
}

const TRIES = 3;
const RETRY_MS = 800;
/** A press that the server took but that shows no effect is not shown as pending for ever. */
const PENDING_MAX_MS = 10_000;

export class Verbs {
  private readonly sending = new Set<string>();
  private newest = "";

  constructor(private readonly parts: VerbParts) {}

  async press(action: Action): Promise<void> {
    const { core, newKey } = this.parts;
    const { state } = core;
    const { screen } = state;
    if (screen.is !== "in-call") return;
    const begins = action === "consult" || action === "add";
    const button = begins ? allow.start(state, screen.call, action) : allow.verb(state, screen.call, action);
    if (!button.on) return;
    const request = newKey();
    const { target, note } = state.compose;
    const command: Command = {
      action, request,
      ...(begins ? { target, ...(note.trim() ? { note: note.trim() } : {}) } : {}),
    };
    core.dispatch({ type: "press", action, request, at: core.now() });
    await this.send(command);
  }

  /** Tells the one who transfers why the call is not taken; the server then stops the ringing. */
  async decline(reason: Reason): Promise<void> {
    const { core, newKey } = this.parts;
    if (!allow.decline(core.state).on) return;
    const request = newKey();
    core.dispatch({ type: "press", action: "decline", request, at: core.now() });
    await this.send({ action: "decline", request, reason });
  }

  private async send(command: Command): Promise<void> {
    const { core, api, take, poke } = this.parts;
    const { action, request } = command;
    const leg = core.state.leg?.sid;
    this.sending.add(request);
    this.newest = request;
    try {
      for (let left = TRIES - 1; ; left--) {
        try {
          take(await api.transfer(command));
          return;
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (!error.transient || left === 0) {
            core.dispatch({ type: "refused", action, request, problem: error.problem, at: core.now() });
            poke();
            return;
          }
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          // Whether a change of the call was this press's doing nobody knows here: sent again with its key it does no harm.
          // But what the agent has pressed since then he has pressed for what he sees now, and another call is none of it.
          if (this.newest !== request || core.state.leg?.sid !== leg) return;
        }
      }
    } finally {
      this.sending.delete(request);
    }
  }

  tick(): void {
    const { core } = this.parts;
    const { pending } = core.state;
    if (!pending || this.sending.has(pending.request) || core.now() - pending.at < PENDING_MAX_MS) return;
    core.dispatch({ type: "pending-over", request: pending.request });
  }
}
