/** What the agent does in a call, when it rings, and after a loss. */
import { describe, expect, test, vi } from "vitest";
import { recentCalls } from "../../src/state/recent.js";
import { CALLER, iso, ringAt, snapshotAt, transferAt } from "../fixtures.js";
import { count, desk, f, inCall, loadAgain, online, pass, problem, serve, start, useDesk } from "./harness.js";
import { colleague } from "../../src/state/target.js";

useDesk();

describe("presses", () => {
  const choose = (): void => desk.compose({ target: colleague("bob"), note: "  hello " });

  test("consult sends target, note and a fresh key; pending until the call changes", async () => {
    await inCall();
    await pass(6000);
    choose();
    desk.press("consult");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands).toEqual([{ action: "consult", request: "key1", target: "bob", note: "hello" }]);
    expect(f.api.shown).toEqual([desk.state.snapshot?.call?.id ?? "none"]);
    expect(desk.state.pending?.action).toBe("consult");
    serve("consult-ringing");
    await pass(1500);
    expect(desk.state).toMatchObject({ pending: null, compose: { target: null, note: "  hello " } });
  });

  test("F240: Transfer now sends target and note, says at once who has the caller, and is no loss", async () => {
    await inCall();
    await pass(6000);
    choose();
    desk.press("blind");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands).toEqual([{ action: "blind", request: "key1", target: "bob", note: "hello" }]);
    f.api.current = snapshotAt(Date.now());
    await pass(1500);
    expect(desk.state.screen).toMatchObject({ is: "in-call", call: { state: "ringing", actions: [] } });
    f.voice.emit({ is: "gone", why: "" });
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.screen).toMatchObject({ is: "ended", closing: { deliberate: true } });
    expect(desk.state.recent[0]).toMatchObject({ outcome: "transferring", with: "Bob" });
  });

  test("F241: To the line needs no target, and takes the note along", async () => {
    await inCall();
    await pass(6000);
    desk.compose({ note: " asks for a refund " });
    desk.press("requeue");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands).toEqual([{ action: "requeue", request: "key1", note: "asks for a refund" }]);
    f.voice.emit({ is: "gone", why: "" });
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.recent[0]?.outcome).toBe("requeued");
  });

  test("N6: whom the call has taken in or let go is another in the list of colleagues at once", async () => {
    await inCall();
    await pass(1500);
    const before = f.api.directories;
    serve("talking");
    await pass(1500);
    expect(f.api.directories, "nothing has changed").toBe(before);
    serve("consult-ringing");
    await pass(2000);
    expect(f.api.directories).toBe(before + 1);
  });

  test.each(["consulting", "talking", ""] as const)("consult ringing --> the transferor hears it ring, until %o",
    async (next) => {
    await inCall("consult-ringing");
    await pass(3000);
    expect(f.ringing).toEqual(["start"]);
    if (next) serve(next);
    else f.voice.emit({ is: "gone", why: "" });
    await pass(2500);
    expect(f.ringing).toEqual(["start", "stop"]);
  });

  test("F052: a double click is one request; what is not listed is none", async () => {
    await inCall();
    desk.hold();
    desk.hold();
    desk.press("swap");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands.map((c) => c.action)).toEqual(["hold"]);
  });

  test("N7: an unanswered request is sent again with the same key", async () => {
    await inCall();
    f.api.refusals = [problem("unreachable", 0), problem("unavailable", 503)];
    f.api.onTransfer = () => serve("talking", { held: ["caller"], actions: ["resume", "consult", "add", "end"] });
    desk.hold();
    await vi.advanceTimersByTimeAsync(5000);
    expect(f.api.commands.map((c) => c.request)).toEqual(["key1", "key1", "key1"]);
    expect(desk.state).toMatchObject({ pending: null, refusal: null });
  });

  test("N7: and again when something else of the call has changed meanwhile", async () => {
    await inCall();
    f.api.refusals = [problem("unavailable", 503), problem("wrong-state", 409)];
    desk.hold();
    serve("talking", { actions: ["hold", "end"] });
    f.voice.emit({ is: "message", content: f.api.current });
    expect(desk.state.pending, "something else was seen").toBeNull();
    await vi.advanceTimersByTimeAsync(2000);
    expect(f.api.commands.map((c) => c.request)).toEqual(["key1", "key1"]);
    expect(desk.state.refusal).toMatchObject({ action: "hold", problem: { slug: "wrong-state" } });
  });

  test("but not after the agent has pressed something else", async () => {
    await inCall();
    f.api.refusals = [problem("unavailable", 503)];
    desk.hold();
    await vi.advanceTimersByTimeAsync(0);
    serve("talking", { actions: ["hold", "consult", "end"] });
    f.voice.emit({ is: "message", content: f.api.current });
    desk.press("end");
    await vi.advanceTimersByTimeAsync(3000);
    expect(f.api.commands.map((c) => c.action)).toEqual(["hold", "end"]);
  });

  test("nor in another call", async () => {
    await inCall();
    f.api.refusals = [problem("unavailable", 503)];
    desk.press("end");
    await vi.advanceTimersByTimeAsync(0);
    f.voice.emit({ is: "gone", why: "" });
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now()) });
    await vi.advanceTimersByTimeAsync(3000);
    expect(f.api.commands).toHaveLength(1);
  });

  test("F079: a refusal is shown and sent once; the new state is asked for", async () => {
    await inCall("consulting");
    f.api.refusals = [problem("wrong-state", 409)];
    serve("talking");
    desk.press("complete");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands).toHaveLength(1);
    expect(desk.state).toMatchObject({ refusal: { action: "complete", problem: { slug: "wrong-state" } },
      screen: { call: { state: "talking" } } });
  });

  test("a press that shows no effect is not pending for ever", async () => {
    await inCall();
    desk.hold();
    await pass(12_000);
    expect(desk.state.pending).toBeNull();
  });

  test("hold is resume when the caller is held", async () => {
    await inCall();
    serve("talking", { held: ["caller"], actions: ["resume", "end"] });
    await pass(1500);
    desk.hold();
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands.map((c) => c.action)).toEqual(["resume"]);
  });

  test("U18: End call asks first; Leave in three-way is complete; Leave of the target hangs up their own leg",
    async () => {
    await inCall("three-way");
    desk.askEnd();
    expect(desk.state.panel).toBe("confirm-end");
    expect(f.api.commands).toEqual([]);
    desk.panel("");
    desk.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands.map((c) => c.action)).toEqual(["complete"]);
    expect(f.voice.log).not.toContain("hang up");
  });

  test("Leave as target, even with the server away (F038)", async () => {
    await inCall("three-way");
    serve("three-way", { role: "target", actions: [],
      transfer: transferAt(Date.now(), { by: { id: "bob", name: "Bob" } }) });
    await pass(1500);
    f.api.down = true;
    desk.leave();
    expect(f.voice.log.at(-1)).toBe("hang up");
    expect(desk.state.recent[0]?.outcome).toBe("left");
  });
});

describe("ringing", () => {
  test("U3: alerts call and fall silent", async () => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    f.voice.emit({ is: "gone", why: "" });
    expect(f.rung).toEqual(["Incoming call", "quiet"]);
    expect(desk.state.notice).toBeNull(); // the server is about to say why
    await pass(7000);
    expect(desk.state.notice?.text).toBe("It stopped ringing.");
  });

  const CALLER_WORDS = "+44 20 7946 0123";
  const stops = async (outcome: string, more: object = {}): Promise<string | undefined> => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    await pass(2000);
    f.voice.emit({ is: "gone", why: "" });
    await pass(500);
    const recent = [{ outcome, at: iso(Date.now()), caller: CALLER, call: "CAconference1", rang: true as const,
      ...more }];
    f.api.current = snapshotAt(Date.now(), { agent: { recent } });
    await pass(2000);
    return desk.state.notice?.text;
  };

  test.each<[string, object, string]>([
    ["caller-left", {}, `${CALLER_WORDS}: the caller hung up before you answered.`],
    ["cancelled", { with: "Bob" }, `${CALLER_WORDS}: Bob took the call back.`],
    ["no-answer", {}, `${CALLER_WORDS}: you missed the call.`],
    ["ended", {}, `${CALLER_WORDS}: the call was ended before you answered.`],
    ["failed:500", {}, `${CALLER_WORDS}: it stopped ringing because of a fault.`],
  ])("F192: it stopped ringing, %s --> own words, and the caller in the list", async (outcome, more, words) => {
    expect(await stops(outcome, more)).toBe(words);
    expect(recentCalls(desk.state)[0]).toMatchObject({ number: CALLER, rang: true, outcome, talkedMs: 0 });
  });

  test("F192: of an older ring of the same call nothing is taken", async () => {
    expect(await stops("caller-left", { at: iso(Date.now() - 60_000) })).toBeUndefined();
  });

  test("F192: declined here --> said at once", async () => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now(), { number: "" }) });
    desk.reject();
    f.voice.emit({ is: "gone", why: "" });
    expect(desk.state.notice?.text).toBe("Private number: you declined the call.");
  });

  test("F192: answered on another page --> said so", async () => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    f.voice.emit({ is: "gone", why: "" });
    serve("talking");
    await pass(2000);
    expect(desk.state.notice?.text).toBe(`${CALLER_WORDS}: answered by you on another page.`);
  });

  test("F136: the caller hangs up as it is answered --> said so", async () => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    desk.answer();
    f.voice.emit({ is: "gone", why: "" });
    await pass(7000);
    expect(desk.state).toMatchObject({ screen: { is: "idle" },
      notice: { text: "The call was over before it could be answered.", tone: "info" } });
  });

  test("answered, and the server never knows of it --> the agent gets out, and the caller is not lost by it",
    async () => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    desk.answer();
    f.voice.emit({ is: "open" });
    await pass(10_000);
    desk.hangUp();
    expect(f.voice.log).toContain("hang up");
    expect(f.api.commands).toEqual([]);
    await pass(3000);
    expect(desk.state.screen).toMatchObject({ is: "ended", closing: { deliberate: false } });
  });

  test.each([
    ["denied", "denied"], ["absent", "absent"], ["taken", "taken"],
    ["granted", "taken"], // asked again by now: it belonged to another agent for a moment
  ] as const)("F043: the microphone fails at the answer, %s --> away, closed, help: %s", async (mic, why) => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    f.microphoneIs = mic;
    desk.answer();
    f.voice.emit({ is: "gone", why: "microphone" });
    await pass(500);
    expect(desk.state.screen).toMatchObject({ is: "microphone-help", why });
    expect(f.api.log).toContain("status away");
    expect(f.voice.log.at(-1)).toBe("stop");
  });

  test("F043: the help is left before the browser has said what is wrong --> it does not come back", async () => {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    f.microphoneIs = "absent";
    desk.answer();
    f.voice.emit({ is: "gone", why: "microphone" });
    desk.leaveMicrophoneHelp();
    await pass(500);
    expect(desk.state.screen.is).toBe("offline");
  });

  async function rung(): Promise<void> {
    await online();
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    desk.decline("busy");
    expect(f.api.commands, "not before the server offers it").toEqual([]);
    serve("consult-ringing", { role: "offered", actions: ["decline"] });
    await pass(1500);
    f.voice.log.length = 0;
  }

  test("U15, F381: declined with a reason --> told to the server, then the ring stops here too", async () => {
    await rung();
    f.api.onTransfer = () => {
      expect(f.voice.log, "not before the server has the reason").toEqual([]);
      f.api.current = snapshotAt(Date.now());
    };
    desk.decline("busy");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands).toEqual([{ action: "decline", request: "key1", reason: "busy" }]);
    expect(f.voice.log).toEqual(["reject"]);
    f.voice.emit({ is: "gone", why: "" });
    expect(desk.state).toMatchObject({ leg: null, notice: { text: "+44 20 7946 0123: you declined the call." } });
  });

  test.each([
    ["refused", () => { f.api.refusals = [problem("wrong-state", 409)]; }],
    ["another leg rings by then", () => {
      f.api.onTransfer = () => {
        f.voice.emit({ is: "gone", why: "" });
        f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now()) });
      };
    }],
    ["answered meanwhile", () => { f.api.onTransfer = () => desk.answer(); }],
  ] as const)("U15, F381: declined with a reason, %s --> nothing is rejected", async (_, then) => {
    await rung();
    then();
    desk.decline("busy");
    await vi.advanceTimersByTimeAsync(0);
    expect(f.api.commands).toHaveLength(1);
    expect(f.voice.log).not.toContain("reject");
    expect(desk.state.leg).not.toBeNull();
  });

  test("reject and answer act on a ringing leg only", async () => {
    await online();
    desk.reject();
    desk.answer();
    expect(f.voice.log).toEqual(["start"]);
  });
});

describe("F032: a reload in a call", () => {
  async function reload(): Promise<void> {
    await inCall();
    loadAgain();
    serve("waiting", { role: "offered", actions: [] });
    f.api.current = snapshotAt(Date.now());
    await start();
  }

  test("--> rejoin card; one press goes online and takes the ring that follows", async () => {
    await reload();
    expect(desk.state.screen).toMatchObject({ is: "rejoin", why: "reload" });
    await desk.rejoin();
    f.voice.log.length = 0;
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now()) });
    expect(f.voice.log).toEqual(["answer"]);
  });

  test("a ring that says nothing is taken once the server says whose it is", async () => {
    await reload();
    await desk.rejoin();
    f.voice.log.length = 0;
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now(), { conference: "" }) });
    expect(f.voice.log).toEqual([]);
    serve("ringing", { role: "offered", actions: [] });
    await pass(2000);
    expect(f.voice.log).toEqual(["answer"]);
  });

  test("nor one that the server says is another caller's", async () => {
    await reload();
    await desk.rejoin();
    f.voice.log.length = 0;
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now(), { conference: "" }) });
    serve("ringing", { id: "CAother", role: "offered", actions: [] });
    await pass(3000);
    expect(f.voice.log).toEqual([]);
  });

  test("another caller's ring is not answered for the agent", async () => {
    await reload();
    await desk.rejoin();
    f.voice.log.length = 0;
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now(), { conference: "CAother" }) });
    await pass(2000);
    expect(f.voice.log).toEqual([]);
    expect(desk.state.screen.is).toBe("ringing");
  });

  test("a call that ended as it should is nothing to rejoin", async () => {
    await inCall();
    desk.press("end");
    f.voice.emit({ is: "gone", why: "" });
    loadAgain();
    f.api.current = snapshotAt(Date.now());
    await start();
    expect(desk.state.screen.is).toBe("offline");
  });

  test("F046: a fresh leg for one-way audio is a loss on purpose, and taken up again", async () => {
    await inCall();
    f.api.current = snapshotAt(Date.now(), { agent: { last: { outcome: "lost", at: iso(Date.now()) } } });
    desk.renewLeg();
    expect(desk.state.screen).toMatchObject({ is: "rejoin", asked: true });
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now()) });
    expect(f.voice.log.slice(-2)).toEqual(["hang up", "answer"]);
  });
});

describe("F032: cut off with the page alive", () => {
  async function cutOff(presence: "available" | "wrap-up"): Promise<void> {
    await inCall();
    const now = Date.now();
    f.api.current = snapshotAt(now, { agent: { presence, last: { outcome: "lost", at: iso(now) } } });
    f.voice.emit({ is: "gone", why: "" });
    await pass(3000);
  }

  test.each(["available", "wrap-up"] as const)("%s: the press tells the server at once that the agent is there",
    async (presence) => {
    await cutOff(presence);
    const before = count("beat");
    await desk.rejoin();
    expect(count("beat") - before).toBe(1);
    expect(count("status available")).toBe(1); // from going online; the later choice stays
  });

  test("and again each second, should the server not know yet that the call is lost", async () => {
    await cutOff("available");
    await desk.rejoin();
    const before = count("beat");
    await pass(3000);
    expect(count("beat") - before).toBeGreaterThanOrEqual(2);
    serve("ringing", { role: "offered", actions: [] });
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now()) });
    f.voice.emit({ is: "open" });
    serve("talking");
    await pass(2000);
    const taken = count("beat");
    await pass(6000);
    expect(count("beat") - taken).toBeLessThanOrEqual(1);
  });
});

test("F046: with a colleague on the way nothing is hung up", async () => {
  await inCall("consult-ringing");
  desk.renewLeg();
  expect(f.voice.log).not.toContain("hang up");
});

test("N9: diagnostics carry no number, name, note or token", async () => {
  await inCall();
  desk.compose({ target: colleague("bob"), note: "Mrs Young, 020 7946 0123" });
  desk.press("consult");
  desk.core.notice("call +442079460123", "info");
  await pass(2000);
  await desk.copyDiagnostics();
  expect(f.copied).toContain("Screen in-call");
  expect(f.copied).toContain("press action=consult");
  expect(f.copied).not.toMatch(/7946|Young|token\d|Bob|\+\d{8,}/);
});
