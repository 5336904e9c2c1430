import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../../src/api.js";
import { changedAt, connectChannel } from "../../src/channel.js";
import { desk, f, inCall, online, pass, serve, useDesk } from "./harness.js";

useDesk();

const HOUR = 3_600_000;
/** Within how many seconds the server wants the heartbeats of a page if it relies on another one. */
const RELIEVED = 17;
const last = (): (typeof f.channels)[number] => f.channels.at(-1)!;
const requests = (): number => f.api.log.length + f.api.directories;

/** How many requests the page makes in so much time. */
async function requestsIn(ms: number): Promise<number> {
  const before = requests();
  await pass(ms);
  return requests() - before;
}

/** A stack with the push channel. */
function withChannel(): void {
  f.api.hasChannel = true;
  f.api.beatWithin = 15;
}

async function live(): Promise<void> {
  withChannel();
  await online();
  expect(desk.state.push).toBe("live");
  await pass(2000);
}

/** The times at which the heartbeats of so much time begin. */
async function beatsIn(ms: number): Promise<number[]> {
  const began: number[] = [];
  const { setStatus } = f.api;
  const spy = vi.spyOn(f.api, "setStatus").mockImplementation((...asked) => {
    if (asked[1]) began.push(Date.now());
    return setStatus.apply(f.api, asked);
  });
  await pass(ms);
  spy.mockRestore();
  return began;
}

const longest = (times: number[]): number => Math.max(...times.slice(1).map((t, n) => t - times[n]!));

describe("requests of an hour in which nothing happens (row 10)", { timeout: 60_000 }, () => {
  test("at rest, with the channel", async () => {
    await live();
    f.api.beatWithin = RELIEVED;
    await pass(60_000);
    expect(await requestsIn(HOUR)).toBeLessThanOrEqual(250);
    expect(f.channels[0]!.pings).toBeGreaterThanOrEqual(10); // one in ten minutes would do
  });

  test("F395 at rest, as the page on which the others rely", async () => {
    await live();
    await pass(60_000);
    expect(await requestsIn(HOUR)).toBeLessThanOrEqual(280);
  });

  test("in a call, with the channel", async () => {
    withChannel();
    await inCall();
    await pass(60_000);
    expect(await requestsIn(HOUR)).toBeLessThanOrEqual(400);
  });

  test("F396 with the channel, while the queue cannot be read", async () => {
    await live();
    f.api.current = { ...f.api.current, hours: { open: true }, line: { count: 0, more: false, unknown: true } };
    await pass(20_000);
    expect(await requestsIn(60_000)).toBeGreaterThanOrEqual(18); // each three seconds, as while somebody waits
    expect(desk.state.snapshot!.line.unknown).toBe(true);
    f.api.current = { ...f.api.current, line: { count: 0, more: false } };
    await pass(20_000);
    expect(await requestsIn(60_000)).toBeLessThanOrEqual(10);
  });

  test("without the channel the page asks as often as before", async () => {
    await online();
    await pass(60_000);
    expect(await requestsIn(HOUR / 6)).toBeGreaterThan(1400 / 6);
    await inCall();
    await pass(60_000);
    expect(await requestsIn(HOUR / 6)).toBeGreaterThan(2300 / 6);
  });

  test("in a tab that nobody looks at", async () => {
    await live();
    f.isHidden = true;
    await pass(120_000);
    expect(last().closed).toBe(true); // only pages that look are told
    expect(desk.state.push).toBe("resting");
    f.api.beatWithin = RELIEVED;
    await pass(60_000);
    expect(await requestsIn(HOUR)).toBeLessThanOrEqual(250);
    f.isHidden = false;
    await pass(1000);
    expect(desk.state.push).toBe("live");
  });
});

// The clock of the callers' music: what is left of the ten or fifteen seconds is the request's and the server's.
describe("F182 no heartbeat begins later than it may", { timeout: 60_000 }, () => {
  test.each([
    ["at rest", false, 15, 13_500], ["at rest while a caller hears music", false, 10, 8500],
    ["at rest, relieved", false, RELIEVED, 15_500],
    ["in a call", true, 15, 10_000], ["in a call while a caller hears music", true, 10, 8500],
  ])("%s", async (_, talking, within, most) => {
    if (talking) {
      withChannel();
      await inCall();
    } else {
      await live();
    }
    f.api.beatWithin = within;
    await pass(60_000);
    const beats = await beatsIn(HOUR / 4);
    expect(beats.length).toBeGreaterThan(1);
    expect(longest(beats)).toBeLessThanOrEqual(most);
  });

  // A heartbeat that could not come to every caller without music wants the next one within three seconds.
  test.each([["at rest", true, false], ["without the channel", false, false], ["in a call", true, true],
    ["while callers wait", true, false]])("%s, some callers are left", async (where, channel, talking) => {
    if (channel) withChannel();
    if (talking) await inCall();
    else await online();
    if (where === "while callers wait") f.api.current = { ...f.api.current, line: { count: 3, more: false } };
    f.api.beatWithin = 3;
    await pass(20_000);
    expect(longest(await beatsIn(60_000))).toBeLessThanOrEqual(1500);
  });
});

describe("a change is shown", () => {
  test("as soon as the channel tells of it", async () => {
    await live();
    await pass(5000);
    f.api.current = { ...f.api.current, agent: { ...f.api.current.agent, status: "away", presence: "away", by: "Erin" } };
    last().changed(Date.now() + 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.snapshot?.agent.by).toBe("Erin");
  });

  test("a message of what the page has been told for long asks nothing", async () => {
    await live();
    const before = requests();
    for (const ago of [10_000, 10_001, 60_000]) last().changed(Date.parse(desk.state.snapshot!.at) - ago);
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toBe(before);
  });

  test.each([[0], [1], [3000], [9999]])("that began %i ms before an answer and was saved after it", async (ago) => {
    await live();
    await pass(30_000);
    const { at } = desk.state.snapshot!; // of a heartbeat while the change was under way
    f.api.current = { ...f.api.current, agent: { ...f.api.current.agent, status: "away", presence: "away", by: "Erin" } };
    last().changed(Date.parse(at) - ago);
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.snapshot?.agent.by).toBe("Erin");
    await pass(30_000);
    expect(f.channels.length).toBe(1); // the channel has told of it
  });

  test("callers in the queue are asked about as often as without the channel", async () => {
    await live();
    f.api.current = { ...f.api.current, line: { count: 1, more: false } };
    await pass(20_000);
    expect(await requestsIn(60_000)).toBeGreaterThan(18);
  });

  test.each([["ringing"], ["consult-ringing"], ["add-ringing"], ["completing"]] as const)(
    "a call that is %s is asked about as often as without the channel", async (state) => {
      withChannel();
      await inCall();
      serve(state);
      await pass(12_000);
      expect(await requestsIn(20_000)).toBeGreaterThanOrEqual(9);
    });
});

test("F331 signed out while the channel is there: nothing throws, and the page says so", async () => {
  await live();
  await pass(6000); // no message has come for a while
  await expect(desk.signOut()).resolves.toBeUndefined();
  expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "chosen" });
  await pass(2000);
  expect(last().closed).toBe(true);
});

describe("F331 the channel fails, and the page asks as often as without it", { timeout: 20_000 }, () => {
  /** The page asks at least each three seconds, and says that it does. */
  async function asks(): Promise<void> {
    expect(desk.state.push).toBe("down");
    const before = f.api.log.filter((l) => l === "me" || l === "beat").length;
    await pass(9000);
    expect(f.api.log.filter((l) => l === "me" || l === "beat").length - before).toBeGreaterThanOrEqual(3);
  }

  test("cut, and restored", async () => {
    await live();
    f.api.hasChannel = true;
    f.channelOpens = false;
    const before = f.api.log.length;
    last().gone();
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.log.length).toBeGreaterThan(before); // at once
    await asks();
    f.channelOpens = true;
    await pass(120_000);
    expect(desk.state.push).toBe("live");
    expect(await requestsIn(60_000)).toBeLessThanOrEqual(6);
  });

  test("refused: each connection ends at once, and the next is tried later and later", async () => {
    withChannel();
    f.channelOpens = false;
    await online();
    for (let n = 0; n < 120; n++) {
      f.channels.at(-1)?.gone();
      await pass(5000);
    }
    expect(f.channels.length).toBeGreaterThan(5);
    expect(f.channels.length).toBeLessThan(25);
    await asks();
  });

  test.each([[61_000, "soon"], [5000, "late"]] as const)(
    "failed ten times, then open for %i ms and cut: the next is tried %s", async (open, when) => {
      withChannel();
      f.channelOpens = false;
      await online();
      for (let n = 0; n < 10; n++) {
        last().gone();
        await pass(61_000);
      }
      f.channelOpens = true;
      last().gone();
      while (desk.state.push !== "live") await pass(500);
      await pass(open);
      last().gone();
      const before = f.channels.length;
      await pass(3000);
      expect(f.channels.length).toBe(before + (when === "soon" ? 1 : 0));
      await pass(60_000);
      expect(f.channels.length).toBe(before + 1);
    });

  test("down, and the computer's clock is set back by an hour: the next is tried as soon as before", async () => {
    await live();
    f.channelOpens = false;
    last().gone();
    await pass(500);
    vi.setSystemTime(Date.now() - HOUR);
    f.channelOpens = true;
    await pass(3000);
    expect(desk.state.push).toBe("live");
  });

  test("a connection that never opens, and the computer's clock is set back by an hour", async () => {
    withChannel();
    f.channelOpens = false;
    await online();
    vi.setSystemTime(Date.now() - HOUR);
    await pass(10_000);
    expect(f.channels[0]!.closed).toBe(true);
  });

  test("open, and the computer's clock is set back by an hour: it is kept alive, and closed when nobody looks", async () => {
    await live();
    vi.setSystemTime(Date.now() - HOUR);
    await pass(320_000);
    expect(f.channels[0]!.pings).toBeGreaterThan(0);
    expect(f.channels.length).toBe(1);
    f.isHidden = true;
    await pass(1000);
    vi.setSystemTime(Date.now() - HOUR);
    await pass(120_000);
    expect(last().closed).toBe(true);
  });

  test("no ticket: the server fails", async () => {
    withChannel();
    const channel = vi.spyOn(f.api, "channel").mockRejectedValue(new ApiError({ slug: "unavailable", status: 503, title: "" }));
    await online();
    await asks();
    channel.mockRestore();
    await pass(120_000);
    expect(desk.state.push).toBe("live");
  });

  test("a connection that never opens", async () => {
    withChannel();
    f.channelOpens = false;
    await online();
    await pass(10_000);
    expect(f.channels[0]!.closed).toBe(true);
    await asks();
  });

  test("flooded", async () => {
    await live();
    const before = requests();
    for (let n = 0; n < 500; n++) f.channels[0]!.changed(Date.now() + n + 1);
    await pass(500);
    expect(f.channels[0]!.closed).toBe(true);
    expect(requests() - before).toBeLessThan(5);
    await asks();
  });

  test("stale: an answer shows a change of which no message has told", async () => {
    await live();
    await pass(30_000);
    f.api.current = { ...f.api.current, agent: { ...f.api.current.agent, status: "away", presence: "away" } };
    await pass(25_000);
    expect(f.channels[0]!.closed).toBe(true);
    expect(f.channels.length).toBe(2); // another one
  });

  test("an answer that is quicker than its message does not make it stale", async () => {
    await live();
    await pass(30_000);
    f.api.current = { ...f.api.current, agent: { ...f.api.current.agent, status: "away", presence: "away" } };
    while (desk.state.snapshot?.agent.status !== "away") await pass(500);
    await pass(2000);
    last().changed(Date.now() - 3000);
    await pass(10_000);
    expect(f.channels.length).toBe(1);
  });

  test("the sign-in is about to end: another connection in time, and none with a sign-in that cannot be renewed", async () => {
    withChannel();
    f.api.channelLifeMs = 600_000;
    await online();
    await pass(2000);
    await pass(1_800_000);
    expect(f.channels.length).toBeGreaterThanOrEqual(3);
    expect(f.channels.filter((c) => !c.closed).length).toBe(1);
    f.api.channelLifeMs = 10_000;
    await pass(620_000);
    await asks();
  });

  test("messages of a connection that was given up mean nothing", async () => {
    await live();
    const old = last();
    old.gone();
    await pass(10_000);
    const before = requests();
    old.changed(Date.now() + 1);
    old.open();
    old.gone();
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toBe(before);
    expect(desk.state.push).toBe("live");
  });

  test("a stack without it is asked once", async () => {
    const channel = vi.spyOn(f.api, "channel");
    await online();
    await pass(600_000);
    expect(channel).toHaveBeenCalledTimes(1);
    expect(desk.state.push).toBe("none");
  });

  test("signed out, or another tab has the calls: it is closed", async () => {
    await live();
    f.tab("elsewhere");
    await pass(1000);
    expect(last().closed).toBe(true);
    expect(desk.state.push).not.toBe("live");
  });

  test("the server away: the page says so, whatever the channel is", async () => {
    await live();
    f.api.down = true;
    await pass(60_000);
    expect(desk.state.apiDownAt).toBeGreaterThan(0);
    f.api.down = false;
    await pass(10_000);
    expect(desk.state.apiDownAt).toBe(0);
  });
});

describe("messages", () => {
  test.each([
    ['{"type":"changed","at":"2026-03-02T09:00:00Z"}', Date.UTC(2026, 2, 2, 9)],
    ['{"type":"changed","at":"soon"}', null],
    ['{"type":"changed"}', null],
    ['{"message":"Forbidden","connectionId":"x=","requestId":"y"}', null],
    ["", null], ["null", null], ["[]", null], ["{", null], [new ArrayBuffer(3), null], [undefined, null],
  ])("%s", (data, at) => expect(changedAt(data)).toBe(at));

  test("a connection offers the ticket and the page's name of itself (F332)", () => {
    const made = vi.fn();
    vi.stubGlobal("WebSocket", class {
      constructor(...given: unknown[]) { made(...given); }
      addEventListener(): void { /* nothing comes */ }
    });
    const ticket = { address: "wss://push.example/live", protocols: ["warm-transfer", "ticket.alice.s"], until: "" };
    connectChannel(ticket, { open: vi.fn(), changed: vi.fn(), gone: vi.fn() }, "p1");
    vi.unstubAllGlobals();
    expect(made).toHaveBeenCalledWith(ticket.address, ["warm-transfer", "ticket.alice.s", "page.p1"]);
  });

  test("an address that is none ends the connection", async () => {
    const gone = vi.fn();
    vi.stubGlobal("WebSocket", class { constructor() { throw new SyntaxError(); } });
    connectChannel({ address: "?", protocols: [], until: "" }, { open: vi.fn(), changed: vi.fn(), gone }, "p1");
    await vi.advanceTimersByTimeAsync(0);
    vi.unstubAllGlobals();
    expect(gone).toHaveBeenCalledTimes(1);
  });
});

