/** Finding a colleague by typed text: without accents, with any apostrophe, by any parts of the name in any order. */

const LETTERS: Readonly<Record<string, string>> = { ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i", ð: "d",
  þ: "th" };
const UMLAUTS: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", å: "aa" };
const APOSTROPHES = /['\u2018\u2019\u02BC\u02B9\u2032\u00B4`\u201B\uFF07\u02BB]/gu;

function fold(text: string, umlauts: boolean): string {
  const lower = text.normalize("NFC").toLowerCase();
  const spelled = umlauts ? lower.replace(/[äöüå]/g, (c) => UMLAUTS[c]!) : lower;
  return spelled
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .replace(APOSTROPHES, "")
    .replace(/[øłđßæœıðþ]/g, (c) => LETTERS[c]!)
    .replace(/[\p{Pd}\s.,_]+/gu, " ")
    .trim();
}

/** A name matches if it contains every typed word. */
export function finder(typed: string): (name: string) => boolean {
  const words = fold(typed, false).split(" ").filter(Boolean);
  return (name) => {
    const spellings = [false, true].flatMap((umlauts) => {
      const folded = fold(name, umlauts);
      return [folded, folded.replaceAll(" ", "")];
    });
    return words.every((word) => spellings.some((s) => s.includes(word)));
  };
}
