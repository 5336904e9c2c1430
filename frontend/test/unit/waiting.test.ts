import { expect, test } from "vitest";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { waitingLine } from "../../src/state/waiting.js";
import { callAt, iso, snapshotAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const here = callAt(T, "ringing", { role: "offered" });
const showing = (count: number, call: Parameters<typeof snapshotAt>[1] = {}, longest = iso(T - 330_000)): State =>
  ({ ...initial, snapshot: snapshotAt(T, { ...call, line: { count, more: false, longest } }) });

test("a kept place that rings here is not counted by the server, so that nobody is taken off for it", () => {
  expect(waitingLine(showing(2, { call: callAt(T, "agent-first", { role: "offered" }) }))).toMatchObject({ count: 2 });
});

test("who rings here is not among those who wait", () => {
  expect(waitingLine(showing(1))).toMatchObject({ count: 1, others: false });
  expect(waitingLine(showing(1, { call: here }))).toEqual({ count: 0, more: false, others: true });
  // The longest wait is that of the caller who rings here.
  expect(waitingLine(showing(3, { call: here }))).toEqual({ count: 2, more: false, others: true });
  expect(waitingLine(showing(3, { call: here }, iso(T - 900_000)))).toMatchObject({ count: 2,
    longest: iso(T - 900_000) });
  expect(waitingLine(showing(0, { call: here }))).toMatchObject({ count: 0 });
  expect(waitingLine(showing(2, { call: callAt(T, "talking") }))).toMatchObject({ count: 2, others: false });
  expect(waitingLine(showing(2, { call: callAt(T, "consult-ringing", { role: "offered" }) }))).toMatchObject({ count: 2,
    others: false });
});

test("F437: answered, and only a push tells so --> the caller who rang here is not counted as waiting any more", () => {
  const line = { count: 0, more: false, unknown: true };
  const pushed = (state: State, call: ReturnType<typeof callAt>): State =>
    reduce(state, { type: "snapshot", pushed: true, at: T + 2000, snapshot: snapshotAt(T + 2000, { call, line }) });
  const talks = callAt(T, "talking");
  const taken = pushed(showing(1, { call: here }), talks);
  expect(waitingLine(taken)).toEqual({ count: 0, more: false, others: false });
  expect(waitingLine(pushed(taken, talks)), "once").toEqual({ count: 0, more: false, others: false });
  expect(waitingLine(pushed(showing(3, { call: here }), talks))).toMatchObject({ count: 2 });
  expect(waitingLine(pushed(showing(3, { call: here }), here)), "still rings")
    .toMatchObject({ count: 2, others: true });
  expect(waitingLine(pushed(showing(2, { call: talks }), callAt(T, "consulting"))), "was not counted")
    .toMatchObject({ count: 2 });
});
