import { describe, expect, test } from "vitest";
import { ACTIONS, CALL_STATES, type Action, type Call } from "../../src/contract/types.js";
import * as allow from "../../src/state/allow.js";
import { initial, type State } from "../../src/state/state.js";
import { callAt, directoryAt, OWNER_ACTIONS, ringAt, snapshotAt } from "../fixtures.js";
import { anybody, colleague, outside, type Target } from "../../src/state/target.js";

const T = Date.UTC(2026, 10, 22, 10);

function state(call: Call, change: Partial<State> = {}): State {
  return { ...initial, session: "signed-in", snapshot: snapshotAt(T, { call }), directory: directoryAt(T), ...change };
}

describe("N6: a button works exactly when the server lists its verb", () => {
  for (const s of CALL_STATES) {
    for (const role of ["owner", "target"] as const) {
      test.each(ACTIONS)(`${s}, ${role}: %s`, (action) => {
        const call = callAt(T, s, role === "target" ? { role } : {});
        const b = allow.verb(state(call), call, action);
        expect(b.on).toBe(call.actions.includes(action));
        if (!b.on) expect(b.why, "a button that does not work says why").not.toBe("");
      });
    }
  }
});

test("one press at a time: the pressed one is busy, the others wait", () => {
  const call = callAt(T, "consulting");
  const s = state(call, { pending: { action: "swap", request: "k", at: T, to: "", before: "" } });
  expect(allow.verb(s, call, "swap")).toMatchObject({ on: false, busy: true });
  expect(allow.verb(s, call, "join")).toMatchObject({ on: false, busy: false });
});

test("F038: server away --> verbs off with the reason, the way out by hanging up stays", () => {
  const call = callAt(T, "three-way", { role: "target" });
  const s = state(call, { apiDownAt: T });
  expect(allow.verb(s, call, "hold").why).toContain("cannot be reached");
  expect(allow.leave(s, call).on).toBe(true);
});

describe("consult and add", () => {
  const call = callAt(T, "talking");
  test.each<[string, Target | null, boolean]>([
    ["nobody chosen", null, false], ["a free colleague", colleague("bob"), true],
    ["a busy one", colleague("erik"), false], ["one who is away", colleague("fatima"), false],
    ["oneself", colleague("alice"), false], ["anybody who is free", anybody, true],
    ["an outside number, not enabled", outside("+442079460999"), false],
    ["one who is not in the list", colleague("zoe"), false],
  ])("%s", (_name, target, on) => {
    const b = allow.start(state(call, { compose: { target, note: "", filter: "" } }), call, "consult");
    expect(b.on).toBe(on);
    if (!on) expect(b.why).not.toBe("");
  });
});

test("anybody, and nobody is free", () => {
  const call = callAt(T, "talking");
  const s = state(call, { directory: { at: "", agents: [] }, compose: { target: anybody, note: "", filter: "" } });
  expect(allow.start(s, call, "add")).toMatchObject({ on: false, why: "Nobody is free now" });
});

test("an outside number, where the operator allows it", () => {
  const call = callAt(T, "talking");
  const s = state(call, { compose: { target: outside("+442079460999"), note: "", filter: "" },
    snapshot: { ...snapshotAt(T, { call }), numbers: true } });
  expect(allow.start(s, call, "consult").on).toBe(true);
});

describe("leave", () => {
  const by: [string, Call, ReturnType<typeof allow.leaveBy>][] = [
    ["talking", callAt(T, "talking"), null],
    ["add-ringing", callAt(T, "add-ringing"), "hang-up"],
    ["consult-ringing", callAt(T, "consult-ringing"), "hang-up"],
    ["consulting", callAt(T, "consulting"), "complete"],
    ["swapped", callAt(T, "swapped"), "complete"],
    ["three-way", callAt(T, "three-way"), "complete"],
    ["completing", callAt(T, "completing"), null],
    ["completing as target", callAt(T, "completing", { role: "target" }), null],
    ["ended as target", callAt(T, "ended", { role: "target" }), null],
    ["three-way as target", callAt(T, "three-way", { role: "target" }), "hang-up"],
  ];
  test.each(by)("%s", (_name, call, expected) => {
    expect(allow.leaveBy(call)).toBe(expected);
    const b = allow.leave(state(call), call);
    expect(b.on).toBe(expected !== null);
    if (!b.on) expect(b.why).not.toBe("");
  });
});

describe("F046: a fresh leg is offered where hanging up leaves the caller with nobody else", () => {
  const at = (s: Call["state"], role: Call["role"], change: Partial<State> = {}): State => {
    const call = callAt(T, s, { role });
    const leg = { sid: "CA1", phase: "open" as const, since: T, lostAt: 0, lost: "" as const, muted: false,
      ring: ringAt(T) };
    return state(call, { leg, screen: { is: "in-call", leg, call }, ...change });
  };
  for (const s of CALL_STATES) {
    test.each(["owner", "transferor", "target"] as const)(`${s}, %s`, (role) => {
      expect(allow.renewsLeg(at(s, role))).toBe(s === "talking" && role !== "target");
    });
  }

  test("not while a press is under way, nor without a sign-in to come back with", () => {
    expect(allow.renewsLeg(at("talking", "owner",
      { pending: { action: "add", request: "k", at: T, to: "", before: "" } }))).toBe(false);
    expect(allow.renewsLeg(at("talking", "owner", { session: "expired" }))).toBe(false);
  });
});

test("the fixtures know every verb", () => {
  const used = new Set<Action>(Object.values(OWNER_ACTIONS).flat());
  expect([...ACTIONS].filter((a) => !used.has(a) && a !== "resume" && a !== "decline")).toEqual([]);
});
