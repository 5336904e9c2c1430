/** Signing in, going online, polling and beating, and what happens when line or token are lost. */
import { describe, expect, test, vi } from "vitest";
import { snapshotAt, ringAt } from "../fixtures.js";
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

  test("sign out: away first, the line closed, nothing remembered", async () => {
    await online();
    await desk.signOut();
    expect(f.api.log).toContain("status away");
    expect(f.voice.log.at(-1)).toBe("stop");
    expect(desk.state.screen).toMatchObject({ is: "signed-out", why: "chosen" });
  });
});

describe("going online", () => {
  test("microphone, tab, token, line, and only then available", async () => {
    await online();
    expect(desk.state.screen).toMatchObject({ is: "idle", status: "available" });
    expect(f.api.log.indexOf("token")).toBeLessThan(f.api.log.indexOf("status available"));
    expect(f.voice.log).toEqual(["start"]);
  });

  test("nobody is shown as ready for calls before the line is open", async () => {
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

  test.each(["denied", "absent", "taken"] as const)("F043: microphone %s --> help, offline, no line, no offer", async (mic) => {
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

  test("the line cannot be opened --> offline with the reason, and never available", async () => {
    f.voice.failStart = "timeout";
    await start();
    await desk.goOnline();
    expect(desk.state).toMatchObject({ screen: { is: "offline" }, device: { is: "off", why: "timeout" } });
    expect(f.api.log).not.toContain("status available");
  });

  test("another tab in a call keeps the line", async () => {
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

  test("available while the page brings a lost line back --> available with the line", async () => {
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

  test.each(["token", "line"] as const)("U24: another tab takes over while the %s is waited for --> no line here, and no offer", async (what) => {
    await start();
    const release = what === "token" ? f.api.holdToken() : f.voice.holdStart();
    await goOnline();
    f.tab("elsewhere");
    release();
    await pass(1000);
    expect(desk.state).toMatchObject({ screen: { is: "other-tab" }, device: { is: "off", why: "elsewhere" }, wants: false });
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

  test("a line that is being opened anew, too", async () => {
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
    ["snapshot in an envelope", { type: "snapshot", snapshot: null }],
    ["the same as text", "text"],
    ["the word that something changed", { type: "changed" }],
    ["something unknown", { type: "news" }],
  ])("pushed: %s --> on the page at once", async (name, content) => {
    await inCall();
    serve("consulting");
    const pushed = f.api.current;
    if (name.startsWith("snapshot")) content = { type: "snapshot", snapshot: pushed };
    if (name.startsWith("the same")) content = JSON.stringify({ type: "snapshot", snapshot: pushed });
    f.voice.emit({ is: "message", content });
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.state.screen).toMatchObject({ is: "in-call", call: { state: "consulting" } });
  });
});

describe("losing and regaining the line", () => {
  test("F037: away after 10 s and no beat; back --> available by itself", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(9000);
    expect(f.api.log).not.toContain("status away");
    f.api.log.length = 0;
    await pass(3000);
    expect(f.api.log).toContain("status away");
    f.api.log.length = 0;
    await pass(8000);
    expect(count("beat")).toBe(0);
    f.voice.emit({ is: "registered" });
    await pass(500);
    expect(f.api.log).toContain("status available");
    expect(desk.state).toMatchObject({ device: { is: "registered" }, withdrawn: false });
  });

  test("F037: back before the server is --> available as soon as the server takes it", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(12_000);
    f.api.down = true;
    f.voice.emit({ is: "registered" });
    await pass(9000);
    f.api.down = false;
    await pass(10_000);
    expect(desk.state).toMatchObject({ withdrawn: false, snapshot: { agent: { status: "available" } } });
  });

  test("chosen away while the page tries to put him back --> he stays away", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(12_000);
    f.api.down = true;
    f.voice.emit({ is: "registered" });
    void desk.setStatus("away");
    await pass(3000);
    f.api.down = false;
    await pass(20_000);
    expect(desk.state.snapshot?.agent.status).toBe("away");
  });

  test("away by a choice that is still on its way is the agent's own, too", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(9000);
    const release = f.api.holdStatus();
    void desk.setStatus("away");
    await pass(3000);
    release();
    f.voice.emit({ is: "registered" });
    await pass(5000);
    expect(desk.state.snapshot?.agent.status).toBe("away");
  });

  test("away by choice is not made available when the line comes back", async () => {
    await online();
    await desk.setStatus("away");
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(12_000);
    f.api.log.length = 0;
    f.voice.emit({ is: "registered" });
    await pass(1000);
    expect(f.api.log).not.toContain("status available");
  });

  test("a line that does not come back by itself is opened anew", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "expired" });
    await pass(45_000);
    expect(f.voice.log.filter((l) => l === "start").length).toBeGreaterThanOrEqual(2);
    expect(desk.state.device.is).toBe("registered");
  });

  test("F047: destroyed, or out of the back/forward cache --> a new line", async () => {
    await online();
    f.voice.emit({ is: "destroyed" });
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "stop", "start"]);
    desk.pageHidden();
    expect(f.api.log).toContain("say away");
    await desk.pageRestored();
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "stop", "start", "stop", "start"]);
    expect(f.api.log.at(-1)).not.toBe("say away");
    expect(desk.state.snapshot?.agent.status).toBe("available");
  });

  // The SDK brings the old line back by itself, and a call that rang on it would be rejected when it is replaced.
  test("F047: out of the cache --> nothing rings on the old line, and no call is offered before the new one is there", async () => {
    await online();
    desk.pageHidden();
    f.api.log.length = 0;
    const restored = desk.pageRestored();
    expect(f.voice.log).toEqual(["start", "stop"]);
    expect(desk.state.device.is).toBe("lost");
    expect(f.api.log).not.toContain("status available");
    await restored;
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "stop", "start"]);
    expect(desk.state.snapshot?.agent.status).toBe("available");
  });

  test("F047: a call that rings while another line is being opened is kept", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    const token = f.api.holdToken();
    await pass(21_000);
    f.voice.emit({ is: "registered" });
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    token();
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "refresh"]);
    expect(desk.state.screen.is).toBe("ringing");
  });

  test.each(["rings", "is back"])("the line %s while the agent goes online again --> it is kept", async (what) => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    const token = f.api.holdToken();
    void desk.setStatus("available");
    await vi.advanceTimersByTimeAsync(0);
    f.voice.emit({ is: "registered" });
    if (what === "rings") f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    token();
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "refresh"]);
    expect(desk.state).toMatchObject({ screen: { is: what === "rings" ? "ringing" : "idle" }, device: { is: "registered" } });
  });

  test("it rings on a line whose token was refused --> kept for the call, and opened anew after it", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "expired" });
    const token = f.api.holdToken();
    void desk.setStatus("available");
    await vi.advanceTimersByTimeAsync(0);
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    token();
    await pass(20_000);
    expect(f.voice.log).toEqual(["start", "refresh"]);
    f.voice.emit({ is: "gone", why: "" });
    await pass(1000);
    expect(f.voice.log).toEqual(["start", "refresh", "start"]);
    expect(desk.state).toMatchObject({ screen: { is: "idle" }, device: { is: "registered" } });
  });

  test.each(["opened anew by itself", "asked for by the agent"])("the line is back before the token fails with which it is %s --> it is kept", async (by) => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    const token = f.api.holdToken();
    if (by === "asked for by the agent") void desk.setStatus("available");
    await pass(21_000);
    f.voice.emit({ is: "registered" });
    f.api.tokenFails = true;
    token();
    await pass(15_000);
    expect(desk.state).toMatchObject({ screen: { is: "idle", status: "available" }, device: { is: "registered" }, withdrawn: false });
    expect(f.voice.log).toEqual(["start"]);
  });

  test("F043: lost, and the microphone is gone when he goes online again --> away and closed: nothing rings here", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    f.microphoneIs = "taken";
    await desk.setStatus("available");
    await pass(500);
    expect(desk.state).toMatchObject({ screen: { is: "microphone-help" }, wants: false });
    expect(f.voice.log.at(-1)).toBe("stop");
    expect(f.api.log).toContain("status away");
  });

  test("lost, and the agent does not get online again --> the old line does not come back behind his back", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    f.api.tokenFails = true;
    await desk.setStatus("available");
    expect(desk.state).toMatchObject({ screen: { is: "offline" }, device: { is: "off", why: "token-unavailable" } });
    expect(f.voice.log.at(-1)).toBe("stop");
  });

  test.each(["away", "wrap-up"] as const)("F047: %s by choice --> out of the cache he is not made available", async (status) => {
    await online();
    await desk.setStatus(status);
    desk.pageHidden();
    await desk.pageRestored();
    await pass(1000);
    expect(desk.state).toMatchObject({ device: { is: "registered" }, snapshot: { agent: { status } } });
    expect(f.api.log.slice(f.api.log.indexOf(`status ${status}`))).not.toContain("status available");
  });

  test("F047: out of the cache while another tab is in a call --> that one keeps the line", async () => {
    await online();
    desk.pageHidden();
    f.claim = false;
    await desk.pageRestored();
    await pass(1000);
    expect(desk.state.screen).toMatchObject({ is: "other-tab", inCall: true });
    expect(f.voice.log.filter((l) => l === "start")).toHaveLength(1);
  });

  test("a page closed in a call does not say away: the loss is for the server to see", async () => {
    await inCall();
    desk.pageHidden();
    expect(f.api.log).not.toContain("say away");
  });

  test("F035: reconnecting in a call changes no status", async () => {
    await inCall();
    f.voice.emit({ is: "reconnecting" });
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(15_000);
    expect(f.api.log).not.toContain("status away");
    expect(desk.state.leg?.lostAt).toBe(Date.now() - 15_000);
    f.voice.emit({ is: "open" });
    expect(desk.state.leg).toMatchObject({ phase: "open", lostAt: 0 });
  });
});

describe("the voice token", () => {
  test("F040: renewed at 80 % of its life, at rest", async () => {
    f.api.tokenLifeMs = 100_000;
    await online();
    await pass(78_000);
    expect(f.voice.log).toEqual(["start"]);
    await pass(4000);
    expect(f.voice.log).toEqual(["start", "refresh"]);
  });

  test("in a call only in the last minute of its life", async () => {
    f.api.tokenLifeMs = 600_000;
    await inCall();
    await pass(500_000);
    expect(f.voice.log).not.toContain("refresh");
    await pass(60_000);
    expect(f.voice.log.filter((l) => l === "refresh")).toHaveLength(1);
  });

  test("put off in a call --> made up for as soon as it is over", async () => {
    f.api.tokenLifeMs = 600_000;
    await inCall();
    await pass(490_000);
    f.voice.emit({ is: "gone", why: "" });
    await pass(1000);
    expect(f.voice.log).toContain("refresh");
  });

  test("F041: no new one --> tried again, said before the end, offline at the end", async () => {
    f.api.tokenLifeMs = 100_000;
    await online();
    f.api.tokenFails = true;
    await pass(85_000);
    expect(desk.state.tokenFailing).toBeGreaterThan(Date.now());
    expect(count("token")).toBeGreaterThan(2);
    await pass(60_000);
    expect(desk.state).toMatchObject({ screen: { is: "offline" }, device: { why: "expired" } });
    expect(f.api.log).toContain("status away");
  });

  test("nobody asks for tokens for a line that is closed", async () => {
    f.api.tokenLifeMs = 100_000;
    f.voice.failStart = "timeout";
    await start();
    await desk.goOnline();
    await pass(200_000);
    expect(count("token")).toBe(1);
  });

  test("closed while a token was asked for that was not to be had --> nobody is set away for it", async () => {
    f.api.tokenLifeMs = 100_000;
    await online();
    const release = f.api.holdToken();
    await pass(80_500);
    f.tab("elsewhere");
    f.api.tokenFails = true;
    release();
    await pass(60_000);
    expect(f.api.log).not.toContain("status away");
    expect(desk.state).toMatchObject({ tokenFailing: 0, device: { is: "off", why: "elsewhere" } });
  });

  test("the SDK's reminder counts too", async () => {
    await online();
    f.voice.emit({ is: "token-expiring" });
    await pass(500);
    expect(f.voice.log).toContain("refresh");
  });
});
