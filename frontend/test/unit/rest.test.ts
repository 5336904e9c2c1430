/** F190: what the page says of the time after a call. */
import { expect, test } from "vitest";
import { decodeSnapshot } from "../../src/contract/decode.js";
import type { Agent } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { reduce } from "../../src/state/reduce.js";
import { presenceSince, restOf, restUntil } from "../../src/state/rest.js";
import { initial, type State } from "../../src/state/state.js";
import { iso, snapshotAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);

function atRest(agent: Partial<Agent>, more: Event[] = []): State {
  const events: Event[] = [
    { type: "signed-in" }, { type: "wants", wants: true }, { type: "device", is: "registered", at: T },
    { type: "snapshot", snapshot: snapshotAt(T, { agent }), at: T }, ...more,
  ];
  return events.reduce(reduce, initial);
}

const resting: Partial<Agent> = { presence: "wrap-up", presenceSince: iso(T - 5000), wrapUpUntil: iso(T + 15_000) };

test.each<[string, Partial<Agent>, string, string]>([
  ["available", {}, "none", "You are available."],
  ["automatic wrap-up", resting, "automatic", "You are in wrap-up. Calls ring here again in 15 seconds."],
  ["automatic wrap-up of an old server", { presence: "wrap-up" }, "automatic", "You are in wrap-up."],
  ["chosen wrap-up", { status: "wrap-up", presence: "wrap-up" }, "chosen",
    "You are in wrap-up. No calls ring here until you are available again."],
  ["away", { status: "away", presence: "away" }, "away", "You are away. No calls ring here."],
])("F190: %s", (_name, agent, rest, said) => {
  const s = atRest(agent);
  expect(restOf(s)).toBe(rest);
  expect(s.said.polite).toBe(said);
});

test("F190: the time in this state is the server's for the presence; an old server's for the status", () => {
  expect(presenceSince(atRest(resting))).toBe(T - 5000);
  expect(presenceSince(atRest({}))).toBe(T - 252_000);
  expect(presenceSince(atRest({}, [{ type: "choose", status: "away" }])), "while a choice is on its way").toBe(0);
  expect([restUntil(atRest(resting)), restUntil(atRest({ ...resting, status: "wrap-up" }))]).toEqual([T + 15_000, 0]);
});

test("F190: the end of the wrap-up is said once", () => {
  const s = atRest(resting, [{ type: "snapshot", snapshot: snapshotAt(T + 16_000), at: T + 16_000 }]);
  expect(s.said.polite).toBe("The wrap-up is over. Calls ring here again.");
});

test("F190: the times of the contract, and ones that cannot be read", () => {
  const agent = { ...snapshotAt(T).agent, ...resting };
  expect(decodeSnapshot({ ...snapshotAt(T), agent })?.agent).toEqual(agent);
  expect(decodeSnapshot({ ...snapshotAt(T),
    agent: { ...agent, wrapUpUntil: "soon" } })?.agent).not.toHaveProperty("wrapUpUntil");
});
