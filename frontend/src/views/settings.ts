/** The line's settings for supervisors: whether it is open, the emergency switch, the form, and earlier versions. */
import { nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { html } from "../html.js";
import type { LineSettings } from "../contract/types.js";
import type { Desk } from "../desk/desk.js";
import { differing, isDirty, MESSAGE_TIMES, shown, type Field, type Fields } from "../state/settings.js";
import type { State } from "../state/state.js";
import { recordsProblem } from "../words/problem.js";
import { duration } from "../words/time.js";
import {
  fieldList, FIELD_WORDS, languageWord, lineWords, meanwhileWords, MESSAGE_WORDS, saveProblem, savedBy, voiceWord,
} from "../words/settings.js";
import { ownZone, ZONES } from "../words/zone.js";
import { emergency, mayDo, whyNotBack } from "./emergency.js";
import { problemAt, refusal, topProblem } from "./field.js";
import { holidays, hours } from "./hours.js";
import { icon } from "./icons.js";
import { button } from "./parts.js";

export function settingsPanel(state: State, desk: Desk): TemplateResult {
  const { saved, failing } = state.settings;
  const now = Date.parse(state.snapshot?.at ?? "");
  return html`<section class="card panel settings" aria-labelledby="settings-title">
    <h2 id="settings-title" tabindex="-1">Line</h2>
    <p class="team-state ${failing ? "failed" : ""}" data-test="settings-state">${failing
      ? html`${icon("warning")}<span>${recordsProblem(failing)}${saved ? " What is shown may be old." : ""}</span>`
      : saved ? html`<span>${lineWords(saved, state.snapshot?.hours?.until, now)} ${saved.version
        ? `Changed last by ${savedBy(saved, now)}.` : "Nothing was ever set."}</span>`
        : html`<span class="spinner" aria-hidden="true"></span> <span>Looking</span>`}</p>
    ${saved ? html`${emergency(state, desk, saved)} ${form(state, desk, saved)} ${earlier(state, desk, saved, now)}` : nothing}
  </section>`;
}

function form(state: State, desk: Desk, view: LineSettings): TemplateResult {
  const fields = shown(state.settings);
  const set = (edits: Partial<Fields>): void => desk.settings.type(edits);
  const text = (field: Field, hint: string, most: number): TemplateResult => textField(state, field, fields[field] as string,
    hint, most, set);
  return html`<form class="line-form" novalidate aria-label="Settings of the line"
      @submit=${(e: Event) => (e.preventDefault(), void desk.settings.save())}>
    <div class="line-groups">
      <div>
        ${group("Opening hours", html`${zone(state, fields.zone, set)} ${hours(state, fields, set)} ${holidays(state, fields, set)}`)}
        ${group("Messages", html`${messages(fields, set)}
          ${text("messageWords", "Before the tone. Empty: the usual words", 500)}`)}
         ${group("The question in the line", html`
           ${textField(state, "askAhead", fields.askAhead, "Whether they leave a message instead: who arrives while so many callers wait. Empty: nobody", 0, set)}
           ${textField(state, "askEvery", fields.askEvery, "The same: who waits, once in so many minutes. Empty: nobody", 0, set)}
           <fieldset class="hours" data-field="askKeep" tabindex="-1"><legend>${FIELD_WORDS.askKeep}</legend>
             <label class="choice-row"><input type="checkbox" data-test="ask-keep" .checked=${fields.askKeep}
               @change=${(e: Event) => set({ askKeep: (e.target as HTMLInputElement).checked })} />
               <span>Who is asked may keep their place and be called back, if calling back is switched on</span></label></fieldset>`)}
      </div>
      <div>
        ${group("What callers hear", html`${language(state, view, fields, set)}
          ${text("greeting", "To a new caller. Empty: the usual words", 160)}
          ${text("waiting", "Now and then to who waits. Empty: nothing", 160)}
          ${text("lastWords", "When an agent has ended the call. Empty: the usual words", 500)}
          ${text("closedMessage", "Outside the hours, before a goodbye. Empty: the usual words", 500)}
          ${text("emergencyMessage", "When the emergency switch is on. Empty: the closed message", 500)}
          ${music(state, desk, fields)}`)}
        ${group("Name and codes", html`${text("name", "Said first to an outside number", 40)}
          ${textField(state, "codes", fields.codes, "One in each line, at most 30. Empty: those of the deployment", 0, set, 5)}`)}
      </div>
    </div>
    ${saving(state, desk)}
  </form>`;
}

/** What belongs together in the form; the groups are in two columns where there is room. */
function group(title: string, fields: TemplateResult): TemplateResult {
  return html`<section class="line-group" aria-label=${title}><h3>${title}</h3>${fields}</section>`;
}

function textField(state: State, field: Field, value: string, hint: string, most: number,
  set: (edits: Partial<Fields>) => void, rows = most > 40 ? 2 : 1): TemplateResult {
  const input = (e: Event): void => set({ [field]: (e.target as HTMLInputElement).value });
  const at = problemAt(state, field);
  const described = `${field}-hint${at ? " settings-problem" : ""}`;
  const left = most - value.length;
  return html`<div class="field"><label for="set-${field}">${FIELD_WORDS[field]}</label>
    ${rows > 1
      ? html`<textarea rows=${rows} id="set-${field}" data-field=${field} data-test="set-${field}" .value=${value}
          aria-describedby=${described} aria-invalid=${at ? "true" : nothing} @input=${input}></textarea>`
      : html`<input type="text" autocomplete="off" id="set-${field}" data-field=${field} data-test="set-${field}" .value=${value}
          aria-describedby=${described} aria-invalid=${at ? "true" : nothing} @input=${input} />`}
    <span class="hint" id="${field}-hint">${hint}${most && left < 20 ? `. ${left < 0 ? `${-left} characters too many`
      : `${left} characters left`}` : ""}</span>
    ${refusal(state, field)}</div>`;
}

/** This computer's first. */
const zones = (chosen: string): readonly string[] => [...new Set([ownZone(), ...chosen ? [chosen] : [], ...ZONES])];

function zone(state: State, chosen: string, set: (edits: Partial<Fields>) => void): TemplateResult {
  const at = problemAt(state, "zone");
  return html`<div class="field"><label for="set-zone">${FIELD_WORDS.zone}</label>
    ${guard([chosen, at], () => html`<select id="set-zone" data-field="zone" data-test="set-zone"
      aria-describedby="zone-hint${at ? " settings-problem" : ""}" aria-invalid=${at ? "true" : nothing}
      @change=${(e: Event) => set({ zone: (e.target as HTMLSelectElement).value })}>
      <option value="" .selected=${chosen === ""}>Choose one for hours and holidays</option>
      ${zones(chosen).map((z) => html`<option value=${z} .selected=${z === chosen}>${z}</option>`)}</select>`)}
    <span class="hint" id="zone-hint">Of hours and holidays, with its summer time</span>
    ${refusal(state, "zone")}</div>`;
}

function language(state: State, view: LineSettings, fields: Fields, set: (edits: Partial<Fields>) => void): TemplateResult {
  const now = fields.language || "en";
  const voices = view.languages.find((l) => l.language === now)?.voices ?? [];
  const choose = (field: "language" | "voice", options: readonly (readonly [string, string])[], edits: (v: string) => Partial<Fields>): TemplateResult => {
    const at = problemAt(state, field);
    return html`<div class="field"><label for="set-${field}">${FIELD_WORDS[field]}</label>
      <select id="set-${field}" data-field=${field} data-test="set-${field}" aria-invalid=${at ? "true" : nothing}
        aria-describedby=${at ? "settings-problem" : nothing}
        @change=${(e: Event) => set(edits((e.target as HTMLSelectElement).value))}>
        ${options.map(([value, words]) => html`<option value=${value} .selected=${value === (field === "language" ? now : fields.voice)}>${words}</option>`)}
      </select>${refusal(state, field)}</div>`;
  };
  return html`<div class="pair">
    ${choose("language", view.languages.map((l) => [l.language, languageWord(l.language)]),
      (v) => ({ language: v === "en" ? "" : v, voice: "" }))}
    ${choose("voice", [["", now === "en" ? "The account’s own" : "The language’s first"],
      ...voices.map((v) => [v, voiceWord(v)] as const)], (voice) => ({ voice }))}
  </div>
  ${fields.language === (view.settings.language ?? "") ? nothing
    : html`<p class="hint" data-test="own-words-hint">Own words are said as they are written: put them into ${languageWord(now)}, too.</p>`}`;
}

function messages({ messageTimes: times }: Fields, set: (edits: Partial<Fields>) => void): TemplateResult {
  return html`<fieldset class="hours" data-field="messageTimes" tabindex="-1"><legend>Who is asked to leave a message</legend>
    ${MESSAGE_TIMES.map((time) => html`<label class="choice-row"><input type="checkbox" data-test="messages-${time}"
      .checked=${times[time]} @change=${(e: Event) => set({ messageTimes: { ...times,
        [time]: (e.target as HTMLInputElement).checked } })} /> <span>${MESSAGE_WORDS[time]}</span></label>`)}
  </fieldset>`;
}

function music(state: State, desk: Desk, { music: own }: Fields): TemplateResult {
  const at = problemAt(state, "music");
  const { doing } = state.settings;
  const chosen = (e: Event): void => {
    const input = e.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) void desk.settings.chooseMusic(file, file.name);
    input.value = "";
  };
  // The link goes with what it takes back, and the focus stays in the field.
  const usual = (): void => {
    document.getElementById("set-music")?.focus();
    desk.settings.type({ music: null });
  };
  return html`<div class="field"><label for="set-music">${FIELD_WORDS.music}</label>
    <p class="words" data-test="music-now">${doing === "music" ? html`<span class="spinner" aria-hidden="true"></span> Being checked and sent`
      : own ? `${own.name ?? "Own music"}, ${duration(own.pieces * own.millis)}` : "The usual music"}</p>
    <input type="file" accept="audio/wav,audio/mpeg,.wav,.mp3" id="set-music" data-field="music" data-test="set-music"
      aria-describedby="music-hint${at ? " settings-problem" : ""}" aria-invalid=${at ? "true" : nothing} ?disabled=${doing !== ""}
      @change=${chosen} />
    <span class="hint" id="music-hint">A WAV or MP3 file of ten seconds to three minutes, to which you have the rights</span>
    ${refusal(state, "music")}
    ${own ? html`<button type="button" class="link" data-test="usual-music" @click=${usual}>Back to the usual music</button>` : nothing}
  </div>`;
}

function saving(state: State, desk: Desk): TemplateResult {
  const { settings } = state;
  const { doing, meanwhile, failed } = settings;
  const changed = Object.keys(settings.edits) as Field[];
  const dirty = isDirty(settings);
  const now = Date.parse(state.snapshot?.at ?? "");
  return html`<div class="save-bar" data-test="save-bar">
    ${meanwhile ? html`<p class="problem" data-test="meanwhile">${icon("people")}<span>${meanwhileWords(meanwhile, now)}</span></p>` : nothing}
    ${topProblem(state, failed ? saveProblem(failed) : "")}
    <p class="words" data-test="not-saved">${dirty ? `Not saved: ${fieldList(changed)}.` : "All is saved."}</p>
    <div class="verbs pair">
      ${button({ name: "save-settings", label: "Save", icon: "check", tone: "primary", button: doing
        ? { on: false, why: "Something is being saved", busy: doing === "save" }
        : { on: dirty, why: dirty ? "" : "Nothing has been changed", busy: false }, click: () => void desk.settings.save() })}
      ${button({ name: "discard-settings", label: "Discard", button: { on: dirty && !doing, why: dirty ? doing
        ? "Something is being saved" : "" : "Nothing has been changed", busy: false }, click: () => desk.settings.discard() })}
    </div>
  </div>`;
}

function earlier(state: State, desk: Desk, saved: LineSettings, now: number): TemplateResult {
  const { versions } = state.settings;
  if (!saved.version) return html``;
  const toggle = button({ name: "versions", label: versions ? "Hide earlier versions" : "Earlier versions…", icon: "clock",
    expanded: versions !== null, click: () => (versions ? desk.settings.hideVersions() : void desk.settings.showVersions()) });
  return html`<div class="versions"><div class="verbs">${toggle}</div>
    ${versions === null ? nothing : versions.length === 0
      ? html`<p class="empty" data-test="no-versions">There is none before this.</p>`
      : html`<ol class="version-list">${versions.map((v) => {
        const fields = differing(saved.settings, v.settings);
        return html`<li class="team-row" data-test="version">
          <p class="head"><span class="name">${savedBy(v, now)}</span></p>
          <p class="words">${fields.length ? `Other than now: ${fieldList(fields)}.` : "As now, but for the emergency switch."}</p>
          <div class="verbs">${button({ name: `back-${v.version}`, label: "Bring back…",
            button: mayDo(state, "back", whyNotBack(state, fields)),
            click: () => desk.settings.ask({ is: "back", version: v }) })}</div></li>`;
      })}</ol>`}
  </div>`;
}
