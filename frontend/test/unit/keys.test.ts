/** Keys on the page's own buttons. */
import { expect, test } from "vitest";
import { pressesAgain } from "../../src/shortcuts.js";

const at = (tag: string) => ({ closest: (wanted: string) => (wanted === tag ? {} : null) });

test.each<[string, { key: string; repeat: boolean }, string, boolean]>([
  ["a held Enter on a button", { key: "Enter", repeat: true }, "button", true],
  ["its first press", { key: "Enter", repeat: false }, "button", false],
  ["a held Enter in the note", { key: "Enter", repeat: true }, "textarea", false],
  ["a held space, which presses when it is let go", { key: " ", repeat: true }, "button", false],
])("F052: %s --> %s", (_name, key, tag, again) => expect(pressesAgain(key, at(tag))).toBe(again));
