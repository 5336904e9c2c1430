/** Keyboard shortcuts: Ctrl+Shift and a key only, apart from "?"; all of them can be switched off (WCAG 2.1.4). */
import type { Desk } from "./desk/desk.js";
import type { Begins } from "./state/allow.js";
import { isKey, keyLabel } from "./keyboard.js";

export interface Chord {
  readonly code: string;
  readonly key: string;
  readonly what: string;
  readonly run: (desk: Desk, focus: (id: string) => void) => void;
}

export const CHORDS: readonly Chord[] = [
  { code: "KeyS", key: "S", what: "Go online, or change between Available and Away", run: toggleStatus },
  { code: "KeyA", key: "A", what: "Answer", run: (desk) => desk.answer() },
  { code: "KeyR", key: "R", what: "Reject", run: (desk) => desk.reject() },
  { code: "KeyM", key: "M", what: "Mute or unmute", run: (desk) => desk.mute() },
  { code: "KeyH", key: "H", what: "Hold or resume", run: (desk) => desk.hold() },
  { code: "KeyC", key: "C", what: "Consult the chosen colleague, or go to the list", run: begin("consult") },
  { code: "KeyX", key: "X", what: "Transfer now to the chosen colleague, or go to the list", run: begin("blind") },
  { code: "Digit1", key: "1", what: "End call (asks first)", run: (desk) => desk.askEnd() },
];

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
    desk.showSide("colleagues");
    focus("colleague-filter");
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
