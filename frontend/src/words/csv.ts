/**
 * The records of calls as a table for spreadsheets: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), in UTF-8 with
 * its mark, without which Excel takes it for another encoding.
 */
import type { CallRecord } from "../contract/types.js";
import { recordOutcome, talkedTo, transferWords } from "./record.js";
import { partyName } from "./number.js";
import { stamp } from "./zone.js";

const BOM = "\uFEFF";

/**
 * What a spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection), also in the full
 * width of East Asian scripts. A caller or an agent may have written it. A spreadsheet whose separator is another one
 * does not see the quotes around a cell: there a separator or a line break within the text begins a cell.
 */
const FORMULA = /(^|[;,\t\r\n])((?:[^\S\t\r\n]|")*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;
const BLANK_START = /^[\t\r\n]/;

export function cell(value: string | number): string {
  const text = String(value);
  const plain = text.replace(FORMULA, "$1$2'").replace(BLANK_START, "'$&");
  return /["\r\n,\t]/.test(plain) || plain !== text ? `"${plain.replaceAll('"', '""')}"` : plain;
}

type Column = readonly [title: string, value: (record: CallRecord, zone: string) => string | number];

const notes = (record: CallRecord, what: "note" | "code"): string =>
  record.notes.filter((n) => n[what]).map((n) => (what === "note" ? `${partyName(n.by)}: ${n.note}` : n.code!))
    .join(what === "note" ? "\n" : ", ");

const COLUMNS: readonly Column[] = [
  ["Arrived", (r, zone) => stamp(r.arrived, zone)],
  ["Answered", (r, zone) => stamp(r.answered, zone)],
  ["Ended", (r, zone) => stamp(r.ended, zone)],
  ["Caller", (r) => r.caller],
  ["Name", (r) => r.name ?? ""],
  ["Verified", (r) => (r.verified ? "yes" : "no")],
  ["Outcome", (r) => recordOutcome(r)],
  ["Ended by", (r) => (r.endedBy === "agent" && r.ender ? partyName(r.ender) : r.endedBy)],
  ["Place at arrival", (r) => (r.place === undefined ? "" : `${r.place}${r.placeMore ? " or later" : ""}`)],
  ["Wait (s)", (r) => r.wait],
  ["Talk (s)", (r) => r.talk],
  ["Hold (s)", (r) => r.hold],
  ["Talked to", (r) => talkedTo(r).map(partyName).join(", ")],
  ["Transfers", (r) => r.transfers.map(transferWords).join("\n")],
  ["Codes", (r) => notes(r, "code")],
  ["Notes", (r) => notes(r, "note")],
  ["Call", (r) => r.id],
];

/** Times are in the zone, whose name stands in the titles. */
export function csvOf(records: readonly CallRecord[], zone: string): string {
  const title = (name: string): string => (/^(Arrived|Answered|Ended)$/.test(name) ? `${name} (${zone})` : name);
  const rows = [COLUMNS.map(([name]) => title(name)), ...records.map((r) => COLUMNS.map(([, value]) => value(r, zone)))];
  return BOM + rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
