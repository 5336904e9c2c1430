// @vitest-environment happy-dom
/** What is drawn of the records where a scene of the gallery does not judge it: the focus, the keyboard, whose words. */
import { render } from "lit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Snapshot } from "../../src/contract/types.js";
import { Desk } from "../../src/desk/desk.js";
import { handleKey } from "../../src/shortcuts.js";
import { AgentPage } from "../../src/views/page.js";
import { confirmSettings } from "../../src/views/emergency.js";
import { callerLine } from "../../src/views/ringing.js";
import { fakes } from "../fakes.js";
import { callAt, iso, knownAt, messageAt, recordAt, ringAt, RULES, settingsAt, snapshotAt } from "../fixtures.js";

let desk: Desk;
let page: AgentPage;
const at = (name: string): HTMLElement | null => document.querySelector(`[data-test="${name}"]`);
const focused = (): string => (document.activeElement as HTMLElement).dataset.test ?? document.activeElement?.id ?? "";

beforeEach(async () => {
  desk = new Desk(fakes());
  page = document.createElement("agent-page") as AgentPage;
  document.body.replaceChildren(page);
  page.desk = desk;
  desk.core.dispatch({ type: "signed-in" });
  desk.core.dispatch({ type: "snapshot", snapshot: snapshotAt(Date.now()), at: Date.now() });
  desk.core.dispatch({ type: "rules", rules: RULES });
  await page.updateComplete;
});
afterEach(() => page.remove());

const rings = (conference: string): void => desk.core.dispatch(
  { type: "leg-ringing", sid: "CA1", ring: ringAt(Date.now(), { conference }), at: Date.now() });

test("Done without the code that is required: the focus is on the code, each time", async () => {
  desk.core.dispatch({ type: "remembered", rejoin: null, recent: [],
    wrapUp: { call: "CA1", number: "", at: Date.now(), codeMissed: 0 } });
  await page.updateComplete;
  for (let i = 0; i < 2; i++) {
    at("dismiss-ended")!.click();
    await page.updateComplete;
    await Promise.resolve();
    expect([focused(), at("wrap-up-code-missed")?.textContent]).toEqual(["wrap-up-code", "Choose a code first."]);
    at("wrap-up-note")!.focus();
  }
});

test("the tabs: one stop for the keyboard, arrows change, and the panel is named by its tab", async () => {
  at("side-colleagues")!.focus();
  at("side-colleagues")!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  await page.updateComplete;
  expect([focused(), at("side-history")?.getAttribute("aria-selected"), at("side-history")?.tabIndex,
    at("side-colleagues")?.tabIndex]).toEqual(["side-history", "true", 0, -1]);
  expect(document.querySelector("[role=tabpanel]")?.getAttribute("aria-labelledby")).toBe("side-history");
  expect(["aside", "[role=tablist]"].map((place) => document.querySelector(place)?.getAttribute("aria-label"))).toEqual(
    ["Side panel", "What the side panel shows"]);
});

test("F374: the tab says how many messages are new, and keeps that until it is told again", async () => {
  const told = async (change: Partial<Snapshot>): Promise<string | undefined> => {
    const now = Date.now() + (later += 1000);
    desk.core.dispatch({ type: "snapshot", snapshot: { ...snapshotAt(now), ...change }, at: now });
    await page.updateComplete;
    return at("new-messages")!.textContent?.trim();
  };
  let later = 0;
  desk.core.dispatch({ type: "rules", rules: { ...RULES, messages: true } });
  const hours = { open: true };
  expect(await told({ hours })).toBe("");
  expect(await told({ hours, newMessages: 3 })).toBe("3 new");
  expect(await told({})).toBe("3 new"); // pushed
  desk.core.dispatch({ type: "side", side: "messages" });
  desk.core.dispatch({ type: "message-ask", more: false });
  desk.core.dispatch({ type: "message-page", more: false, page: { days: 30,
    messages: [messageAt(Date.now()), messageAt(Date.now(), "RE2", { state: "done", by: { id: "bob", name: "Bob" } })] } });
  expect(await told({ hours, newMessages: 3 })).toBe("1 new"); // the list is newer
  desk.core.dispatch({ type: "side", side: "colleagues" });
  expect(await told({ hours, newMessages: 0 })).toBe("");
});

test("F373: who ends the waits reads who stays, and kept places are not among those who wait", () => {
  const snapshot = { ...snapshotAt(Date.now()), line: { count: 5, more: false, kept: 2 } };
  const settings = { ...desk.state.settings, asked: { is: "end-waits" as const },
    saved: settingsAt(Date.now(), { emergency: { closed: true } }) };
  const place = document.createElement("div");
  render(confirmSettings({ ...desk.state, snapshot, settings }, desk).body, place);
  expect(place.textContent!.replace(/\s+/g, " ")).toMatch(
    /In the line \(3 now\):.*Callers whom we have called.*wait on.*Kept places \(2 now\): they stay/);
});

test.each([["the leg says so", ringAt(Date.now(), { place: true }), null],
  ["the snapshot does", ringAt(Date.now()), callAt(Date.now(), "ringing", { state: "agent-first", role: "offered",
    caller: { ...callAt(Date.now(), "ringing").caller, called: "planned" } })]] as const)(
  "F372: a ring for a kept place reads as one, and not as a caller on the line: %s", async (_how, ring, call) => {
    if (call) desk.core.dispatch({ type: "snapshot", snapshot: { ...snapshotAt(Date.now()), call }, at: Date.now() });
    desk.core.dispatch({ type: "leg-ringing", sid: "CA1", ring, at: Date.now() });
    await page.updateComplete;
    const text = at("screen-ringing")!.textContent!.replace(/\s+/g, " ");
    expect(text).toContain("A kept place");
    expect(text).toContain("Answer, and the number is called.");
    expect(text).toContain("In the line for");
    expect(text).not.toMatch(/Incoming call|Waiting for \d/);
    expect(text).toContain("No attempt is lost");
  });

test("F370: a missed call says what has become of it, and is called back by its number", async () => {
  const asked = { missed: true };
  const { name: _name, ...missed } = recordAt(Date.now(), { outcome: "abandoned", missed: true, legs: [], notes: [], id: "CA7" });
  const bob = { id: "bob", name: "Bob" };
  const later = { by: bob, at: iso(Date.now()), back: true };
  desk.core.dispatch({ type: "rules", rules: { ...RULES, missed: true, callBack: true } });
  desk.core.dispatch({ type: "snapshot", snapshot: { ...snapshotAt(Date.now()), numbers: true }, at: Date.now() });
  desk.core.dispatch({ type: "side", side: "history" });
  desk.core.dispatch({ type: "history-filter", filter: { outcome: "missed" } });
  desk.core.dispatch({ type: "history-ask", asked, more: false });
  desk.core.dispatch({ type: "history-page", asked, page: { at: iso(Date.now()), calls: [missed,
    { ...missed, id: "CA8", later: { ...later, outcome: "busy" } }, { ...missed, id: "CA9", later: { ...later, outcome: "answered" } }] } });
  await page.updateComplete;
  expect(document.querySelector("#records-title")?.textContent).toBe("Missed calls");
  const said = [...document.querySelectorAll<HTMLElement>('[data-test="later"]')].map((l) => l.textContent!.replace(/, .*\d\d:\d\d/, ""));
  expect(said).toEqual(["Open", "Open; Bob called: the number was busy", "Called back by Bob"]);
  const calls = vi.spyOn(desk.callBack, "call").mockResolvedValue();
  desk.core.dispatch({ type: "device", is: "registered", at: Date.now() });
  desk.archive.open("CA7");
  await page.updateComplete;
  at("back-record")!.click();
  expect(calls.mock.calls).toEqual([[{ call: "CA7", number: missed.caller }]]);
});

test("a record that is opened has the focus, and its row has it again afterwards", async () => {
  const asked = {};
  desk.core.dispatch({ type: "side", side: "history" });
  desk.core.dispatch({ type: "history-ask", asked, more: false });
  desk.core.dispatch({ type: "history-page", asked, page: { at: iso(Date.now()), calls: [recordAt(Date.now())] } });
  await page.updateComplete;
  at("record")!.focus();
  at("record")!.click();
  await page.updateComplete;
  await Promise.resolve();
  expect(focused()).toBe("records-title");
  at("record-back")!.focus();
  at("record-back")!.click();
  await page.updateComplete;
  await Promise.resolve();
  expect(focused()).toBe("record");
});

test("the chord for a consult goes to the list of colleagues; the history beside it stays", async () => {
  rings("CA1");
  desk.core.dispatch({ type: "leg-answering" });
  desk.core.dispatch({ type: "leg-open", at: Date.now() });
  desk.core.dispatch({ type: "snapshot", at: Date.now(),
    snapshot: snapshotAt(Date.now(), { call: callAt(Date.now(), "talking", { id: "CA1" }) }) });
  desk.core.dispatch({ type: "side", side: "history" });
  const focus = vi.fn();
  handleKey(desk, { code: "KeyC", key: "C", ctrlKey: true, shiftKey: true, altKey: false, metaKey: false, repeat: false },
    false, focus);
  await page.updateComplete;
  expect([desk.state.side, focus.mock.calls, at("filter") !== null]).toEqual(["history", [["colleague-filter"]], true]);
});

test("F217: what is known is shown for its own call only, as text", async () => {
  rings("CA1");
  const known = knownAt(Date.now(), { name: "<b>Mrs</b>" });
  desk.core.dispatch({ type: "caller", call: "CAother", known });
  await page.updateComplete;
  expect(at("known")?.textContent?.trim()).toBe("");
  desk.core.dispatch({ type: "caller", call: "CA1", known });
  await page.updateComplete;
  expect(at("known")?.textContent).toContain("<b>Mrs</b> Called 3 times before");
  expect(at("known")?.querySelector("b")).toBeNull();
  expect(desk.state.said.polite).toContain("<b>Mrs</b>. Called 3 times before");
});

test("without records there are no tabs and no place for what is known", async () => {
  rings("CA1");
  desk.core.dispatch({ type: "rules", rules: { ...RULES, records: false } });
  await page.updateComplete;
  expect([at("side-history"), at("known")]).toEqual([null, null]);
});

test("the caller's page in another system always opens in the same tab, and is told no address of ours", () => {
  render(callerLine("+442079460123", false, "https://crm.example.com/1"), document.body);
  const link = at("crm") as HTMLAnchorElement;
  expect([link.href, link.target, link.referrerPolicy || link.getAttribute("referrerpolicy")]).toEqual(
    ["https://crm.example.com/1", "agent-desk-crm", "no-referrer"]);
});

function messagesShown(): void {
  desk.core.dispatch({ type: "rules", rules: { ...RULES, messages: true } });
  desk.core.dispatch({ type: "side", side: "messages" });
  desk.core.dispatch({ type: "message-page", more: false,
    page: { messages: [messageAt(Date.now()), messageAt(Date.now(), "RE2")], days: 30 } });
}

test("a message cannot be played during a call, and its button says so", async () => {
  messagesShown();
  await page.updateComplete;
  expect(at("message-play-RE1")!.getAttribute("aria-disabled")).toBeNull();
  rings("CA1");
  await page.updateComplete;
  const listen = at("message-play-RE1")!;
  expect(listen.getAttribute("aria-disabled")).toBe("true");
  expect(document.getElementById(listen.getAttribute("aria-describedby")!)?.textContent).toBe("Not during a call");
});

async function lineShown(change: object): Promise<void> {
  desk.core.dispatch({ type: "rules", rules: { ...RULES, supervisor: true } });
  desk.core.dispatch({ type: "side", side: "line" });
  desk.core.dispatch({ type: "settings-view", view: settingsAt(Date.now(), change) });
  await page.updateComplete;
}

async function presses(name: string): Promise<void> {
  at(name)!.focus();
  at(name)!.click();
  await page.updateComplete;
  await Promise.resolve();
}

test("a message that is taken keeps the focus in its row, and its new state is said", async () => {
  messagesShown();
  await page.updateComplete;
  at("message-take-RE2")!.focus();
  desk.core.dispatch({ type: "message-act", message: "RE2", action: "take" });
  await page.updateComplete;
  desk.core.dispatch({ type: "message-acted", message: "RE2",
    now: messageAt(Date.now(), "RE2", { state: "taken", by: { id: "alice", name: "Alice" } }) });
  await page.updateComplete;
  expect((document.activeElement as HTMLElement).dataset.message).toBe("RE2");
  expect(at("said-polite")!.textContent).toBe("Message: Taken by you.");
});

test("a message that is gone leaves the focus at the title of the messages", async () => {
  messagesShown();
  await page.updateComplete;
  at("message-take-RE2")!.focus();
  desk.core.dispatch({ type: "message-acted", message: "RE2", now: null, gone: true });
  await page.updateComplete;
  expect(focused()).toBe("messages-title");
});

test("hours, a holiday and its hours that are removed leave the focus at what they stood in", async () => {
  await lineShown({ hours: { monday: [{ from: "09:00", to: "17:00" }] },
    holidays: [{ date: "2026-12-24", open: [{ from: "09:00", to: "12:00" }] }] });
  await presses("remove-hours.monday-0");
  expect((document.activeElement as HTMLElement).dataset.field).toBe("hours.monday");
  await presses("remove-holidays[0].open-0");
  expect(focused()).toBe("holiday");
  await presses("remove-holiday-0");
  expect((document.activeElement as HTMLElement).dataset.field).toBe("holidays");
});

test("the way back to the usual music leaves the focus at the choice of music", async () => {
  await lineShown({ music: { id: "0123", pieces: 2, millis: 30_000, name: "Waltz.mp3" } });
  await presses("usual-music");
  expect([focused(), at("usual-music")]).toEqual(["set-music", null]);
});

test("a button of the emergency switch that goes with the state leaves the focus at the switch", async () => {
  await lineShown({});
  at("line-close")!.focus();
  desk.core.dispatch({ type: "settings-view", view: { ...settingsAt(Date.now(), { emergency: { closed: true } }), version: 9 } });
  await page.updateComplete;
  expect(focused()).toBe("emergency");
});
