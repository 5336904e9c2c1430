/** src/voice.ts over the real SDK: what becomes of a leg when caller, device and microphone fail at bad moments. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { media, network, OPTIONS } from "./network.js";
import { createVoice } from "../../src/voice.js";
import type { Voice, VoiceEvent } from "../../src/voice-port.js";

let voice: Voice;
let heard: VoiceEvent[];

/** What the device has reported, with its reasons, without the sound. */
const says = (): string[] => heard.filter((e) => !["levels", "sounds"].includes(e.is)).map((e) => ("why" in e
  ? `${e.is} ${e.why}`.trim() : e.is));
const pass = (ms = 20): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(async () => {
  vi.useFakeTimers();
  network.reset();
  heard = [];
  voice = createVoice(OPTIONS);
  voice.listen((event) => heard.push(event));
  const started = voice.start("token");
  await pass();
  await started;
  heard.length = 0;
});
afterEach(() => {
  voice.stop();
  vi.useRealTimers();
});

async function ring(callsid = "CA1"): Promise<void> {
  network.invite(callsid);
  await pass();
}

test("ringing --answered--> open --the caller hangs up--> gone", async () => {
  await ring();
  voice.answer();
  await pass();
  network.end("CA1");
  await pass();
  expect(says()).toEqual(["ringing", "open", "gone"]);
});

test("the caller hangs up before the sound of ringing is there --> nothing rings", async () => {
  const play = network.holdSound();
  await ring();
  network.end("CA1");
  await pass();
  play();
  await pass();
  expect(says()).toEqual([]);
});

test("the socket breaks while it rings --> the device is lost, the leg is gone, and the device comes back", async () => {
  await ring();
  network.socket.break();
  await pass(5000);
  expect(says().filter((s) => s !== "reconnecting")).toEqual(["ringing", "lost signalling", "gone signalling",
    "registered"]);
});

test("the token is refused while it rings --> the device is lost, and what rings can be answered", async () => {
  await ring();
  network.socket.say("error", { error: { code: 31205, message: "" } });
  await pass();
  voice.answer();
  await pass();
  expect(says()).toEqual(["ringing", "lost expired", "open"]);
});

test("F043: the microphone is refused at the answer --> gone, and said why", async () => {
  vi.spyOn(media, "getUserMedia").mockRejectedValue(new DOMException("", "NotAllowedError"));
  await ring();
  voice.answer();
  await pass();
  expect(says()).toEqual(["ringing", "gone microphone"]);
});

test("the next call rings before the end of the last is heard of --> it rings on the page as it does to the ear",
  async () => {
  await ring("CA1");
  await ring("CA2");
  network.end("CA1");
  await pass();
  expect(heard.filter((e) => e.is === "ringing"
    || e.is === "gone").map((e) => ("sid" in e ? e.sid : e.is))).toEqual(["CA1", "gone", "CA2"]);
  expect(network.rings).toBe(true);
  voice.answer();
  await pass();
  expect(says().at(-1)).toBe("open");
});

test("F253: a leg that rings for another page --> it is silent, is heard of no more, and the next one rings", async () => {
  await ring("CA1");
  expect(network.rings).toBe(true);
  voice.ignore();
  expect(network.rings).toBe(false);
  await ring("CA2");
  network.end("CA2");
  await pass();
  network.end("CA1");
  await pass();
  await ring("CA3");
  expect(says()).toEqual(["ringing", "ringing", "gone", "ringing"]);
});

test("closed while it is being opened --> the opening fails at once", async () => {
  const other = createVoice(OPTIONS);
  const opening = other.start("token");
  other.stop();
  await expect(opening).rejects.toThrow("signalling");
});
