// @vitest-environment happy-dom
/** F396: lists of which the server could read a part. The page shows that part, and says that the rest is missing. */
import { render } from "lit";
import { expect, test } from "vitest";
import { decodeDirectory } from "../../src/contract/decode.js";
import { colleagues } from "../../src/desk/colleagues.js";
import type { Desk } from "../../src/desk/desk.js";
import { initial, type State } from "../../src/state/state.js";
import { moreColleagues } from "../../src/views/people.js";
import { teamPanel } from "../../src/views/team.js";
import { choiceOf } from "../../src/state/choice.js";
import { directoryAt, iso, snapshotAt, teamAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const part = (name: string): HTMLElement => document.querySelector<HTMLElement>(`[data-test=${name}]`)!;

function team(change: Parameters<typeof teamAt>[1]): void {
  const state: State = { ...initial, session: "signed-in", snapshot: snapshotAt(T), team: { ...initial.team, view: teamAt(T, change) } };
  render(null, document.body);
  render(teamPanel(state, { team: {} } as Desk), document.body);
}

test("F396: who could be read is shown, without a place that is not known", () => {
  team({ waiting: { ...teamAt(T).waiting, unknown: true }, agents: { ...teamAt(T).agents, unknown: true } });
  for (const name of ["team-waiting", "team-agents"]) {
    expect(part(`${name}-unknown`).textContent).toContain("Some could not be read and are missing here.");
    expect(part(name).querySelectorAll("li").length).toBeGreaterThan(2);
    expect(part(name).querySelector("h3")!.textContent).not.toMatch(/\d/);
  }
  expect(part("team-waiting").querySelector(".place")).toBeNull();
  expect(document.querySelector("[data-test=team-calls-unknown]")).toBeNull();
});

test("F396: a list of which nothing could be read is unknown, and not empty", () => {
  team({ waiting: { list: [], unknown: true } });
  expect(part("team-waiting").textContent).toContain("It is not known who waits.");
  expect(part("team-waiting").textContent).not.toContain("Nobody waits.");
});

test("F396: colleagues who are missing are said to be", () => {
  const directory = decodeDirectory({ ...directoryAt(T), partial: true })!;
  const state: State = { ...initial, session: "signed-in", snapshot: snapshotAt(T), directory };
  render(null, document.body);
  render(moreColleagues(state, choiceOf(state)), document.body);
  expect(part("colleagues-partial").textContent).toContain("Some colleagues could not be read and are missing here.");
});

test("F396: a search of which a part is missing says so, too", async () => {
  const found = await colleagues({
    directory: () => Promise.resolve({ ...directoryAt(T), more: true }),
    search: () => Promise.resolve({ at: iso(T), agents: [], partial: true }),
  }, "zo");
  expect(found.partial).toBe(true);
});
