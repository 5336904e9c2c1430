/** The note after a call: saved as typed, never lost, and true about whether it is saved. */
import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../../src/api.js";
import type { CallRules } from "../../src/contract/types.js";
import { fieldsOf, isElsewhere } from "../../src/state/notes.js";
import { needsCode, noted } from "../../src/state/wrapup.js";
import { noteState } from "../../src/words/note.js";
import { recordAt, ringAt, RULES, snapshotAt } from "../fixtures.js";
import { count, desk, f, inCall, loadAgain, pass, problem, serve, start, useDesk } from "./harness.js";

useDesk();

const CALL = "CAconference1";
/** After this time a page that was loaded anew does not take the call for lost any more. */
const NOT_LOST_MS = 10_000;
const typed = (note: string): void => desk.writeNote(CALL, { note });
const draft = () => desk.state.notes[CALL];
const said = (): string => noteState(draft()).words;
const saves = (): number => count(`save ${CALL}`);
const server = () => f.api.kept.get(CALL);

/** A call that the caller has ended; the server lets the agent rest. */
async function ended(rules: Partial<CallRules> = {}): Promise<void> {
  f.api.recordRules = { ...RULES, codeRequired: false, ...rules };
  await inCall();
  f.api.current = rests();
  f.voice.emit({ is: "gone", why: "" });
  await pass(3000);
  expect(desk.state.screen.is).toBe("ended");
}

const rests = () => snapshotAt(Date.now(), { agent: { presence: "wrap-up",
  wrapUpUntil: new Date(Date.now() + 60_000).toISOString(),
  last: { outcome: "caller-left", at: new Date(Date.now()).toISOString(), call: CALL } } });

describe("F211: saved as typed", () => {
  test("once, a moment after the last key, and then the page says so", async () => {
    await ended();
    expect(said()).toBe("");
    for (const note of ["W", "Wa", "Wan", "Wants a letter"]) {
      typed(note);
      await pass(500);
    }
    expect([saves(), said()]).toEqual([0, "Not saved yet"]);
    await pass(1500);
    expect([saves(), said(), server()?.note]).toEqual([1, "Saved", "Wants a letter"]);
    await pass(5000);
    expect(saves()).toBe(1);
  });

  test("text, code and name go together; spaces around the name do not count", async () => {
    await ended();
    desk.writeNote(CALL, { note: "a\n<b>\"", code: "order" });
    desk.writeNote(CALL, { name: " Ann Ö " });
    await pass(2000);
    expect(server()).toMatchObject({ note: "a\n<b>\"", code: "order", name: "Ann Ö" });
    expect(fieldsOf(draft()).name).toBe(" Ann Ö ");
    expect(said()).toBe("Saved");
  });

  test("emptied, it is saved as empty", async () => {
    f.api.kept.set(CALL, { by: { id: "alice", name: "Alice" }, at: "2026-11-22T10:00:00Z", note: "old", code: "order" });
    await ended();
    expect(fieldsOf(draft())).toEqual({ note: "old", code: "order", name: "" });
    desk.writeNote(CALL, { note: "", code: "" });
    await pass(2000);
    expect([server()?.note, server()?.code, said()]).toEqual(["", undefined, ""]);
  });

  test("what is typed while a request is under way is saved after it, and is not said to be saved before", async () => {
    await ended();
    let answer = (): void => undefined;
    const slow = vi.spyOn(f.api, "saveNote").mockImplementationOnce(() => new Promise((resolve) => {
      answer = () => resolve(-1);
    }));
    typed("one");
    await pass(2000);
    typed("one two");
    answer();
    await pass(500);
    expect(said()).toBe("Not saved yet");
    await pass(2000);
    expect([slow.mock.calls.length, server()?.note, said()]).toEqual([2, "one two", "Saved"]);
  });

  /** The next save reaches the server at once, and is answered by the function that is returned. */
  function saveSlowly(failure?: ApiError): () => void {
    let answer = (): void => undefined;
    const save = f.api.saveNote.bind(f.api);
    vi.spyOn(f.api, "saveNote").mockImplementationOnce(async (call, note) => {
      await save(call, note);
      return new Promise((resolve, reject) => {
        answer = () => (failure ? reject(failure) : resolve(f.api.kept.get(call)!.version!));
      });
    });
    return () => answer();
  }

  test.each([["was done", undefined], ["failed but took effect", problem("timeout", 0)]])(
    "what is changed back while a request is under way stays changed back, if the request %s", async (_what, failure) => {
      await ended();
      desk.writeNote(CALL, { code: "order" });
      await pass(2000);
      const answer = saveSlowly(failure);
      typed("one");
      desk.writeNote(CALL, { code: "refund" });
      await pass(2000);
      typed("");
      desk.writeNote(CALL, { code: "order" });
      expect(said()).toBe("Not saved yet");
      answer();
      await pass(10_000);
      expect([fieldsOf(draft()), said()]).toEqual([{ note: "", code: "order", name: "" }, "Saved"]);
      expect(server()).toMatchObject({ note: "", code: "order" });
    });

  test("a save that failed but took effect is undone when what was kept before is typed again", async () => {
    await ended();
    const answer = saveSlowly(problem("timeout", 0));
    typed("one");
    await pass(2000);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect([said(), fieldsOf(draft()).note]).toEqual(["Not saved yet. The server cannot be reached; it is tried again.", "one"]);
    typed("");
    expect(said()).toBe("Not saved yet");
    await pass(10_000);
    expect([server()?.note, fieldsOf(draft()).note, said()]).toEqual(["", "", ""]);
  });

  test("changed back while a request is under way, it is remembered over a reload", async () => {
    await ended();
    saveSlowly();
    typed("one");
    await pass(2000);
    typed("");
    loadAgain();
    await start();
    await pass(3000);
    expect([server()?.note, fieldsOf(draft()).note, said()]).toEqual(["", "", ""]);
  });
});

describe("F211: a failure loses nothing", () => {
  test.each([
    ["unavailable", 503, "failed", 2], ["unavailable", 503, "took effect", 1], ["unreachable", 0, "failed", 2],
    ["timeout", 0, "failed", 2], ["timeout", 0, "took effect", 1],
  ] as const)("%s (%i, %s): tried again until the server has it", async (slug, status, what, times) => {
    await ended();
    f.api.failures.push(problem(slug, status), problem(slug, status));
    typed("Wants a letter");
    await pass(1500);
    expect(said()).toBe("Not saved yet. The server cannot be reached; it is tried again.");
    if (what === "failed") f.api.kept.delete(CALL);
    await pass(10_000);
    expect([saves(), said(), server()?.note]).toEqual([times, "Saved", "Wants a letter"]);
  });

  test.each<[string, number, string]>([
    ["no-record", 404, "You were in no such call, or it is not kept any more."],
    ["note-too-long", 422, "A note has at most 2,000 characters."],
    ["malformed", 400, "There is no such code."],
  ])("%s: beside the field with its reason, and not repeated until something else is typed", async (slug, status, words) => {
    await ended();
    f.api.failures.push(new ApiError({ slug, status, title: "", detail: "There is no such code." }));
    typed("Wants a letter");
    await pass(20_000);
    expect([saves(), said()]).toEqual([1, `Not saved. ${words}`]);
    expect(fieldsOf(draft()).note).toBe("Wants a letter");
    typed("Wants a letter.");
    await pass(2000);
    expect([saves(), said()]).toEqual([2, "Saved"]);
  });

  test("what is typed while the text before is being refused is sent all the same", async () => {
    await ended();
    let refuse = (): void => undefined;
    vi.spyOn(f.api, "saveNote").mockImplementationOnce(() => new Promise((_resolve, reject) => {
      refuse = () => reject(problem("malformed", 400));
    }));
    typed("one");
    await pass(2000);
    typed("one two");
    refuse();
    await pass(5000);
    expect([server()?.note, said()]).toEqual(["one two", "Saved"]);
  });

  test("2,001 characters are not sent and not cut; code points count, as at the server", async () => {
    await ended();
    typed("😀".repeat(2001));
    await pass(3000);
    expect([saves(), said()]).toEqual([0, "Not saved: the note is too long"]);
    expect([...fieldsOf(draft()).note]).toHaveLength(2001);
    typed("😀".repeat(2000));
    await pass(3000);
    expect([saves(), said()]).toEqual([1, "Saved"]);
  });

  test("F215: a note of old is not replaced by half of one while the server does not say what it has", async () => {
    f.api.kept.set(CALL, { by: { id: "alice", name: "Alice" }, at: "2026-11-22T10:00:00Z", note: "old", code: "order" });
    const asked = vi.spyOn(f.api, "note").mockRejectedValue(problem("unavailable", 503));
    await ended();
    desk.writeNote(CALL, { name: "Ann" });
    await pass(5000);
    expect(saves()).toBe(0);
    asked.mockRestore();
    await pass(30_000);
    expect(server()).toMatchObject({ note: "old", code: "order", name: "Ann" });
  });

  test("F215: what was typed and not saved is there after a reload, and is saved then", async () => {
    await ended();
    f.api.failures.push(...Array.from({ length: 3 }, () => problem("unavailable", 503)));
    typed("Wants a letter");
    await pass(1500);
    f.api.failures.length = 0;
    loadAgain();
    await start();
    expect(fieldsOf(draft()).note).toBe("Wants a letter");
    await pass(2000);
    expect([server()?.note, said()]).toEqual(["Wants a letter", "Saved"]);
    await pass(NOT_LOST_MS);
    expect(noted(desk.state)?.call).toBe(CALL);
  });

  test("F215: a saved note is there after a reload", async () => {
    await ended();
    desk.writeNote(CALL, { note: "Wants a letter", code: "order" });
    await pass(2000);
    loadAgain();
    await start();
    await pass(1000);
    expect(fieldsOf(draft())).toEqual({ note: "Wants a letter", code: "order", name: "" });
  });

  test("another agent at this tab sees nothing of it", async () => {
    await ended();
    typed("Wants a letter");
    loadAgain();
    f.api.current = { ...snapshotAt(Date.now()), agent: { ...snapshotAt(Date.now()).agent, id: "bob", name: "Bob" } };
    await start();
    expect([desk.state.notes, noted(desk.state)]).toEqual([{}, null]);
    await pass(2000);
    expect(saves()).toBe(0);
    loadAgain();
    f.api.current = snapshotAt(Date.now());
    await start();
    expect(fieldsOf(draft()).note).toBe("Wants a letter");
    await pass(2000);
    expect([server()?.note, said()]).toEqual(["Wants a letter", "Saved"]);
  });

  test("the next call rings: what is not saved yet is saved behind it, and the card comes back if it is not answered", async () => {
    await ended();
    f.api.failures.push(problem("unavailable", 503));
    typed("Wants a letter");
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now(), { conference: "CAnext" }) });
    await pass(8000);
    expect([desk.state.screen.is, server()?.note]).toEqual(["ringing", "Wants a letter"]);
    f.api.current = snapshotAt(Date.now());
    f.voice.emit({ is: "gone", why: "" });
    await pass(1000);
    expect([desk.state.screen.is, noted(desk.state)?.call]).toEqual(["idle", CALL]);
  });

  test("the next call is answered: the note of the last one is saved and then forgotten by the page", async () => {
    await ended();
    typed("Wants a letter");
    f.voice.emit({ is: "ringing", sid: "CA2", ring: ringAt(Date.now(), { conference: "CAnext" }) });
    desk.answer();
    f.voice.emit({ is: "open" });
    serve("talking", { id: "CAnext" });
    await pass(4000);
    expect([server()?.note, draft(), noted(desk.state)]).toEqual(["Wants a letter", undefined, null]);
  });

  test("a page that is closed sends the note with its last breath", async () => {
    await ended();
    typed("Wants a letter");
    desk.pageHidden();
    expect(count(`leave note ${CALL}`)).toBe(1);
  });

  test("signing out saves the note first", async () => {
    await ended();
    typed("Wants a letter");
    await desk.signOut();
    expect(server()?.note).toBe("Wants a letter");
  });

  test("a note that cannot be saved at the sign-out is saved when this agent comes back", async () => {
    await ended();
    f.api.failures.push(problem("unavailable", 503));
    typed("Wants a letter");
    vi.spyOn(f.api, "saveNote").mockRejectedValueOnce(problem("unavailable", 503));
    await desk.signOut();
    expect(server()).toBeUndefined();
    f.api.failures.length = 0;
    loadAgain();
    await start();
    await pass(3000);
    expect([server()?.note, noted(desk.state)]).toEqual(["Wants a letter", null]);
  });
});

describe("F215: one agent writes in two tabs", () => {
  /** The other tab saves this. */
  const elsewhere = (note: string, code = ""): void => {
    f.api.kept.set(CALL, { by: { id: "alice", name: "Alice" }, at: "2026-11-22T10:00:00Z", note, ...(code ? { code } : {}),
      version: (server()?.version ?? 0) + 1 });
  };
  const CHANGED = "Not saved. You have changed this note in another tab or window. Typing on here replaces what is saved there:";

  test("the later tab replaces nothing that it has not seen: both texts are shown until more is typed", async () => {
    await ended();
    typed("Wants a letter");
    await pass(2000);
    elsewhere("Wants a call");
    typed("Wants a letter soon");
    await pass(20_000);
    expect([said(), server()?.note, fieldsOf(draft()).note]).toEqual([CHANGED, "Wants a call", "Wants a letter soon"]);
    expect([isElsewhere(draft()), draft()?.kept?.note]).toEqual([true, "Wants a call"]);
    typed("Wants a call and a letter");
    await pass(2000);
    expect([said(), server()?.note, isElsewhere(draft())]).toEqual(["Saved", "Wants a call and a letter", false]);
  });

  test("fields that only one of them has changed are kept of both", async () => {
    await ended();
    await pass(2000);
    elsewhere("", "order");
    typed("Wants a letter");
    await pass(3000);
    expect([said(), server()?.note, server()?.code]).toEqual(["Saved", "Wants a letter", "order"]);
  });

  test("it is noticed also after a save whose answer was lost, and after a reload", async () => {
    await ended();
    await pass(2000);
    f.api.failures.push(problem("timeout", 0));
    typed("one");
    await pass(1000);
    elsewhere("two");
    await pass(10_000);
    expect([said(), server()?.note]).toEqual([CHANGED, "two"]);
    loadAgain();
    elsewhere("three");
    await start();
    await pass(5000);
    expect([server()?.note, fieldsOf(draft()).note]).toEqual(["three", "one"]);
  });

  test("what the page itself has sent is no change elsewhere", async () => {
    await ended();
    f.api.failures.push(problem("timeout", 0));
    typed("one");
    await pass(1000);
    typed("one two");
    await pass(10_000);
    expect([said(), server()?.note]).toEqual(["Saved", "one two"]);
  });

  test("a server of the release before knows no versions, and none is sent to it", async () => {
    const asked = vi.spyOn(f.api, "note").mockResolvedValue({ version: -1 });
    const sent = vi.spyOn(f.api, "saveNote");
    await ended();
    typed("one");
    await pass(3000);
    expect([asked.mock.calls.length > 0, sent.mock.calls[0]?.[1]]).toEqual([true, { note: "one" }]);
  });
});

describe("Done", () => {
  test("ends the automatic pause, and saves", async () => {
    await ended();
    typed("Wants a letter");
    desk.doneWithCall();
    await pass(1000);
    expect([count("status available"), server()?.note, noted(desk.state)]).toEqual([2, "Wants a letter", null]);
    expect(desk.state.screen.is).toBe("idle");
  });

  test("a code that is required is asked for first, as often as Done is pressed; then it is done", async () => {
    await ended({ codeRequired: true });
    desk.doneWithCall();
    desk.doneWithCall();
    expect([desk.state.screen.is, noted(desk.state)?.codeMissed]).toEqual(["ended", 2]);
    expect(desk.state.said.urgent.trim()).toBe("Choose a code first.");
    desk.writeNote(CALL, { code: "order" });
    expect(noted(desk.state)?.codeMissed).toBe(0);
    desk.doneWithCall();
    await pass(500);
    expect([desk.state.screen.is, server()?.code]).toEqual(["idle", "order"]);
  });

  test("the countdown ends the pause all the same", async () => {
    await ended({ codeRequired: true });
    f.api.current = snapshotAt(Date.now());
    await pass(3000);
    expect(desk.state.said.polite).toBe("The wrap-up is over. Calls ring here again.");
    expect(needsCode(desk.state)).toBe(true);
  });

  test("away is no pause: Done leaves it", async () => {
    await ended();
    f.api.current = snapshotAt(Date.now(), { agent: { status: "away", presence: "away" } });
    await pass(3000);
    desk.doneWithCall();
    await pass(500);
    expect([desk.state.screen.is, count("status available")]).toEqual(["idle", 1]);
  });

  test("offline after a reload it only closes the card", async () => {
    await ended();
    loadAgain();
    await start();
    await pass(NOT_LOST_MS);
    expect(noted(desk.state)?.call).toBe(CALL);
    desk.doneWithCall();
    await pass(500);
    expect([desk.state.screen.is, noted(desk.state), count("status available")]).toEqual(["offline", null, 1]);
    loadAgain();
    f.api.current = snapshotAt(Date.now());
    await start();
    expect(noted(desk.state)).toBeNull();
  });
});

test("without records there is no note, and nothing is asked", async () => {
  await ended({ records: false });
  await pass(2000);
  expect([noted(desk.state), count(`note ${CALL}`), count(`caller ${CALL}`)]).toEqual([null, 0, 0]);
});

test("a server of the previous release keeps no records", async () => {
  vi.spyOn(f.api, "rules").mockRejectedValue(problem("", 404));
  await start();
  expect(desk.state.rules).toEqual({ supervisor: false, records: false, codes: [], codeRequired: false });
});

test("a server that cannot say is asked again", async () => {
  f.api.recordRules = RULES;
  f.api.failures.push(problem("unavailable", 503));
  await start();
  expect(desk.state.rules).toBeNull();
  await pass(4000);
  expect(desk.state.rules).toEqual(RULES);
});

test("the note of a record can be changed in the history, and is forgotten when the record is closed", async () => {
  f.api.recordRules = RULES;
  f.api.pages.push({ at: new Date().toISOString(), calls: [recordAt(Date.now() - 60_000)] });
  await start();
  await pass(500);
  desk.showSide("history");
  await pass(500);
  desk.archive.open("CArecord1");
  desk.openNote("CArecord1");
  desk.writeNote("CArecord1", { note: "Called again." });
  await pass(2000);
  expect(f.api.kept.get("CArecord1")?.note).toBe("Called again.");
  desk.archive.open("");
  expect(desk.state.notes).toEqual({});

  // The list says so without being read anew.
  const listed = () => desk.state.history.calls[0]!;
  expect(listed().notes).toEqual([
    expect.objectContaining({ by: { id: "bob", name: "Bob" } }),
    expect.objectContaining({ by: { id: "alice", name: "Alice" }, note: "Called again." }),
  ]);
  desk.openNote("CArecord1");
  desk.writeNote("CArecord1", { note: "", code: "order", name: "Ann Young" });
  await pass(2000);
  expect([listed().notes.length, listed().notes[1], listed().name]).toEqual([2,
    { by: { id: "alice", name: "Alice" }, at: expect.any(String), note: "", code: "order", name: "Ann Young" }, "Ann Young"]);
  desk.writeNote("CArecord1", { code: "", name: "" });
  await pass(2000);
  expect([listed().notes.map((n) => n.by.id), listed().name]).toEqual([["bob"], "Mrs Young"]);

  // Saved, although the answer was lost.
  desk.archive.open("CArecord1");
  desk.writeNote("CArecord1", { note: "All is well." });
  f.api.failures.push(problem("timeout", 0));
  await pass(10_000);
  desk.archive.open("");
  expect([listed().notes[1]?.note, desk.state.notes]).toEqual(["All is well.", {}]);
});
