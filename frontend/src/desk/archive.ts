/** The history of calls: what the agent looks for and opens; read page by page, for the list and for the export. */
import { ApiError, type Api } from "../api.js";
import type { CallPage, CallRecord, CallSearch } from "../contract/types.js";
import { knownAgents, meant, NO_FILTER, searchOf, type Filter } from "../state/history.js";
import { phoneNumber } from "../words/number.js";
import { recordsProblem } from "../words/problem.js";
import { csvOf } from "../words/csv.js";
import { wallClock } from "../words/zone.js";
import type { Core } from "./core.js";
import type { Memory } from "./memory.js";

export interface ArchiveParts {
  readonly core: Core;
  readonly api: Api;
  readonly memory: Memory;
  readonly serverNow: () => number;
  readonly download: (name: string, text: string) => void;
}

/** With a filter a page may be empty and not the last: so many are read before the agent is asked whether to go on. */
const EMPTY_PAGES = 4;
/** The most that the server gives at once. */
const EXPORT_PAGE = 100;
/** More calls than this are not exported at once: they are 100 requests. */
export const EXPORT_MOST = 10_000;
/** What the server searches for: a text with a letter. */
const SEARCHED = /^(?=.*\p{L}).{1,100}$/u;
/** An agent's id. */
const ID = /^\w{1,121}$/;
/** So many agents who may be meant are named. */
const SAID = 5;
const TRIES = 4;
const RETRY_MS = 1000;

export class Archive {
  private stopped = false;

  constructor(private readonly parts: ArchiveParts) {}

  filter(filter: Partial<Filter>): void {
    this.parts.core.dispatch({ type: "history-filter", filter });
  }

  /** The first page of what the filter says now. */
  async refresh(): Promise<void> {
    const { core, serverNow } = this.parts;
    const agent = await this.agentOf(core.state.history.filter.agent.trim());
    if (agent !== null) await this.list(searchOf(core.state, serverNow(), agent), false);
  }

  /**
   * The id of the agent whose name is typed; "" for nobody; null if it is not one agent, which the list then says. The
   * page knows the first agents of the directory, and asks for others. Whom nobody knows any more is found by their id.
   */
  private async agentOf(typed: string): Promise<string | null> {
    const { core, api } = this.parts;
    if (!typed || !core.state.rules?.supervisor) return "";
    let agents = meant(typed, knownAgents(core.state));
    if (agents.length !== 1 && core.state.directory?.more && SEARCHED.test(typed)) {
      const found = await api.search(typed).catch(() => null);
      agents = meant(typed, [...new Map([...agents, ...found?.agents ?? []].map((a) => [a.id, a])).values()]);
    }
    if (agents.length === 1) return agents[0]!.id;
    if (agents.length === 0 && ID.test(typed)) return typed;
    const asked = {};
    core.dispatch({ type: "history-ask", asked, more: false });
    core.dispatch({ type: "history-failed", asked, problem: { slug: "malformed", status: 400, title: "",
      detail: agents.length ? `Which agent? ${agents.slice(0, SAID).map((a) => `${a.name} (${a.id})`).join(", ")}${
        agents.length > SAID ? " and more" : ""}.` : `There is no agent ${typed}.` } });
    return null;
  }

  find(): void {
    this.open("");
    void this.refresh();
  }

  findAll(): void {
    this.filter(NO_FILTER);
    this.find();
  }

  findMissed(): void {
    this.filter({ ...NO_FILTER, outcome: "missed" });
    this.find();
  }

  /** The earlier calls of a number. */
  findOf(number: string): void {
    this.filter({ ...NO_FILTER, caller: phoneNumber(number), exact: number });
    this.parts.core.dispatch({ type: "side", side: "history" });
    this.find();
  }

  /** Opens a call, or with "" the list. */
  open(call: string): void {
    const { dispatch, state } = this.parts.core;
    const { open } = state.history;
    if (open && open !== state.wrapUp?.call) dispatch({ type: "note-closed", call: open });
    dispatch({ type: "history-open", call });
  }

  setZone(zone: string): void {
    this.parts.memory.setPreferences({ zone });
    this.parts.core.dispatch({ type: "history-zone", zone });
  }

  async more(): Promise<void> {
    const { asked, cursor, loading } = this.parts.core.state.history;
    if (asked && cursor && !loading) await this.list(asked, true);
  }

  private async list(asked: CallSearch, more: boolean): Promise<void> {
    const { core, api } = this.parts;
    let cursor = more ? core.state.history.cursor : "";
    core.dispatch({ type: "history-ask", asked, more });
    try {
      let page: CallPage;
      let left = EMPTY_PAGES;
      do {
        page = await api.calls({ ...asked, ...(cursor ? { cursor } : {}) });
        cursor = page.cursor ?? "";
      } while (page.calls.length === 0 && cursor && --left > 0 && core.state.history.asked === asked);
      core.dispatch({ type: "history-page", asked, page });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      core.dispatch({ type: "history-failed", asked, problem: error.problem });
    }
  }

  /** All calls of the list, as a file. There is no file of a part, which would look like all of them. */
  async export(): Promise<void> {
    const { core, serverNow, download } = this.parts;
    const { asked, read, zone } = core.state.history;
    if (!asked || read !== null) return;
    this.stopped = false;
    core.dispatch({ type: "history-read", read: 0 });
    try {
      const calls = await this.all(asked);
      if (calls === "too-many") {
        core.notice(`These are more than ${EXPORT_MOST.toLocaleString("en-GB")} calls. Choose a shorter span, and export one after the other.`,
          "bad");
      } else if (calls) {
        download(`calls-${wallClock(serverNow(), zone).date}.csv`, csvOf(calls, zone));
        core.notice(`${calls.length} ${calls.length === 1 ? "call" : "calls"} exported.`, "good");
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      core.notice(`Nothing was exported. ${recordsProblem(error.problem)}`, "bad");
    } finally {
      core.dispatch({ type: "history-read", read: null });
    }
  }

  stop(): void {
    this.stopped = true;
  }

  private async all(asked: CallSearch): Promise<readonly CallRecord[] | "too-many" | null> {
    const calls = new Map<string, CallRecord>();
    let cursor = "";
    do {
      const page = await this.page({ ...asked, limit: EXPORT_PAGE, ...(cursor ? { cursor } : {}) });
      if (this.stopped) return null;
      for (const call of page.calls) calls.set(call.id, call);
      if (calls.size > EXPORT_MOST) return "too-many";
      this.parts.core.dispatch({ type: "history-read", read: calls.size });
      cursor = page.cursor ?? "";
    } while (cursor);
    return [...calls.values()];
  }

  private async page(search: CallSearch): Promise<CallPage> {
    for (let left = TRIES - 1; ; left--) {
      try {
        return await this.parts.api.calls(search);
      } catch (error) {
        if (!(error instanceof ApiError) || !error.transient || left === 0 || this.stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
