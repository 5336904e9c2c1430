// @vitest-environment happy-dom
/** F396: lists of which the server could read a part. The page shows that part, and says that the rest is missing. */
import { render } from "lit";
import { describe, expect, test } from "vitest";
import { decodeDirectory, decodeSnapshot } from "../../src/contract/decode.js";
import { colleagues } from "../../src/desk/colleagues.js";
import type { Desk } from "../../src/desk/desk.js";
import * as allow from "../../src/state/allow.js";
import type { Event } from "../../src/state/event.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { endable } from "../../src/state/team.js";
import { anybody, colleague, type Target } from "../../src/state/target.js";
import { rejoin } from "../../src/views/cards.js";
import { header } from "../../src/views/header.js";
import { known } from "../../src/state/known.js";
import { moreColleagues, nobodyFound } from "../../src/views/people.js";
import { teamPanel } from "../../src/views/team.js";
import { transferCard } from "../../src/views/transfer.js";
import { choiceOf } from "../../src/state/choice.js";
import type { Directory, Snapshot } from "../../src/contract/types.js";
import { callAt, directoryAt, iso, snapshotAt, teamAt } from "../fixtures.js";
import { after, online, T, talking } from "./events.js";

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
  expect(part("colleagues-partial").textContent).toContain("Some colleagues could not be read, and may be missing here.");
});

test("F396: a search of which a part is missing says so, too", async () => {
  const found = await colleagues({
    directory: () => Promise.resolve({ ...directoryAt(T), more: true }),
    search: () => Promise.resolve({ at: iso(T), agents: [], partial: true }),
  }, "zo");
  expect(found.partial).toBe(true);
});

test("F396: a search that fails leaves out colleagues, and says so", async () => {
  const found = await colleagues({
    directory: () => Promise.resolve({ ...directoryAt(T), more: true }),
    search: () => Promise.reject(new Error("unavailable")),
  }, "zo");
  expect(found).toEqual({ ...directoryAt(T), more: true, partial: true });
});

test("F396: that there are more colleagues is said beside those who could not be read", () => {
  const state: State = { ...initial, directory: { ...directoryAt(T), more: true, partial: true } };
  render(null, document.body);
  render(moreColleagues(state, choiceOf(state)), document.body);
  expect(part("more-colleagues").textContent).toContain("There are more colleagues.");
  expect(part("colleagues-partial")).not.toBeNull();
});

describe("F396: nobody is there, of those who could be read", () => {
  const words = (filter: string, partial: boolean): string => {
    const directory: Directory = { at: iso(T), agents: [], ...(partial ? { partial: true } : {}) };
    const state: State = { ...initial, snapshot: snapshotAt(T), directory, compose: { ...initial.compose, filter } };
    render(null, document.body);
    render(nobodyFound(state, choiceOf(state)), document.body);
    return part("nobody-found").textContent;
  };

  test.each([
    ["", true, "It is not known who has signed in."], ["", false, "No colleague has signed in yet."],
    ["zoe", true, "It is not known whether there is a colleague of that name."], ["zoe", false, "No colleague of that name."],
    ["+44 20 7946 0123", true, "Phone numbers cannot be dialled here. Only colleagues can be brought in."],
  ])("%j, partial: %s --> %s", (filter, partial, said) => {
    expect(words(filter, partial)).toBe(said);
  });
});

describe("F396: whom to bring in, while some colleagues cannot be read", () => {
  const call = callAt(T, "talking");
  const busy = directoryAt(T).agents.filter((a) => a.presence !== "available");
  const seen = (directory: Directory): Event => ({ type: "directory", directory });
  const whole = seen(directoryAt(T));
  const rest = seen({ at: iso(T + 5000), agents: busy, partial: true });
  const choosing = (target: Target | null, ...events: Event[]): State =>
    after([...talking(), ...events.slice(0, -1), { type: "compose", compose: { target } }, ...events.slice(-1)]);
  const show = (state: State): void => {
    render(null, document.body);
    render(transferCard(state, { compose: () => undefined } as unknown as Desk, call, known(state)), document.body);
  };

  test("the next free colleague: the server decides", () => {
    const state = choosing(anybody, rest);
    expect(allow.start(state, call, "consult")).toMatchObject({ on: true, why: "" });
    show(state);
    expect(part("target-anybody").getAttribute("aria-disabled")).toBeNull();
    expect(part("target-anybody").closest("label")!.textContent).toContain("Not known");
  });

  test("the next free colleague, and nobody at all could be read: may be chosen all the same", () => {
    show(choosing(null, seen({ at: iso(T + 5000), agents: [], partial: true })));
    expect(part("target-anybody").getAttribute("aria-disabled")).toBeNull();
    expect(part("colleagues-partial")).not.toBeNull();
  });

  test("nobody is free, of all --> blocked, as ever", () => {
    const state = choosing(anybody, seen({ at: iso(T + 5000), agents: busy }));
    expect(allow.start(state, call, "consult")).toMatchObject({ on: false, why: "Nobody is free now" });
    show(state);
    expect(part("target-anybody").getAttribute("aria-disabled")).toBe("true");
    expect(part("target-anybody").closest("label")!.textContent).toContain("Nobody is free");
  });

  test("the chosen colleague is not read any more: still chosen, not known, and not blocked", () => {
    const state = choosing(colleague("bob"), whole, rest);
    expect(allow.start(state, call, "consult")).toMatchObject({ on: true, why: "" });
    show(state);
    const row = part("target-bob").closest("label")!;
    expect(row.classList.contains("chosen")).toBe(true);
    expect(row.textContent).toContain("Not known");
    expect(row.textContent).not.toContain("Available");
    expect(row.textContent).not.toMatch(/for|seen|ago/);
    // Nobody whose presence is not known counts as free.
    expect(allow.somebodyFree(state)).toBeNull();
  });

  test("a part of the list after another: nobody is twice, and who is read again is known again", () => {
    const state = choosing(colleague("bob"), whole, rest,
      seen({ at: iso(T + 10_000), agents: directoryAt(T).agents.slice(0, 1), partial: true }));
    const ids = state.directory!.agents.map((a) => a.id);
    expect(ids[0]).toBe("bob"); // who is free comes first
    expect(ids.toSorted()).toEqual(directoryAt(T).agents.map((a) => a.id).toSorted());
    expect(state.directory!.agents.filter((a) => a.presence !== "unknown").map((a) => a.id)).toEqual(["bob"]);
  });

  test("the whole list without the chosen one: they are gone", () => {
    const state = choosing(colleague("bob"), whole, rest, seen({ at: iso(T + 10_000), agents: busy }));
    expect(state.directory!.agents).toEqual(busy);
    expect(allow.start(state, call, "consult")).toMatchObject({ on: false, why: "This colleague is not in the list any more" });
  });
});

test("F396: a supervisor's choice who could not be read is not called busy", () => {
  const all = teamAt(T);
  const waits = all.waiting.list[0]!.call;
  const choice = (agents: typeof all.agents): string => {
    const state: State = { ...initial, session: "signed-in", snapshot: snapshotAt(T),
      team: { ...initial.team, view: { ...all, agents }, chosen: { [waits]: "carol" } } };
    render(null, document.body);
    render(teamPanel(state, { team: {} } as Desk), document.body);
    return part("team-offer-to").querySelector<HTMLOptionElement>("option[value=carol]")!.textContent;
  };
  const others = all.agents.list.filter((a) => a.id !== "carol");
  expect(choice({ list: others, unknown: true })).toBe("carol (not known)");
  expect(choice({ list: others, more: true })).toBe("carol (not known)");
  expect(choice({ list: others })).toBe("carol (not free)");
  const busy = { ...all.agents.list.find((a) => a.id === "carol")!, presence: "busy" as const };
  expect(choice({ list: [...others, busy], unknown: true })).toBe("Carol (not free)");
});

test.each(["waiting", "calls"] as const)("F396: who is to be cut off may only be missing: the list of %s", (name) => {
  const view = teamAt(T);
  const ending = { ...view.calls.list[0]!, actions: ["end" as const] };
  const asked = (change: Partial<typeof view>, what = ending): State["team"] =>
    ({ ...initial.team, view: { ...view, calls: { list: [] }, ...change }, ending: what });
  expect(endable({ team: asked({}) })).toBeUndefined();
  expect(endable({ team: asked({ [name]: { list: [], unknown: true } }) })).toBe(ending);
  const unlike = { ...ending, actions: [] };
  expect(endable({ team: asked({ [name]: { list: [unlike], unknown: true } }) })).toBeUndefined();
  expect(endable({ team: asked({ [name]: { list: [], unknown: true } }, unlike) })).toBeUndefined();
});

describe("F396: the queue cannot be read, or not all of it", () => {
  const hours = { open: true };
  const none = { count: 0, more: false };
  const unread = { ...none, unknown: true, unread: true };
  const notAsked = { ...none, unknown: true };
  const gone: Event = { type: "leg-gone", at: T + 60_000 };
  /** An answer of /agents/me. */
  const me = (at: number, line: Snapshot["line"], agent: Partial<Snapshot["agent"]> = {}): Event =>
    ({ type: "snapshot", snapshot: snapshotAt(at, { line, agent, hours }), at });
  const shown = (state: State): string => {
    render(null, document.body);
    render(header(state, {} as Desk), document.body);
    return part("line").textContent;
  };

  test.each([["nobody", none], ["three", { count: 3, more: false, longest: iso(T - 60_000) }]])(
    "%s waited before --> not known, until it is", (_, before) => {
      const told = after([...online, me(T + 1000, before)]);
      const unknown = reduce(told, me(T + 4000, notAsked)); // of the release before
      expect(shown(unknown)).toContain("Waiting line not known");
      // What is pushed tells nothing of the queue, and hides nothing of it.
      const pushed: Event = { type: "snapshot", pushed: true, at: T + 5000,
        snapshot: snapshotAt(T + 5000, { line: notAsked }) };
      // The answer to a command may tell of it, or that it could not be read.
      const answer: Event = { type: "snapshot", at: T + 5000, snapshot: snapshotAt(T + 5000, { line: unread }) };
      expect(shown(reduce(told, answer))).toContain("Waiting line not known");
      expect(shown(reduce(reduce(told, answer), { ...pushed, at: T + 6000 }))).toContain("Waiting line not known");
      expect(reduce(unknown, pushed).snapshot!.line.unknown).toBe(true);
      expect(reduce(told, pushed).snapshot!.line).toEqual(before);
      expect(shown(reduce(unknown, me(T + 7000, { count: 2, more: false })))).toContain("2 waiting");
    });

  test("who was cut off may rejoin: the caller may be in the queue", () => {
    const last = { last: { outcome: "lost", at: iso(T + 60_200) } };
    const cut = after([...talking(), gone, me(T + 62_300, unread, last)]);
    expect(cut.screen).toMatchObject({ is: "rejoin", why: "cut" });
    expect(reduce(cut, me(T + 70_000, unread, last)).screen.is).toBe("rejoin");
    expect(reduce(cut, me(T + 70_000, none, last)).screen.is).toBe("ended");
    const card = (state: State): string => {
      render(null, document.body);
      render(rejoin(state, {} as Desk, state.screen as Parameters<typeof rejoin>[2]), document.body);
      return document.body.textContent;
    };
    expect(card(cut)).toContain("Your caller may be waiting");
    expect(card(cut)).toContain("whether the caller is still kept for you is not known");
    expect(card(reduce(cut, me(T + 66_000, { count: 1, more: false }, last)))).toContain("Your caller is waiting");
  });

  test("a snapshot without the queue tells nothing of it", () => {
    const { line: _, ...sent } = snapshotAt(T);
    expect(decodeSnapshot(sent)?.line).toEqual(notAsked);
    expect(decodeSnapshot({ ...sent, line: { more: false } })?.line).toEqual(notAsked);
  });
});
