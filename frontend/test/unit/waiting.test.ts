import { expect, test } from "vitest";
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
