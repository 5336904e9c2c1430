/** The small parts of the page: shortcuts, storage, event log, microphone answers, steps for a browser. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { ErrorResponse } from "oidc-client-ts";
import type { Desk } from "../../src/desk/desk.js";
import { EventLog, withoutNumbers } from "../../src/desk/eventlog.js";
import { LevelMeter } from "../../src/desk/levels.js";
import { createMemory } from "../../src/desk/memory.js";
import { askMicrophone, microphoneOf } from "../../src/microphone.js";
import { learnLayout } from "../../src/keyboard.js";
import { chordLabel, CHORDS, handleKey, type Key } from "../../src/shortcuts.js";
import { pageAddress, renewalOf } from "../../src/signin.js";
import { initial } from "../../src/state/state.js";
import { REJOIN_FOR_MS } from "../../src/state/screen.js";
import { FakeStorage } from "../fakes.js";

const key = (change: Partial<Key>): Key => ({ code: "", key: "", ctrlKey: false, shiftKey: false, altKey: false,
  metaKey: false, repeat: false, ...change });
const chord = (code: string, change: Partial<Key> = {}): Key => key({ code, ctrlKey: true, shiftKey: true, ...change });

describe("U27: shortcuts", () => {
  const desk = () => {
    const calls: string[] = [];
    const note = (name: string) => (...args: unknown[]): void => { calls.push([name, ...args].join(" ")); };
    const state = { ...initial, session: "signed-in" as const };
    const d = { state, answer: note("answer"), reject: note("reject"), mute: note("mute"), hold: note("hold"),
      askEnd: note("end"), leave: note("leave"), panel: note("panel"), setStatus: note("status"), press: note("press") };
    return { d: d as unknown as Desk, calls, state };
  };

  test.each([["KeyA", "answer"], ["KeyR", "reject"], ["KeyM", "mute"], ["KeyH", "hold"], ["Digit1", "end"],
    ["Digit2", "press swap"], ["Digit3", "press join"], ["Digit4", "press complete"], ["Digit5", "press cancel"],
    ["Digit6", "leave"], ["Digit8", "press requeue"], ["KeyS", "status available"]])("Ctrl+Shift+%s --> %s", (code, does) => {
    const { d, calls } = desk();
    expect(handleKey(d, chord(code), false, () => undefined)).toBe(true);
    expect(calls).toEqual([does]);
  });

  describe("F196: other keyboards", () => {
    afterEach(() => learnLayout(undefined));
    const presses = (code: string, k: string): string[] => {
      const { d, calls } = desk();
      handleKey(d, chord(code, { key: k }), false, () => undefined);
      return calls;
    };
    const has = (map: Record<string,
      string>): Promise<void> => learnLayout({ getLayoutMap: async () => new Map(Object.entries(map)) });

    test("AZERTY and Dvorak: what is on the key counts, and not where it is", async () => {
      await has({ KeyQ: "a", KeyA: "q", Semicolon: "m", KeyM: ",", KeyS: "s", Digit1: "&" });
      expect([presses("KeyQ", "A"), presses("KeyA", "Q"), presses("Semicolon", "M"), presses("KeyM", "?"),
        presses("Digit1", "1")])
        .toEqual([["answer"], [], ["mute"], [], ["end"]]);
      expect([chordLabel("A"), chordLabel("M"), chordLabel("1")]).toEqual(["A", "M", "1"]);
      expect([presses("Semicolon", "S"), presses("KeyS", "O")]).toEqual([["status available"], []]);
    });

    test("a keyboard without Latin letters: by place, with the letter that is there", async () => {
      await has({ KeyA: "ф", KeyM: "ь", KeyS: "ы", Digit1: "1" });
      expect([presses("KeyA", "Ф"), presses("KeyM", "Ь"), presses("Digit1", "!")]).toEqual([["answer"], ["mute"],
        ["end"]]);
      expect([chordLabel("A"), chordLabel("M"), chordLabel("1")]).toEqual(["Ф", "Ь", "1"]);
    });

    test("a browser that does not tell, or refuses", async () => {
      await learnLayout({ getLayoutMap: () => Promise.reject(new Error("not allowed")) });
      expect(chordLabel("A")).toBe("A");
    });
  });

  test("work while typing, except the bare ?", () => {
    const { d, calls } = desk();
    expect(handleKey(d, chord("KeyM"), true, () => undefined)).toBe(true);
    expect(handleKey(d, key({ key: "?", shiftKey: true }), true, () => undefined)).toBe(false);
    expect(handleKey(d, key({ key: "?", shiftKey: true }), false, () => undefined)).toBe(true);
    expect(calls).toEqual(["mute", "panel shortcuts"]);
  });

  test("F052: a held-down key acts once", () => {
    const { d, calls } = desk();
    expect(handleKey(d, chord("KeyM", { repeat: true }), false, () => undefined)).toBe(true);
    expect(calls).toEqual([]);
  });

  test("without the modifiers, switched off, or signed out: nothing", () => {
    const { d, calls, state } = desk();
    expect(handleKey(d, key({ code: "KeyA", key: "a" }), false, () => undefined)).toBe(false);
    expect(handleKey(d, chord("KeyA", { altKey: true }), false, () => undefined)).toBe(false);
    Object.assign(d, { state: { ...state, shortcuts: false } });
    expect(handleKey(d, chord("KeyA"), false, () => undefined)).toBe(false);
    expect(handleKey(d, key({ key: "?" }), false, () => undefined)).toBe(false);
    Object.assign(d, { state: { ...state, session: "expired" } });
    expect(handleKey(d, chord("KeyA"), false, () => undefined)).toBe(false);
    expect(calls).toEqual([]);
  });

  test("a call that outlives the sign-in is muted all the same", () => {
    const { d, calls, state } = desk();
    const leg = { sid: "CA1", phase: "open", since: 0, muted: false, ring: {} };
    Object.assign(d, { state: { ...state, session: "expired", leg } });
    expect(handleKey(d, chord("KeyM"), false, () => undefined)).toBe(true);
    expect(calls).toEqual(["mute"]);
  });

  test("the list has every chord once", () => {
    expect(new Set(CHORDS.map((c) => c.code)).size).toBe(CHORDS.length);
  });
});

describe("memory", () => {
  test("the call of a moment ago, not of an hour ago", () => {
    const m = createMemory(new FakeStorage(), new FakeStorage());
    m.setRejoin("alice", "CA1", 1000);
    expect(m.rejoin("alice", 2000)).toEqual({ conference: "CA1", at: 1000, asked: false });
    expect(m.rejoin("alice", 1001 + REJOIN_FOR_MS)).toBeNull();
    m.forgetRejoin();
    expect(m.rejoin("alice", 3000)).toBeNull();
  });

  test("another agent who signs in at this tab has no part in it", () => {
    const m = createMemory(new FakeStorage(), new FakeStorage());
    m.setRejoin("alice", "CA1", 0);
    m.setRecent("alice", [{ id: "1", number: "", endedAt: 0, talkedMs: 0, outcome: "", with: "" }]);
    expect([m.rejoin("bob", 0), m.recent("bob")]).toEqual([null, []]);
    expect(m.recent("alice")).toHaveLength(1);
  });

  test("spoilt or forbidden storage is as good as empty", () => {
    const spoilt = new FakeStorage();
    for (const k of ["agent-desk.call", "agent-desk.recent", "agent-desk.preferences", "agent-desk.settings."]) spoilt.setItem(k, "{");
    const m = createMemory(spoilt, spoilt);
    expect([m.rejoin("", 0), m.recent(""), m.settings(""), m.preferences().shortcuts]).toEqual([null, [], null, true]);
    spoilt.setItem("agent-desk.settings.", JSON.stringify({ saved: { version: "x" }, edits: { greeting: "Hello." } }));
    expect(m.settings("")).toBeNull();
    const forbidden = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); },
      removeItem: () => undefined };
    const none = createMemory(forbidden, forbidden);
    none.setPreferences({ shortcuts: false });
    expect(none.preferences().shortcuts).toBe(true);
  });

  test("sign-out forgets the calls and keeps the taste", () => {
    const m = createMemory(new FakeStorage(), new FakeStorage());
    m.setRejoin("alice", "CA1", 0);
    m.setRecent("alice", [{ id: "1", number: "", endedAt: 0, talkedMs: 0, outcome: "", with: "" }]);
    m.setPreferences({ shortcuts: false });
    m.forget();
    expect([m.rejoin("alice", 0), m.recent("alice"), m.preferences().shortcuts]).toEqual([null, [], false]);
  });
});

test("N9: whatever looks like a phone number is blotted out of diagnostics", () => {
  expect(withoutNumbers("from +44 20 7946 0123 and 02079460123 at 2026-11-22T10:00:00.000Z")).toBe("from (number) and (number) at 2026-11-22T10:00:00.000Z");
});

test("the event log keeps one entry for polls that change nothing", () => {
  const log = new EventLog();
  for (let i = 0; i < 500; i++) log.note({ type: "leg-answering" }, i);
  expect(log.text(initial, { version: "1", browser: "b", at: 0 }).match(/leg-answering/g)).toHaveLength(1);
});

describe("F043: the microphone", () => {
  test.each([["NotAllowedError", "denied"], ["NotFoundError", "absent"], ["NotReadableError", "taken"],
    ["Surprise", "denied"]])("%s --> %s", (name, is) => {
    expect(microphoneOf(name)).toBe(is);
  });

  test("asked for and let go again", async () => {
    const stop = vi.fn();
    const media = { getUserMedia: () => Promise.resolve({ getTracks: () => [{ stop }] }) } as unknown as MediaDevices;
    expect(await askMicrophone(media)).toBe("granted");
    expect(stop).toHaveBeenCalledOnce();
    expect(await askMicrophone({ getUserMedia: () => Promise.reject(new DOMException("",
      "NotFoundError")) } as unknown as MediaDevices)).toBe("absent");
  });
});

describe("U20: the level meter", () => {
  const meters = () => {
    const opened: { device: string; open: () => void; stopped: boolean }[] = [];
    const meter = new LevelMeter((device) => new Promise((resolve) => {
      const own = { device, stopped: false, open: () => resolve(() => { own.stopped = true; }) };
      opened.push(own);
    }));
    return { opened, meter };
  };

  test("a microphone that opens after the dialog was closed is let go at once", async () => {
    const { opened, meter } = meters();
    const starting = meter.start("a");
    meter.end();
    opened[0]!.open();
    await starting;
    expect(opened[0]!.stopped).toBe(true);
  });

  test("of two that open the wrong way round the one that was asked for last is heard", async () => {
    const { opened, meter } = meters();
    const both = [meter.start("a"), meter.start("b")];
    opened[1]!.open();
    opened[0]!.open();
    await Promise.all(both);
    expect(opened.map((o) => o.stopped)).toEqual([true, false]);
    meter.end();
    expect(opened[1]!.stopped).toBe(true);
  });
});

test.each<[string, unknown, string]>([
  ["the issuer's no", new ErrorResponse({ error: "invalid_grant" }), "refused"],
  ["the issuer's not now", new ErrorResponse({ error: "temporarily_unavailable" }), "unreachable"],
  ["no network", new TypeError("Failed to fetch"), "unreachable"],
  ["a gateway's page instead of an answer", new Error("Bad Gateway (502)"), "unreachable"],
])("a renewal that fails: %s", (_name, error, is) => expect(renewalOf(error)).toBe(is));

test("the redirect address is the page without query, fragment or file name", () => {
  expect(pageAddress({ origin: "https://x", pathname: "/" })).toBe("https://x/");
  expect(pageAddress({ origin: "https://x", pathname: "/index.html" })).toBe("https://x/");
});
