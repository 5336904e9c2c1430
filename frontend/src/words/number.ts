/** Phone numbers for the eye. An unknown country is only grouped; what is no number is shown as it came. */

export const PRIVATE = "Private number";

/** Calling codes whose length must be known to split them off; all others are taken as two or three digits. */
const ONE_DIGIT = /^\+(1|7)(\d+)$/;
const TWO_DIGITS = /^\+(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])(\d+)$/;
const THREE_DIGITS = /^\+(\d{3})(\d+)$/;

/** +442079460123 becomes "+44 20 7946 0123"; what is not E.164 is shown as it came; nothing is a private number. */
export function phoneNumber(number: string, none = PRIVATE): string {
  if (number === "") return none;
  if (!/^\+\d{5,15}$/.test(number)) return number;
  const m = ONE_DIGIT.exec(number) ?? TWO_DIGITS.exec(number) ?? THREE_DIGITS.exec(number);
  if (!m) return number;
  const [, code, rest] = m as unknown as [string, string, string];
  if (code === "1" && rest.length === 10) return `+1 ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  return `+${code} ${grouped(rest)}`;
}

/** The calling code of a number of E.164; empty if it is none. */
export function callingCode(number: string): string {
  return (ONE_DIGIT.exec(number) ?? TWO_DIGITS.exec(number) ?? THREE_DIGITS.exec(number))?.[1] ?? "";
}

/** A party's name; an outside number has none but itself. */
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
