/** A supervisor's own leg on the page, and what agents are told of it (F219, F221, F236). */
import { describe, expect, test } from "vitest";
import { decodeSnapshot } from "../../src/contract/decode.js";
import { ringInfo } from "../../src/contract/ring.js";
import type { Mode, Snapshot, Watching } from "../../src/contract/types.js";
import { handleKey } from "../../src/shortcuts.js";
import { watchButton } from "../../src/state/watch.js";
import { supervisorsWords, watchingWords } from "../../src/words/watch.js";
import { happening } from "../../src/words/outcome.js";
import { callAt, ringAt, RULES, snapshotAt, teamAt, teamCallAt } from "../fixtures.js";
import { count, desk, f, inCall, online, pass, problem, serve, useDesk } from "./harness.js";

const T = Date.UTC(2026, 10, 22, 10);
const ID = "CAtalking";

const watchingAt = (now: number, change: Partial<Watching> = {}): Snapshot => ({
  ...snapshotAt(now), watching: { call: ID, leg: "leg-1", mode: "listen", heard: "listen", settled: true, ...change } });

describe("words", () => {
  test.each([
    ["owner", { mode: "listen", heard: "listen" }, "Supervisor Erin listens to this call."],
    ["owner", { mode: "coach", heard: "coach" }, "Supervisor Erin coaches: only you can hear them."],
    ["target", { mode: "coach", heard: "coach" }, "Supervisor Erin coaches: only Alice can hear them."],
    ["transferor", { mode: "barge", heard: "barge" }, "Supervisor Erin talks: whoever is not on hold hears them."],
    ["owner", { mode: "coach", heard: "listen" }, "Supervisor Erin listens to this call. They are about to coach."],
    ["owner", { mode: "listen" }, "Supervisor Erin is about to join this call."],
  ] as const)("F219: the %s is told of %j", (role, s, words) => {
    const call = callAt(T, "consulting", { role, supervisors: [{ name: "Erin", ...s }] });
    expect(supervisorsWords(call)).toEqual([words]);
  });

  test.each([
    [{ mode: "listen", heard: "listen", settled: true }, "Nobody hears you."],
    [{ mode: "coach", heard: "coach", settled: true }, "Only Alice hears you."],
    [{ mode: "barge", heard: "barge", settled: true }, "Everybody who is not on hold hears you."],
    [{ mode: "listen", heard: "barge", settled: false }, "Everybody who is not on hold hears you. The phone network has not muted you yet."],
    [{ mode: "coach", heard: "listen", settled: false }, "Nobody hears you. Coaching begins when the agent is on the line and not on hold."],
    [{ mode: "coach", settled: false }, "You are being put through."],
    [{ mode: "barge", heard: "listen", settled: true, alone: true }, "The caller waits for an agent. You hear nobody, and nobody hears you."],
  ] as const)("F219: the supervisor with %j reads", (w, words) =>
    expect(watchingWords({ call: ID, leg: "l", ...w }, "Alice")).toBe(words));

  test("the history says what a supervisor did", () => {
    const erin = { agent: "erin", name: "Erin" };
    expect(["listen", "coach", "barge", "supervisor-left"].map((what) => happening({ what, ...erin }, "alice"))).toEqual([
      "Erin listened as a supervisor", "Erin coached as a supervisor", "Erin talked to all as a supervisor",
      "Erin left as a supervisor"]);
  });
});

test("F219: the snapshot and the ring are decoded; a mode of a newer server is no mode", () => {
  const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  expect(decodeSnapshot(wire(watchingAt(T)))?.watching).toEqual(watchingAt(T).watching);
  expect(decodeSnapshot(wire({ ...snapshotAt(T), watching: { call: ID, mode: "whisper" } }))?.watching).toBeUndefined();
  expect(ringInfo(new Map([["conference", ID], ["watch", "coach"]]), false).watch).toBe(true);
  expect(ringInfo(new Map([["conference", ID]]), false).watch).toBe(false);
});

describe("the desk", () => {
  useDesk();

  async function supervise(): Promise<void> {
    f.api.recordRules = { ...RULES, supervisor: true };
    await online();
    await pass(1000);
    desk.showSide("team");
    await pass(500);
  }

  async function joins(mode: Mode = "listen"): Promise<void> {
    desk.team.watch(ID, mode);
    f.voice.emit({ is: "ringing", sid: "CAown", ring: ringAt(Date.now(), { conference: ID, watch: true }) });
    f.voice.emit({ is: "open" });
    f.api.current = watchingAt(Date.now(), { mode, heard: mode });
    await pass(1500);
  }

  test("F219: a press rings the supervisor's own device, which answers by itself", async () => {
    await supervise();
    await joins();
    expect(f.api.acts[0]).toMatchObject({ action: "listen", call: ID });
    expect(f.voice.log).toContain("answer");
    expect(desk.state.screen).toMatchObject({ is: "watching", watching: { mode: "listen" } });
    expect(desk.state.said.polite).toContain("Nobody hears you.");
    desk.team.watch(ID, "coach");
    await pass(500);
    expect(f.api.acts[1]).toMatchObject({ action: "coach", call: ID });
  });

  test("F219: Leave hangs the own leg up, also when the server is away, and leaves no card of a lost call", async () => {
    await supervise();
    await joins();
    f.api.actRefusals.push(...Array.from({ length: 4 }, () => problem("unreachable", 0)));
    desk.leave();
    expect(f.voice.log).toContain("hang up");
    f.voice.emit({ is: "gone", why: "" });
    f.api.current = snapshotAt(Date.now());
    await pass(3000);
    expect(desk.state.screen.is).toBe("idle");
    expect([desk.state.recent, desk.state.rejoin, desk.state.wrapUp, desk.state.notice]).toEqual([[], null, null, null]);
  });

  test("F219: the call is over: the page says that they are out", async () => {
    await supervise();
    await joins();
    f.voice.emit({ is: "gone", why: "" });
    expect(desk.state.notice?.text).toBe("You are not in the call any more.");
    expect(desk.state.leg).toBeNull();
  });

  test("F245: the server has them in no call any more, and their leg goes on: the page ends it", async () => {
    await supervise();
    await joins("coach");
    f.api.current = snapshotAt(Date.now());
    await pass(3000);
    expect(f.voice.log).not.toContain("hang up"); // the server may be about to end it
    f.api.current = watchingAt(Date.now(), { mode: "coach", heard: "coach" });
    await pass(10_000);
    expect(f.voice.log).not.toContain("hang up");
    f.api.current = snapshotAt(Date.now());
    await pass(10_000);
    expect(f.voice.log.filter((l) => l === "hang up")).toHaveLength(1);
    f.voice.emit({ is: "gone", why: "" });
    expect(desk.state.notice?.text).toBe("You are not in the call any more.");
  });

  test("F245: who is being put through, or whose server is away, is not put out by the page", async () => {
    await supervise();
    desk.team.watch(ID, "listen");
    f.voice.emit({ is: "ringing", sid: "CAown", ring: ringAt(Date.now(), { conference: ID, watch: true }) });
    f.voice.emit({ is: "open" });
    await pass(20_000);
    expect(f.voice.log).not.toContain("hang up");
    f.api.current = watchingAt(Date.now(), { mode: "listen", heard: "listen" });
    await pass(5000);
    f.api.down = true;
    await pass(30_000);
    expect(f.voice.log).not.toContain("hang up");
  });

  test("F236: the view is asked for as long as they are in a call, whatever is shown", async () => {
    await supervise();
    await joins();
    desk.showSide("colleagues");
    f.isHidden = true;
    const before = count("team");
    await pass(10_000);
    expect(count("team") - before).toBeGreaterThanOrEqual(3);
  });

  test("F221: which buttons work, and why not", async () => {
    await supervise();
    const call = teamCallAt(Date.now(), "talking", { actions: ["listen", "barge"], supervisors: [{ name: "Zoe", mode: "coach" }] });
    const why = (mode: Mode): string => watchButton(desk.state, call, ID, mode).why;
    expect([why("listen"), why("coach")]).toEqual(["", "Another supervisor coaches in this call"]);
    await joins();
    desk.team.watch(ID, "listen"); // it is pressed already
    expect([why("listen"), why("barge"), f.api.acts.length]).toEqual(["", "", 1]);
    expect(watchButton(desk.state, call, "CAother", "listen").why).toBe("You are in another call");
  });

  test("F221: without a device they must go online first", async () => {
    f.api.recordRules = { ...RULES, supervisor: true };
    await desk.start();
    await pass(1000);
    expect(watchButton(desk.state, undefined, ID, "listen").why).toBe("Go online first: you listen through this page");
  });

  test("F219: keys change the mode and leave; without a call they lead to the view", async () => {
    const key = (code: string, k: string): boolean => handleKey(desk, { code, key: k, ctrlKey: true, shiftKey: true,
      altKey: false, metaKey: false, repeat: false }, false, () => undefined);
    await supervise();
    desk.showSide("colleagues");
    key("KeyL", "L");
    expect([desk.state.side, f.api.acts.length]).toEqual(["team", 0]);
    f.api.teamView = (now) => teamAt(now, { calls: { list: [teamCallAt(now, "talking", { actions: ["listen", "coach", "barge"] })] } });
    await pass(3000);
    await joins();
    key("KeyG", "G");
    await pass(500);
    key("KeyB", "B");
    await pass(500);
    key("Digit6", "6");
    await pass(500);
    expect(f.api.acts.map((a) => a.action)).toEqual(["listen", "coach", "barge", "leave"]);
  });

  test("F219: an agent is told, and it is said", async () => {
    await inCall();
    serve("talking", { supervisors: [{ name: "Erin", mode: "coach", heard: "coach" }] });
    await pass(3000);
    expect(desk.state.said.polite).toContain("Supervisor Erin coaches: only you can hear them.");
    serve("talking");
    await pass(3000);
    expect(desk.state.said.polite).toContain("The supervisor has left the call.");
  });
});
