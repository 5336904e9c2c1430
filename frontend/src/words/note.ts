/** Whether the agent's note is saved, in words that are true. */
import { ApiError } from "../api.js";
import { dirty, fieldsOf, NOTE_MAX, tooMany, type Draft } from "../state/notes.js";
import { recordsProblem } from "./problem.js";

export interface NoteState {
  readonly words: string;
  readonly tone: "good" | "waits" | "bad";
}

const number = new Intl.NumberFormat("en-GB");

/** How many characters are left, or too many. */
export function countWords(length: number): string {
  const left = NOTE_MAX - length;
  const words = Math.abs(left) === 1 ? "character" : "characters";
  return left < 0 ? `${number.format(-left)} ${words} too many` : `${left} ${words} left`;
}

export function noteState(draft: Draft | undefined): NoteState {
  if (!draft) return { words: "", tone: "waits" };
  const { problem, kept } = draft;
  const unsaved = dirty(draft);
  if (unsaved && tooMany(draft) > 0) return { words: "Not saved: the note is too long", tone: "bad" };
  if (problem) {
    const error = new ApiError(problem);
    if (!error.transient && !error.signedOut) {
      return { words: unsaved ? `Not saved. ${recordsProblem(problem)}` : recordsProblem(problem), tone: "bad" };
    }
    if (unsaved) return { words: "Not saved yet. The server cannot be reached; it is tried again.", tone: "bad" };
    return kept ? { words: "", tone: "waits" } : { words: "What you have noted before is not known yet", tone: "waits" };
  }
  if (unsaved) return { words: "Not saved yet", tone: "waits" };
  const { note, code, name } = fieldsOf(draft);
  return note || code || name ? { words: "Saved", tone: "good" } : { words: "", tone: "waits" };
}
