/**
 * Phone numbers for display. A number of an unknown country is only grouped; text that is no number is shown unchanged.
 */

export const PRIVATE = "Private number";

/** Calling codes whose length must be known to split them off; all others are assumed to have two or three digits. */
const ONE_DIGIT = /^\+(1|7)(\d+)$/;
const TWO_DIGITS = /^\+(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])(\d+)$/;
const THREE_DIGITS = /^\+(\d{3})(\d+)$/;

/** +442079460123 becomes "+44 20 7946 0123"; text that is not E.164 is unchanged; an empty text is a private number. */
export function phoneNumber(number: string, none = PRIVATE): string {
  if (number === "") return none;
  if (!/^\+\d{5,15}$/.test(number)) return number;
  const m = ONE_DIGIT.exec(number) ?? TWO_DIGITS.exec(number) ?? THREE_DIGITS.exec(number);
  if (!m) return number;
  const [, code, rest] = m as unknown as [string, string, string];
  if (code === "1" && rest.length === 10) return `+1 ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  return `+${code} ${grouped(rest)}`;
}

/** The calling code of an E.164 number; empty if it is none. */
export function callingCode(number: string): string {
  return (ONE_DIGIT.exec(number) ?? TWO_DIGITS.exec(number) ?? THREE_DIGITS.exec(number))?.[1] ?? "";
}

/** A party's name; an outside party is named by the number. */
export function partyName(party: { readonly name: string }): string {
  return phoneNumber(party.name);
}

/** Groups of four from the end, the first one shorter: 2079460123 becomes "20 7946 0123". */
function grouped(digits: string): string {
  const first = digits.length % 4 || 4;
  const groups = [digits.slice(0, first)];
  for (let i = first; i < digits.length; i += 4) groups.push(digits.slice(i, i + 4));
  return groups.join(" ");
}
