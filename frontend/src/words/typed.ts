/**
 * Turns a phone number as people type or paste it into E.164, the only form that the API accepts. A number without a
 * country code belongs to the country of the number that callers dial. Text that cannot be understood is refused in
 * words, never guessed.
 */
import { callingCode } from "./number.js";

export interface Typed {
  /** E.164; empty if the text is no such number. */
  readonly number: string;
  /** Why it is not valid, though it looks like a number; empty if it is valid or does not look like one. */
  readonly why: string;
}

const NOTHING: Typed = { number: "", why: "" };

/** Invisible, and often copied along: direction marks, joiners, soft hyphens, controls. */
// oxlint-disable-next-line no-misleading-character-class -- each of these is meant alone
const UNSEEN = /[\p{Cf}\p{Cc}\u034F\u115F\u1160\uFE00-\uFE0F]/gu;
/** Between digits: spaces of all kinds, dashes, the minus sign, dots, slashes, brackets. */
const BETWEEN = /[\s\p{Pd}\u2212\u30FC.·•/\\()[\]]/gu;
/** The zeros of other scripts' digits that may be copied; NFKC converts full-width digits. */
const ZEROS = [0x660, 0x6f0, 0x966];

/**
 * The national prefix, dialled before a number of the own country (ITU-T Operational Bulletin, dialling procedures);
 * "0" elsewhere.
 */
const TRUNK: Readonly<Record<string, readonly string[]>> = {
  "1": ["1", ""], "7": ["8"], "36": ["06"], "370": ["0", "8"], "375": ["80"], "992": ["8"], "993": ["8"],
  ...Object.fromEntries(
    ("30 34 39 45 47 48 52 65 350 351 352 354 356 357 371 372 377 378 420 423 852 853 965 968 973 974 " +
      "501 502 503 504 505 506 507 221 225 226 228 229 237 241 242 376 379").split(" ").map((code) => [code, [""]]),
  ),
};

/** The international prefix, where it is not 00. */
const ABROAD: Readonly<Record<string, string>> = { "1": "011", "7": "810", "61": "0011", "81": "010", "82": "001",
  "852": "001", "65": "001" };

/** Countries where a zero after the calling code is part of the number. */
const KEEPS_ZERO: readonly string[] = ["39", "378", "379"];

const EXAMPLE = "+44 20 7946 0123";

export function typedNumber(text: string, own = ""): Typed {
  const clean = plain(text);
  const link = /^(tel|callto):\s*(\/\/)?/i;
  const rest = clean.replace(link, "");
  const extension = /^([+\d][^a-z;,#*]*?)\s*(;|,|#|ext|x(?=\s*\.?\s*\d))/i.exec(rest);
  if (!extension && !/^[+([\s]*\d/.test(rest)) return NOTHING;
  if (extension && digitsOf(extension[1] ?? "").length >= 3) {
    return no("An extension cannot be dialled. Take the number without it.");
  }
  const home = callingCode(own);
  const bare = withoutTrunk(rest, home).replace(BETWEEN, "");
  if (!/^\+?\d+$/.test(bare)) return NOTHING;
  if (digitsOf(bare).length < 3) return NOTHING; // too short to judge
  return checked(international(bare, home), digitsOf(bare).length, home);
}

function plain(text: string): string {
  return text.normalize("NFKC").replace(UNSEEN, "").replace(/\p{Nd}/gu, (digit) => {
    const zero = ZEROS.find((z) => digit.codePointAt(0)! - z >= 0 && digit.codePointAt(0)! - z < 10);
    return zero === undefined ? digit : String(digit.codePointAt(0)! - zero);
  }).trim();
}

const digitsOf = (text: string): string => text.replace(/\D/g, "");
const no = (why: string): Typed => ({ number: "", why });

/** +44 (0)20 …: the zero is only for callers of that country. */
function withoutTrunk(text: string, home: string): string {
  const m = /^(.*?)[([]\s*0\s*[)\]](.*)$/su.exec(text);
  const country = m ? fromAbroad(m[1]!.replace(BETWEEN, ""), home) : "";
  if (!m || !/^\d+$/.test(country) || KEEPS_ZERO.includes(callingCode(`+${country}0000000`))) return text;
  return `${m[1]!}${m[2]!}`;
}

/** The digits after the plus sign or the international prefix; empty if the text begins with neither. */
function fromAbroad(bare: string, home: string): string {
  const prefix = ["+", ABROAD[home] ?? "00", "00"].find((p) => bare.startsWith(p));
  return prefix ? bare.slice(prefix.length) : "";
}

/** With its country code; empty if it has none and none can be added. */
function international(bare: string, home: string): string {
  const abroad = fromAbroad(bare, home);
  if (abroad) return `+${abroad}`;
  if (!home) return "";
  if (home === "1") {
    return bare.length === 10 ? `+1${bare}` : bare.length === 11 && bare.startsWith("1") ? `+${bare}` : "";
  }
  for (const trunk of TRUNK[home] ?? ["0"]) {
    if (trunk !== "" && bare.startsWith(trunk)) return `+${home}${bare.slice(trunk.length)}`;
    if (trunk === "" && bare.length >= 7) return `+${home}${bare}`;
  }
  // Where every number begins with the digits of the national prefix, one that begins with the calling code has lost
  // its plus sign.
  return bare.startsWith(home) && bare.length >= home.length + 8 ? `+${bare}` : "";
}

function checked(number: string, typed: number, home: string): Typed {
  if (/^\+[1-9]\d{6,14}$/.test(number)) return { number, why: "" };
  if (typed < 7) return no("This is too short for a phone number.");
  if (typed > 15) return no("This is too long for a phone number.");
  return no(home
    ? "This number lacks its area code, or its country."
    : `Write the number with its country, such as ${EXAMPLE}.`);
}
