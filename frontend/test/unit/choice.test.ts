import { describe, expect, test } from "vitest";
import { choiceOf, targetName } from "../../src/state/choice.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { callAt, directoryAt, snapshotAt } from "../fixtures.js";
import { anybody, colleague, outside, type Target } from "../../src/state/target.js";

const T = Date.UTC(2026, 10, 22, 10);
const inCall: State = { ...initial, session: "signed-in",
  snapshot: { ...snapshotAt(T, { call: callAt(T, "talking") }), numbers: true }, directory: directoryAt(T) };

function typed(...compose: Partial<State["compose"]>[]): State {
  return compose.reduce((s: State, c) => reduce(s, { type: "compose", compose: c }), inCall);
}

describe("whoever is no longer to be seen is no longer chosen", () => {
  test.each<[string, Partial<State["compose"]>[], Target | null]>([
    ["a colleague who is still in the list", [{ target: colleague("bob") }, { filter: "Bo" }], colleague("bob")],
    ["a colleague whom the filter takes away", [{ target: colleague("bob") }, { filter: "do" }], null],
    ["and who comes back with the list", [{ target: colleague("bob") }, { filter: "do" }, { filter: "" }], null],
    ["anybody, whose row only the whole list has", [{ target: anybody }, { filter: "b" }], null],
    ["a number, typed on", [{ filter: "+4420794609" }, { target: outside("+4420794609") }, { filter: "+44207946099" }], null],
    ["a number, written otherwise", [{ filter: "+442079460999" }, { target: outside("+442079460999") },
      { filter: "+44 20 7946 0999" }], outside("+442079460999")],
    ["a number, deleted", [{ filter: "+442079460999" }, { target: outside("+442079460999") }, { filter: "" }], null],
    ["a note changes nothing", [{ target: colleague("bob") }, { note: "do" }], colleague("bob")],
  ])("%s", (_name, compose, target) => expect(typed(...compose).compose.target).toEqual(target));
});

const PROGRESS = ["ringing", "answered", "ended"] as const;
test.each(PROGRESS)("F462 the list still has Bob as being rung; in this call: %s", (progress) => {
  const call = callAt(T, "consulting");
  const transfer = { ...call.transfer!, to: { id: "bob", name: "Bob" }, progress };
  const bob = inCall.directory!.agents.find((a) => a.id === "bob")!;
  const directory = { ...inCall.directory!, agents: [{ ...bob, presence: "busy" as const, rung: true }] };
  const state = { ...inCall, directory, snapshot: snapshotAt(T, { call: { ...call, transfer } }) };
  expect(choiceOf(state).colleagues[0]!.rung).toBe(progress !== "answered");
});

test("a number is a choice where outside numbers are enabled", () => {
  const state = typed({ filter: "+44 20 7946 0999" });
  expect(choiceOf(state).number).toBe("+442079460999");
  expect(choiceOf({ ...state, snapshot: { ...state.snapshot!, numbers: false } }).number).toBe("");
});

test("whom the verbs call, in words", () => {
  expect([colleague("bob"), anybody, outside("+442079460999"), colleague("zoe"), null]
    .map((target) => targetName(typed({ target })))).toEqual(
    ["Bob", "the next free colleague", "+44 20 7946 0999", "your colleague", "your colleague"]);
});
