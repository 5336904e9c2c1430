/** The messages of callers on the page: when it asks, who has which, and their sound (F270, F277). */
import { describe, expect, test, vi } from "vitest";
import { ApiError, createApi } from "../../src/api.js";
import type { MessagePage, VoiceMessage } from "../../src/contract/types.js";
import { decodeMessages } from "../../src/contract/messages.js";
import { sidesOf } from "../../src/state/sides.js";
import { messageProblem, messageState } from "../../src/words/message.js";
import { messageAt, ringAt, RULES } from "../fixtures.js";
import { desk, f, pass, problem, start, useDesk } from "./harness.js";

const T = Date.UTC(2026, 10, 22, 10);

describe("decoding", () => {
  test("a page comes through whole, and a state of a newer server is new", () => {
    const page = { messages: [messageAt(T), messageAt(T, "RE2", { state: "taken", by: { id: "bob", name: "Bob" } })], days: 30,
      cursor: "c" };
    expect(decodeMessages(JSON.parse(JSON.stringify(page)))).toEqual(page);
    expect(decodeMessages({ ...page, messages: [{ ...messageAt(T), state: "archived" }] })!.messages[0]!.state).toBe("new");
  });

  test.each([null, [], "x", {}])("%j is no page", (value) => expect(decodeMessages(value)).toBeNull());
});

test("the tab is there if the line takes messages", () => {
  expect(sidesOf({ ...RULES, messages: true })).toEqual(["colleagues", "messages", "history"]);
  expect(sidesOf(RULES)).toEqual(["colleagues", "history"]);
});

test("whose a message is, in words", () => {
  const bob = { by: { id: "bob", name: "Bob" } };
  expect([messageState(messageAt(T), "alice"), messageState(messageAt(T, "RE1", { state: "taken", ...bob }), "alice"),
    messageState(messageAt(T, "RE1", { state: "done", ...bob }), "bob")]).toEqual(["New", "Taken by Bob", "Done by you"]);
  expect(messageProblem({ slug: "message-taken", status: 409, title: "", detail: "Bob", reason: "taken" }))
    .toBe("Bob has taken this message.");
});

describe("the desk", () => {
  useDesk();
  const asked = (): number => f.api.log.filter((l) => l.startsWith("messages")).length;

  async function opens(): Promise<void> {
    f.api.recordRules = { ...RULES, messages: true };
    f.api.messagePages = [{ messages: [messageAt(T), messageAt(T, "RE2")], days: 30 }];
    await start();
    desk.showSide("messages");
    await pass(500);
  }

  test("it asks every 15 s while they are shown and visible, and else not at all", async () => {
    await opens();
    expect(asked()).toBe(1);
    await pass(30_000);
    expect(asked()).toBe(3);
    f.isHidden = true;
    await pass(60_000);
    desk.showSide("colleagues");
    f.isHidden = false;
    await pass(60_000);
    expect(asked()).toBe(3);
  });

  test("an agent takes one and does it; one press at a time", async () => {
    await opens();
    void desk.messages.act("RE1", "take");
    void desk.messages.act("RE1", "take");
    await pass(500);
    expect(desk.state.messages.list[0]).toMatchObject({ state: "taken", by: { id: "alice" } });
    await desk.messages.act("RE1", "done");
    expect(desk.state.messages.list[0]!.state).toBe("done");
    expect(f.api.log.filter((l) => l.endsWith("RE1"))).toEqual(["take RE1", "done RE1"]);
  });

  test("F277: who was a moment later is told who has it, and the list is read anew", async () => {
    await opens();
    f.api.messageRefusals.push(new ApiError({ slug: "message-taken", status: 409, title: "", detail: "Bob", reason: "taken" }));
    await desk.messages.act("RE1", "take");
    expect(desk.state.notice?.text).toBe("Take: Bob has taken this message.");
    await pass(500);
    expect(asked()).toBe(2);
  });

  test("a list that was asked for before an act does not undo it on the page", async () => {
    await opens();
    const old = desk.state.messages.list;
    let answer: (page: MessagePage) => void = () => undefined;
    const answers = f.api.messages.bind(f.api);
    vi.spyOn(f.api, "messages").mockImplementationOnce((cursor) => {
      void answers(cursor);
      return new Promise((resolve) => (answer = resolve));
    });
    await pass(15_000);
    expect([asked(), desk.state.messages.loading]).toEqual([2, "first"]);
    await desk.messages.act("RE1", "take");
    const [taken] = desk.state.messages.list;
    f.api.messagePages = [{ messages: [taken!, old[1]!], days: 30 }];
    const seen: string[] = [];
    desk.subscribe((after) => seen.push(after.messages.list[0]!.state));
    answer({ messages: old, days: 30 });
    await pass(500);
    expect(new Set(seen)).toEqual(new Set(["taken"]));
    expect([asked(), desk.state.messages.loading]).toEqual([3, ""]);
  });

  describe("a list of several pages", () => {
    const many = (from: number, count: number): VoiceMessage[] =>
      Array.from({ length: count }, (_, i) => messageAt(T - from - i, `RE${from + i}`));

    async function readsOn(): Promise<void> {
      await opens();
      f.api.messagePages = [{ messages: many(1, 50), days: 30, cursor: "c" }];
      await pass(15_000);
      f.api.messagePages = [{ messages: many(51, 50), days: 30 }];
      desk.messages.more();
      await pass(500);
      expect([desk.state.messages.list.length, asked()]).toEqual([100, 3]);
      f.api.messagePages = [{ messages: [messageAt(T, "RE0"), ...many(1, 49)], days: 30, cursor: "c" }];
    }

    test("stays while it is read, and is read from its start when it is shown again", async () => {
      await readsOn();
      await pass(60_000);
      expect(asked()).toBe(3);
      desk.showSide("colleagues");
      desk.showSide("messages");
      await pass(500);
      expect([desk.state.messages.list[0]!.id, desk.state.messages.list.length]).toEqual(["RE0", 50]);
      await pass(15_000);
      expect(asked()).toBe(5);
    });

    test("F277: is read from its start when somebody else was faster", async () => {
      await readsOn();
      f.api.messageRefusals.push(new ApiError({ slug: "message-taken", status: 409, title: "", detail: "Bob", reason: "taken" }));
      await desk.messages.act("RE2", "take");
      await pass(500);
      expect([desk.state.messages.list[0]!.id, asked()]).toEqual(["RE0", 4]);
    });
  });

  test("the sound is fetched when it is asked for, and forgotten with the tab", async () => {
    const forgotten = vi.spyOn(URL, "revokeObjectURL");
    await opens();
    await desk.messages.play("RE1");
    const { src } = desk.state.messages.sound!;
    expect(src).toMatch(/^blob:/);
    desk.showSide("colleagues");
    expect(desk.state.messages.sound).toBeNull();
    expect(forgotten).toHaveBeenCalledWith(src);
    f.api.soundFails = problem("no-message", 404);
    await desk.messages.play("RE2");
    expect(desk.state.messages.sound!.problem!.slug).toBe("no-message");
  });

  test("a message does not sound over a call: neither one that played when it rang, nor one that is asked for in it", async () => {
    const forgotten = vi.spyOn(URL, "revokeObjectURL");
    await opens();
    await desk.messages.play("RE1");
    const { src } = desk.state.messages.sound!;
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    expect([desk.state.leg?.phase, desk.state.messages.sound]).toEqual(["ringing", null]);
    expect(forgotten).toHaveBeenCalledWith(src);
    await desk.messages.play("RE1");
    expect(desk.state.messages.sound).toBeNull();
  });

  test("a message that is still fetched when a call rings does not sound either", async () => {
    await opens();
    const fetched = desk.messages.play("RE1");
    f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now()) });
    await fetched;
    expect(desk.state.messages.sound).toBeNull();
  });
});

test("a sound is asked for in parts, with the agent's token", async () => {
  const whole = new Uint8Array(2_500_000).map((_, i) => i % 251);
  const asked: string[] = [];
  const api = createApi({ bearer: () => "token", renew: async () => "signed-out" as never, fetch: async (path, init) => {
    const headers = new Headers(init!.headers);
    const [from, to] = headers.get("Range")!.slice("bytes=".length).split("-").map(Number) as [number, number];
    asked.push(`${String(path)} ${headers.get("Authorization")} ${from}`);
    const part = whole.slice(from, to + 1);
    return new Response(part, { status: 206,
      headers: { "Content-Range": `bytes ${from}-${from + part.length - 1}/${whole.length}` } });
  } });
  const sound = await api.messageSound("RE1");
  const got = new Uint8Array(await sound.arrayBuffer());
  expect([got.length, got.findIndex((byte, i) => byte !== whole[i])]).toEqual([whole.length, -1]);
  expect(asked).toEqual([0, 1 << 20, 2 << 20].map((from) => `/messages/RE1/sound Bearer token ${from}`));
});
