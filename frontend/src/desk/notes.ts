/**
 * Saves the agent's notes as they are typed: a moment after the last key, one request for each call at a time, and
 * again until the server has it. A refusal is tried again only when something else is typed.
 */
import { ApiError, type Api } from "../api.js";
import { dirty, fieldsOf, keepsRecords, refusesFields, requestOf, tooMany, type Draft } from "../state/notes.js";
import type { Core } from "./core.js";
import { Pause } from "./pause.js";

/** How long nothing must be typed before it is saved. */
const AFTER_MS = 800;

export class Notes {
  private readonly under = new Set<string>();
  private readonly pauses = new Map<string, Pause>();

  /** `refused`: the server has refused what was typed, such as a code that is not in its list any more. */
  constructor(private readonly core: Core, private readonly api: Api, private readonly refused: () => void) {}

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
        // What is under way may be there by then, and this must not be lost to it.
        this.api.leaveNote(call, requestOf(fieldsOf(draft), draft.sent ? -1 : draft.version));
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
      if (!draft.kept || draft.sent) await this.ask(call);
      const known = this.core.state.notes[call];
      if (known?.kept && this.saves(known) && !refused(known)) {
        const fields = fieldsOf(known);
        sent = known.typedAt;
        this.core.dispatch({ type: "note-sent", call, fields });
        try {
          const version = await this.api.saveNote(call, requestOf(fields, known.version));
          this.core.dispatch({ type: "note-kept", call, fields, version });
        } catch (error) {
          if (!(error instanceof ApiError) || error.problem.slug !== "note-changed") throw error;
          await this.ask(call); // of which the state decides whether it is a conflict
        }
      }
      this.pauseOf(call).reset();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.pauseOf(call).longer(this.core.now());
      if (refusesFields(error.problem)) this.refused();
      // What has been typed since was not refused.
      if (this.core.state.notes[call]?.typedAt === sent) {
        this.core.dispatch({ type: "note-failed", call, problem: error.problem });
      }
    } finally {
      this.under.delete(call);
    }
  }

  private async ask(call: string): Promise<void> {
    const { note, version } = await this.api.note(call);
    this.core.dispatch({ type: "note-told", call, note, version });
  }
}

/** The server has refused just this; typing removes the problem. */
function refused(draft: Draft): boolean {
  if (!draft.problem) return false;
  const error = new ApiError(draft.problem);
  return !error.transient && !error.signedOut;
}
