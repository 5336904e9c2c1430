/** What happens to the line's settings, and to what is typed of them. */
import type { LineSettings } from "../contract/types.js";
import { differing, FIELDS, fieldsOf, neat, same, type Field, type Fields, type Meanwhile, type SettingsEvent, type SettingsState } from "./settings.js";
import type { Panel, State } from "./state.js";

export function applySettings(state: State, event: SettingsEvent): State {
  const { settings } = state;
  const next = (change: Partial<SettingsState>, panel: Panel = state.panel): State =>
    ({ ...state, panel, settings: { ...settings, ...change } });
  switch (event.type) {
    case "settings-view":
      return { ...state, settings: { ...viewed(settings, event.view), failing: null } };
    case "settings-failed":
      return next({ failing: event.problem });
    case "settings-typed":
      return next({ edits: changed(settings.saved, { ...settings.edits, ...event.edits }), refused: null, failed: null });
    case "settings-discarded":
      return next({ edits: {}, refused: null, failed: null, meanwhile: null });
    case "settings-do":
      return next({ doing: event.doing, ...(event.doing === "save"
        ? { edits: neat(settings.edits), refused: null, failed: null } : {}) }, over(state));
    case "settings-saved": {
      // What was typed while it was being saved is not saved.
      const edits = Object.fromEntries(Object.entries(settings.edits).filter(([f, v]) => !same(v, event.edits[f as Field])));
      return next({ saved: event.view, edits: changed(event.view, edits), failing: null, versions: null,
        ...(settings.doing === "save" ? { meanwhile: null } : {}) });
    }
    case "settings-refused": {
      const { slug, field = "", detail = "" } = event.problem;
      return slug === "settings-refused" ? next({ refused: { field, why: detail }, failed: null })
        : next({ failed: event.problem, refused: null });
    }
    case "settings-versions":
      return next({ versions: event.versions });
    case "settings-ask":
      return next({ asked: event.asked }, "settings");
  }
}

/** A dialog is closed by what it has begun. */
const over = ({ panel }: State): Panel => (panel === "settings" ? "" : panel);

/** An answer that an older request was given says nothing new. */
function viewed(old: SettingsState, view: LineSettings): SettingsState {
  const { saved } = old;
  if (saved && view.version < saved.version) return old;
  const edits = changed(view, old.edits);
  if (!saved || view.version === saved.version) return { ...old, saved: view, edits };
  const theirs = differing(saved.settings, view.settings);
  const tells = theirs.length > 0 && Object.keys(edits).length > 0;
  const meanwhile = tells ? addedTo(old.meanwhile, view, theirs, edits) : old.meanwhile;
  return { ...old, saved: view, edits, versions: null, meanwhile };
}

/** A second save does not hide what the first has changed: that is not looked at yet. */
function addedTo(old: Meanwhile | null, { by, at = "" }: LineSettings, theirs: readonly Field[], edits: Partial<Fields>): Meanwhile {
  const all = (before: readonly Field[] = []): readonly Field[] => FIELDS.filter((f) => before.includes(f) || theirs.includes(f));
  return { by: [...new Set([...old?.by ?? [], by?.name ?? ""])], at, theirs: all(old?.theirs),
    both: all(old?.both).filter((f) => f in edits) };
}

/** The edits that are other than what is saved. */
function changed(saved: LineSettings | null, edits: Partial<Fields>): Partial<Fields> {
  const was = fieldsOf(saved?.settings ?? {});
  return Object.fromEntries(Object.entries(edits).filter(([f, v]) => !same(v, was[f as Field])));
}

/** Whether the settings are drawn, so that they must be true. */
export const showsSettings = (state: State): boolean => state.side === "line" && state.rules?.supervisor === true;
