/**
 * Saves the agent's notes as they are typed: a moment after the last key, one request for each call at a time, and
 * again until the server has it. A refusal is tried again only when something else is typed.
 */
import { ApiError, type Api } from "../api.js";
import { dirty, fieldsOf, keepsRecords, requestOf, tooMany, type Draft } from "../state/notes.js";
import type { Core } from "./core.js";
import { Pause } from "./pause.js";

/** How long nothing must be typed before it is saved. */
const AFTER_MS = 800;

export class Notes {
  private readonly under = new Set<string>();
  private readonly pauses = new Map<string, Pause>();

  constructor(private readonly core: Core, private readonly api: Api) {}

  tick(): void {
    const { state, now } = this.core;
    for (const [call, draft] of Object.entries(state.notes)) {
      if (!this.pauseOf(call).over(now()) || now() - draft.typedAt < AFTER_MS) continue;
      void this.forward(call, draft);
    }
  }

  /** Saves what is typed now, as far as that is possible. */
  async flush(): Promise<void> {
    await Promise.all(Object.entries(this.core.state.notes).map(([call, draft]) => this.forward(call, draft)));
  }

  /** The page is being closed. What the server has is known here, or a note of old could be replaced by half of one. */
  leave(): void {
    const { notes, session } = this.core.state;
    for (const [call, draft] of Object.entries(notes)) {
      if (session === "signed-in" && draft.kept && this.saves(draft)) {
        this.api.leaveNote(call, requestOf(fieldsOf(draft)));
      }
    }
  }

  private saves(draft: Draft): boolean {
    return dirty(draft) && tooMany(draft) === 0;
  }

  private pauseOf(call: string): Pause {
    const pause = this.pauses.get(call) ?? new Pause();
    this.pauses.set(call, pause);
    return pause;
  }

  /** First what the server has, since a request replaces all of it; then what was typed. */
  private async forward(call: string, draft: Draft): Promise<void> {
    const { session, rules } = this.core.state;
    if (session !== "signed-in" || !keepsRecords(rules) || this.under.has(call) || refused(draft)) return;
    if (draft.kept && !this.saves(draft)) return;
    this.under.add(call);
    let sent = draft.typedAt;
    try {
      if (!draft.kept || draft.unsure) {
        this.core.dispatch({ type: "note-told", call, note: (await this.api.note(call)).note });
      }
      const known = this.core.state.notes[call];
      if (known?.kept && this.saves(known)) {
        const fields = fieldsOf(known);
        sent = known.typedAt;
        this.core.dispatch({ type: "note-sent", call });
        await this.api.saveNote(call, requestOf(fields));
        this.core.dispatch({ type: "note-kept", call, fields });
      }
      this.pauseOf(call).reset();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.pauseOf(call).longer(this.core.now());
      // What has been typed since was not refused.
      if (this.core.state.notes[call]?.typedAt === sent) {
        this.core.dispatch({ type: "note-failed", call, problem: error.problem });
      }
    } finally {
      this.under.delete(call);
    }
  }
}

/** The server has refused just this; typing removes the problem. */
function refused(draft: Draft): boolean {
  if (!draft.problem) return false;
  const error = new ApiError(draft.problem);
  return !error.transient && !error.signedOut;
}
