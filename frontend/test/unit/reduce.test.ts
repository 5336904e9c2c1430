import { describe, expect, test } from "vitest";
import { CALL_STATES } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { reduce } from "../../src/state/reduce.js";
import { inCallSince, REJOIN_FOR_MS } from "../../src/state/screen.js";
import type { State } from "../../src/state/state.js";
import { callAt, directoryAt, iso, ringAt, snapshotAt, transferAt } from "../fixtures.js";
import { T, after, signedIn, online, ringing, open, talking } from "./events.js";
import { colleague } from "../../src/state/target.js";

/** Names read as arrows: what is known --what happens--> what is shown. */
const arrows: [string, Event[], State["screen"]["is"]][] = [
  ["nothing --> loading", [], "loading"],
  ["loading --no settings--> fatal", [{ type: "fatal", why: "x" }], "fatal"],
  ["loading --nobody signed in--> signed-out", [{ type: "signed-out", why: "" }], "signed-out"],
  ["loading --signed in, no snapshot yet--> loading", [{ type: "signed-in" }], "loading"],
  ["loading --snapshot--> offline", signedIn, "offline"],
  ["offline --microphone denied (F043)--> microphone-help", [...signedIn, { type: "microphone", microphone: "denied" }],
    "microphone-help"],
  ["microphone-help --stay offline--> offline",
    [...signedIn, { type: "microphone", microphone: "absent" }, { type: "microphone", microphone: "unknown" }],
      "offline"],
  ["offline --line registered--> idle", online, "idle"],
  ["idle --line lost--> idle, with a banner", [...online, { type: "device", is: "lost", at: T, why: "signalling" }],
    "idle"],
  ["idle --line closed--> offline", [...online, { type: "device", is: "off", at: T }], "offline"],
  ["idle --another tab--> other-tab", [...online, { type: "tab", tab: "elsewhere" }], "other-tab"],
  ["idle --rings--> ringing", [...online, ringing], "ringing"],
  ["ringing --answered--> connecting", [...online, ringing, { type: "leg-answering" }], "connecting"],
  ["connecting --open, server does not know yet--> connecting", open, "connecting"],
  ["connecting --server says talking--> in-call", talking(), "in-call"],
  ["ringing --stops--> idle", [...online, ringing, { type: "leg-gone", at: T }], "idle"],
  ["in-call --another tab--> in-call", [...talking(), { type: "tab", tab: "elsewhere" }], "in-call"],
  ["in-call --sign-in ends--> in-call", [...talking(), { type: "session-expired" }], "in-call"],
  ["in-call --connection lost--> in-call", [...talking(), { type: "leg-reconnecting", at: T + 5 }], "in-call"],
  ["in-call --server has ended it, leg still open--> in-call",
    [...talking(), { type: "snapshot", snapshot: snapshotAt(T + 2), at: T + 2 }], "in-call"],
  ["in-call --leg gone--> ended", [...talking(), { type: "leg-gone", at: T + 9 }], "ended"],
  ["ended --done--> idle", [...talking(), { type: "leg-gone", at: T + 9 },
    { type: "snapshot", snapshot: snapshotAt(T + 10), at: T + 10 }, { type: "dismiss-ended" }], "idle"],
  ["ended --rings again--> ringing", [...talking(), { type: "leg-gone", at: T + 9 }, ringing], "ringing"],
  ["in-call --session ended, leg gone--> signed-out",
    [...talking(), { type: "session-expired" }, { type: "leg-gone", at: T }], "signed-out"],
];

describe("screens", () => {
  test.each(arrows)("%s", (_name, events, screen) => {
    expect(after(events).screen.is).toBe(screen);
  });

  test.each(CALL_STATES.filter((s) => s !== "ended"))("every state of a call that is ours is shown as such: %s",
    (state) => {
    const { screen } = after(talking(state));
    expect(screen).toMatchObject({ is: "in-call", call: { state } });
  });

  test("a call that is over for the server is shown as ended, with no verb left", () => {
    const { screen } = after([...talking("consulting"), { type: "snapshot", snapshot: snapshotAt(T + 2), at: T + 2 }]);
    expect(screen).toMatchObject({ is: "in-call", call: { state: "ended", actions: [] } });
  });

  test("F056: an end that the network has not carried out shows the caller as still there, then is no loss", () => {
    const still = after([...talking(),
      { type: "snapshot", snapshot: snapshotAt(T + 2, { call: callAt(T, "ended", { overdue: true }) }), at: T + 2 }]);
    expect(still.screen).toMatchObject({ is: "in-call", call: { state: "ended", overdue: true } });
    expect(reduce(still, { type: "leg-gone", at: T + 9 }).closing).toMatchObject({ deliberate: true });
  });

  test("F056: a press that only becomes overdue is pending no more", () => {
    const pressed = after([...talking(), { type: "press", action: "hold", request: "1", at: T + 2 }]);
    const late = snapshotAt(T + 3, { call: callAt(T, "talking", { overdue: true }) });
    expect(reduce(pressed, { type: "snapshot", snapshot: late, at: T + 3 }).pending).toBeNull();
  });

  test("a second ring while a leg lives changes nothing", () => {
    const state = after(talking());
    expect(reduce(state, { ...ringing, sid: "CA2" } as Event)).toBe(state);
  });

  test("events about a leg that is not there change nothing", () => {
    const state = after(online);
    for (const event of [{ type: "leg-open", at: T }, { type: "leg-muted", muted: true },
      { type: "leg-gone", at: T }] as Event[]) {
      expect(reduce(state, event)).toBe(state);
    }
  });
});

describe("snapshots", () => {
  test("an overtaken answer does not bring the past back", () => {
    const state = after(talking());
    const late = reduce(state, { type: "snapshot", snapshot: snapshotAt(T - 5000), at: T + 500 });
    expect(late.snapshot).toBe(state.snapshot);
  });

  test("F185: what tells nothing of the queue leaves the queue as it was", () => {
    const state = after([...online,
      { type: "snapshot", snapshot: { ...snapshotAt(T + 1), line: { count: 7, more: false } }, at: T + 1 }]);
    const told = reduce(state, { type: "snapshot", pushed: true,
      snapshot: { ...snapshotAt(T + 2, { call: callAt(T, "talking") }), line: { count: 0, more: false, unknown: true } }, at: T + 2 });
    expect(told.snapshot).toMatchObject({ line: { count: 7 }, call: { state: "talking" } });
  });

  test("an overtaken answer still shows that the server answers", () => {
    const state = after([...talking(), { type: "api-down", at: T }]);
    expect(reduce(state, { type: "snapshot", snapshot: snapshotAt(T - 5000), at: T + 500 }).apiDownAt).toBe(0);
  });

  test("of one call the version decides, not the time of the question", () => {
    const state = after([...talking(),
      { type: "snapshot", snapshot: snapshotAt(T + 10, { call: callAt(T, "consulting", { version: 9 }) }),
        at: T + 10 }]);
    const crossed = reduce(state, { type: "snapshot",
      snapshot: snapshotAt(T + 20, { call: callAt(T, "talking", { version: 8 }) }), at: T + 20 });
    expect(crossed.snapshot?.call?.state).toBe("consulting");
    const pushed = reduce(state, { type: "snapshot",
      snapshot: snapshotAt(T + 5, { call: callAt(T, "swapped", { version: 10 }) }), at: T + 25 });
    expect(pushed.snapshot?.call?.state).toBe("swapped");
  });

  test("the server's clock is taken over, and its noise is not", () => {
    const first = after([{ type: "signed-in" }, { type: "snapshot", snapshot: snapshotAt(T + 90_000), at: T }]);
    expect(first.skew).toBe(90_000);
    const second = reduce(first, { type: "snapshot", snapshot: snapshotAt(T + 91_200), at: T + 1100 });
    expect(second.skew).toBe(90_000);
  });

  test("U16: a transfer that begins takes its target out of the form; the note stays until the call goes", () => {
    const state = after([...talking(), { type: "compose", compose: { target: colleague("bob"), note: "hello" } }]);
    const began = snapshotAt(T + 2, { call: callAt(T, "consult-ringing") });
    const rung = reduce(state, { type: "snapshot", snapshot: began, at: T + 2 });
    expect(rung.compose).toEqual({ target: null, note: "hello", filter: "" });
    expect(reduce(rung, { type: "snapshot", snapshot: snapshotAt(T + 3), at: T + 3 }).compose.note).toBe("");
  });

  test.each(["talking", "consulting"] as const)("what is typed when a call rings and is answered is kept: %s",
    (answered) => {
    const offered: Event = { type: "snapshot",
      snapshot: snapshotAt(T + 1, { call: callAt(T, "ringing", { role: "offered" }) }), at: T + 1 };
    const state = after([...online, { type: "compose", compose: { filter: "bo" } }, ringing, offered,
      ...talking(answered).slice(online.length + 1)]);
    expect(state).toMatchObject({ screen: { is: "in-call" }, compose: { filter: "bo" } });
  });

  describe("U6: since when the agent is in the call, by the server's clock", () => {
    const at = (...history: [number, string, string?, string?][]): number => {
      const call = callAt(T, "talking",
        { history: history.map(([ms, what, agent, by]) => ({ at: iso(T + ms), what, ...(agent ? { agent } : {}),
          ...(by ? { by } : {}) })) });
      const { screen, ...state } = after([...open,
        { type: "snapshot", snapshot: snapshotAt(T + 90_000, { call }), at: T }]);
      if (screen.is !== "in-call") throw new Error(screen.is);
      return inCallSince({ ...state, screen }, screen.leg, screen.call) - T;
    };
    test.each<[string, Parameters<typeof at>, number]>([
      ["answered", [[0, "arrive"], [7000, "answer", "alice"]], 7000],
      ["answered again after a loss",
        [[7000, "answer", "alice"], [50_000, "transferor-left", "alice"], [60_000, "answer", "alice"]], 7000],
      ["a colleague's answer is another's", [[7000, "answer", "alice"], [20_000, "answer", "bob"]], 7000],
      ["handed over, and back", [[7000, "answer", "alice"], [20_000, "completed", "bob", "alice"],
        [60_000, "answer", "alice"]], 60_000],
      ["was asked in before, and left",
        [[7000, "answer", "alice"], [20_000, "target-left", "alice", "bob"], [60_000, "answer", "alice"]], 60_000],
      ["nothing noted: since the leg is open", [[0, "arrive"]], 90_000],
    ])("%s", (_name, history, since) => expect(at(...history)).toBe(since));
  });
});

test("a list of colleagues that was overtaken by a newer one is not shown", () => {
  const list = (at: number): Event => ({ type: "directory", directory: directoryAt(at) });
  const state = after([...signedIn, list(T + 2)]);
  expect(reduce(state, list(T + 1))).toBe(state);
  expect(reduce(state, list(T + 3)).directory?.at).toBe(iso(T + 3));
});

describe("presses", () => {
  const press: Event = { type: "press", action: "hold", request: "k1", at: T + 5 };

  test("F052: a second press while one is pending changes nothing", () => {
    const state = after([...talking(), press]);
    expect(reduce(state, { ...press, request: "k2" } as Event)).toBe(state);
  });

  test("pending until the call looks different", () => {
    const same = after([...talking(), press,
      { type: "snapshot", snapshot: snapshotAt(T + 6, { call: callAt(T, "talking") }), at: T + 6 }]);
    expect(same.pending?.request).toBe("k1");
    const held = callAt(T, "talking", { held: ["caller"], actions: ["resume", "end"] });
    expect(reduce(same, { type: "snapshot", snapshot: snapshotAt(T + 7, { call: held }),
      at: T + 7 }).pending).toBeNull();
  });

  test("a refusal stays beside its button through the change that caused it, and then goes", () => {
    const problem = { slug: "wrong-state", status: 409, title: "" };
    const refused = after([...talking(), press,
      { type: "refused", action: "hold", request: "k1", problem, at: T + 6 }]);
    expect(refused).toMatchObject({ pending: null, refusal: { action: "hold", problem } });
    const changed = reduce(refused, { type: "snapshot", snapshot: snapshotAt(T + 7, { call: callAt(T, "consulting") }),
      at: T + 7 });
    expect(changed.refusal).not.toBeNull();
    expect(reduce(changed, { type: "snapshot", snapshot: snapshotAt(T + 20_000, { call: callAt(T, "consulting") }),
      at: T + 20_000 }).refusal).toBeNull();
  });

  test("a refusal that comes after the call has changed is shown all the same; after the call it is not", () => {
    const problem = { slug: "wrong-state", status: 409, title: "" };
    const refused: Event = { type: "refused", action: "hold", request: "k1", problem, at: T + 8 };
    const changed = after([...talking(), press,
      { type: "snapshot", snapshot: snapshotAt(T + 7, { call: callAt(T, "consulting") }), at: T + 7 }]);
    expect(changed.pending).toBeNull();
    expect(reduce(changed, refused).refusal).toMatchObject({ action: "hold", problem });
    expect(after([{ type: "leg-gone", at: T + 7 }, refused], changed).refusal).toBeNull();
  });

  test("a refusal of an older press is ignored", () => {
    const state = after([...talking(), press]);
    expect(reduce(state, { type: "refused", action: "swap", request: "old",
      problem: { slug: "x", status: 409, title: "" }, at: T })).toBe(state);
  });

  test("a new press wipes the refusal", () => {
    const problem = { slug: "x", status: 409, title: "" };
    const state = after([...talking(), press, { type: "refused", action: "hold", request: "k1", problem, at: T },
      { ...press, request: "k2" } as Event]);
    expect(state.refusal).toBeNull();
  });
});

describe("an open leg of which the server knows no call", () => {
  const none = (at: number): Event => ({ type: "snapshot", snapshot: snapshotAt(at), at });

  test.each<[string, Event[], boolean]>([
    ["just opened", open, false],
    ["a moment later", [...open, none(T + 7999)], false],
    ["too long", [...open, none(T + 8000)], true],
    ["and the server cannot be reached", [...open, { type: "api-down", at: T + 4000 }], true],
    ["not answered yet", [...online, ringing, { type: "leg-answering" }, none(T + 9000)], false],
  ])("%s", (_name, events, late) => {
    const state = after(events);
    expect(state.screen).toMatchObject({ is: "connecting", late });
    if (late && !state.apiDownAt) expect(state.said.polite).toContain("whether you are through");
  });

  test("then the server knows --> in the call", () => {
    expect(after([...open, none(T + 9000),
      { type: "snapshot", snapshot: snapshotAt(T + 9500, { call: callAt(T, "talking") }),
        at: T + 9500 }]).screen.is).toBe("in-call");
  });
});

describe("the end of a leg", () => {
  const gone: Event = { type: "leg-gone", at: T + 60_000 };
  const poll = (change: Parameters<typeof snapshotAt>[1],
    at = T + 60_500): Event => ({ type: "snapshot", snapshot: snapshotAt(at, change), at });

  test("End call --> ended here", () => {
    const state = after([...talking(), { type: "press", action: "end", request: "k", at: T }, gone]);
    expect(state.recent[0]).toMatchObject({ outcome: "ended-here", talkedMs: 60_000 });
    expect(state.screen).toMatchObject({ is: "ended", closing: { deliberate: true } });
  });

  test("Leave --> handed over, and no loss", () => {
    const state = after([...talking("three-way"), { type: "leave" }, gone]);
    expect(state.recent[0]).toMatchObject({ outcome: "handed-over", with: "Bob" });
  });

  test.each(["consult-ringing", "add-ringing"] as const)("Leave while Bob is %s --> left, and not handed over before the server says so", (ring) => {
    const left = after([...talking(ring), { type: "leave" }, gone]);
    expect(left.recent[0]).toMatchObject({ outcome: "left-ringing", with: "Bob" });
    const told = (outcome: string): string | undefined => reduce(left,
      poll({ agent: { last: { outcome, at: iso(T + 60_100) } } })).recent[0]?.outcome;
    expect(["lost", "transferred", "caller-left"].map(told)).toEqual(["left-ringing", "transferred", "caller-left"]);
  });

  test("F240: transferred now --> the server says what became of it", () => {
    const left = after([...talking(), { type: "leave", by: "blind", to: "Bob" }, gone]);
    const told = (outcome: string): string | undefined => reduce(left,
      poll({ agent: { last: { outcome, at: iso(T + 60_100) } } })).recent[0]?.outcome;
    expect(["lost", "transferred", "caller-left"].map(told)).toEqual(["transferring", "transferred", "caller-left"]);
    // The leg may end before the server's answer has come.
    const sooner = after([...talking(), { type: "press", action: "blind", request: "k", at: T, to: "Bob" }, gone]);
    expect(sooner.recent[0]).toMatchObject({ outcome: "transferring", with: "Bob" });
  });

  test("the transferor cancels the private talk --> the target is told who", () => {
    const transfer = transferAt(T, { by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } });
    const call = callAt(T, "consulting", { role: "target", transfer });
    const cancelled = poll({ agent: { last: { outcome: "cancelled", at: iso(T + 60_100) } } });
    const state = after([...open, { type: "snapshot", snapshot: snapshotAt(T + 1, { call }), at: T + 1 }, gone,
      cancelled]);
    expect(state.recent[0]).toMatchObject({ outcome: "cancelled", with: "Bob" });
  });

  test("the completing transferor is taken out --> handed over", () => {
    expect(after([...talking("completing"), gone]).recent[0]?.outcome).toBe("handed-over");
  });

  test("the target is cut off while becoming the owner --> that is no handing over, and they may rejoin", () => {
    const call = callAt(T, "completing", { role: "target" });
    const cut = after([...open, { type: "snapshot", snapshot: snapshotAt(T + 1, { call }), at: T + 1 }, gone]);
    expect(cut).toMatchObject({ screen: { is: "ended", settled: false }, recent: [{ outcome: "" }] });
    const told = reduce(cut, poll({ agent: { last: { outcome: "lost", at: iso(T + 60_100) } },
      line: { count: 1, more: false } }, T + 63_000));
    expect(told.screen.is).toBe("rejoin");
  });

  test("the caller hung up --> the server names the outcome", () => {
    const asked = after([...talking(), gone]);
    expect(asked.screen).toMatchObject({ is: "ended", settled: false });
    const told = reduce(asked, poll({ agent: { last: { outcome: "caller-left", at: iso(T + 60_100) } } }));
    expect(told.screen).toMatchObject({ is: "ended", settled: true });
    expect(told.recent[0]?.outcome).toBe("caller-left");
  });

  test("F073: handed over, and a moment later the caller had left --> the server's second word counts", () => {
    const first = reduce(after([...talking(), gone]),
      poll({ agent: { last: { outcome: "transferred", at: iso(T + 60_100) } } }));
    expect(first.recent[0]?.outcome).toBe("transferred");
    const second = reduce(first, poll({ agent: { last: { outcome: "caller-left", at: iso(T + 60_100) } } }));
    expect(second.recent[0]?.outcome).toBe("caller-left");
  });

  test("F032: cut off while the server still has us in the call --> rejoin", () => {
    const early = after([...talking(), gone, poll({ call: callAt(T, "talking") })]);
    expect(early.screen, "the caller may have hung up: not yet").toMatchObject({ is: "ended", settled: false });
    expect(early.said.urgent).not.toContain("cut off");
    const state = reduce(early, poll({ call: callAt(T, "talking") }, T + 62_100));
    expect(state.screen).toMatchObject({ is: "rejoin", why: "cut" });
  });

  test("cut off and put back into the queue --> rejoin, until it is too late", () => {
    const said = { agent: { last: { outcome: "lost", at: iso(T + 60_200) } }, line: { count: 1, more: false } };
    const lost = after([...talking(), gone, poll(said), poll(said, T + 62_300)]);
    expect(lost.screen).toMatchObject({ is: "rejoin", why: "cut", asked: false });
    const later = T + 60_000 + REJOIN_FOR_MS + 1;
    const late = reduce(lost, poll(said, later));
    expect(late.screen.is).toBe("ended");
  });

  test("lost with nobody in the queue --> ended: the caller has hung up, or has a colleague", () => {
    const said = { agent: { last: { outcome: "lost", at: iso(T + 60_200) } } };
    const state = after([...talking(), gone, poll(said), poll(said, T + 62_300)]);
    expect(state.screen).toMatchObject({ is: "ended", settled: true });
    expect(state.recent[0]?.outcome).toBe("cut-off");
    const corrected = reduce(state, poll({ agent: { last: { outcome: "caller-left", at: iso(T + 60_200) } } },
      T + 64_000));
    expect(corrected.recent[0]?.outcome, "F073: whose end it was is known better now").toBe("caller-left");
    const another = reduce(state, poll({ ...said, line: { count: 1, more: false } }, T + 65_000));
    expect(another.screen.is, "another caller's waiting is not ours").toBe("ended");
  });

  test("to rejoin, and then nobody waits any more --> ended", () => {
    const said = { agent: { last: { outcome: "lost", at: iso(T + 60_200) } }, line: { count: 1, more: false } };
    const state = after([...talking(), gone, poll(said, T + 62_300), poll({ agent: said.agent }, T + 70_000)]);
    expect(state.screen.is).toBe("ended");
  });

  test("the outcome of the call before is not taken for this one's", () => {
    const state = after([...talking(), gone, poll({ agent: { last: { outcome: "no-answer", at: iso(T + 30_000) } } })]);
    expect(state.recent[0]?.outcome).toBe("");
  });

  test("taken up again --> in-call, and nothing left to rejoin", () => {
    const state = after([
      ...talking(), gone, poll({ agent: { last: { outcome: "lost", at: iso(T + 60_200) } },
        line: { count: 1, more: false } }, T + 62_100),
      { type: "leg-ringing", sid: "CA2", ring: ringAt(T), at: T + 61_000 }, { type: "leg-answering" },
        { type: "leg-open", at: T + 62_000 },
      poll({ call: callAt(T, "talking") }, T + 62_500),
    ]);
    expect(state).toMatchObject({ rejoin: null, closing: null, screen: { is: "in-call" } });
  });

  test("F136: over before the server has named the call --> not asked for for ever", () => {
    const left = poll({ agent: { last: { outcome: "caller-left", at: iso(T + 60_100) } } });
    expect(after([...open, gone, left])).toMatchObject({ screen: { is: "ended", settled: true },
      recent: [{ outcome: "caller-left" }] });
    expect(after([...open, gone, poll({}, T + 62_100)]).screen,
      "nor if it has nothing to say").toMatchObject({ is: "ended", settled: true });
  });

  test("F023: answered and over at once --> idle", () => {
    const state = after([...online, ringing, { type: "leg-answering" }, gone]);
    expect(state.screen.is).toBe("idle");
  });
});

describe("rejoin after a reload", () => {
  const remembered: Event = { type: "remembered", rejoin: { conference: "CAconference1", at: T - 3000, asked: false },
    recent: [] };

  test("remembered --> rejoin card, even before the device is open", () => {
    expect(after([remembered, ...signedIn]).screen).toMatchObject({ is: "rejoin", why: "reload" });
  });

  test("a ring of another conference is not the caller we lost", () => {
    const state = after([remembered, ...online,
      { type: "leg-ringing", sid: "x", ring: ringAt(T, { conference: "CAother" }), at: T }]);
    expect(state.rejoin).toBeNull();
  });

  test("a ring that does not say of what may be the one", () => {
    const state = after([remembered, ...online,
      { type: "leg-ringing", sid: "x", ring: ringAt(T, { conference: "" }), at: T }]);
    expect(state.rejoin).not.toBeNull();
  });

  const elsewhere = (at: number): Event => ({ type: "snapshot",
    snapshot: snapshotAt(at, { call: callAt(T, "talking") }), at });

  test("a call that is not on this page --> said so, and nobody was cut off", () => {
    const state = after([{ type: "signed-in" }, elsewhere(T)]);
    expect(state.screen).toMatchObject({ is: "rejoin", why: "elsewhere" });
    expect(state.said).toEqual({ polite: "You are in a call on another page.", urgent: "" });
  });

  test("asked for, and the call goes on elsewhere --> not waited for for ever", () => {
    const state = after([remembered, { type: "signed-in" }, elsewhere(T), { type: "rejoin-asked", at: T },
      elsewhere(T + REJOIN_FOR_MS)]);
    expect(state.screen).toMatchObject({ is: "rejoin", why: "reload", asked: true });
    expect(reduce(state, elsewhere(T + REJOIN_FOR_MS + 1)).screen).toMatchObject({ why: "elsewhere", asked: false });
  });

  test("cut off here and taken up again in another browser --> said so in the end", () => {
    const state = after([...talking(), { type: "leg-gone", at: T + 9 }, elsewhere(T + 9000)]);
    expect(state.screen).toMatchObject({ is: "rejoin", why: "cut" });
    expect(reduce(state, elsewhere(T + REJOIN_FOR_MS + 10)).screen).toMatchObject({ why: "elsewhere" });
  });

  test("left to colleagues --> offline", () => {
    expect(after([remembered, ...signedIn, { type: "rejoin-forgotten" }]).screen.is).toBe("offline");
  });
});

describe("what screen readers are told", () => {
  test("F372: a ring for a kept place says what an answer does", () => {
    const state = after([...online, { type: "leg-ringing", sid: "x", ring: ringAt(T, { place: true }), at: T }]);
    expect(state.said.urgent).toBe("A kept place, +44 20 7946 0123. Answer, and the number is called.");
  });

  test("an incoming call is urgent, and says who transfers", () => {
    const state = after([...online, { type: "leg-ringing", sid: "x", ring: ringAt(T, { by: "Bob" }), at: T }]);
    expect(state.said.urgent).toBe("Incoming call from +44 20 7946 0123, transferred by Bob");
  });

  test("a change of who hears whom is polite; a poll that changes nothing is silent", () => {
    const state = after(talking());
    expect(state.said.polite).toContain("The caller hears you");
    const again = reduce(state, { type: "snapshot", snapshot: snapshotAt(T + 5, { call: callAt(T, "talking") }),
      at: T + 5 });
    expect(again.said).toBe(state.said);
  });

  test("the same again is another text, or nobody would hear it", () => {
    const down: Event[] = [{ type: "api-down", at: T }, { type: "snapshot", snapshot: snapshotAt(T + 9), at: T + 9 }];
    const once = after([...online, ...down]);
    const twice = after(down, once);
    const thrice = after(down, twice);
    expect(new Set([once, twice].map((s) => s.said.urgent)).size).toBe(2);
    expect(new Set([twice, thrice].map((s) => s.said.polite)).size).toBe(2);
    expect([once, twice, thrice].map((s) => s.said.urgent.trim())).toEqual(Array(3).fill("The server cannot be reached."));
  });

  test("a target that fails is told with its reason", () => {
    const state = after([...talking("consult-ringing"), {
      type: "snapshot", at: T + 9,
      snapshot: snapshotAt(T + 9, { call: callAt(T, "talking",
        { transfer: transferAt(T, { outcome: "declined", progress: "ended" }) }) }),
    }]);
    expect(state.said.polite).toContain("Bob declined the call.");
  });

  test.each<[string, Event[], string]>([
    ["connection lost", [...talking(), { type: "leg-reconnecting", at: T + 5 }], "Connection lost. Reconnecting."],
    ["server down", [...online, { type: "api-down", at: T }], "The server cannot be reached."],
    ["line lost", [...online, { type: "device", is: "lost", at: T, why: "signalling" }],
      "Phone line lost. The phone network cannot be reached from here."],
  ])("%s is urgent", (_name, events, words) => {
    expect(after(events).said.urgent).toBe(words);
  });
});

test("warnings come and go by name", () => {
  const on = after([...talking(), { type: "warning", name: "high-rtt", on: true },
    { type: "warning", name: "high-rtt", on: true }]);
  expect(on.warnings).toEqual(["high-rtt"]);
  expect(reduce(on, { type: "warning", name: "high-rtt", on: false }).warnings).toEqual([]);
  expect(reduce(on, { type: "warning", name: "never", on: false })).toBe(on);
});
