/** The states of the team's view. */
import type { CallState, Team, Watching } from "../../src/contract/types.js";
import type { Event } from "../../src/state/event.js";
import { callAt, iso, ringAt, RULES, snapshotAt, teamAt, teamCallAt } from "../fixtures.js";
import { online, talking, type Scene } from "./scenes.js";

const SUPERVISOR: Event = { type: "rules", rules: { ...RULES, supervisor: true } };
const opened: readonly Event[] = [SUPERVISOR, { type: "side", side: "team" }];

const shown = (now: number, change: Partial<Team> = {}, more: readonly Event[] = []): Event[] =>
  [...online(now), ...opened, { type: "team-view", view: teamAt(now, change) }, ...more];

/** A supervisor's own leg in a call of that state; null: one that the view does not have. */
const watching = (now: number, part: Pick<Watching, "mode" | "settled" | "heard" | "hidden" | "alone"> | null,
  state: CallState | null = "talking"): Event[] => {
  const id = teamCallAt(now, state ?? "talking").call;
  const snapshot = { ...snapshotAt(now, { agent: { presence: "busy" } }), ...(part ? { watching: { call: id, leg: "l", ...part } } : {}) };
  return [...shown(now, { calls: { list: state ? [teamCallAt(now, state)] : [] } }),
    { type: "leg-ringing", sid: "CAown", ring: ringAt(now, { conference: id, watch: true }), at: now - 62_000 },
    { type: "leg-answering" }, { type: "leg-open", at: now - 61_000 }, { type: "snapshot", snapshot, at: now }];
};

const refused = (text: string): Event => ({ type: "notice", notice: { id: 1, text, tone: "bad" } });

const empty = (now: number): Partial<Team> => ({
  waiting: { list: [] }, calls: { list: [] }, agents: { list: [] },
  today: { since: iso(now - 36_000_000), counts: { arrived: 0, answered: 0, answeredQuickly: 0, abandoned: 0, expired: 0, closed: 0,
    transfers: [] } },
});

const unknown = { list: [], unknown: true };

export const teamScenes: readonly Scene[] = [
  { name: "team-looking", events: (now) => [...online(now), ...opened] },
  { name: "team-empty", events: (now) => shown(now, empty(now)) },
  { name: "team-busy", events: (now) => shown(now) },
  { name: "team-kept-place", events: (now) => {
    const { waiting } = teamAt(now);
    return shown(now, { waiting: { list: waiting.list.map((w, i) => (i ? w : { ...w, requeued: false, kept: true, rung: [], actions: [] })) } });
  } },
  { name: "team-more", events: (now) => {
    const { waiting, calls, agents, today } = teamAt(now);
    return shown(now, { waiting: { ...waiting, more: true }, calls: { ...calls, more: true },
      agents: { ...agents, more: true }, today: { ...today, partial: true } });
  } },
  { name: "team-unknown", events: (now) => shown(now, { waiting: unknown, calls: unknown, agents: unknown,
    today: { since: iso(now - 36_000_000) } }) },
  { name: "team-unknown-figures", events: (now) => {
    const { agents } = teamAt(now);
    const list = agents.list.map(({ missed: _missed, ...a }) => a);
    return shown(now, { agents: { list }, today: { since: iso(now - 36_000_000) } });
  } },
  { name: "team-unreachable", like: "team-busy", events: (now) => shown(now, {}, [
    { type: "team-failed", problem: { slug: "unreachable", status: 0, title: "" } }]) },
  { name: "team-pressed", like: "team-busy", events: (now) => shown(now, {}, [
    { type: "team-act", act: { action: "away", agent: "carol", request: "k" } }]) },
  { name: "team-chosen", like: "team-busy", events: (now) => shown(now, {}, [
    { type: "team-choose", call: "CAw1", agent: "carol" }, { type: "team-choose", call: "CAw3", agent: "alice" }]) },
  { name: "team-refused", like: "team-busy", events: (now) => shown(now, {},
    [refused("Offer: Another agent has this caller now.")]) },
  { name: "team-end", events: (now) => shown(now, {}, [{ type: "team-ending", call: teamCallAt(now, "three-way") }]) },
  { name: "team-end-over", events: (now) => shown(now, { calls: { list: [] } },
    [{ type: "team-ending", call: teamCallAt(now, "three-way") }]) },
  { name: "team-gone", events: (now) => shown(now, {}, [{ type: "team-gone" },
    refused("You are no supervisor any more, so the team is not shown.")]) },
  { name: "team-in-call", like: "call-talking", events: (now) => talking(now, callAt(now, "talking"),
    [...opened, { type: "team-view", view: teamAt(now) }]) },
  { name: "team-without-records", events: (now) => [...online(now),
    { type: "rules", rules: { ...RULES, supervisor: true, records: false } }, { type: "side", side: "team" },
    { type: "team-view", view: teamAt(now, { today: { since: iso(now - 36_000_000) } }) }] },
  { name: "team-supervised", like: "team-busy", events: (now) => shown(now, { calls: { list: [
    teamCallAt(now, "talking", { actions: ["end", "listen", "barge"], supervisors: [{ name: "Zoe", mode: "coach", heard: "coach" }] }),
    teamCallAt(now, "consulting", { actions: [], supervisors: [{ name: "Zoe", mode: "listen", heard: "listen" },
      { name: "Yan", mode: "barge" }] })] } }) },
  { name: "watch-joining", events: (now) => watching(now, null) },
  { name: "watch-listening", events: (now) => watching(now, { mode: "listen", heard: "listen", settled: true }) },
  { name: "watch-coaching", events: (now) => watching(now, { mode: "coach", heard: "coach", settled: true }, "consulting") },
  { name: "watch-coach-waits", events: (now) => watching(now, { mode: "coach", heard: "listen", settled: false }, "completing") },
  { name: "watch-barge", events: (now) => watching(now, { mode: "barge", heard: "barge", settled: true }, "three-way") },
  { name: "watch-alone", events: (now) => watching(now, { mode: "barge", heard: "listen", settled: true, alone: true }, null) },
  { name: "watch-hidden", events: (now) => watching(now, { mode: "listen", heard: "listen", settled: true, hidden: true }) },
  { name: "call-supervised", like: "call-talking", events: (now) => talking(now, callAt(now, "talking",
    { supervisors: [{ name: "Erin", mode: "listen", heard: "listen" }] })) },
  { name: "call-coached", like: "call-consulting", events: (now) => talking(now, callAt(now, "consulting",
    { supervisors: [{ name: "Erin", mode: "coach", heard: "coach" }, { name: "Zoe", mode: "barge", heard: "listen" }] })) },
  { name: "set-away", events: (now) => online(now, snapshotAt(now, { agent: { status: "away", presence: "away",
    by: "Erin" } })) },
];
