/** The team's view on the page: when it asks, what it shows, and what becomes of each press (F225 to F229). */
import { describe, expect, test } from "vitest";
import { ApiError } from "../../src/api.js";
import { decodeTeam } from "../../src/contract/team.js";
import { endable } from "../../src/state/team.js";
import { confirmTeamEnd } from "../../src/views/team.js";
import { hearWords, stateWords, teamProblem } from "../../src/words/team.js";
import { happening } from "../../src/words/outcome.js";
import { iso, RULES, teamAt, teamCallAt, THE_CALLER } from "../fixtures.js";
import { desk, f, inCall, pass, problem, start, useDesk } from "./harness.js";

const T = Date.UTC(2026, 10, 22, 10);

describe("decoding", () => {
  const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test("a view comes through whole", () => expect(decodeTeam(wire(teamAt(T)))).toEqual(teamAt(T)));

  test("F227: a part that is missing is unknown, and not empty", () => {
    const view = decodeTeam({ at: iso(T) });
    expect([view?.waiting, view?.calls, view?.agents].every((p) => p?.unknown)).toBe(true);
    expect(view?.today.counts).toBeUndefined();
  });

  test("a state of a newer server is a call in progress", () => {
    const calls = { list: [{ ...teamCallAt(T, "talking"), state: "supervised" }] };
    expect(stateWords(decodeTeam(wire({ ...teamAt(T), calls }))!.calls.list[0]!)).toBe("In progress");
  });

  test.each([null, [], "x", {}])("%j is no view", (value) => expect(decodeTeam(value)).toBeNull());
});

describe("who hears whom, in words", () => {
  const bob = { id: "bob", name: "Bob" };
  test.each([
    ["talking", "Talking", "Alice and the caller hear each other."],
    ["add-ringing", "Bringing somebody in", "Alice and the caller hear each other. Bob is being rung."],
    ["consult-ringing", "Asking a colleague", "Alice hears ringing. The caller hears music. Bob is being rung."],
    ["consulting", "Private consult", "Alice and Bob hear each other. The caller hears music."],
    ["swapped", "Consult, back with the caller", "Alice and the caller hear each other. Bob hears music."],
    ["three-way", "Three-way talk", "Alice, Bob and the caller hear each other."],
  ] as const)("%s", (state, words, heard) => {
    const call = teamCallAt(T, state, state === "swapped" ? { hear: [THE_CALLER, { id: "alice", name: "Alice" }], music: [bob] } : {});
    expect([stateWords(call), hearWords(call).join(" ")]).toEqual([words, heard]);
  });

  test("on hold, and alone", () => {
    const held = teamCallAt(T, "talking", { hear: [{ id: "alice", name: "Alice" }], music: [THE_CALLER] });
    expect([stateWords(held), hearWords(held).join(" ")]).toEqual(["Caller on hold", "Alice hears nobody. The caller hears music."]);
  });

  test("the history says who did it", () => {
    const erin = { by: "erin", byName: "Erin", agent: "bob", name: "Bob" };
    expect([happening({ what: "offer", ...erin }, "alice"), happening({ what: "set-away", ...erin }, "bob"),
      happening({ what: "end", agent: "erin", name: "Erin" }, "bob")]).toEqual(
      ["Erin had Bob rung", "Erin set you Away", "Erin ended the call"]);
  });
});

describe("the desk", () => {
  useDesk();
  const asks = (): number => f.api.log.filter((l) => l === "team").length;

  async function supervise(): Promise<void> {
    f.api.recordRules = { ...RULES, supervisor: true };
    await start();
    await pass(1000);
    desk.showSide("team");
    await pass(500);
  }

  test("it asks every 2.5 s while the view is shown and visible, and else not at all", async () => {
    f.api.recordRules = { ...RULES, supervisor: true };
    await start();
    await pass(20_000);
    expect(asks()).toBe(0);
    desk.showSide("team");
    await pass(10_000);
    expect(asks()).toBe(4);
    expect(f.api.asked[0]).toMatch(/^2026-11-2[12]T\d\d:\d\d:00\.000Z$/);
    f.isHidden = true;
    await pass(20_000);
    expect(asks()).toBe(4);
    f.isHidden = false;
    desk.showSide("colleagues");
    await pass(20_000);
    expect(asks()).toBe(4);
  });

  test("no agent who is no supervisor is asked for anything, whatever the page holds", async () => {
    await start();
    desk.core.dispatch({ type: "side", side: "team" });
    await pass(10_000);
    expect(asks()).toBe(0);
  });

  test("it goes on in a call", async () => {
    f.api.recordRules = { ...RULES, supervisor: true };
    await inCall();
    desk.showSide("team");
    await pass(5000);
    expect(asks()).toBe(2);
  });

  test("F226: a press whose answer does not come is sent again with the same key, and is done once", async () => {
    await supervise();
    f.api.actRefusals.push(problem("timeout", 0), problem("unavailable", 503));
    desk.team.setStatus("carol", "away");
    desk.team.setStatus("carol", "away"); // while the first is under way
    expect(desk.state.team.act).toMatchObject({ action: "away", agent: "carol" });
    await pass(3000);
    expect(f.api.acts.map((a) => a.request)).toEqual(Array(3).fill(f.api.acts[0]!.request));
    expect([desk.state.team.act, desk.state.notice]).toEqual([null, null]);
  });

  test("F226: if no answer comes at all, the page says that it is not known", async () => {
    await supervise();
    f.api.actRefusals.push(...Array.from({ length: 4 }, () => problem("timeout", 0)));
    desk.team.offer("CAw1", "carol");
    await pass(6000);
    expect(desk.state.notice?.text).toBe("Offer: The server did not answer in time, so it is not known whether this was done.");
    expect(desk.state.team.act).toBeNull();
  });

  test.each([["taken", 409, "Another agent has this caller now."], ["call-over", 409, "This call is over."],
    ["target-not-free", 409, "That agent cannot be rung now."]])("F228: %s", async (slug, status, words) => {
    await supervise();
    f.api.actRefusals.push(problem(slug, status));
    desk.team.offer("CAw1", "carol");
    await pass(500);
    expect([f.api.acts.length, desk.state.notice?.text]).toEqual([1, `Offer: ${words}`]);
  });

  test("F228: a call that has changed while its end was to be confirmed is not ended", async () => {
    await supervise();
    desk.team.askEnd(teamCallAt(Date.now(), "talking"));
    expect(desk.state.panel).toBe("confirm-team-end");
    f.api.teamView = (now) => teamAt(now, { calls: { list: [] } });
    await pass(3000);
    expect(desk.state.team.view?.calls.list).toEqual([]);
    desk.panel("");
    expect(f.api.acts).toEqual([]);
  });

  test("an end closes its question", async () => {
    await supervise();
    desk.team.askEnd(teamCallAt(Date.now(), "talking"));
    desk.team.end("CAtalking");
    expect([desk.state.panel, f.api.acts[0]]).toMatchObject(["", { action: "end", call: "CAtalking" }]);
  });

  test("F349: a kept place is given up after a question, in which it is the place", async () => {
    await supervise();
    const [w] = teamAt(Date.now()).waiting.list;
    const kept = { ...w!, kept: true, rung: [], actions: ["end" as const] };
    f.api.teamView = (now) => teamAt(now, { waiting: { list: [kept] } });
    await pass(3000);
    desk.team.askEnd(kept);
    expect([desk.state.panel, endable(desk.state)]).toEqual(["confirm-team-end", kept]);
    expect(confirmTeamEnd(desk.state, desk).title).toBe("Give this place up?");
    f.api.teamView = (now) => teamAt(now, { waiting: { list: [{ ...kept, actions: [] }] } });
    await pass(3000);
    expect(endable(desk.state)).toBeUndefined();
    desk.team.end(kept.call);
    expect([desk.state.panel, f.api.acts[0]]).toMatchObject(["", { action: "end", call: kept.call }]);
  });

  test("F227: the server is away: what was read stays, and is said to be old", async () => {
    await supervise();
    f.api.teamView = () => problem("unreachable", 0);
    await pass(3000);
    expect([desk.state.team.failing?.slug, desk.state.team.view?.calls.list.length]).toEqual(["unreachable", 4]);
    f.api.teamView = teamAt;
    await pass(3000);
    expect(desk.state.team.failing).toBeNull();
  });

  test.each(["view", "act"])("F225: the group is taken away in the middle, found by the next %s", async (by) => {
    await supervise();
    desk.team.askEnd(teamCallAt(Date.now(), "talking"));
    const no = new ApiError({ slug: "not-supervisor", status: 403, title: "" });
    if (by === "view") f.api.teamView = () => no;
    else {
      f.api.actRefusals.push(no);
      desk.team.end("CAtalking");
    }
    await pass(3000);
    const { team, side, panel, rules, notice } = desk.state;
    expect({ view: team.view, side, panel, supervisor: rules?.supervisor, words: notice?.text }).toEqual({ view: null,
      side: "colleagues", panel: "", supervisor: false, words: "You are no supervisor any more, so the team is not shown." });
    const before = asks();
    await pass(10_000);
    expect(asks()).toBe(before);
  });

  test("an older answer does not replace a newer one; a choice is kept for as long as the caller waits", async () => {
    await supervise();
    desk.team.choose("CAw3", "carol");
    const view = desk.state.team.view!;
    desk.core.dispatch({ type: "team-view", view: teamAt(Date.parse(view.at) - 1000, { calls: { list: [] } }) });
    expect(desk.state.team.view).toBe(view);
    await pass(3000);
    expect(desk.state.team.chosen).toEqual({ CAw3: "carol" });
    f.api.teamView = (now) => teamAt(now, { waiting: { list: [] } });
    await pass(3000);
    expect(desk.state.team.chosen).toEqual({});
  });
});

test("words for what the server refuses of a supervisor", () => {
  expect(teamProblem({ slug: "not-offered", status: 409, title: "" })).toContain("cannot be offered");
  expect(teamProblem({ slug: "new", status: 409, title: "x" })).not.toBe("");
});
