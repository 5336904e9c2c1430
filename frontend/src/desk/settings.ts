/** The line's settings: read while they are shown and visible, and what a supervisor changes. */
import { ApiError, type Api } from "../api.js";
import { MusicError } from "../music.js";
import type { LineSettings, Problem, Settings } from "../contract/types.js";
import { backTo, shown, withEmergency, withFields, type Asked, type Fields } from "../state/settings.js";
import { showsSettings } from "../state/applysettings.js";
import { showsColleagues } from "../state/screen.js";
import { recordsProblem } from "../words/problem.js";
import { ASKED_WORDS, saveProblem } from "../words/settings.js";
import type { Core } from "./core.js";

export interface SettingsParts {
  readonly core: Core;
  readonly api: Api;
  readonly hidden: () => boolean;
  /** Makes a WAV file of what a supervisor has chosen; fails with a MusicError. */
  readonly toWav: (file: Blob) => Promise<Blob>;
}

const EVERY_MS = 10_000;
/** So often a save is sent whose answer does not come; the server has it once. */
const TRIES = 4;
const RETRY_MS = 1000;
/** The longest name of a file that the server keeps. */
const NAME_MOST = 60;

export class SettingsRoom {
  private askedAt = -Infinity;
  private asking = false;

  constructor(private readonly parts: SettingsParts) {}

  tick(): void {
    const { core, hidden } = this.parts;
    const { state } = core;
    if (state.session !== "signed-in" || !showsSettings(state) || !showsColleagues(state.screen) || hidden()) return;
    if (!this.asking && !state.settings.doing && core.now() - this.askedAt >= EVERY_MS) void this.read();
  }

  /** Reads at the next tick. */
  pollNow(): void {
    this.askedAt = -Infinity;
  }

  private async read(): Promise<LineSettings | null> {
    const { core, api } = this.parts;
    this.asking = true;
    this.askedAt = core.now();
    try {
      const view = await api.settings();
      core.dispatch({ type: "settings-view", view });
      return view;
    } catch (error) {
      this.failed(error, (e) => core.dispatch({ type: "settings-failed", problem: e.problem }));
      return null;
    } finally {
      this.asking = false;
    }
  }

  type(edits: Partial<Fields>): void {
    this.parts.core.dispatch({ type: "settings-typed", edits });
  }

  /** Sends own music; what the server has kept is in the form, and not saved yet. */
  async chooseMusic(file: Blob, name: string): Promise<void> {
    const { core, api, toWav } = this.parts;
    if (core.state.settings.doing) return;
    core.dispatch({ type: "settings-do", doing: "music" });
    try {
      const music = await api.uploadMusic(await toWav(file));
      this.type({ music: { ...music, name: [...name].slice(0, NAME_MOST).join("").trim() } });
    } catch (error) {
      if (error instanceof MusicError) {
        core.dispatch({ type: "settings-refused", problem: { slug: "settings-refused", status: 422, title: "", field: "music",
          detail: error.message } });
      } else this.failed(error, (e) => core.dispatch({ type: "settings-refused", problem: musicProblem(e.problem) }));
    } finally {
      core.dispatch({ type: "settings-do", doing: "" });
    }
  }

  discard(): void {
    this.parts.core.dispatch({ type: "settings-discarded" });
  }

  ask(asked: Asked): void {
    this.parts.core.dispatch({ type: "settings-ask", asked });
  }

  async showVersions(): Promise<void> {
    const { core, api } = this.parts;
    try {
      core.dispatch({ type: "settings-versions", versions: await api.versions() });
    } catch (error) {
      this.failed(error, (e) => core.notice(`Earlier versions: ${recordsProblem(e.problem)}`, "bad"));
    }
  }

  hideVersions(): void {
    this.parts.core.dispatch({ type: "settings-versions", versions: null });
  }

  /** Saves the form over the version that is shown. One that has changed meanwhile is read, and nothing is saved. */
  async save(): Promise<void> {
    const { core } = this.parts;
    if (!core.state.settings.saved || core.state.settings.doing) return;
    core.dispatch({ type: "settings-do", doing: "save" });
    const { saved, edits } = core.state.settings;
    try {
      const view = await this.send(saved!, withFields(saved!.settings, shown(core.state.settings)));
      core.dispatch({ type: "settings-saved", view, edits });
      core.notice("Saved. Callers hear it within half a minute.", "good");
    } catch (error) {
      this.failed(error, (e) => core.dispatch({ type: "settings-refused", problem: e.problem }));
      if (error instanceof ApiError && error.problem.slug === "settings-changed") await this.read();
    } finally {
      core.dispatch({ type: "settings-do", doing: "" });
    }
  }

  /** What a dialog has asked, whatever has been saved meanwhile: it changes nothing but what it says. */
  async confirm(): Promise<void> {
    const { core } = this.parts;
    const { asked, saved, doing } = core.state.settings;
    if (!asked || !saved || doing) return;
    core.dispatch({ type: "settings-do", doing: asked.is });
    try {
      const view = await this.change(saved, asked);
      if (!view) return core.notice("The line was opened meanwhile. No wait has been ended.", "bad");
      core.dispatch({ type: "settings-saved", view, edits: {} });
      core.notice(`${ASKED_WORDS[asked.is]}: done. It counts within half a minute.`, "good");
    } catch (error) {
      this.failed(error, (e) => core.notice(`${ASKED_WORDS[asked.is]}: ${saveProblem(e.problem)}`, "bad"));
    } finally {
      core.dispatch({ type: "settings-do", doing: "" });
    }
  }

  /** Null if nothing is to be done any more, because another supervisor has opened the line. */
  private async change(saved: LineSettings, asked: Asked): Promise<LineSettings | null> {
    let was: LineSettings | null = saved;
    for (let left = TRIES - 1; ; left--) {
      const settings = changedBy(asked, was.settings);
      if (!settings) return null;
      try {
        return await this.send(was, settings);
      } catch (error) {
        const changed = error instanceof ApiError && error.problem.slug === "settings-changed";
        if (!changed || left === 0 || asked.is === "back") throw error;
        was = await this.read();
        if (!was) throw error;
      }
    }
  }

  private async send(was: LineSettings, settings: Settings): Promise<LineSettings> {
    for (let left = TRIES - 1; ; left--) {
      try {
        return await this.parts.api.saveSettings(was.version, settings);
      } catch (error) {
        if (!(error instanceof ApiError) || !error.transient || left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Who has been taken out of the group reads so, and sees nothing more. */
  private failed(error: unknown, otherwise: (error: ApiError) => void): void {
    if (!(error instanceof ApiError)) throw error;
    if (error.problem.slug !== "not-supervisor") return otherwise(error);
    const { core } = this.parts;
    if (!core.state.rules?.supervisor) return;
    core.dispatch({ type: "team-gone" });
    core.notice("You are no supervisor any more, so the settings are not shown.", "bad");
  }
}

/** What is too large for a function, API Gateway refuses without a problem document. */
const musicProblem = (problem: Problem): Problem => (problem.status !== 413 ? problem
  : { slug: "settings-refused", status: 413, title: "", field: "music", detail: "the file is too large: at most 4 MB" });

/** Two supervisors may press at once: who closes takes nobody's "End the waits" back, and who ends waits closes nothing. */
function changedBy(asked: Asked, now: Settings): Settings | null {
  const { closed = false, endWaits = false } = now.emergency ?? {};
  switch (asked.is) {
    case "close": return withEmergency(now, true, endWaits);
    case "open": return withEmergency(now, false, false);
    case "end-waits": return closed ? withEmergency(now, true, true) : null;
    case "back": return backTo(asked.version.settings, now);
  }
}
