// @vitest-environment happy-dom
/** The card Transfer: everything that can work for who reads it, with its keys, in one place; and the list of shortcuts. */
import { render } from "lit";
import { expect, test } from "vitest";
import type { Call } from "../../src/contract/types.js";
import type { Desk } from "../../src/desk/desk.js";
import { CHORDS, chordsOf, GROUPS, handleKey } from "../../src/shortcuts.js";
import type { Event } from "../../src/state/event.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type Side, type State } from "../../src/state/state.js";
import { inCall } from "../../src/views/call.js";
import { side } from "../../src/views/side.js";
import { callAt, directoryAt, ringAt, RULES, snapshotAt, transferAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const states = ["talking", "add-ringing", "consult-ringing", "consulting", "swapped", "three-way", "completing"] as const;
const BEGINS = ["consult", "blind", "add", "requeue"];
const DURING = ["swap", "join", "complete", "cancel"];

function stateOf(call: Call, more: readonly Event[] = []): State {
  return ([{ type: "signed-in" }, { type: "snapshot", snapshot: snapshotAt(T), at: T },
    { type: "directory", directory: directoryAt(T) }, { type: "rules", rules: { ...RULES, supervisor: true } },
    { type: "leg-ringing", sid: "CA1", ring: ringAt(T), at: T }, { type: "leg-answering" }, { type: "leg-open", at: T },
    { type: "snapshot", snapshot: snapshotAt(T, { call }), at: T }, ...more] as Event[]).reduce(reduce, initial);
}

function draw(state: State): Element {
  const { screen } = state;
  if (screen.is !== "in-call") throw new Error(screen.is);
  const desk = { crmOf: () => "", onLevels: () => () => undefined } as unknown as Desk;
  render([inCall(state, desk, screen), side(state, desk)], document.body);
  return document.querySelector("[data-test=transfer]")!;
}

const buttons = (of: ParentNode): string[] => [...of.querySelectorAll<HTMLElement>("button[data-test]")].map((b) => b.dataset.test!);

test.each(states)("F312: %s: the card has every verb, each with its key, and one that does not work says why", (is) => {
  const call = callAt(T, is, { role: is === "talking" ? "owner" : "transferor" });
  const card = draw(stateOf(call));
  expect(buttons(card)).toEqual([...DURING, ...BEGINS]);
  for (const b of card.querySelectorAll("button")) {
    expect(b.getAttribute("aria-keyshortcuts")).toMatch(/^Control\+Shift\+.$/);
    const off = b.getAttribute("aria-disabled") === "true";
    const works = call.actions.includes(b.dataset.test as Call["actions"][number]) && b.dataset.test !== "consult"
      && b.dataset.test !== "blind" && b.dataset.test !== "add"; // no colleague is chosen
    expect([b.dataset.test, off]).toEqual([b.dataset.test, !works]);
    expect(document.getElementById(b.getAttribute("aria-describedby")!)?.textContent).toMatch(/\w/);
  }
  expect(buttons(document.querySelector("aside")!).filter((name) => [...DURING, ...BEGINS].includes(name))).toEqual([]);
});

test.each(["consulting", "swapped", "three-way", "completing"] as const)(
  "F312: %s: a target, who transfers nobody, is shown no button and no list in it", (is) => {
    const card = draw(stateOf(callAt(T, is, { role: "target", actions: [],
      transfer: transferAt(T, { note: "Asks for a refund", by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } }) })));
    expect([buttons(card), card.querySelectorAll("input, textarea").length]).toEqual([[], 0]);
    expect(card.textContent).toMatch(/Bob called you in[^]*Note from Bob[^]*Asks for a refund/);
  });

test.each(["colleagues", "history"] as Side[])("F312: whatever the tabs show (%s), the card is there, and the list of colleagues once", (tab) => {
  const card = draw(stateOf(callAt(T, "talking"), [{ type: "side", side: tab }]));
  expect(card.querySelectorAll("[data-test^=target-]").length).toBeGreaterThan(1);
  expect(document.querySelectorAll("#colleague-filter").length).toBe(1);
  expect(document.querySelector("[data-test=side-colleagues]")?.textContent).toBe("This call");
});

test("F312: each verb has its key in the list of shortcuts; those of supervisors are shown to them alone", () => {
  const mine = stateOf(callAt(T, "talking"));
  const all = (state: State) => GROUPS.flatMap((g) => chordsOf(state, g));
  expect(all(mine)).toEqual(CHORDS);
  expect(all({ ...mine, rules: RULES }).map((c) => c.group)).not.toContain("Team");
  const keys = new Set(CHORDS.map((c) => `Control+Shift+${c.key}`));
  draw(mine);
  for (const b of document.querySelectorAll("button[aria-keyshortcuts]")) expect(keys).toContain(b.getAttribute("aria-keyshortcuts"));
});

test.each([["QWERTY, UK", "*"], ["QWERTZ", "("], ["AZERTY", "8"], ["Russian", "*"], ["no name", "Unidentified"]])(
  "F312: To the line on another keyboard: %s, %s", (_name, key) => {
    const pressed: string[] = [];
    const desk = { state: { ...initial, session: "signed-in" }, press: (a: string) => pressed.push(a) } as unknown as Desk;
    handleKey(desk, { code: "Digit8", key, ctrlKey: true, shiftKey: true, altKey: false, metaKey: false, repeat: false },
      false, () => undefined);
    expect(pressed).toEqual(["requeue"]);
  });
