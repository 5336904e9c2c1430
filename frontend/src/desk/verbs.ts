/** The agent's verbs on a call: one request each, sent again with the same request key while its result is unknown. */
import { ApiError, type Api, type Command } from "../api.js";
import type { Action, Reason, Snapshot } from "../contract/types.js";
import * as allow from "../state/allow.js";
import { targetName } from "../state/choice.js";
import { givesAway } from "../state/leave.js";
import { targetText } from "../state/target.js";
import type { Core } from "./core.js";

export interface VerbParts {
  readonly core: Core;
  readonly api: Api;
  readonly newKey: () => string;
  readonly take: (snapshot: Snapshot) => void;
  readonly pollNow: () => void;
  /** Stops the leg with that SID, if it rings. */
  readonly reject: (sid: string) => void;
}

const TRIES = 3;
const RETRY_MS = 800;
/** A request that the server accepted but that shows no effect stops being shown as pending after this time. */
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
    const begins = allow.begins(action);
    const button = begins ? allow.start(state, screen.call, action) : allow.verb(state, screen.call, action);
    if (!button.on) return;
    const request = newKey();
    const { target, note } = state.compose;
    const command: Command = {
      action, request,
      ...(begins && target ? { target: targetText(target) } : {}),
      ...((begins || givesAway(action)) && note.trim() ? { note: note.trim() } : {}),
    };
    const to = begins ? targetName(state) : "";
    core.dispatch({ type: "press", action, request, at: core.now(), to });
    if (!await this.send(command)) return;
    if (givesAway(action)) core.dispatch({ type: "leave", by: action, ...(to ? { to } : {}) });
  }

  /**
   * Tells the transferor why the call is not taken; the server then ends the ringing leg, unless it does not know it
   * yet (F381). So it is rejected here too, but only once the server has the reason: a rejected leg tells none.
   */
  async decline(reason: Reason): Promise<void> {
    const { core, newKey, reject } = this.parts;
    if (!allow.decline(core.state).on) return;
    const request = newKey();
    const sid = core.state.leg?.sid ?? "";
    core.dispatch({ type: "press", action: "decline", request, at: core.now() });
    if (await this.send({ action: "decline", request, reason })) reject(sid);
  }

  /** Says whether the server has accepted the command. */
  private async send(command: Command): Promise<boolean> {
    const { core, api, take, pollNow } = this.parts;
    const { action, request } = command;
    const leg = core.state.leg?.sid;
    this.sending.add(request);
    this.newest = request;
    try {
      for (let left = TRIES - 1; ; left--) {
        try {
          take(await api.transfer(command, core.state.snapshot?.call?.id ?? ""));
          return true;
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (!error.transient || left === 0) {
            core.dispatch({ type: "refused", action, request, problem: error.problem, at: core.now() });
            pollNow();
            return false;
          }
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          // Whether this request caused the change of the call is not known here; repeating it with its key does no
          // harm. But a later press of the agent was made for what they see now, and a press for another call must not
          // be repeated.
          if (this.newest !== request || core.state.leg?.sid !== leg) return false;
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
