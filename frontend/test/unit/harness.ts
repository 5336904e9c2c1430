/** A desk over fakes, with a clock that advances only when told to; shared by the tests of the desk. */
import { afterEach, beforeEach, expect, vi } from "vitest";
import { ApiError } from "../../src/api.js";
import type { CallState } from "../../src/contract/types.js";
import { Desk } from "../../src/desk/desk.js";
import { fakes, type Fakes } from "../fakes.js";
import { callAt, ringAt, snapshotAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
export let f: Fakes;
export let desk: Desk;

/** Call this once in each file of tests. */
export function useDesk(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: T });
    f = fakes();
    desk = new Desk(f);
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Reloads the page: a new desk, with the storage of the tab and the computer. */
export function loadAgain(): void {
  desk = new Desk(f);
}

/** Lets time pass with the desk's two ticks a second. */
export async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 500) {
    desk.tick();
    await vi.advanceTimersByTimeAsync(Math.min(500, ms - gone));
  }
}

export async function start(): Promise<void> {
  await desk.start();
  await pass(500);
}

export async function online(): Promise<void> {
  await start();
  const going = desk.goOnline();
  await vi.advanceTimersByTimeAsync(0);
  await going;
  await pass(500);
}

export function serve(state: CallState, change: Parameters<typeof callAt>[2] = {}): void {
  f.api.current = snapshotAt(Date.now(), { call: callAt(Date.now(), state, change) });
}

export async function inCall(state: CallState = "talking"): Promise<void> {
  await online();
  f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
  desk.answer();
  f.voice.emit({ is: "open" });
  serve(state);
  await pass(1500);
  expect(desk.state.screen).toMatchObject({ is: "in-call", call: { state } });
}

export const count = (what: string): number => f.api.log.filter((l) => l === what).length;
export const problem = (slug: string, status: number): ApiError => new ApiError({ slug, status, title: "" });
