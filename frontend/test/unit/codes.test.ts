/** The operator's list of codes changes while a page is open: the note is never stuck, and never lost with its card. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../../src/api.js";
import type { CallRules } from "../../src/contract/types.js";
import { fieldsOf } from "../../src/state/notes.js";
import { noted } from "../../src/state/wrapup.js";
import { noteState } from "../../src/words/note.js";
import { RULES, snapshotAt } from "../fixtures.js";
import { count, desk, f, inCall, pass, useDesk } from "./harness.js";

useDesk();

const CALL = "CAconference1";
const GONE = "Not saved. There is no such code.";
const said = (): string => noteState(desk.state.notes[CALL]).words;
const server = () => f.api.kept.get(CALL);

/** The server takes the codes of its list only, as archive.SaveNote does. */
beforeEach(() => {
  const save = f.api.saveNote.bind(f.api);
  vi.spyOn(f.api, "saveNote").mockImplementation((call, note) => {
    const known = !note.code || note.code === f.api.kept.get(call)?.code || f.api.recordRules?.codes.includes(note.code);
    return known ? save(call, note) : Promise.reject(
      new ApiError({ slug: "malformed", status: 400, title: "", detail: "There is no such code." }));
  });
});

async function ended(rules: Partial<CallRules> = {}): Promise<void> {
  f.api.recordRules = { ...RULES, codes: ["order", "refund"], codeRequired: true, ...rules };
  await inCall();
  f.api.current = snapshotAt(Date.now(), { agent: { presence: "wrap-up",
    wrapUpUntil: new Date(Date.now() + 60_000).toISOString(),
    last: { outcome: "caller-left", at: new Date(Date.now()).toISOString(), call: CALL } } });
  f.voice.emit({ is: "gone", why: "" });
  await pass(3000);
  expect(desk.state.screen.is).toBe("ended");
}

const listed = (codes: string[], codeRequired = codes.length > 0): void => {
  f.api.recordRules = { ...RULES, codes, codeRequired };
};

describe("F246: a code that the page still lists was taken off the list", () => {
  test("the page learns the list that holds now, and the note is kept with a code of it", async () => {
    await ended();
    listed(["complaint"]);
    desk.writeNote(CALL, { note: "Wants a letter", code: "order" });
    await pass(3000);
    expect([said(), desk.state.rules?.codes, count("rules")]).toEqual([GONE, ["complaint"], 2]);
    await pass(60_000);
    expect(count("rules")).toBe(2);
    desk.writeNote(CALL, { code: "complaint" });
    await pass(2000);
    expect([said(), server()?.note, server()?.code]).toEqual(["Saved", "Wants a letter", "complaint"]);
  });

  test("Done asks for another code, as for one that is missing, and keeps the card", async () => {
    await ended();
    listed(["complaint"]);
    desk.writeNote(CALL, { note: "Wants a letter", code: "order" });
    await pass(3000);
    desk.doneWithCall();
    await pass(1000);
    expect([desk.state.screen.is, noted(desk.state)?.codeMissed]).toEqual(["ended", 1]);
    expect(fieldsOf(desk.state.notes[CALL]).note).toBe("Wants a letter");
    desk.writeNote(CALL, { code: "complaint" });
    desk.doneWithCall();
    await pass(1000);
    expect([desk.state.screen.is, server()?.note]).toEqual(["idle", "Wants a letter"]);
  });

  test("Done at once, before the refusal: the card is there again, with the text and the reason", async () => {
    await ended();
    listed(["complaint"]);
    desk.writeNote(CALL, { note: "Wants a letter", code: "order" });
    desk.doneWithCall();
    await pass(3000);
    expect([desk.state.screen.is, noted(desk.state)?.call, said()]).toEqual(["idle", CALL, GONE]);
    expect(fieldsOf(desk.state.notes[CALL]).note).toBe("Wants a letter");
  });

  test("no code is left at all: the old one can be taken away, and Done asks for none", async () => {
    await ended();
    listed([]);
    desk.writeNote(CALL, { note: "Wants a letter", code: "order" });
    await pass(3000);
    expect([said(), desk.state.rules?.codes]).toEqual([GONE, []]);
    desk.writeNote(CALL, { code: "" });
    desk.doneWithCall();
    await pass(2000);
    expect([desk.state.screen.is, server()?.note]).toEqual(["idle", "Wants a letter"]);
  });

  test("the list cannot be read just now: the one that is known stays", async () => {
    await ended();
    listed(["complaint"]);
    vi.spyOn(f.api, "rules").mockRejectedValueOnce(new ApiError({ slug: "unavailable", status: 503, title: "" }));
    desk.writeNote(CALL, { code: "order" });
    await pass(3000);
    expect([desk.state.rules?.records, desk.state.rules?.codes]).toEqual([true, ["order", "refund"]]);
  });

  test("a code that is kept with the note stays when it goes off the list", async () => {
    await ended();
    desk.writeNote(CALL, { note: "Wants", code: "order" });
    await pass(2000);
    listed(["complaint"]);
    desk.writeNote(CALL, { note: "Wants a letter" });
    desk.doneWithCall();
    await pass(2000);
    expect([desk.state.screen.is, server()?.note, server()?.code]).toEqual(["idle", "Wants a letter", "order"]);
  });
});

test("F211: Done does not close a note that is too long: nothing of it is lost from its field", async () => {
  await ended({ codeRequired: false });
  desk.writeNote(CALL, { note: "x".repeat(2001) });
  desk.doneWithCall();
  await pass(1000);
  expect([desk.state.screen.is, noted(desk.state)?.call, said()]).toEqual(
    ["ended", CALL, "Not saved: the note is too long"]);
  desk.writeNote(CALL, { note: "x".repeat(2000) });
  desk.doneWithCall();
  await pass(1000);
  expect([desk.state.screen.is, server()?.note.length]).toEqual(["idle", 2000]);
});
