/** What happens when the device or the token is lost, and how they are restored. */
import { describe, expect, test, vi } from "vitest";
import { ringAt } from "../fixtures.js";
import { count, desk, f, inCall, online, pass, start, useDesk } from "./harness.js";

useDesk();

describe("losing and regaining the device", () => {
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

  test("chosen away while the page tries to restore Available --> Away stays", async () => {
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

  test("away by choice is not made available when the device comes back", async () => {
    await online();
    await desk.setStatus("away");
    f.voice.emit({ is: "lost", why: "signalling" });
    await pass(12_000);
    f.api.log.length = 0;
    f.voice.emit({ is: "registered" });
    await pass(1000);
    expect(f.api.log).not.toContain("status available");
  });

  test("a device that does not come back by itself is opened anew", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "expired" });
    await pass(45_000);
    expect(f.voice.log.filter((l) => l === "start").length).toBeGreaterThanOrEqual(2);
    expect(desk.state.device.is).toBe("registered");
  });

  test("F047: destroyed, or out of the back/forward cache --> a new device", async () => {
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

  // The SDK reconnects the old device by itself, and a call that rang on it would be rejected when it is replaced.
  test("F047: out of the cache --> nothing rings on the old device, and no call is offered before the new one is there",
    async () => {
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

  test("F047: a call that rings while another device is being opened is kept", async () => {
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

  test.each(["rings", "is back"])("the device %s while the agent goes online again --> it is kept", async (what) => {
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
    expect(desk.state).toMatchObject({ screen: { is: what === "rings" ? "ringing" : "idle" },
      device: { is: "registered" } });
  });

  test("it rings on a device whose token was refused --> kept for the call, and opened anew after it", async () => {
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

  test.each(["opened anew by itself",
    "asked for by the agent"])("the line is back before the token fails with which it is %s --> it is kept", async (by) => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    const token = f.api.holdToken();
    if (by === "asked for by the agent") void desk.setStatus("available");
    await pass(21_000);
    f.voice.emit({ is: "registered" });
    f.api.tokenFails = true;
    token();
    await pass(15_000);
    expect(desk.state).toMatchObject({ screen: { is: "idle", status: "available" }, device: { is: "registered" },
      withdrawn: false });
    expect(f.voice.log).toEqual(["start"]);
  });

  test("F043: lost, and the microphone is gone when the agent goes online again --> away and closed: nothing rings here", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    f.microphoneIs = "taken";
    await desk.setStatus("available");
    await pass(500);
    expect(desk.state).toMatchObject({ screen: { is: "microphone-help" }, wants: false });
    expect(f.voice.log.at(-1)).toBe("stop");
    expect(f.api.log).toContain("status away");
  });

  test("lost, and the agent does not get online again --> the old device does not come back unnoticed", async () => {
    await online();
    f.voice.emit({ is: "lost", why: "signalling" });
    f.api.tokenFails = true;
    await desk.setStatus("available");
    expect(desk.state).toMatchObject({ screen: { is: "offline" }, device: { is: "off", why: "token-unavailable" } });
    expect(f.voice.log.at(-1)).toBe("stop");
  });

  test.each(["away", "wrap-up"] as const)("F047: %s by choice --> out of the cache the agent is not made available",
    async (status) => {
    await online();
    await desk.setStatus(status);
    desk.pageHidden();
    await desk.pageRestored();
    await pass(1000);
    expect(desk.state).toMatchObject({ device: { is: "registered" }, snapshot: { agent: { status } } });
    expect(f.api.log.slice(f.api.log.indexOf(`status ${status}`))).not.toContain("status available");
  });

  test("F047: out of the cache while another tab is in a call --> that one keeps the calls", async () => {
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

  test("nobody asks for tokens for a device that is closed", async () => {
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
