/** Whether the line is open, as every agent sees it. */
import { expect, test } from "vitest";
import { decodeSnapshot } from "../../src/contract/decode.js";
import { reduce } from "../../src/state/reduce.js";
import { initial } from "../../src/state/state.js";
import { hoursWords, tellsHours, untilWords } from "../../src/words/hours.js";
import { iso, snapshotAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 27, 15); // a Friday

test("until when, by the agent's own clock", () => {
  expect(untilWords(Date.UTC(2026, 10, 27, 17), T, "UTC")).toBe("17:00");
  expect(untilWords(Date.UTC(2026, 10, 30, 8), T, "Europe/Berlin")).toBe("Mon 09:00");
  expect(untilWords(Date.UTC(2026, 11, 7, 8), T, "Europe/Berlin")).toBe("7 Dec 09:00");
  expect(hoursWords({ open: false }, T)).toBe("Closed");
  expect([undefined, { open: true }, { open: false }, { open: true, until: iso(T) }].map(tellsHours))
    .toEqual([false, false, true, true]);
});

test("what is pushed says nothing of the hours, and changes nothing", () => {
  const hours = { open: false, until: iso(T + 3_600_000) };
  const told = reduce(initial, { type: "snapshot", snapshot: snapshotAt(T, { hours }), at: T });
  expect(reduce(told, { type: "snapshot", snapshot: snapshotAt(T + 1), at: T + 1, pushed: true }).snapshot?.hours).toEqual(hours);
  const opened = reduce(told, { type: "snapshot", snapshot: snapshotAt(T + 2, { hours: { open: true } }), at: T + 2 });
  expect([opened.snapshot?.hours, opened.said.polite]).toEqual([{ open: true }, "The line is open."]);
});

test("hours that cannot be read are none", () => {
  const raw = { ...snapshotAt(T), hours: { open: "yes" } };
  expect(decodeSnapshot(raw)?.hours).toBeUndefined();
  expect(decodeSnapshot({ ...raw, hours: { open: false, until: "noon" } })?.hours).toEqual({ open: false });
});
