/** The line's settings on the page: what is typed is never lost, and every change is taken back as it was (F260, F265). */
import { describe, expect, test } from "vitest";
import { ApiError } from "../../src/api.js";
import { decodeSettings, decodeVersions } from "../../src/contract/settings.js";
import { toWav, wavOf } from "../../src/music.js";
import { clockTime, controlOf, fieldsOf, neat, shown, withEmergency, withFields } from "../../src/state/settings.js";
import { meanwhileWords, saveProblem, voiceWord } from "../../src/words/settings.js";
import { RULES, settingsAt } from "../fixtures.js";
import { count, desk, f, loadAgain, pass, problem, start, useDesk } from "./harness.js";

const T = Date.UTC(2026, 10, 22, 10);

describe("decoding", () => {
  const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test("settings come through whole, with what this page does not know", () => {
    const view = settingsAt(T, { later: { than: "this" } } as object);
    expect(decodeSettings(wire(view))).toEqual(view);
    expect(withFields(view.settings, fieldsOf(view.settings))).toEqual(view.settings);
    expect(decodeVersions(wire({ versions: [view] }))?.[0]?.settings).toEqual(view.settings);
  });

  test.each([{ hours: [] }, { hours: { monday: [{ from: 9, to: 17 }] } }, { holidays: [{}] }, { greeting: 7 },
    { emergency: { closed: "yes" } }, { voicemail: { closed: 1 } }, { codes: "order" }])("%j is refused as a whole: it would be lost by a save", (set) =>
    expect(decodeSettings(wire(settingsAt(T, set as object)))).toBeNull());
});

test.each([["9", "09:00"], ["9:30", "09:30"], ["0930", "09:30"], ["17.15", "17:15"], [" 24:00 ", "24:00"], ["noon", "noon"],
  ["", ""]])("%j is the time %j", (typed, time) => expect(clockTime(typed)).toBe(time));

test("what is typed is put in order as far as that is clear", () => {
  expect(neat({ greeting: " Hello. ", codes: " order \n\nrefund\n", hours: { monday: [{ from: "9", to: "17" }, { from: "", to: "" }],
    tuesday: [] }, holidays: [{ date: "2026-12-25", open: [] }] })).toEqual({ greeting: "Hello.", codes: "order\nrefund",
    hours: { monday: [{ from: "09:00", to: "17:00" }] }, holidays: [{ date: "2026-12-25" }] });
  expect(neat({ hours: null })).toEqual({ hours: null });
});

test("a field that is emptied is not set", () => {
  const { settings } = settingsAt(T, { emergency: { closed: true, message: "Fire." } });
  const fields = { ...fieldsOf(settings), greeting: "", hours: null, holidays: [], codes: "", emergencyMessage: "" };
  expect(withFields(settings, fields)).toEqual({ name: "Example Telephone", zone: "Europe/Berlin", emergency: { closed: true,
    message: "" } });
  expect(withEmergency(settings, false, false).emergency).toEqual({ message: "Fire." });
});

test("who is asked for a message is set and taken back, and what this page does not know of it stays", () => {
  const { settings } = settingsAt(T, { voicemail: { closed: true, words: "Say it.", later: 1 } } as object);
  const fields = fieldsOf(settings);
  expect([fields.messageTimes, fields.messageWords]).toEqual([{ closed: true, longestWait: false, nobodyOnline: false }, "Say it."]);
  const asked = { closed: false, longestWait: true, nobodyOnline: true };
  expect(withFields(settings, { ...fields, messageTimes: asked, messageWords: "" }).voicemail).toEqual(
    { later: 1, longestWait: true, nobodyOnline: true });
  const none = { ...fields, messageTimes: { ...asked, longestWait: false, nobodyOnline: false }, messageWords: "" };
  expect(withFields(settingsAt(T, { voicemail: { closed: true } }).settings, none)).not.toHaveProperty("voicemail");
});

test("F294: who is asked in the line is set and taken back; what is no number is left to the server to refuse", () => {
  const { settings } = settingsAt(T, { question: { every: 3, later: 1 } } as object);
  const fields = fieldsOf(settings);
  expect([fields.askAhead, fields.askEvery]).toEqual(["", "3"]);
  expect(withFields(settings, { ...fields, askAhead: "5", askEvery: "" }).question).toEqual({ later: 1, ahead: 5 });
  expect(withFields(settings, { ...fields, askAhead: "few" }).question).toEqual({ later: 1, ahead: -1, every: 3 });
  expect(withFields(settings, { ...fields, askKeep: true }).question).toEqual({ later: 1, every: 3, keep: true });
  const { settings: set } = settingsAt(T, { question: { ahead: 2 } });
  expect(withFields(set, { ...fieldsOf(set), askAhead: "" })).not.toHaveProperty("question");
});

test.each([["hours.monday[1].from", "hours.monday[1].from"], ["hours.monday", "hours.monday"], ["codes[2]", "codes"],
  ["emergency.message", "emergencyMessage"], ["holidays[3].open[0].to", "holidays[3].open[0].to"], ["zone", "zone"],
  ["voicemail.words", "messageWords"], ["question.ahead", "askAhead"], ["question.every", "askEvery"], ["voicemail", ""], ["settings", ""], ["emergency.endWaits", ""], ["later.than", ""]])("F260: a refusal of %s is shown at %j", (field, at) =>
  expect(controlOf(field)).toBe(at));

test("words", () => {
  expect(voiceWord("Polly.Vicki-Neural")).toBe("Vicki, neural");
  expect(saveProblem({ slug: "timeout", status: 0, title: "" })).toContain("not known whether this was saved");
  const at = new Date(T).toISOString();
  expect(meanwhileWords({ by: ["Erin"], at, theirs: ["name", "greeting"], both: ["greeting"] }, T)).toMatch(
    /Erin, today \d\d:\d\d has changed Name of the line and Greeting\. Nothing that you have typed is lost\. Greeting is changed by you, too/);
  expect(meanwhileWords({ by: ["Erin", ""], at, theirs: ["name"], both: [] }, T)).toMatch(
    /^Meanwhile Erin and somebody, today \d\d:\d\d have changed Name of the line\./);
});

describe("the desk", () => {
  useDesk();
  const line = (): typeof desk.state.settings => desk.state.settings;
  const now = (): (typeof f.api.lineVersions)[number] => f.api.lineVersions.at(-1)!;
  const erin = (change: object, name = "Erin"): void => {
    const { version, settings } = now();
    void f.api.saveSettings(version, { ...settings, ...change }, { id: name.toLowerCase(), name });
    f.api.saves.pop();
  };

  async function opened(): Promise<void> {
    f.api.recordRules = { ...RULES, supervisor: true };
    await start();
    await pass(1000);
    desk.showSide("line");
    await pass(1000);
  }

  test("are read while they are shown, and no longer", async () => {
    await opened();
    expect([line().saved?.version, count("settings")]).toEqual([3, 1]);
    await pass(10_000);
    expect(count("settings")).toBe(2);
    f.isHidden = true;
    await pass(30_000);
    f.isHidden = false;
    desk.showSide("history");
    await pass(30_000);
    expect(count("settings")).toBe(2);
  });

  test("nobody but a supervisor asks for them", async () => {
    await start();
    desk.showSide("line");
    await pass(20_000);
    expect(count("settings")).toBe(0);
  });

  test("a change is saved over the version that is shown", async () => {
    await opened();
    desk.settings.type({ greeting: " Good morning. ", codes: "order\nrefund" });
    await desk.settings.save();
    expect(f.api.saves).toHaveLength(1);
    expect(f.api.saves[0]).toMatchObject({ version: 3, settings: { greeting: "Good morning.", codes: ["order", "refund"],
      zone: "Europe/Berlin" } });
    expect([line().saved?.version, line().edits, line().doing, desk.state.notice?.tone]).toEqual([4, {}, "", "good"]);
  });

  test("what is typed back to what it was is no change", async () => {
    await opened();
    desk.settings.type({ greeting: "Hello." });
    desk.settings.type({ greeting: "Welcome to Example Telephone." });
    expect(line().edits).toEqual({});
  });

  test("F260: a refusal stays at its field until it is changed, and nothing is lost", async () => {
    await opened();
    desk.settings.type({ zone: "Europe/Atlantis", name: "Other" });
    f.api.saveFailures.push(new ApiError({ slug: "settings-refused", status: 422, title: "", field: "zone", detail: "no zone" }));
    await desk.settings.save();
    expect([line().refused, line().edits, line().saved?.version]).toEqual([{ field: "zone", why: "no zone" },
      { zone: "Europe/Atlantis", name: "Other" }, 3]);
    expect(desk.state.said.urgent).toBe("Not saved. No zone.");
    desk.settings.type({ zone: "Europe/Berlin" });
    expect([line().refused, line().edits]).toEqual([null, { name: "Other" }]);
  });

  test("F265: another supervisor is faster: nothing typed is lost, and what was changed is said", async () => {
    await opened();
    desk.settings.type({ greeting: "Mine.", waiting: "Wait." });
    erin({ greeting: "Theirs.", name: "Their line" });
    await desk.settings.save();
    expect(f.api.lineVersions).toHaveLength(2);
    expect(line().failed?.slug).toBe("settings-changed");
    expect(line().meanwhile).toMatchObject({ by: ["Erin"], theirs: ["name", "greeting"], both: ["greeting"] });
    expect(shown(line())).toMatchObject({ greeting: "Mine.", waiting: "Wait.", name: "Their line" });
    await desk.settings.save();
    expect(now().settings).toMatchObject({ greeting: "Mine.", waiting: "Wait.", name: "Their line" });
    expect([line().meanwhile, line().failed, line().edits]).toEqual([null, null, {}]);
  });

  test("F265: it is said before the save, too, when the settings are read again", async () => {
    await opened();
    desk.settings.type({ waiting: "Wait." });
    erin({ name: "Their line" });
    await pass(10_000);
    expect(line().meanwhile).toMatchObject({ by: ["Erin"], theirs: ["name"], both: [] });
    expect(desk.state.said.polite).toContain("Nothing that you have typed is lost");
    desk.settings.discard();
    expect([line().meanwhile, shown(line()).waiting, shown(line()).name]).toEqual([null, "", "Their line"]);
  });

  test("F265: a second save does not hide which field both have changed", async () => {
    await opened();
    desk.settings.type({ greeting: "Mine." });
    erin({ greeting: "Theirs." });
    await pass(10_000);
    erin({ name: "Their line" }, "Dave");
    await pass(10_000);
    expect(line().meanwhile).toMatchObject({ by: ["Erin", "Dave"], theirs: ["name", "greeting"], both: ["greeting"] });
    erin({ greeting: "Mine.", waiting: "Wait." });
    desk.settings.type({ zone: "Europe/Paris" });
    await pass(10_000);
    expect(line().meanwhile).toMatchObject({ by: ["Erin", "Dave"], theirs: ["name", "greeting", "waiting"], both: [] });
  });

  test("what is typed while it is being saved is kept", async () => {
    await opened();
    desk.settings.type({ greeting: "First." });
    const saving = desk.settings.save();
    desk.settings.type({ greeting: "Second.", waiting: "Wait." });
    await saving;
    expect([now().settings.greeting, line().edits]).toEqual(["First.", { greeting: "Second.", waiting: "Wait." }]);
  });

  test("a save whose answer is lost is sent again, and counts once", async () => {
    await opened();
    desk.settings.type({ greeting: "Hello." });
    f.api.saveFailures.push(problem("timeout", 0), problem("unavailable", 503));
    const saving = desk.settings.save();
    await pass(5000);
    await saving;
    expect([f.api.saves.length, now().version, line().edits]).toEqual([3, 4, {}]);
  });

  test("a save that never has an answer says that it is not known", async () => {
    await opened();
    desk.settings.type({ greeting: "Hello." });
    f.api.saveFailures.push(...Array.from({ length: 4 }, () => problem("timeout", 0)));
    const saving = desk.settings.save();
    await pass(5000);
    await saving;
    expect([line().failed?.slug, line().edits, line().doing]).toEqual(["timeout", { greeting: "Hello." }, ""]);
  });

  test("F264: the emergency switch asks first, changes nothing else, and is taken back", async () => {
    await opened();
    desk.settings.type({ greeting: "Typed." });
    desk.settings.ask({ is: "close" });
    expect([desk.state.panel, f.api.saves]).toEqual(["settings", []]);
    await desk.settings.confirm();
    expect([now().settings.emergency, now().settings.greeting, desk.state.panel]).toEqual([{ closed: true },
      "Welcome to Example Telephone.", ""]);
    expect(line().edits).toEqual({ greeting: "Typed." });
    desk.settings.ask({ is: "end-waits" });
    await desk.settings.confirm();
    expect(now().settings.emergency).toEqual({ closed: true, endWaits: true });
    desk.settings.ask({ is: "open" });
    await desk.settings.confirm();
    expect([now().settings.emergency, line().saved?.version]).toEqual([{}, 6]);
  });

  test("F264: the switch works though another supervisor has changed something at that moment", async () => {
    await opened();
    desk.settings.ask({ is: "close" });
    erin({ name: "Their line" });
    await desk.settings.confirm();
    expect(now().settings).toMatchObject({ name: "Their line", emergency: { closed: true } });
  });

  test.each(["read before", "found out by the save"])("F264: who ends the waits of a line that was opened meanwhile, %s, closes nothing",
    async (when) => {
      await opened();
      erin({ emergency: { closed: true } });
      await pass(10_000);
      desk.settings.ask({ is: "end-waits" });
      erin({ emergency: {} });
      if (when === "read before") await pass(10_000);
      const { version } = now();
      await desk.settings.confirm();
      expect([now().version, now().settings.emergency, line().doing, desk.state.panel]).toEqual([version, {}, "", ""]);
      expect(desk.state.notice).toMatchObject({ text: "The line was opened meanwhile. No wait has been ended.", tone: "bad" });
    });

  test.each(["read before", "found out by the save"])("F264: who closes a line whose waits were ended meanwhile, %s, does not undo that",
    async (when) => {
      await opened();
      desk.settings.ask({ is: "close" });
      erin({ emergency: { closed: true, endWaits: true } });
      if (when === "read before") await pass(10_000);
      await desk.settings.confirm();
      expect(now().settings.emergency).toEqual({ closed: true, endWaits: true });
    });

  test("an earlier version is brought back, and the emergency switch stays as it is", async () => {
    await opened();
    desk.settings.type({ greeting: "Worse.", codes: "" });
    await desk.settings.save();
    desk.settings.ask({ is: "close" });
    await desk.settings.confirm();
    await desk.settings.showVersions();
    const first = line().versions!.at(-1)!;
    desk.settings.ask({ is: "back", version: first });
    await desk.settings.confirm();
    expect(now().settings).toMatchObject({ greeting: "Welcome to Example Telephone.", codes: ["order", "complaint"],
      emergency: { closed: true } });
    expect([now().version, line().versions]).toEqual([6, null]);
  });

  test("what is typed and not saved survives a reload, also what another supervisor saves meanwhile", async () => {
    await opened();
    desk.settings.type({ greeting: "Mine.", waiting: "Wait.", hours: null });
    erin({ greeting: "Theirs." });
    await pass(10_000);
    loadAgain();
    erin({ name: "Their line" }, "Dave");
    await opened();
    expect(line().edits).toEqual({ greeting: "Mine.", waiting: "Wait.", hours: null });
    expect(line().meanwhile).toMatchObject({ by: ["Erin", "Dave"], theirs: ["name", "greeting"], both: ["greeting"] });
    await desk.settings.save();
    expect(now().settings).toMatchObject({ greeting: "Mine.", waiting: "Wait.", name: "Their line" });
    loadAgain();
    await opened();
    expect([line().edits, line().meanwhile]).toEqual([{}, null]);
  });

  test("what is typed is kept for the supervisor who comes back after a sign-out, and for nobody else", async () => {
    await opened();
    desk.settings.type({ greeting: "Mine." });
    await desk.signOut();
    loadAgain();
    f.api.current = { ...f.api.current, agent: { ...f.api.current.agent, id: "bob" } };
    await opened();
    expect(line().edits).toEqual({});
    loadAgain();
    f.api.current = { ...f.api.current, agent: { ...f.api.current.agent, id: "alice" } };
    await opened();
    expect(line().edits).toEqual({ greeting: "Mine." });
    desk.settings.discard();
    loadAgain();
    await opened();
    expect(line().edits).toEqual({});
  });

  test("F290: own music is sent, and saved with the form", async () => {
    await opened();
    await desk.settings.chooseMusic(new Blob(["RIFF"]), "Waltz.mp3");
    expect([f.api.uploads.length, line().edits.music?.name, line().doing]).toEqual([1, "Waltz.mp3", ""]);
    await desk.settings.save();
    expect(now().settings.music).toMatchObject({ pieces: 4, name: "Waltz.mp3" });
    desk.settings.type({ music: null });
    await desk.settings.save();
    expect(now().settings.music).toBeUndefined();
  });

  test("F290: music that is refused, here or by the server, is said at its field", async () => {
    await opened();
    f.api.musicRefusal = new ApiError({ slug: "settings-refused", status: 422, title: "", field: "music", detail: "it lasts 4m0s" });
    await desk.settings.chooseMusic(new Blob(["RIFF"]), "Long.wav");
    expect([line().refused, line().edits]).toEqual([{ field: "music", why: "it lasts 4m0s" }, {}]);
    f.api.musicRefusal = new ApiError({ slug: "", status: 413, title: "Request Entity Too Large" }); // of API Gateway
    await desk.settings.chooseMusic(new Blob(["RIFF"]), "Large.wav");
    expect(line().refused).toEqual({ field: "music", why: "the file is too large: at most 4 MB" });
    await expect(toWav({ size: 31 * 1024 * 1024 } as Blob)).rejects.toThrow("at most 30 MB");
    expect(new Uint8Array(wavOf(new Float32Array([0, 2, -1]))).slice(44)).toEqual(new Uint8Array([0, 0, 255, 127, 1, 128]));
  });

  test("F266: who is no supervisor any more sees nothing more", async () => {
    await opened();
    f.api.settingsFailure = problem("not-supervisor", 403);
    await pass(10_000);
    expect([desk.state.side, line().saved, desk.state.rules?.supervisor, desk.state.notice?.tone]).toEqual(["colleagues", null,
      false, "bad"]);
  });

  test("settings that cannot be read say so, and stay", async () => {
    await opened();
    f.api.settingsFailure = problem("unreachable", 0);
    await pass(10_000);
    expect([line().failing?.slug, line().saved?.version]).toEqual(["unreachable", 3]);
    f.api.settingsFailure = null;
    await pass(10_000);
    expect(line().failing).toBeNull();
  });
});
