import { describe, expect, test } from "vitest";
import { choiceOf } from "../../src/state/choice.js";
import { reduce } from "../../src/state/reduce.js";
import { initial, type State } from "../../src/state/state.js";
import { finder } from "../../src/words/find.js";
import { typedNumber } from "../../src/words/typed.js";
import { callAt, directoryAt, ringAt, snapshotAt } from "../fixtures.js";

const UK = "+442079460000";
const LONDON = "+442079460123";

describe("F194: numbers as people paste them", () => {
  test.each<[string, string, string?]>([
    ["+44 20 7946-0123", LONDON], ["0044 (20) 79460123", LONDON], ["+44 (0)20 7946 0123", LONDON],
      ["+44 (0) 20 7946 0123", LONDON],
    ["+44-(0)20-7946-0123", LONDON], ["+44.(0).20.7946.0123", LONDON], ["+44 – (0) 20 7946 0123", LONDON],
      ["+44 [0] 20 7946 0123", LONDON], ["+44/(0)20 79460123", LONDON], ["00 44-(0)20 7946 0123", LONDON],
      ["011 44 (0)20 7946 0123", LONDON, "+12125550100"], ["+(44)(0)20 7946 0123", LONDON],
      ["8 10 44 (0)20 7946 0123", LONDON, "+74950000000"], ["(0)20 7946 0123", LONDON, UK],
    ["0044(0)2079460123", LONDON], ["tel:+44-20-7946-0123", LONDON], ["TEL:+442079460123", LONDON],
      ["callto://+442079460123", LONDON],
    ["\u202a+44 20 7946 0123\u202c", LONDON], ["\u200b+44\u00a020\u202f7946\u20070123\u200e", LONDON],
      ["\ufeff+44 20 7946 0123\r\n", LONDON],
    ["+44–20—7946‑0123", LONDON], ["+44 20 7946−0123", LONDON], ["+44.20.7946.0123", LONDON],
      ["+44/20/7946/0123", LONDON],
    ["(020) 7946 0123", LONDON, UK], ["020 7946 0123", LONDON, UK], ["44 20 7946 0123", LONDON, UK],
      ["＋４４ ２０ ７９４６ ０１２３", LONDON],
    ["+٤٤ ٢٠ ٧٩٤٦ ٠١٢٣", LONDON], ["[+44] 20 7946 0123", LONDON, UK],
    ["(415) 555-0142", "+14155550142", "+12125550100"], ["1-415-555-0142", "+14155550142", "+12125550100"],
      ["011 44 20 7946 0123", LONDON, "+12125550100"],
    ["06 1234 5678", "+390612345678", "+390600000000"], ["+39-(0)6-1234-5678", "+390612345678"],
      ["+39 (0)6 1234 5678", "+390612345678"],
      ["391 234 5678", "+393912345678", "+390600000000"],
    ["8 (495) 123-45-67", "+74951234567", "+74950000000"], ["06 1 234 5678", "+3612345678", "+3611111111"],
      ["030 123456", "+4930123456", "+493000000"],
    ["612 34 56 78", "+34612345678", "+34910000000"], ["20 12 34 56", "+4520123456", "+4570000000"],
  ])("%s --> %s", (text, number, own = "") => expect(typedNumber(text, own)).toEqual({ number, why: "" }));

  test.each<[string, string, RegExp]>([
    ["020 7946 0123", "", /with its country/], ["7946 0123", UK, /lacks its area code/], ["112", UK, /too short/],
      ["+44 20", UK, /too short/],
    ["+4420794601234567", UK, /too long/], ["+44 20 7946 0123 ext. 4", UK, /extension/],
      ["+442079460123;ext=1", UK, /extension/],
    ["020 7946 0123 x12", UK, /extension/], ["+442079460123,,12#", UK, /extension/],
  ])("%s is refused in own words", (text, own, why) => {
    const typed = typedNumber(text, own);
    expect(typed.number).toBe("");
    expect(typed.why).toMatch(why);
  });

  test.each(["bob", "", "+1", "12", "Desk 3", "sip:bob@pbx.example.com", "*72 5550142", "3com", "+44 bob", "<b>5</b>"])(
    "%s is no number at all", (text) => expect(typedNumber(text, UK)).toEqual({ number: "", why: "" }));

  const inCall = (numbers: boolean): State => [
    { type: "signed-in" as const },
    { type: "leg-ringing" as const, sid: "CA1", ring: ringAt(0), at: 0 },
    { type: "leg-answering" as const },
    { type: "leg-open" as const, at: 0 },
    { type: "snapshot" as const, at: 0, snapshot: { ...snapshotAt(0, { call: callAt(0, "talking") }), numbers } },
    { type: "directory" as const, directory: { ...directoryAt(0), number: UK } },
  ].reduce(reduce, initial);
  const typing = (state: State, filter: string): State => reduce(state, { type: "compose", compose: { filter } });

  test("the line's own country is known from its number", () => {
    expect(choiceOf(typing(inCall(true), "020 7946 0123"))).toMatchObject({ number: LONDON, refused: "" });
    expect(choiceOf(typing(inCall(true), "7946 0123"))).toMatchObject({ number: "",
      refused: "This number lacks its area code, or its country." });
  });

  test("where outside numbers are off, and out of a call, digits have words of their own", () => {
    expect(choiceOf(typing(inCall(false), LONDON))).toMatchObject({ number: "",
      refused: expect.stringContaining("Only colleagues") });
    expect(choiceOf(typing(inCall(false),
      "112"))).toMatchObject({ refused: expect.stringContaining("Only colleagues") });
    expect(choiceOf(typing(inCall(false), "zoe"))).toMatchObject({ refused: "" });
    const rest = [{ type: "leg-gone" as const, at: 1 }, { type: "dismiss-ended" as const },
      { type: "snapshot" as const, at: 9, snapshot: { ...snapshotAt(9), numbers: true } }].reduce(reduce, inCall(true));
    expect(choiceOf(typing(rest, LONDON))).toMatchObject({ refused: expect.stringContaining("only during a call") });
  });
});

describe("F194: a colleague is found", () => {
  test.each<[string, string]>([
    ["hernandez", "Dora Lindqvist-Hernández"], ["HERNÁNDEZ dora", "Dora Lindqvist-Hernández"],
      ["lindqvist hernandez", "Dora Lindqvist-Hernández"],
    ["obrien", "Sinéad O’Brien"], ["o'brien", "Sinéad O’Brien"], ["O´Brien sin", "Sinéad O'Brien"],
      ["o brien", "Sinéad O‘Brien"],
    ["muller", "Jörg Müller"], ["mueller", "Jörg Müller"], ["joerg", "Jörg Müller"], ["strasse", "Eva Straße"],
      ["lukasz", "Łukasz Nowak"], ["soren", "Søren Ærø"],
    ["nguyen", "Nguyễn Thị Hương"], ["huong nguyen", "Nguyễn Thị Hương"], ["\u202ahernandez\u202c", "Dora Hernández"],
      ["", "Bob"], ["bo", "Bob"],
  ])("by %s: %s", (typed, name) => expect(finder(typed)(name)).toBe(true));
  test.each<[string, string]>([["bob carol", "Bob"], ["zz", "Bob"], ["alicia", "Alice"]])("by %s: not %s",
    (typed, name) => expect(finder(typed)(name)).toBe(false));
});
