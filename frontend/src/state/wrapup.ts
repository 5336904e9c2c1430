/** The call that the agent writes up, and the notes on it. */
import { withNote, type History } from "./history.js";
import { applyNote, closeNotes, fieldsOf, keepsRecords, refusesFields, requestOf, type NoteEvent, type WrapUp } from "./notes.js";
import { restOf } from "./rest.js";
import type { State } from "./state.js";

/** The agent writes a call up, and no other. */
export function writeUp(state: State, wrapUp: WrapUp | null): State {
  if (!wrapUp?.call) return state;
  return { ...state, wrapUp, notes: applyNote(closeNotes(state.notes), { type: "note-open", call: wrapUp.call }) };
}

/** The call of a wrap-up that began on another page. */
export function restingCall(state: State): WrapUp | null {
  const agent = state.snapshot?.agent;
  if (!agent?.last?.call || !["automatic", "chosen"].includes(restOf(state))) return null;
  const { call, at } = agent.last;
  return { call, at: Date.parse(at) - state.skew, codeMissed: 0,
    number: agent.recent?.find((r) => r.call === call)?.caller ?? "" };
}

export function takeNote(state: State, event: NoteEvent): State {
  const notes = applyNote(state.notes, event);
  const { wrapUp } = state;
  if (event.type === "note-failed" && refusesFields(event.problem) && !wrapUp && notes[event.call]?.open === false) {
    // It was refused after *Done*: its card is there again, or the text would stand in no field.
    const recent = state.recent.find(({ id }) => id === event.call);
    return writeUp({ ...state, notes }, { call: event.call, number: recent?.number ?? "",
      at: recent?.endedAt ?? notes[event.call]!.typedAt, codeMissed: 0 });
  }
  const chosen = event.type === "note-typed" && event.fields.code && wrapUp?.call === event.call;
  return { ...state, notes, history: listed(state, event), ...(chosen ? { wrapUp: { ...wrapUp, codeMissed: 0 } } : {}) };
}

/** The list has the note as it is kept now: the form forgets it when it is closed. */
function listed({ history, snapshot }: State, event: NoteEvent): History {
  if (event.type === "note-told" && event.note) return withNote(history, event.call, event.note);
  if (event.type !== "note-kept" || !snapshot) return history;
  const { id, name } = snapshot.agent;
  return withNote(history, event.call, { by: { id, name }, at: snapshot.at, ...requestOf(event.fields, -1) });
}

/** The call whose note is offered on this screen; null if none is. */
export function noted(state: State): WrapUp | null {
  const { is } = state.screen;
  return keepsRecords(state.rules) && (is === "ended" || is === "idle" || is === "offline") ? state.wrapUp : null;
}

/** *Done* waits for a code: one is required, or the one that is chosen was taken off the list before it was kept. */
export function needsCode(state: State): boolean {
  const wrapUp = noted(state);
  if (wrapUp === null || state.rules!.codes.length === 0) return false;
  const draft = state.notes[wrapUp.call];
  const { code } = fieldsOf(draft);
  if (code === "") return state.rules!.codeRequired;
  return !state.rules!.codes.includes(code) && draft?.kept?.code !== code;
}
