// @vitest-environment happy-dom
/** The filters of the history: what half a row cuts has a row of its own. */
import { render } from "lit";
import { expect, test } from "vitest";
import type { Desk } from "../../src/desk/desk.js";
import { initial, type State } from "../../src/state/state.js";
import { historyPanel } from "../../src/views/history.js";
import { RULES, snapshotAt } from "../fixtures.js";

test("F397: the outcome of a missed call is not cut in its select", () => {
  const state: State = { ...initial, session: "signed-in", snapshot: snapshotAt(0), rules: { ...RULES, missed: true, codes: ["order"] } };
  render(historyPanel(state, {} as Desk), document.body);
  const rows = ["when", "caller", "outcome", "code", "text"].map((name) =>
    document.querySelector(`[data-test=find-${name}]`)!.closest(".field")!.classList.contains("wide"));
  expect(rows).toEqual([false, false, true, true, true]);
});
