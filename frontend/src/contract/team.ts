/** Decodes the team's view, as decode.ts does the rest. A part that is missing is unknown, and never empty. */
import { callerMay,
  count, list, name, no, object, oneOf, or, party, supervisor, text, time, yes, type Decode,
} from "./decode.js";
import {
  CALL_STATES, PRESENCES, STATUSES, TEAM_ACTIONS, type Caller, type Team, type TeamAction, type TeamAgent, type TeamCall,
  type TeamCounts, type TeamFigures, type TeamPart, type TeamWaiting,
} from "./types.js";

const caller = object<Caller>({ number: text, verified: no, arrived: time, waitingSince: time }, callerMay);
const parties = or(list(party), () => []);
const actions = or(list<TeamAction>(oneOf(TEAM_ACTIONS)), () => []);

const waiting = object<TeamWaiting>({ call: name, caller, since: time, place: count, rung: parties, actions },
  { requeued: yes, kept: yes, overdue: yes });

const call = object<TeamCall>({
  call: name,
  caller,
  state: or<TeamCall["state"]>(oneOf(CALL_STATES), () => "unknown"),
  since: time,
  hear: parties,
  music: parties,
  rung: parties,
  actions,
}, { owner: party, overdue: yes, supervisors: list(supervisor) });

const agent = object<TeamAgent>({
  id: name,
  name: or(name, (of) => name(of.id, of)),
  status: or(oneOf(STATUSES), () => "away"),
  presence: or(oneOf(PRESENCES), () => "offline"),
  since: time,
  seen: or(time, (of) => time(of.since, of)),
  actions,
}, { rung: yes, call: name, by: name, missed: count });

function part<T>(decode: Decode<T>): Decode<TeamPart<T>> {
  const known = object<TeamPart<T>>({ list: list(decode) }, { more: yes, unknown: yes });
  return or(known, () => ({ list: [], unknown: true }));
}

const counts = object<TeamCounts>({
  arrived: count, answered: count, answeredQuickly: count, abandoned: count, expired: count, closed: count,
  transfers: or(list(object<TeamCounts["transfers"][number]>({ outcome: name, count }, {})), () => []),
}, { averageWait: count, longestWait: count, voicemail: count, kept: count });

const today = object<TeamFigures>({ since: time }, { counts, partial: yes });

const team = object<Team>({
  at: time,
  waiting: part(waiting),
  calls: part(call),
  agents: part(agent),
  today: or(today, (of) => (time(of.at, of) === undefined ? undefined : { since: time(of.at, of)! })),
}, {});

export const decodeTeam = (value: unknown): Team | null => team(value, {}) ?? null;
/** The answer to an act says only that it was done. */
export const decodeDone = (value: unknown): true | null => (typeof value === "object" && value !== null ? true : null);
