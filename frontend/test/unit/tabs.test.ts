import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTabs, type Channel, type Tabs } from "../../src/desk/tabs.js";
import type { TabState } from "../../src/state/state.js";
import { browser } from "./channel.js";

let channel: () => Channel;
beforeEach(() => {
  vi.useFakeTimers();
  channel = browser();
});
afterEach(() => {
  vi.useRealTimers();
});

async function tab(id: string, agent = "alice"): Promise<{ tabs: Tabs; is: () => TabState }> {
  let is: TabState = "here";
  const tabs = createTabs(channel(), id);
  tabs.start(agent, (now) => (is = now));
  await vi.advanceTimersByTimeAsync(10);
  return { tabs, is: () => is };
}

async function claim(tabs: Tabs): Promise<boolean> {
  const claimed = tabs.claim();
  await vi.advanceTimersByTimeAsync(300);
  return claimed;
}

test("a tab alone takes the calls", async () => {
  const one = await tab("1");
  expect(await claim(one.tabs)).toBe(true);
  expect(one.is()).toBe("here");
});

test("a second tab is told of the first; when it claims, the newest wins", async () => {
  const one = await tab("1");
  await claim(one.tabs);
  const two = await tab("2");
  expect(two.is()).toBe("elsewhere");
  expect(await claim(two.tabs)).toBe(true);
  expect(one.is()).toBe("elsewhere");
});

test("a tab in a call keeps the calls", async () => {
  const one = await tab("1");
  await claim(one.tabs);
  one.tabs.inCall(true);
  const two = await tab("2");
  expect(two.is()).toBe("elsewhere-in-call");
  expect(await claim(two.tabs)).toBe(false);
  expect(one.is()).toBe("here");
  one.tabs.inCall(false);
  await vi.advanceTimersByTimeAsync(10);
  expect(two.is()).toBe("elsewhere");
});

test("of two that claim it in the same moment the later one has it", async () => {
  const [one, two] = [await tab("1"), await tab("2")];
  const first = one.tabs.claim();
  await vi.advanceTimersByTimeAsync(100);
  const second = two.tabs.claim();
  await vi.advanceTimersByTimeAsync(300);
  expect([await first, await second]).toEqual([false, true]);
});

test("a tab that closes gives the calls up", async () => {
  const one = await tab("1");
  await claim(one.tabs);
  const two = await tab("2");
  one.tabs.release();
  await vi.advanceTimersByTimeAsync(10);
  expect(two.is()).toBe("here");
});

test("another agent's tab in the same browser is none of our business", async () => {
  const alice = await tab("1", "alice");
  await claim(alice.tabs);
  const bob = await tab("2", "bob");
  expect(await claim(bob.tabs)).toBe(true);
  expect([alice.is(), bob.is()]).toEqual(["here", "here"]);
});
