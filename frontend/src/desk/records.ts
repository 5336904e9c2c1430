/** Asks the server, once each, what this agent may see of the records of calls, and what is known of a caller. */
import { ApiError, type Api } from "../api.js";
import type { CallRules } from "../contract/types.js";
import { currentCall } from "../state/screen.js";
import type { Core } from "./core.js";
import { Pause } from "./pause.js";

/** A server of the previous release keeps no records. */
const NONE: CallRules = { supervisor: false, records: false, codes: [], codeRequired: false };

export class Records {
  private readonly pause = new Pause();
  private asking = false;
  /** The leg with which a caller was asked for last. */
  private askedFor = "";

  constructor(private readonly core: Core, private readonly api: Api) {}

  tick(): void {
    const { state, now } = this.core;
    if (state.session !== "signed-in" || !state.snapshot) return;
    if (!state.rules && !this.asking && this.pause.over(now())) void this.askRules();
  }

  /** The state has changed: it may ring. */
  look(): void {
    const { state } = this.core;
    const call = currentCall(state);
    if (!call || !state.leg || state.leg.ring.watch || state.leg.sid === this.askedFor || state.rules?.records === false) return;
    this.askedFor = state.leg.sid;
    void this.askCaller(call);
  }

  /** The list of codes may have changed since it was read. */
  askAgain(): void {
    if (!this.asking) void this.askRules();
  }

  private async askRules(): Promise<void> {
    this.asking = true;
    try {
      this.core.dispatch({ type: "rules", rules: await this.api.rules() });
      this.pause.reset();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.transient || error.signedOut) this.pause.longer(this.core.now());
      else if (!this.core.state.rules) this.core.dispatch({ type: "rules", rules: NONE });
    } finally {
      this.asking = false;
    }
  }

  /** A failure is as if nothing were known, and is not tried again: it must not disturb a call. */
  private async askCaller(call: string): Promise<void> {
    try {
      this.core.dispatch({ type: "caller", call, known: await this.api.knownCaller(call) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
