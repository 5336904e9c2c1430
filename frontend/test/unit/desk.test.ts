/** Signing in, going online, choosing a status, polling and heartbeats. */
import { describe, expect, test, vi } from "vitest";
import { snapshotAt } from "../fixtures.js";
import { count, desk, f, inCall, online, pass, serve, start, useDesk } from "./harness.js";

useDesk();

describe("signing in", () => {
  test("nobody --> signed-out, and nothing is asked", async () => {
    f.resumed = "signed-out";
    await start();
    expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "" });
    await pass(10_000);
    expect(f.api.log).toEqual([]);
  });

  test("refused by the issuer --> signed-out with the reason", async () => {
    f.resumed = "refused";
    await start();
    expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "refused" });
  });

  test("signed in --> offline; nobody is offered calls before Go online", async () => {
    await start();
    expect(desk.state.screen.is).toBe("offline");
    await pass(60_000);
    expect(count("beat")).toBe(0);
  });

  test("renewed in time, without leaving the page", async () => {
    await start();
    f.left = 50_000;
    const renew = vi.spyOn(f.signIn, "renew");
    await pass(2000);
    expect(renew).toHaveBeenCalledTimes(1);
    expect(desk.state.session).toBe("signed-in");
  });

  test("run out at rest --> signed-out; in a call the call goes on", async () => {
    await inCall();
    f.left = -1;
    f.renewal = "refused";
    await pass(1000);
    expect(desk.state).toMatchObject({ session: "expired", screen: { is: "in-call" } });
    f.voice.emit({ is: "gone", why: "" });
    expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "expired" });
    expect(f.voice.log.at(-1)).toBe("stop");
  });

  test("the issuer cannot be reached --> still signed in, tried ever less often; back --> renewed", async () => {
    await inCall();
    f.left = -1;
    f.renewal = "unreachable";
    const renew = vi.spyOn(f.signIn, "renew");
    await pass(60_000);
    expect(desk.state).toMatchObject({ session: "signed-in", screen: { is: "in-call" } });
    expect(renew.mock.calls.length).toBeGreaterThan(3);
    expect(renew.mock.calls.length).toBeLessThan(8);
    f.renewal = "renewed";
    await pass(30_000);
    f.left = Infinity;
    const tries = renew.mock.calls.length;
    await pass(60_000);
    expect(renew).toHaveBeenCalledTimes(tries);
  });

  test("run out in a call --> the agent renews it by a press, and goes on taking calls", async () => {
    await inCall();
    f.left = -1;
    f.renewal = "refused";
    await pass(1000);
    desk.renewSignIn();
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state).toMatchObject({ session: "expired", notice: { tone: "bad" } });
    f.renewal = "renewed";
    f.left = Infinity;
    desk.renewSignIn();
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state).toMatchObject({ session: "signed-in", wants: true });
    f.api.log.length = 0;
    await pass(10_000);
    expect(count("beat")).toBeGreaterThan(0);
  });

  test("401 that cannot be renewed --> signed-out", async () => {
    await online();
    f.api.signedOut = true;
    await pass(5000);
    expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "expired" });
  });

  test("sign out: away first, the device closed, nothing remembered", async () => {
    await online();
    await desk.signOut();
    expect(f.api.log).toContain("status away");
    expect(f.voice.log.at(-1)).toBe("stop");
    expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "chosen" });
  });
});

describe("going online", () => {
  test("microphone, tab, token, device, and only then available", async () => {
    await online();
    expect(desk.state.screen).toMatchObject({ is: "idle", status: "available" });
    expect(f.api.log.indexOf("token")).toBeLessThan(f.api.log.indexOf("status available"));
    expect(f.voice.log).toEqual(["start"]);
  });

  test("nobody is shown as ready for calls before the device is open", async () => {
    await start();
    const open = f.voice.holdStart();
    void desk.goOnline();
    await pass(1000);
    expect(desk.state).toMatchObject({ screen: { is: "offline" }, device: { is: "starting" } });
    expect(desk.state.said.polite).toBe("");
    open();
    await pass(500);
    expect(desk.state.screen.is).toBe("idle");
  });

  test.each(["denied", "absent", "taken"] as const)("F043: microphone %s --> help, offline, no device, no offer",
    async (mic) => {
    f.microphoneIs = mic;
    await start();
    await desk.goOnline();
    expect(desk.state.screen).toMatchObject({ is: "microphone-help", why: mic });
    expect(f.voice.log).toEqual([]);
    expect(f.api.log).not.toContain("status available");
    f.microphoneIs = "granted";
    await desk.goOnline();
    expect(desk.state.screen.is).toBe("idle");
  });

  test("the device cannot be opened --> offline with the reason, and never available", async () => {
    f.voice.failStart = "timeout";
    await start();
    await desk.goOnline();
    expect(desk.state).toMatchObject({ screen: { is: "offline" }, device: { is: "off", why: "timeout" } });
    expect(f.api.log).not.toContain("status available");
  });

  test("another tab in a call keeps the calls", async () => {
    f.claim = false;
    await start();
    await desk.goOnline();
    expect(f.voice.log).toEqual([]);
  });

  test("U24: a newer tab takes over --> this one lets go and says so", async () => {
    await online();
    f.tab("elsewhere");
    expect(desk.state.screen).toMatchObject({ is: "other-tab", inCall: false });
    expect(f.voice.log.at(-1)).toBe("stop");
    const before = f.api.log.length;
    await pass(30_000);
    expect(f.api.log.length).toBe(before);
  });
});

describe("choosing a status", () => {
  test("one after the other, or the older one might be the last that the server hears", async () => {
    await online();
    f.api.log.length = 0;
    const release = f.api.holdStatus();
    void desk.setStatus("away");
    void desk.setStatus("available");
    await pass(2000);
    expect(f.api.log.filter((l) => l.startsWith("status"))).toEqual(["status away"]);
    release();
    await pass(1000);
    expect(f.api.log.filter((l) => l.startsWith("status"))).toEqual(["status away", "status available"]);
    expect(desk.state.screen).toMatchObject({ is: "idle", status: "available" });
  });

  test("taken, and told by an answer that a poll has overtaken --> what the server says later is shown", async () => {
    await online();
    const release = f.api.holdStatus();
    void desk.setStatus("away");
    await pass(4000);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.screen).toMatchObject({ is: "idle", status: "away" });
    f.api.current = snapshotAt(Date.now()); // made available in another browser
    await pass(4000);
    expect(desk.state.screen).toMatchObject({ is: "idle", status: "available" });
  });

  test.each<[string, ("away" | "available")[]]>([
    ["away", ["away"]],
    ["available", ["away", "available"]],
  ])("%s before the line is open --> online, and that", async (last, presses) => {
    await start();
    const open = f.voice.holdStart();
    void desk.goOnline();
    await pass(1000);
    for (const status of presses) void desk.setStatus(status);
    await pass(1000);
    open();
    await pass(1000);
    expect(desk.state.screen).toMatchObject({ is: "idle", status: last });
  });

  test("available while the page brings a lost device back --> available with the device", async () => {
    await online();
    await desk.setStatus("away");
    f.voice.emit({ is: "lost", why: "signalling" });
    const token = f.api.holdToken();
    await pass(21_000);
    void desk.setStatus("available");
    token();
    await pass(1000);
    expect(desk.state.screen).toMatchObject({ is: "idle", status: "available" });
  });

  test("available in a call whose connection is interrupted --> it applies after the call all the same", async () => {
    await inCall();
    await desk.setStatus("away");
    f.voice.emit({ is: "reconnecting" });
    f.voice.emit({ is: "lost", why: "signalling" });
    await desk.setStatus("available");
    expect(f.api.log.at(-1)).toBe("status available");
  });
});

describe("closed while it is being opened", () => {
  const goOnline = async (): Promise<void> => {
    void desk.goOnline();
    await vi.advanceTimersByTimeAsync(0);
  };

  test.each(["token", "line"] as const)("U24: another tab takes over while the %s is waited for --> no device here, and no offer", async (what) => {
    await start();
    const release = what === "token" ? f.api.holdToken() : f.voice.holdStart();
    await goOnline();
    f.tab("elsewhere");
    release();
    await pass(1000);
    expect(desk.state).toMatchObject({ screen: { is: "other-tab" }, device: { is: "off", why: "elsewhere" },
      wants: false });
    expect(f.voice.log.at(-1)).toBe("stop");
    expect(f.api.log).not.toContain("status available");
  });

  test("signed out while going online --> not available any more", async () => {
    await start();
    const release = f.api.holdToken();
    await goOnline();
    await desk.signOut();
    release();
    await pass(1000);
    expect(f.voice.log).toEqual(["stop"]);
    expect(f.api.log.filter((l) => l.startsWith("status"))).toEqual(["status away"]);
  });

  test("a device that is being opened anew, too", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    const release = f.api.holdToken();
    await pass(21_000);
    f.tab("elsewhere");
    release();
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "stop"]);
    expect(desk.state.device).toMatchObject({ is: "off", why: "elsewhere" });
  });
});

describe("polling and beating", () => {
  test("3 s at rest, a beat at least every 10 s", async () => {
    await online();
    f.api.log.length = 0;
    await pass(30_000);
    expect(f.api.log.length).toBeGreaterThanOrEqual(9);
    expect(count("beat")).toBeGreaterThanOrEqual(3);
  });

  test("F049: hidden, the beat goes on and the polls become fewer", async () => {
    await online();
    f.isHidden = true;
    f.api.log.length = 0;
    await pass(40_000);
    expect(count("beat")).toBeGreaterThanOrEqual(4);
    expect(count("me")).toBeLessThanOrEqual(3);
  });

  test("N6: 2 s in a call, 1 s as long as the server does not know of it", async () => {
    await inCall();
    f.api.log.length = 0;
    await pass(10_000);
    expect(f.api.log.length).toBeGreaterThanOrEqual(5);
    expect(f.api.log.length).toBeLessThanOrEqual(6);
    f.api.current = snapshotAt(Date.now());
    f.api.log.length = 0;
    await pass(10_000);
    expect(f.api.log.length).toBeGreaterThanOrEqual(8);
  });

  test("1 s for a moment after a call, and then as at rest, whether or not the card is put away", async () => {
    await inCall();
    f.voice.emit({ is: "gone", why: "" });
    f.api.current = snapshotAt(Date.now());
    f.api.log.length = 0;
    await pass(10_000);
    expect(f.api.log.length).toBeGreaterThanOrEqual(9);
    f.api.log.length = 0;
    await pass(12_000);
    expect(desk.state.screen.is).toBe("ended");
    expect(f.api.log.length).toBeLessThanOrEqual(6);
  });

  test("the list of colleagues is kept true wherever it is shown", async () => {
    await inCall();
    f.voice.emit({ is: "gone", why: "" });
    f.api.current = snapshotAt(Date.now());
    await pass(2000);
    const before = f.api.directories;
    await pass(31_000);
    expect(desk.state.screen.is).toBe("ended");
    expect(f.api.directories).toBe(before + 2);
  });

  test("F038: server down --> said after the second failure; the call goes on; back --> said too", async () => {
    await inCall();
    f.api.down = true;
    await pass(4000);
    expect(desk.state.apiDownAt).toBeGreaterThan(0);
    expect(desk.state.screen.is).toBe("in-call");
    f.api.down = false;
    await pass(6000);
    expect(desk.state.apiDownAt).toBe(0);
  });

  test("what screen readers were told is gone a while later", async () => {
    await online();
    expect(desk.state.said.polite).toBe("You are available.");
    await pass(12_000);
    expect(desk.state.said).toEqual({ polite: "", urgent: "" });
  });

  test("one lost request is no news", async () => {
    await online();
    f.api.down = true;
    await pass(3500);
    f.api.down = false;
    await pass(2000);
    expect(desk.state.said.urgent).not.toContain("server");
  });

  test.each<[string, unknown]>([
    ["the snapshot", null],
    ["the snapshot as text", null],
    ["the word that something changed", { type: "changed" }],
    ["something unknown", { type: "news" }],
  ])("pushed: %s --> on the page at once", async (name, content) => {
    await inCall();
    serve("consulting");
    const pushed = f.api.current;
    if (name === "the snapshot") content = pushed;
    if (name === "the snapshot as text") content = JSON.stringify(pushed);
    f.voice.emit({ is: "message", content });
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.screen).toMatchObject({ is: "in-call", call: { state: "consulting" } });
  });
});
