/** Calls back: only the page that has asked answers, the words while it rings, and what a refusal says. */
import { decodeCalls } from "../../src/contract/records.js";
import { expect, test } from "vitest";
import { callOutcome, happening } from "../../src/words/outcome.js";
import { hearing, stateWords } from "../../src/words/call.js";
import { recordOutcome } from "../../src/words/record.js";
import { callAt, ringAt, RULES, snapshotAt } from "../fixtures.js";
import { desk, f, loadAgain, online, pass, problem, useDesk } from "./harness.js";

useDesk();

const BACK = { ...RULES, callBack: true };

async function ready(): Promise<void> {
  await online();
  desk.core.dispatch({ type: "rules", rules: BACK });
  desk.core.dispatch({ type: "snapshot", snapshot: { ...snapshotAt(Date.now()), numbers: true }, at: Date.now() });
}

const rings = (asked: string): void =>
  f.voice.emit({ is: "ringing", sid: "CA1", ring: ringAt(Date.now(), { asked }) });

test("F253: the page that has asked answers by itself, and no other leg of that kind", async () => {
  await ready();
  rings("another page");
  expect(desk.state.leg).toBeNull();
  expect(f.voice.log).not.toContain("answer");
  expect(f.voice.log).toContain("ignore");
  await desk.callBack.call({ message: "RE1" });
  const [asked] = f.api.calledBack;
  expect(asked).toMatchObject({ message: "RE1" });
  rings(asked!.request!);
  expect(f.voice.log).toContain("answer");
  expect(desk.state.screen.is).toBe("connecting");
});

test("F253: a page that was reloaded after the press answers by itself, for as long as it may ring", async () => {
  await ready();
  await desk.callBack.call({ number: "+442079460123" });
  const { request } = f.api.calledBack[0]!;
  loadAgain();
  await ready();
  expect(desk.callBack.mine(request!)).toBe(true);
  expect(desk.callBack.mine("")).toBe(false);
  rings(request!);
  expect(f.voice.log).toContain("answer");
  f.voice.emit({ is: "gone", why: "" });
  await pass(151_000);
  loadAgain();
  expect(desk.callBack.mine(request!)).toBe(false);
});

test("F253: the key does not outlive the sign-out", async () => {
  await ready();
  await desk.callBack.call({ number: "+442079460123" });
  f.memory.forget();
  loadAgain();
  expect(desk.callBack.mine(f.api.calledBack[0]!.request!)).toBe(false);
});

test("a number that was called is not left in the field, where it would be offered as whom to bring in", async () => {
  await ready();
  desk.compose({ filter: "+44 20 7946 0123" });
  f.api.refusals.push(problem("target-not-allowed", 422));
  await desk.callBack.call({ number: "+442079460123" });
  expect(desk.state.compose.filter).toBe("+44 20 7946 0123");
  await desk.callBack.call({ number: "+442079460123" });
  expect(desk.state.compose.filter).toBe("");
});

test("F257: a refusal is told in words, and nothing is answered then", async () => {
  await ready();
  f.api.refusals.push(problem("call-back-off", 422));
  await desk.callBack.call({ number: "+33123456789" });
  expect(desk.state.notice?.text).toBe("Call back: Calling back is not switched on.");
  expect(desk.state.calling).toBe(false);
  rings(f.api.calledBack[0]!.request!);
  expect(f.voice.log).not.toContain("answer");
});

test("nothing is asked while it is switched off, or during a call", async () => {
  await ready();
  desk.core.dispatch({ type: "rules", rules: RULES });
  await desk.callBack.call({ number: "+442079460123" });
  desk.core.dispatch({ type: "rules", rules: BACK });
  rings("");
  await desk.callBack.call({ number: "+442079460123" });
  expect(f.api.calledBack).toEqual([]);
});

test("the words say how far it is", () => {
  const at = Date.parse("2026-11-22T10:00:00Z");
  const call = (called: "planned" | "dialing" | "ringing") => {
    const c = callAt(at, "calling");
    return { ...c, caller: { ...c.caller, called } };
  };
  expect(stateWords(call("planned"))).toBe("Calling back");
  expect(hearing(call("planned"), false).callerWords).toBe("is dialled in a moment");
  expect(hearing(call("dialing"), false).callerWords).toBe("is being dialled");
  expect(hearing(call("ringing"), false)).toMatchObject({ callerWords: "is being rung", you: "You hear ringing" });
});

test("what became of it", () => {
  expect(callOutcome("busy", "", false, true)).toBe("You called: the number was busy");
  expect(callOutcome("failed:404", "", false, true)).toBe("You called: the number is not in use");
  expect(callOutcome("caller-left", "", false, true)).toBe("You called. The caller hung up");
  expect(happening({ what: "call-back", agent: "alice", name: "Alice" }, "alice")).toBe("You called the caller");
  expect(happening({ what: "caller-failed", outcome: "no-answer" }, "alice")).toBe("The caller was not reached: nobody answered");
  const by = { id: "alice", name: "Alice" };
  expect(recordOutcome({ outcome: "unreached", out: { by, outcome: "busy" } })).toBe("Called back: the number was busy");
  expect(recordOutcome({ outcome: "answered", out: { by, outcome: "answered" } })).toBe("Called back: answered");
});

test.each([["no-answer", "Kept a place, and was not called"],
  ["not-allowed", "Not called: the number may not be dialled any more"]])("F397 a kept place whose caller nobody has dialled, %s",
  (outcome, words) => {
    const page = decodeCalls({ at: "2026-11-22T10:00:00Z", calls: [{ id: "KPCA1", arrived: "2026-11-22T09:00:00Z",
      ended: "2026-11-22T10:00:00Z", outcome: "unreached", caller: "", out: { by: { id: "", name: "" }, outcome } }] });
    expect(recordOutcome(page!.calls[0]!)).toBe(words);
  });
