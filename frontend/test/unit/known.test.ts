/** F187, F188: the page claims nothing that it cannot know, and there is always a way out of a call. */
import { describe, expect, test } from "vitest";
import { CALL_STATES, type Call, type Role } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import * as allow from "../../src/state/allow.js";
import { known } from "../../src/state/known.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { hangUpWords, hearing, targetNow } from "../../src/words/call.js";
import { soundWords } from "../../src/words/voice.js";
import { callAt, ringAt, snapshotAt, transferAt } from "../fixtures.js";
import { count, desk, f, inCall, pass, useDesk } from "./harness.js";

const T = Date.UTC(2026, 10, 22, 10);

function talking(call: Call, more: Event[] = []): State {
  const events: Event[] = [
    { type: "signed-in" }, { type: "snapshot", snapshot: snapshotAt(T), at: T }, { type: "wants", wants: true },
    { type: "device", is: "registered", at: T }, { type: "leg-ringing", sid: "CA1", ring: ringAt(T), at: T },
      { type: "leg-answering" },
    { type: "leg-open", at: T }, { type: "snapshot", snapshot: snapshotAt(T + 1, { call }), at: T + 1 }, ...more,
  ];
  return events.reduce(reduce, initial);
}

const asRole = (state: Call["state"], role: Role): Call =>
  role === "target"
    ? callAt(T, state, { role, transfer: transferAt(T,
      { by: { id: "bob", name: "Bob" }, to: { id: "alice", name: "Alice" } }) })
    : callAt(T, state);

const away: Event = { type: "api-down", at: T + 2 };
const sound: Event = { type: "leg-reconnecting", at: T + 2, what: "sound" };
const cut: Event = { type: "leg-reconnecting", at: T + 2, what: "signalling" };
const deaf: Event = { type: "warning", name: "low-bytes-received", on: true };
const dumb: Event = { type: "warning", name: "low-bytes-sent", on: true };
const EVERY = CALL_STATES.filter((s) => s !== "waiting" && s !== "ringing");

const says = (s: State) => {
  if (s.screen.is !== "in-call") throw new Error(s.screen.is);
  return hearing(s.screen.call, s.screen.leg.muted, known(s));
};

describe("F187: what is not known is not claimed", () => {
  const faults: [string, Event[]][] = [
    ["server away", [away]], ["sound lost", [sound]], ["both lost", [sound, cut]], ["all away", [away, sound, cut]],
    ["nothing arrives", [deaf]], ["nothing leaves", [dumb]], ["server away and nothing arrives", [away, deaf]],
  ];
  for (const [name, events] of faults) {
    for (const role of ["owner", "target"] as const) {
      test.each(EVERY)(`${name}, ${role}, %s`, (state) => {
        const s = talking(asRole(state, role), events);
        const { caller, callerWords, you } = says(s);
        if (state === "ended") return expect(callerWords).toBe("is no longer on the line");
        expect(callerWords, "that the agent is heard").not.toMatch(/^hears you/);
        if (events.includes(away)) {
          expect(caller).toBe("unknown");
          expect(callerWords).toMatch(/^(heard|was) .* at \d\d:\d\d$/);
        }
        if (events.includes(sound) || events.includes(deaf)) expect(you).toMatch(/interrupted|Nothing is heard/);
        expect(s.said.polite + s.said.urgent, "and read out").not.toMatch(/caller hears you/);
      });
    }
  }

  test("the signalling alone: what the server and the sound say is still known", () => {
    const s = talking(callAt(T, "talking"), [cut]);
    expect(says(s)).toMatchObject({ caller: "voices", callerWords: "hears you" });
    expect(s.said.urgent).toBe("Connection lost. Reconnecting.");
  });

  test("the sound alone, while the caller hears music: that is the server's word, and stands", () => {
    expect(says(talking(callAt(T, "consulting"), [sound]))).toEqual({ caller: "music", callerWords: "hears music",
      you: "The sound is interrupted both ways" });
  });

  test("sound and signalling come back one after the other", () => {
    const back: Event = { type: "device", is: "registered", at: T + 4 };
    const lost: Event = { type: "device", is: "lost", at: T + 3, why: "signalling" };
    const s = talking(callAt(T, "talking"), [sound, cut, lost, back]);
    expect(known(s)).toEqual({ sound: "lost", signalling: true, told: 0 });
    expect(known(reduce(s, { type: "leg-open", at: T + 5 }))).toEqual({ sound: "flows", signalling: true, told: 0 });
  });

  test("a push while the server cannot be asked is newer, and no sign that it can", () => {
    const s = talking(callAt(T, "talking"),
      [away, { type: "snapshot", snapshot: snapshotAt(T + 60_000,
        { call: callAt(T, "talking", { held: ["caller"], version: 1 }) }), at: T + 60_000, pushed: true }]);
    expect(s.apiDownAt).toBe(T + 2);
    expect(known(s).told).toBe(T + 60_000);
    expect(says(s).callerWords).toMatch(/^heard music at /);
  });

  test("the target's progress is of then", () => {
    const call = callAt(T, "consult-ringing");
    expect(targetNow(call, known(talking(call, [away])))).toMatch(/^At \d\d:\d\d: Bob's phone is ringing$/);
  });

  test("the light", () => {
    const light = (...events: Event[]) => { const s = talking(callAt(T, "talking"),
      events); return soundWords(s.warnings, known(s)).words; };
    expect([light(), light(cut), light(away), light(sound), light(away, cut), light(deaf)]).toEqual(
      ["Good sound", "Good sound", "Good sound", "Sound interrupted", "Sound not known",
        "Nothing is heard from the other side"]);
  });
});

describe("F188: there is always a way out", () => {
  const worlds: [string, Event[]][] = [["all well", []], ["server away", [away]], ["signalling away", [cut]],
    ["all away", [away, sound, cut]], ["sign-in over", [{ type: "session-expired" }]]];
  for (const [name, events] of worlds) {
    for (const role of ["owner", "target"] as const) {
      test.each(EVERY)(`${name}, ${role}, %s`, (state) => {
        const s = talking(asRole(state, role), events);
        if (s.screen.is !== "in-call") throw new Error(s.screen.is);
        const { call } = s.screen;
        const out = allow.outBy(s, call) === "hang-up" || allow.verb(s, call, "end").on || allow.leave(s, call).on;
        expect(out).toBe(true);
        expect(hangUpWords(call, known(s))).not.toBe("");
      });
    }
  }

  test("the end of the call waits for no other press", () => {
    const call = callAt(T, "talking");
    const s = talking(call, [{ type: "press", action: "hold", request: "k", at: T + 2 }]);
    expect(allow.verb(s, call, "end").on).toBe(true);
    expect(reduce(s, { type: "press", action: "end", request: "l", at: T + 3 }).pending).toMatchObject({ action: "end",
      request: "l" });
  });

  describe("at the desk", () => {
    useDesk();

    test("server away in a talk --> asked first, then hung up; a loss, so that the caller is rescued", async () => {
      await inCall("talking");
      f.api.down = true;
      await pass(8000);
      desk.askEnd();
      expect(desk.state.panel).toBe("confirm-hang-up");
      desk.hangUp();
      expect(f.voice.log).toContain("hang up");
      expect(desk.state).toMatchObject({ leg: null, closing: { deliberate: false } });
    });

    test("server away in a consult --> Leave hangs up; the target has the caller", async () => {
      await inCall("consulting");
      f.api.down = true;
      await pass(8000);
      desk.leave();
      expect(f.voice.log).toContain("hang up");
      expect(count("transfer complete")).toBe(0);
      expect(desk.state).toMatchObject({ closing: { deliberate: true },
        recent: [{ outcome: "handed-over", with: "Bob" }] });
    });

    test("an End that the server does not answer --> after three seconds the agent may hang up", async () => {
      await inCall("talking");
      let release = (): void => undefined;
      f.api.transfer = () => new Promise((resolve) => { release = () => resolve(f.api.current); });
      desk.askEnd();
      desk.press("end");
      desk.askEnd();
      expect(desk.state.panel, "at once nothing").toBe("");
      await pass(3500);
      desk.askEnd();
      expect(desk.state.panel).toBe("confirm-hang-up");
      desk.hangUp();
      expect(desk.state.leg).toBeNull();
      expect(desk.state.recent[0]?.outcome, "what became of it nobody knows here").toBe("");
      release();
    });

    test("answered, and not through yet --> hung up", async () => {
      await inCall("talking");
      f.voice.emit({ is: "gone", why: "" });
      f.api.current = snapshotAt(Date.now());
      await pass(1000);
      f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now()) });
      desk.answer();
      desk.askEnd();
      expect(desk.state.leg).toBeNull();
    });
  });
});
