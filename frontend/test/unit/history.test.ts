/** The history: what is asked for, page by page; refusals; the export. */
import { describe, expect, test, vi } from "vitest";
import type { CallPage, CallRecord } from "../../src/contract/types.js";
import { EXPORT_MOST } from "../../src/desk/archive.js";
import { openCall } from "../../src/state/history.js";
import { directoryAt, iso, recordAt, RULES } from "../fixtures.js";
import { count, desk, f, inCall, loadAgain, pass, problem, start, useDesk } from "./harness.js";

useDesk();

const record = (id: string): CallRecord => recordAt(Date.now(), { id });
const page = (cursor: string, ...ids: string[]): CallPage =>
  ({ at: iso(Date.now()), calls: ids.map(record), ...(cursor ? { cursor } : {}) });
const shown = (): string[] => desk.state.history.calls.map((c) => c.id);

async function open(supervisor = false): Promise<void> {
  f.api.recordRules = { ...RULES, supervisor };
  await start();
  await pass(500);
  desk.showSide("history");
  await pass(500);
}

describe("the list", () => {
  test("it is asked for when the tab is opened, and anew each time", async () => {
    f.api.pages.push(page("", "CA1"), page("", "CA2", "CA1"));
    await open();
    expect([f.api.searches, shown()]).toEqual([[{}], ["CA1"]]);
    desk.showSide("history");
    desk.showSide("colleagues");
    desk.showSide("history");
    await pass(500);
    expect([f.api.searches.length, shown()]).toEqual([2, ["CA2", "CA1"]]);
  });

  test("more pages by the cursor, with the same filter; a call that is in two is listed once", async () => {
    f.api.pages.push(page("c1", "CA3", "CA2"), page("", "CA2", "CA1"));
    await open();
    desk.archive.filter({ text: "refund" }); // typed, and not searched yet
    void desk.archive.more();
    void desk.archive.more();
    await pass(500);
    expect([f.api.searches, shown(), desk.state.history.cursor]).toEqual([[{}, { cursor: "c1" }], ["CA3", "CA2", "CA1"], ""]);
  });

  test("F214: empty pages are passed over a few times, then the agent decides", async () => {
    f.api.pages.push(page("c1"), page("c2"), page("c3"), page("c4"), page("c5"), page("", "CA1"));
    await open();
    expect([f.api.searches.length, shown(), desk.state.history.cursor, desk.state.said.polite]).toEqual(
      [4, [], "c4", "Nothing found so far."]);
    void desk.archive.more();
    await pass(500);
    expect([f.api.searches.length, shown(), desk.state.history.cursor]).toEqual([6, ["CA1"], ""]);
  });

  test("F370: missed calls are one press away, where the server lists them", async () => {
    f.api.pages.push(page("", "CA1"), page("", "CA2"));
    await open();
    f.api.recordRules = { ...RULES, missed: true };
    desk.core.dispatch({ type: "rules", rules: f.api.recordRules });
    desk.archive.findMissed();
    await pass(500);
    expect([f.api.searches.at(-1), shown(), desk.state.history.filter.outcome]).toEqual([{ missed: true }, ["CA2"], "missed"]);
  });

  test("an answer to an earlier search is not shown as that of the newer one", async () => {
    await open();
    let late: (page: CallPage) => void = () => undefined;
    vi.spyOn(f.api, "calls").mockImplementationOnce(() => new Promise((resolve) => { late = resolve; }));
    desk.archive.find();
    f.api.pages.push(page("", "CAnew"));
    desk.archive.filter({ outcome: "abandoned" });
    desk.archive.find();
    await pass(500);
    late(page("", "CAold"));
    await pass(500);
    expect([shown(), desk.state.history.loading]).toEqual([["CAnew"], ""]);
  });
});

describe("the filter", () => {
  test("an agent's: number, outcome, code and text; the number is read as one of the line's country", async () => {
    await open();
    desk.archive.filter({ caller: "+44 20 7946 0123", outcome: "transferred", code: "order", text: " letter ", agent: "bob" });
    desk.archive.find();
    await pass(500);
    expect(f.api.searches.at(-1)).toEqual({ caller: "+442079460123", outcome: "transferred", code: "order", text: "letter" });
  });

  test("any agent is found: by a name that is known or searched for, by a part of it, by the id of one who has left", async () => {
    await open(true);
    const asked = async (agent: string): Promise<unknown> => {
      const before = f.api.searches.length;
      desk.archive.filter({ agent });
      desk.archive.find();
      await pass(500);
      return f.api.searches.length > before ? f.api.searches.at(-1)?.agent : desk.state.history.problem?.detail;
    };
    expect([await asked("Bob"), await asked("bob"), await asked("Bo"), await asked("zoe_left")]).toEqual(
      ["bob", "bob", "bob", "zoe_left"]);
    expect(await asked("Zoë Left")).toBe("There is no agent Zoë Left.");
    vi.spyOn(f.api, "directory").mockImplementation(() => Promise.resolve({ ...directoryAt(Date.now()), more: true }));
    desk.showSide("colleagues");
    await pass(60_000);
    desk.showSide("history");
    await pass(500);
    expect(desk.state.directory?.more).toBe(true);
    const far = (id: string, name: string) => ({ ...desk.state.directory!.agents[0]!, id, name });
    vi.spyOn(f.api, "search").mockResolvedValue({ ...desk.state.directory!, agents: [far("zoe1", "Zoë Ray"), far("zoe2", "Zoë Roe")] });
    expect(await asked("Zoë Roe")).toBe("zoe2");
    expect(await asked("Zoë")).toBe("Which agent? Zoë Ray (zoe1), Zoë Roe (zoe2).");
    expect(await asked("")).toBe(undefined);
  });

  test("a supervisor's has an agent, too", async () => {
    await open(true);
    desk.archive.filter({ agent: "bob", when: "yesterday" });
    desk.archive.setZone("UTC");
    desk.archive.find();
    await pass(500);
    expect(f.api.searches.at(-1)).toEqual({ agent: "bob", from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z" });
  });

  test("the calls of a number that is taken from a call: exactly that number, until another is typed", async () => {
    await open();
    desk.archive.findOf("07700900123");
    await pass(500);
    expect(f.api.searches.at(-1)).toEqual({ caller: "07700900123" });
    desk.archive.filter({ caller: "+447700900124" });
    desk.archive.find();
    await pass(500);
    expect(f.api.searches.at(-1)).toEqual({ caller: "+447700900124" });
    desk.archive.findAll();
    await pass(500);
    expect(f.api.searches.at(-1)).toEqual({});
  });

  test.each<[string, number, string | undefined, string]>([
    ["malformed", 400, "The span has at most 92 days.", "The span has at most 92 days."],
    ["not-supervisor", 403, undefined, "Only a supervisor may see that."],
    ["unavailable", 503, undefined, "The server is busy. Try again in a moment."],
  ])("F212: %s is said, the filter stays, and no list of another filter is shown", async (slug, status, detail, words) => {
    f.api.pages.push(page("c1", "CA1"));
    await open();
    const error = problem(slug, status);
    f.api.pages.push(Object.assign(error, { problem: { ...error.problem, ...(detail ? { detail } : {}) } }));
    desk.archive.filter({ text: "refund", when: "span", from: "2020-01-01" });
    desk.archive.find();
    await pass(500);
    const { filter, calls, cursor } = desk.state.history;
    expect([desk.state.said.urgent, filter.text, filter.from, calls, cursor]).toEqual([words, "refund", "2020-01-01", [], ""]);
  });

  test("if the next page fails, what was read stays, and it can be asked for again", async () => {
    f.api.pages.push(page("c1", "CA1"), problem("unavailable", 503), page("", "CA0"));
    await open();
    void desk.archive.more();
    await pass(500);
    expect([shown(), desk.state.history.cursor, desk.state.history.problem?.status]).toEqual([["CA1"], "c1", 503]);
    void desk.archive.more();
    await pass(500);
    expect([shown(), desk.state.history.problem]).toEqual([["CA1", "CA0"], null]);
  });
});

test("a call is opened, its number copied, and closed", async () => {
  f.api.pages.push(page("", "CA1"));
  await open();
  desk.archive.open("CA1");
  expect(openCall(desk.state.history)?.id).toBe("CA1");
  await desk.copyNumber("+442079460123");
  expect([f.copied, desk.state.notice?.text]).toEqual(["+442079460123", "Number copied."]);
  desk.archive.open("");
  expect(openCall(desk.state.history)).toBeUndefined();
});

test("the zone is remembered on this computer", async () => {
  await open(true);
  desk.archive.setZone("Pacific/Auckland");
  loadAgain();
  await start();
  expect(desk.state.history.zone).toBe("Pacific/Auckland");
});

test("a call that rings leaves the history as it is", async () => {
  f.api.recordRules = RULES;
  f.api.pages.push(page("", "CA1"));
  await inCall();
  desk.showSide("history");
  await pass(500);
  desk.archive.filter({ text: "refund" });
  desk.press("hold");
  await pass(2000);
  expect([desk.state.side, desk.state.history.filter.text, shown(), count("transfer hold")]).toEqual(["history", "refund", ["CA1"], 1]);
});

describe("the export", () => {
  const rows = (): number => (f.downloaded?.text.split("\r\n").length ?? 0) - 2;

  test("all pages of the list that is shown, each call once, in one file", async () => {
    f.api.pages.push(page("c1", "CA3"), page("c1", "CA3", "CA2"), page("c2"), page("", "CA2", "CA1"));
    await open(true);
    desk.archive.filter({ text: "refund" }); // typed, and not searched yet: it is not what is shown
    void desk.archive.export();
    void desk.archive.export();
    await pass(500);
    expect(f.api.searches).toEqual([{}, { limit: 100 }, { limit: 100, cursor: "c1" }, { limit: 100, cursor: "c2" }]);
    expect([f.downloaded?.name, rows(), desk.state.notice?.text, desk.state.history.read]).toEqual(
      ["calls-2026-11-22.csv", 3, "3 calls exported.", null]);
  });

  test("a failure for a moment is tried again; one that lasts gives no file of a part", async () => {
    f.api.pages.push(page("", "CA1"), page("c1", "CA3"), problem("unavailable", 503), page("", "CA2"));
    await open(true);
    void desk.archive.export();
    await pass(3000);
    expect(rows()).toBe(2);
    f.downloaded = null;
    f.api.pages.push(page("c1", "CA3"), ...Array.from({ length: 4 }, () => problem("unavailable", 503)));
    void desk.archive.export();
    await pass(6000);
    expect([f.downloaded, desk.state.notice?.text, desk.state.history.read]).toEqual(
      [null, "Nothing was exported. The server is busy. Try again in a moment.", null]);
  });

  test("a refusal is said", async () => {
    f.api.pages.push(page("", "CA1"), problem("not-supervisor", 403));
    await open(true);
    void desk.archive.export();
    await pass(500);
    expect(desk.state.notice?.text).toBe("Nothing was exported. Only a supervisor may see that.");
  });

  test("too many calls are said to be too many", async () => {
    await open(true);
    f.api.pages.push(page("c", ...Array.from({ length: EXPORT_MOST }, (_, i) => `CA${i}`)), page("c", "CAone"), page("", "x"));
    void desk.archive.export();
    await pass(500);
    expect(f.downloaded).toBeNull();
    expect(desk.state.notice?.text).toBe("These are more than 10,000 calls. Choose a shorter span, and export one after the other.");
  }, 30_000); // ten thousand records are made for it

  test("it can be stopped", async () => {
    await open(true);
    vi.spyOn(f.api, "calls").mockImplementation(() => new Promise((resolve) => {
      setTimeout(() => resolve(page("c", `CA${Date.now()}`)), 100);
    }));
    void desk.archive.export();
    await pass(1000);
    expect(desk.state.history.read).toBeGreaterThan(5);
    desk.archive.stop();
    await pass(1000);
    expect([f.downloaded, desk.state.history.read]).toEqual([null, null]);
  });
});
