/**
 * Random histories of one page over the real SDK: callers, agent, browser, networks and another tab act at random. The
 * page must hang up on nobody by itself, and tell the truth when everything works again. A failing history is named by
 * its seed; HISTORIES=1000 npx vitest run random tries more.
 */
import { afterEach, expect, test, vi } from "vitest";
import { fire, media, network, OPTIONS } from "./network.js";
import { ApiError, type Api } from "../../src/api.js";
import type { Status } from "../../src/contract/types.js";
import { Desk } from "../../src/desk/desk.js";
import { createTabs } from "../../src/desk/tabs.js";
import { noted } from "../../src/state/wrapup.js";
import { createVoice } from "../../src/voice.js";
import { fakes } from "../fakes.js";
import { callAt, directoryAt, iso, messageAt, settingsAt, snapshotAt, teamAt } from "../fixtures.js";
import { browser } from "./channel.js";

const HISTORIES = Number(process.env.HISTORIES ?? 40);
const STEPS = 60;
const microphone = media.getUserMedia;
const RULES = { supervisor: false, records: true, codes: [], codeRequired: false };

/** Mulberry32: the same numbers for the same seed. */
function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class World {
  readonly roll: () => number;
  readonly wrong: string[] = [];
  readonly desk: Desk;
  private readonly parts = fakes();
  private readonly channel = browser();
  private readonly other = createTabs(this.channel(), "other");
  private readonly shown = new Set<string>();
  private status: Status = "away";
  private last: { outcome: string; at: string } | null = null;
  private version = 0;
  private lag = 0;
  private asleep = false;
  private doing = "";
  /** The status that the agent chose last; "" if it was refused, which the agent is told. */
  private meant = "";
  /** What the agent has typed last about each call, and what the server has of it. */
  private readonly typed = new Map<string, string>();
  private readonly kept = new Map<string, string>();

  constructor(seed: number) {
    this.roll = dice(seed);
    network.reset();
    network.onEnd = (by, callsid) => {
      this.last = { outcome: by === "network" ? "caller-left" : "lost", at: iso(Date.now()) };
      // A sleeping page has lost its device, and one without a microphone cannot answer.
      const meant = by === "network" || ["reject", "leave", "renewLeg", "hide"].includes(this.doing)
        || this.parts.microphoneIs !== "granted";
      if (!meant && this.shown.has(callsid)) this.wrong.push(`${by} by the page itself, after ${this.doing}`);
    };
    this.desk = new Desk({
      ...this.parts, api: this.api(), voice: createVoice(OPTIONS), tabs: createTabs(this.channel(), "this"),
      microphone: () => sleep(this.pick(0, 0, 3000)).then(() => this.parts.microphoneIs),
    });
    this.desk.subscribe((now, before) => {
      if (now.leg) this.shown.add(now.leg.sid);
      if (now.refusal !== before.refusal && now.refusal?.action === "status") this.meant = "";
    });
  }

  pick<T>(...from: T[]): T {
    return from[Math.floor(this.roll() * from.length)]!;
  }

  /** The server as the desk sees it: its answers have the time of the request, and may be late or lost. */
  private api(): Api {
    const ask = async <T>(answer: (at: number) => T): Promise<T> => {
      const at = Date.now();
      await sleep(this.roll() * this.lag);
      if (this.parts.api.down) await sleep(this.pick(1, 8000));
      if (this.parts.api.down) throw new ApiError({ slug: "unreachable", status: 0, title: "" });
      const value = answer(at);
      await sleep(this.roll() * this.lag);
      return value;
    };
    const snapshot = (at: number) => {
      const [answered] = network.legs.values();
      const role = answered ? {} : ({ role: "offered", actions: ["decline"] } as const);
      const call = answered === undefined
        ? null
        : callAt(at, answered ? "talking" : "ringing", { version: ++this.version, ...role });
      return snapshotAt(at, { call, agent: { status: this.status, ...(this.last ? { last: this.last } : {}) } });
    };
    return {
      me: () => ask(snapshot),
      setStatus: (status, beat) => {
        if (beat && !network.socket.registered && !this.desk.state.leg) {
          this.wrong.push("a beat, though nothing can ring");
        }
        return ask((at) => {
          if (!beat) this.status = status;
          return snapshot(at);
        });
      },
      channel: () => ask(() => { throw new ApiError({ slug: "no-channel", status: 404, title: "" }); }),
      transfer: () => ask(snapshot),
      callBack: () => ask(snapshot),
      directory: () => ask(directoryAt),
      search: () => ask(directoryAt),
      token: () => ask((at) => {
        if (this.parts.api.tokenFails) throw new ApiError({ slug: "unavailable", status: 503, title: "" });
        return { identity: "alice", token: "token", expiresAt: iso(at + 3_600_000) };
      }),
      settings: () => ask(settingsAt),
      saveSettings: () => ask(settingsAt),
      uploadMusic: () => ask(() => ({ id: "0", pieces: 1, millis: 9000 })),
      versions: () => ask(() => []),
      sayAway: () => { this.status = "away"; },
      rules: () => ask(() => RULES),
      knownCaller: () => ask(() => ({ count: 0 })),
      calls: () => ask((at) => ({ at: iso(at), calls: [] })),
      note: (call) => ask((at) => {
        const note = this.kept.get(call);
        return note === undefined ? { version: -1 } : { version: -1, note: { by: { id: "alice", name: "Alice" }, at: iso(at), note } };
      }),
      saveNote: (call, { note }) => ask(() => {
        this.kept.set(call, note);
        return -1;
      }),
      leaveNote: () => undefined,
      team: () => ask(teamAt),
      messages: () => ask(() => ({ messages: [], days: 30 })),
      actOnMessage: (id) => ask((at) => messageAt(at, id)),
      messageSound: () => ask(() => new Blob()),
      act: () => ask(() => true as const),
    };
  }

  private ring(): void {
    if (network.socket?.registered) network.invite(`CA${++this.version}`);
  }

  private picks(status: Status, press: () => Promise<void>): void {
    if (this.doing !== "goOnline" || !this.desk.state.leg) this.meant = status;
    void press();
  }

  private write(): void {
    const call = noted(this.desk.state)?.call;
    if (!call || this.asleep) return;
    this.typed.set(call, `note ${this.roll()}`);
    this.desk.writeNote(call, { note: this.typed.get(call)! });
  }

  private readonly steps: Record<string, () => void> = {
    goOnline: () => this.picks("available", () => this.desk.goOnline()),
    available: () => this.picks("available", () => this.desk.setStatus("available")),
    away: () => this.picks("away", () => this.desk.setStatus("away")),
    answer: () => this.desk.answer(),
    reject: () => this.desk.reject(),
    leave: () => this.desk.leave(),
    renewLeg: () => this.desk.renewLeg(),
    /** The caller hangs up, and the agent writes a note on the call, or goes on with it. */
    writes: () => {
      this.steps.hangUp?.();
      setTimeout(() => this.write(), this.pick(1, 3000));
    },
    done: () => this.desk.doneWithCall(),
    rejoin: () => void (this.desk.state.screen.is === "rejoin" && this.desk.rejoin()),
    ring: () => void (network.legs.size === 0 && this.ring()),
    hangUp: () => network.legs.forEach((_open, leg) => network.end(leg)),
    /** The next caller's ring overtakes the end of the last call. */
    overtake: () => {
      const [[leg, open] = []] = network.legs;
      if (!leg || open) return;
      this.ring();
      setTimeout(() => network.end(leg), this.pick(1, 3000));
    },
    slowSound: () => void setTimeout(network.holdSound(), this.pick(10, 1000, 5000)),
    cut: () => network.socket?.break(),
    noNetwork: () => {
      network.away = true;
      network.socket?.break();
    },
    network: () => { network.away = false; },
    refused: () => network.socket?.say("error", { error: { code: this.pick(31204, 31205), message: "" } }),
    noServer: () => { this.parts.api.down = true; },
    server: () => { this.parts.api.down = false; },
    lag: () => { this.lag = this.pick(0, 0, 500, 4000); },
    noToken: () => { this.parts.api.tokenFails = this.roll() < 0.5; },
    microphone: () => {
      this.parts.microphoneIs = this.pick("granted", "granted", "taken");
      media.getUserMedia = this.parts.microphoneIs === "granted"
        ? microphone
        : () => Promise.reject(new DOMException("", "NotAllowedError"));
    },
    otherTab: () => void this.other.claim(),
    otherTabCloses: () => this.other.release(),
    hide: () => {
      if (this.asleep) return;
      this.asleep = true;
      this.desk.pageHidden();
      fire("pagehide", { persisted: true });
    },
    wake: () => {
      if (!this.asleep) return;
      this.asleep = false;
      void this.desk.pageRestored();
      fire("pageshow", { persisted: true });
    },
  };

  async start(): Promise<void> {
    await this.desk.start();
    await this.pass(500);
    this.other.start("alice", () => undefined);
  }

  async pass(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += 500) {
      if (!this.asleep) this.desk.tick();
      await vi.advanceTimersByTimeAsync(Math.min(500, ms - gone));
    }
  }

  async step(): Promise<void> {
    const often = ["writes", "writes", "writes", "done", "goOnline", "goOnline", "goOnline", "available", "ring", "ring", "ring", "answer", "answer",
      "network", "server", "wake"];
    this.doing = this.pick(...Object.keys(this.steps), ...often);
    // A sleeping page does nothing; everything else goes on.
    if (this.asleep && !["wake", "network", "noNetwork", "server", "hangUp", "otherTab"].includes(this.doing)) return;
    this.steps[this.doing]?.();
    await this.pass(this.pick(1, 20, 300, 1000, 5000, 15_000));
  }

  /** Everything works again, for long enough that all losses have been noticed. */
  async heal(): Promise<void> {
    this.parts.api.down = this.parts.api.tokenFails = network.away = false;
    this.parts.microphoneIs = "granted";
    media.getUserMedia = microphone;
    this.lag = 0;
    this.steps.wake?.();
    await this.pass(30_000);
    if (!this.desk.state.leg) this.steps.hangUp?.();
    await this.pass(90_000);
  }

  /** What the page says and the world does not. */
  untrue(): string[] {
    const { screen, leg, wants, device, tab, ...state } = this.desk.state;
    const sockets = network.sockets.filter((s) => s.readyState === 1);
    const asks = tab === "here" || leg !== null;
    const online = tab === "here" && device.is === "registered" && network.socket?.registered === true
      && sockets.length === 1;
    const checks: [string, boolean][] = [
      ["its leg is the network's", network.legs.has(leg?.sid ?? "") === (leg !== null)
        && network.legs.size === (leg ? 1 : 0)],
      ["it shows what rings", network.rings === (screen.is === "ringing")],
      ["F211: what was typed is kept", [...this.typed].every(([call, note]) => this.kept.get(call) === note)],
      ["nothing is waited for", !state.choosing && !state.pending && !state.leaving
        && !(wants && !leg && state.withdrawn) && !state.tokenFailing && !(asks && state.apiDownAt)],
      ["the agent's last word counts", !wants || leg !== null || this.meant === "" || this.meant === this.status],
      ["no screen is on the way to another", screen.is !== "connecting" && screen.is !== "rejoin"
        && (screen.is !== "ended" || screen.settled)],
      ["it is online with one line, or offline without", leg !== null
        || (wants ? online : device.is === "off" && sockets.length === 0)],
    ];
    return [...this.wrong, ...checks.filter(([, holds]) => !holds).map(([what]) => `not true: ${what}`)];
  }
}

afterEach(() => {
  media.getUserMedia = microphone;
  vi.useRealTimers();
});

test("whatever happens, in the end the page is true", async () => {
  const failed: Record<number, string[]> = {};
  for (let seed = 1; seed <= HISTORIES; seed++) {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 10) });
    vi.spyOn(Math, "random").mockImplementation(dice(-seed)); // the SDK's own delay between attempts to connect
    const world = new World(seed);
    await world.start();
    for (let i = 0; i < STEPS; i++) await world.step();
    await world.heal();
    const untrue = world.untrue();
    if (untrue.length) failed[seed] = untrue;
    vi.useRealTimers();
  }
  expect(failed).toEqual({});
}, 120_000 + HISTORIES * 3000);
