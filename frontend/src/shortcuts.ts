/** Keyboard shortcuts: Ctrl+Shift and a key only, apart from "?"; all of them can be switched off (WCAG 2.1.4). */
import type { Desk } from "./desk/desk.js";
import type { Begins } from "./state/allow.js";
import type { Mode } from "./contract/types.js";
import type { State } from "./state/state.js";
import { watchButton, watchedCall } from "./state/watch.js";
import { isKey, keyLabel } from "./keyboard.js";

export interface Chord {
  readonly code: string;
  readonly key: string;
  readonly what: string;
  /** Where it is in the list of shortcuts. */
  readonly group: Group;
  readonly run: (desk: Desk, focus: (id: string) => void) => void;
}

export const GROUPS = ["Calls", "Transfer", "Team"] as const;
export type Group = (typeof GROUPS)[number];

const calls: readonly Omit<Chord, "group">[] = [
  { code: "KeyS", key: "S", what: "Go online, or change between Available and Away", run: toggleStatus },
  { code: "KeyA", key: "A", what: "Answer", run: (desk) => desk.answer() },
  { code: "KeyR", key: "R", what: "Reject", run: (desk) => desk.reject() },
  { code: "KeyM", key: "M", what: "Mute or unmute", run: (desk) => desk.mute() },
  { code: "KeyH", key: "H", what: "Hold or resume", run: (desk) => desk.hold() },
  { code: "Digit6", key: "6", what: "Leave", run: (desk) => desk.leave() },
  { code: "Digit1", key: "1", what: "End call (asks first)", run: (desk) => desk.askEnd() },
];

const transfer: readonly Omit<Chord, "group">[] = [
  { code: "KeyC", key: "C", what: "Consult the chosen colleague, or go to the list", run: begin("consult") },
  { code: "KeyX", key: "X", what: "Transfer now to the chosen colleague, or go to the list", run: begin("blind") },
  { code: "Digit7", key: "7", what: "Add the chosen colleague, or go to the list", run: begin("add") },
  { code: "Digit8", key: "8", what: "To the line", run: (desk) => desk.press("requeue") },
  { code: "Digit2", key: "2", what: "Swap", run: (desk) => desk.press("swap") },
  { code: "Digit3", key: "3", what: "Join", run: (desk) => desk.press("join") },
  { code: "Digit4", key: "4", what: "Complete", run: (desk) => desk.press("complete") },
  { code: "Digit5", key: "5", what: "Cancel the transfer", run: (desk) => desk.press("cancel") },
];

const team: readonly Omit<Chord, "group">[] = [
  { code: "KeyL", key: "L", what: "Listen to the call in focus on Team", run: watch("listen") },
  { code: "KeyG", key: "G", what: "Coach its agent", run: watch("coach") },
  { code: "KeyB", key: "B", what: "Barge in", run: watch("barge") },
];

const grouped = (chords: readonly Omit<Chord, "group">[], group: Group): Chord[] => chords.map((c) => ({ ...c, group }));

export const CHORDS: readonly Chord[] = [...grouped(calls, "Calls"), ...grouped(transfer, "Transfer"), ...grouped(team, "Team")];

/** The shortcuts of a group that can do anything for this agent. */
export function chordsOf({ rules }: State, group: Group): readonly Chord[] {
  return group === "Team" && !rules?.supervisor ? [] : CHORDS.filter((c) => c.group === group);
}

/** How a shortcut's key is shown on this keyboard. */
export function chordLabel(key: string): string {
  const chord = CHORDS.find((c) => c.key === key);
  return chord ? keyLabel(chord.key, chord.code) : key;
}

function toggleStatus(desk: Desk): void {
  const { state } = desk;
  const online = state.wants && state.device.is === "registered";
  const status = state.choosing || state.snapshot?.agent.status;
  void desk.setStatus(online && status === "available" ? "away" : "available");
}

function begin(action: Begins): Chord["run"] {
  return (desk, focus) => {
    const { screen, compose } = desk.state;
    if (screen.is !== "in-call") return;
    if (compose.target) return desk.press(action);
    focus("colleague-filter");
  };
}

/** In the call that the supervisor is in, or else in that of the team's view in which the focus is. */
function watch(mode: Mode): Chord["run"] {
  return (desk, focus) => {
    const { state } = desk;
    if (!state.rules?.supervisor) return;
    const inFocus = globalThis.document?.activeElement?.closest<HTMLElement>("[data-test=team-call-row]")?.dataset.call ?? "";
    const id = watchedCall(state) || inFocus;
    if (id) {
      const call = state.team.view?.calls.list.find((c) => c.call === id);
      if (watchButton(state, call, id, mode).on) desk.team.watch(id, mode);
      return;
    }
    desk.showSide("team");
    focus("team-title");
  };
}

/** The part of a KeyboardEvent that is used here. */
export interface Key {
  readonly code: string;
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
}

/** Says whether the key was a shortcut; a held key acts once (F052). */
export function handleKey(desk: Desk, key: Key, typing: boolean, focus: (id: string) => void): boolean {
  const { state } = desk;
  // A call may outlast the sign-in, and can still be muted and ended.
  const acts = state.session === "signed-in" || state.leg !== null;
  if (!state.shortcuts || !acts || key.altKey || key.metaKey) return false;
  if (key.key === "?" && !key.ctrlKey && !typing) {
    desk.panel(state.panel === "shortcuts" ? "" : "shortcuts");
    return true;
  }
  if (!key.ctrlKey || !key.shiftKey) return false;
  const chord = CHORDS.find((c) => isKey(key, c.key, c.code));
  if (!chord) return false;
  if (!key.repeat) chord.run(desk, focus);
  return true;
}

/**
 * A held Enter presses a button repeatedly, and also the button that takes its place; the space bar presses once, on
 * release.
 */
export function pressesAgain(key: { readonly key: string; readonly repeat: boolean },
  target: { closest(tag: string): unknown } | null): boolean {
  return key.repeat && key.key === "Enter" && Boolean(target?.closest("button"));
}
