// @vitest-environment happy-dom
/** What the views show and allow, where it follows from more than the screen. */
import { render } from "lit";
import { describe, expect, test, vi } from "vitest";
import type { Desk } from "../../src/desk/desk.js";
import type { Event } from "../../src/state/event.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { bannerList } from "../../src/views/banners.js";
import { connecting } from "../../src/views/call.js";
import { otherTab, rejoin } from "../../src/views/cards.js";
import { ringing } from "../../src/views/ringing.js";
import { callAt, ringAt, snapshotAt } from "../fixtures.js";

test.each([true, false])("a tab that is gone without a word, in a call (%s) or not, does not keep the others from taking calls", (inCall) => {
  const goOnline = vi.fn();
  render(otherTab(inCall, { goOnline } as unknown as Desk), document.body);
  document.querySelector<HTMLElement>("[data-test=use-this-tab]")?.click();
  expect(goOnline).toHaveBeenCalledOnce();
});

test.each([["here", true], ["elsewhere",
  false]] as const)("F038: the server is away, and the tab that takes the calls is %s --> said: %s", (tab, said) => {
  const state: State = { ...initial, session: "signed-in", apiDownAt: 1, tab };
  render(bannerList(state, {} as Desk), document.body);
  expect(document.querySelector("[data-test=banner-api-down]") !== null).toBe(said);
});

const T = Date.UTC(2026, 10, 22, 10);
const online: Event[] = [{ type: "signed-in" }, { type: "wants", wants: true }, { type: "device", is: "registered", at: T }];
const rung: Event = { type: "leg-ringing", sid: "CA1", ring: ringAt(T), at: T };

/** The text of the card of the call that the page shows after these events. */
function text(events: Event[]): string {
  const state = [...online, ...events].reduce(reduce, initial);
  const desk = {} as Desk;
  const { screen } = state;
  const view = screen.is === "rejoin" ? rejoin(state, desk, screen) : screen.is === "ringing" ? ringing(state, desk, screen)
    : screen.is === "connecting" ? connecting(state, desk, screen) : screen.is;
  render(view, document.body);
  return (document.body.textContent ?? "").replace(/\s+/g, " ");
}

test("F350: an agent who is rung for a kept place reads that its caller is called, and is not on the line", () => {
  const { transfer: _, ...call } = callAt(T, "agent-first", { role: "offered", actions: ["decline"] });
  const kept: Event = { type: "snapshot", at: T, snapshot: snapshotAt(T,
    { call: { ...call, caller: { ...call.caller, called: "planned" } } }) };
  const rings = text([kept, rung]);
  expect(rings).toMatch(/A kept place.*In the line for.*Answer, and the number is called/);
  expect(rings).not.toMatch(/Incoming call|Waiting for/);
  const answered = text([kept, rung, { type: "leg-answering" }]);
  expect(answered).toMatch(/Calling back.*then the number is dialled/);
  expect(answered).not.toContain("hears music");
});

describe("F187: outside a call, too, nothing is claimed while the server is away", () => {
  const call = callAt(T, "talking");
  const rings: Event[] = [{ type: "snapshot", snapshot: snapshotAt(T), at: T }, rung, { type: "leg-answering" }];
  const away: Event = { type: "api-down", at: T + 1 };

  test("in a call on another page", () => {
    const elsewhere: Event = { type: "snapshot", snapshot: snapshotAt(T, { call }), at: T };
    expect(text([elsewhere])).toContain("It goes on there");
    expect(text([elsewhere, away])).not.toMatch(/goes on there\.|hears music|You are in a call/);
    expect(text([elsewhere, away])).toContain("is not known");
  });

  test("cut off from the caller", () => {
    const cut: Event = { type: "remembered", rejoin: { conference: "CA1", at: T, asked: false }, recent: [] };
    const waits: Event = { type: "snapshot", snapshot: { ...snapshotAt(T), line: { count: 1, more: false } }, at: T };
    expect(text([cut, waits])).toMatch(/caller is waiting.*hears music/);
    expect(text([cut, waits, away])).not.toMatch(/is waiting|hears music/);
  });

  test("answered, and not put through yet", () => {
    expect(text(rings)).toContain("Caller hears music");
    for (const open of [[], [{ type: "leg-open", at: T }]] as Event[][]) {
      expect(text([...rings, ...open, away])).not.toMatch(/Caller hears music|Putting you through/);
    }
  });
});
