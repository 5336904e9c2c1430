// @vitest-environment happy-dom
/** What a page shows of a caller who was handed over by one press: ringing, connecting, and after leaving. */
import { render } from "lit";
import { beforeEach, expect, test } from "vitest";
import { decodeSnapshot } from "../../src/contract/decode.js";
import type { Call, Transfer } from "../../src/contract/types.js";
import type { Desk } from "../../src/desk/desk.js";
import { initial, type State } from "../../src/state/state.js";
import { connecting } from "../../src/views/call.js";
import { ringing } from "../../src/views/ringing.js";
import { announcement } from "../../src/words/announce.js";
import { groups } from "../../src/words/call.js";
import { callAt, iso, ringAt, snapshotAt, transferAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const desk = {} as Desk;
const shown = (): string => document.body.textContent?.replace(/\s+/g, " ") ?? "";
const legAt = (ring: Partial<ReturnType<typeof ringAt>>): NonNullable<State["leg"]> => ({ sid: "CA1", phase: "ringing",
  since: T, lostAt: 0, lost: "", muted: false, ring: ringAt(T, ring) });

beforeEach(() => render(null, document.body));

function rings(transfer: Partial<Transfer>, ring: Partial<ReturnType<typeof ringAt>> = {}): string {
  const call: Call = callAt(T, "ringing", { role: "offered", transfer: transferAt(T, transfer) });
  const state: State = { ...initial, snapshot: snapshotAt(T, { call }) };
  render(ringing(state, desk, { is: "ringing", leg: legAt(ring), call }), document.body);
  return shown();
}

const queue = { kind: "queue", outcome: "queued", progress: "ended", note: "Asks for a refund",
  to: { id: "*", name: "The next agent" } } as const;

test("F241: the note is shown to the next agent, and not after an agent has answered", () => {
  const bob = { id: "bob", name: "Bob" };
  const first = rings({ ...queue, by: bob }, { by: "Bob", kind: "queue", note: "Asks for a refund" });
  expect(first).toContain("A caller whom Bob gave back");
  expect(first).toContain("Asks for a refund");
  const later = rings({ ...queue, by: bob, ended: iso(T) }, { by: "", kind: "", note: "" });
  expect(later).toContain("Incoming call");
  expect(later).not.toContain("refund");
  expect(later).not.toContain("gave");
});

test("F241: the caller comes back to the agent who gave them back: the page says you", () => {
  const words = rings({ ...queue, by: { id: "alice", name: "Alice" } },
    { by: "Alice", kind: "queue", note: "Asks for a refund" });
  expect(words).toContain("Your caller, back again");
  expect(words).toContain("you gave them back to the line, and nobody else has taken them");
  expect(words).toContain("Note from you");
  expect(words).not.toContain("Alice");
});

test.each([["blind", "is put through again"], ["queue", "is put through again"], ["consult", "stays with Bob"],
  ["add", "stays with Bob"]])("F240: while %s connects, hanging up says that the caller %s", (kind, words) => {
  render(connecting(initial, desk, { is: "connecting", leg: legAt({ by: "Bob", kind }), call: null, late: false }),
    document.body);
  expect(shown()).toContain(words);
});

test("F240: a transfer that is over is not the one that connects", () => {
  const call = callAt(T, "ringing", { role: "offered",
    transfer: transferAt(T, { kind: "consult", outcome: "declined", progress: "ended" }) });
  render(connecting(initial, desk, { is: "connecting", leg: legAt({ by: "", kind: "" }), call, late: false }),
    document.body);
  expect(shown()).not.toContain("stays with");
});

test("F240: a kind of transfer that this page does not know promises no privacy", () => {
  const call = { ...callAt(T, "ringing", { role: "offered" }), transfer: { ...transferAt(T, {}), kind: "later" } };
  expect(decodeSnapshot(JSON.parse(JSON.stringify(snapshotAt(T, { call: call as Call }))))?.call?.transfer?.kind)
    .toBe("add");
});

test("F240: who has handed the caller over is not shown together with them", () => {
  expect(groups(callAt(T, "ringing"))).toEqual({ talking: ["You"], music: [], ringing: [] });
});

test("F241: a screen reader says who gave the caller back", () => {
  const leg = legAt({ by: "Bob", kind: "queue" });
  const now: State = { ...initial, leg, screen: { is: "ringing", leg, call: null } };
  expect(announcement(initial, now)?.urgent).toContain(", given back by Bob");
});
