import { describe, expect, test } from "vitest";
import { decodeDirectory, decodeProblem, decodePushed, decodeSnapshot,
  decodeToken } from "../../src/contract/decode.js";
import { ringInfo } from "../../src/contract/ring.js";
import { decodeConfig } from "../../src/config.js";
import { callAt, directoryAt, snapshotAt } from "../fixtures.js";

const T = Date.UTC(2026, 10, 22, 10);
const wire = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

describe("snapshot", () => {
  test("what the server sends comes through unchanged", () => {
    for (const call of [null, callAt(T, "talking"), callAt(T, "consulting")]) {
      const snapshot = snapshotAt(T, { call, line: { count: 3, more: true, longest: "2026-11-22T09:58:00.000Z" } });
      expect(decodeSnapshot(wire(snapshot))).toEqual(snapshot);
    }
  });

  test("F131: unknown states, actions and fields of a newer server do no harm", () => {
    const sent = wire(snapshotAt(T, { call: callAt(T, "talking") }));
    const call = sent.call as Record<string, unknown>;
    Object.assign(call, { state: "teleporting", actions: ["end", "teleport"], held: ["caller", "cat"], colour: "red" });
    expect(decodeSnapshot(sent)?.call).toMatchObject({ state: "unknown", actions: ["end"], held: ["caller"] });
  });

  test.each<[string, (s: Record<string, unknown>) => void]>([
    ["no time", (s) => delete s.at],
    ["a time that is none", (s) => (s.at = "yesterday")],
    ["no agent", (s) => delete s.agent],
    ["a call without an id", (s) => (s.call = { ...callAt(T, "talking"), id: "" })],
    ["a call without a role", (s) => (s.call = { ...callAt(T, "talking"), role: "spy" })],
  ])("refused whole: %s", (_name, spoil) => {
    const sent = wire(snapshotAt(T));
    spoil(sent);
    expect(decodeSnapshot(sent)).toBeNull();
  });

  test.each([null, undefined, 7, "x", [], {}])("never throws: %s", (value) => {
    expect(decodeSnapshot(value)).toBeNull();
    expect(decodePushed(value)).toBeNull();
    expect(decodeDirectory(value)).toBeNull();
    expect(decodeToken(value)).toBeNull();
    expect(decodeProblem(500, value).status).toBe(500);
  });

  test("overdue is true or not there", () => {
    const late = snapshotAt(T, { call: callAt(T, "talking", { overdue: true }) });
    expect(decodeSnapshot(wire(late))).toEqual(late);
    const odd = wire(snapshotAt(T, { call: callAt(T, "talking") }));
    (odd.call as Record<string, unknown>).overdue = "yes";
    expect(decodeSnapshot(odd)?.call).not.toHaveProperty("overdue");
  });

  test("why a target is refused comes through", () => {
    const sent = { type: "/problems/target-not-allowed", title: "x", status: 422, reason: "premium", colour: "red" };
    expect(decodeProblem(422, sent)).toEqual({ slug: "target-not-allowed", title: "x", status: 422,
      reason: "premium" });
  });

  test("pushed as an object or as text", () => {
    expect(decodePushed(wire(snapshotAt(T)))).toEqual(snapshotAt(T));
    expect(decodePushed(JSON.stringify(snapshotAt(T)))).toEqual(snapshotAt(T));
    expect(decodePushed("{")).toBeNull();
  });
});

test("directory: an entry that cannot be read is left out, the rest stays", () => {
  const sent = wire(directoryAt(T));
  (sent.agents as unknown[]).push({ name: "nobody" }, 7);
  expect(decodeDirectory(sent)).toEqual(directoryAt(T));
});

test("F179: a directory says that there is more", () => {
  expect(decodeDirectory({ ...wire(directoryAt(T)), more: true })?.more).toBe(true);
  expect(decodeDirectory(wire(directoryAt(T)))).not.toHaveProperty("more");
});

test("F185: a queue that is not known is decoded as such", () => {
  const sent = wire(snapshotAt(T));
  sent.line = { count: 0, more: false, unknown: true };
  expect(decodeSnapshot(sent)?.line).toEqual({ count: 0, more: false, unknown: true });
});

test("token needs its end", () => {
  expect(decodeToken({ identity: "a", token: "t", expiresAt: "2026-11-22T11:00:00Z" })).not.toBeNull();
  expect(decodeToken({ identity: "a", token: "t" })).toBeNull();
});

describe("what a ringing leg says", () => {
  test("all of it", () => {
    const params = new Map(Object.entries({ conference: "CA1", caller: "+44", waited: "2026-11-22T09:58:00Z", by: "Bob",
      kind: "consult", note: "n", ring: "25", verified: "true" }));
    expect(ringInfo(params, false)).toEqual({ conference: "CA1", number: "+44", verified: true,
      waiting: "2026-11-22T09:58:00Z", by: "Bob", kind: "consult", note: "n", watch: false, place: false, asked: "", seconds: 25 });
  });

  test("F014: nothing of it", () => {
    expect(ringInfo(new Map(), false)).toEqual({ conference: "", number: "", verified: false, waiting: "", by: "",
      kind: "", note: "", watch: false, place: false, asked: "", seconds: 20 });
  });

  test("F372: that the caller keeps a place", () => {
    expect(ringInfo(new Map([["place", "kept"]]), false).place).toBe(true);
  });

  test("nonsense is dropped", () => {
    const info = ringInfo(new Map(Object.entries({ waited: "soon", ring: "-1", note: "x".repeat(500) })), false);
    expect(info).toMatchObject({ waiting: "", seconds: 20 });
    expect(info.note).toHaveLength(200);
  });
});

describe("config.json", () => {
  test("with and without what may be left out", () => {
    expect(decodeConfig({ signIn: { authority: "https://i",
      clientId: "c" } })).toEqual({ signIn: { authority: "https://i", clientId: "c", scope: "openid" }, voice: {}, crm: "" });
    expect(decodeConfig({ signIn: { authority: "http://127.0.0.1:1", clientId: "c", scope: "openid profile" },
      voice: { chunderw: "h" } }).voice).toEqual({ chunderw: "h" });
  });

  test.each([null, {}, { signIn: { authority: "javascript:x", clientId: "c" } },
    { signIn: { authority: "https://i" } }])("refused: %o", (value) => {
    expect(() => decodeConfig(value)).toThrow("config.json");
  });
});
