/**
 * The page's voice device. Only this file knows @twilio/voice-sdk: its events, error codes and quirks become
 * VoiceEvents. It knows nothing of the server, the state or the screen.
 */
import { Call, Device, type TwilioError } from "@twilio/voice-sdk";
import { ringInfo } from "./contract/ring.js";
import type { Sound, Sounds } from "./state/state.js";
import { VoiceError, type Voice, type VoiceEvent } from "./voice-port.js";

/** A time limit, because the SDK's promise never settles if Twilio never says "connected". */
const START_TIMEOUT_MS = 15_000;

const TOKEN_CODES = new Set([20101, 20102, 20104, 20151, 20157, 31201, 31204, 31205]);

function whyOf(error: { code?: number } | undefined): string {
  const code = error?.code ?? 0;
  if (code === 20104 || code === 31205) return "expired";
  if (TOKEN_CODES.has(code)) return "token";
  if (code === 31401 || code === 31402) return "microphone";
  if (code >= 53400 && code < 53500) return "media";
  if (code === 31603 || code === 31486) return "declined";
  if (code === 31404 || code === 31480 || code === 31481) return "gone";
  return "signalling";
}

/**
 * Sounds of our own, made by local/music: the SDK loads its own from a host of Twilio's, and a ring would wait for it
 * (F205).
 */
const SOUNDS: Record<string, string> = Object.fromEntries(
  Object.values(Device.SoundName).map((name) => [name, `./sounds/${name}.wav`]),
);

const OPTIONS: Device.Options = {
  sounds: SOUNDS,
  appName: "warm-transfer-agent-desk",
  appVersion: __APP_VERSION__,
  closeProtection: "You are in a call. If you leave this page, the caller goes back to the music.",
  // Our own timer has normally refreshed the token long before; this is the SDK's reminder in case it failed.
  tokenRefreshMs: 60_000,
  maxCallSignalingTimeoutMs: 30_000,
  enableImprovedSignalingErrorPrecision: true,
  logLevel: "error",
};

class SdkVoice implements Voice {
  private device: Device | null = null;
  private call: Call | null = null;
  private listener: (event: VoiceEvent) => void = () => undefined;
  private readonly chosen = { input: "", speaker: "", ringer: "" };

  constructor(private readonly options: Readonly<Record<string, unknown>>) {}

  listen(listener: (event: VoiceEvent) => void): void {
    this.listener = listener;
  }

  async start(token: string): Promise<void> {
    this.stop();
    if (!Device.isSupported) throw new VoiceError("unsupported");
    const device = new Device(token, { ...OPTIONS, ...this.options });
    this.device = device;
    this.wireDevice(device);
    try {
      await registered(device);
    } catch (error) {
      if (this.device === device) this.stop();
      throw error;
    }
    for (const what of ["speaker", "ringer"] as const) {
      if (this.chosen[what]) await this.choose(what, this.chosen[what]).catch(() => undefined);
    }
    this.listener({ is: "sounds", lost: false });
  }

  refresh(token: string): void {
    this.device?.updateToken(token);
  }

  stop(): void {
    const { device } = this;
    this.device = null;
    this.legGone();
    if (device && device.state !== Device.State.Destroyed) device.destroy();
  }

  private wireDevice(device: Device): void {
    const mine = (emit: () => void) => (): void => {
      if (this.device === device) emit();
    };
    device.on(Device.EventName.Registered, mine(() => this.listener({ is: "registered" })));
    device.on(Device.EventName.Unregistered, mine(() => this.lost("signalling")));
    device.on(Device.EventName.Destroyed, mine(() => {
      this.lost("destroyed");
      this.device = null;
      this.listener({ is: "destroyed" });
    }));
    device.on(Device.EventName.TokenWillExpire, mine(() => this.listener({ is: "token-expiring" })));
    device.on(Device.EventName.Error, (error: TwilioError.TwilioError) => mine(() => {
      // If the device is still registered, the error concerns a leg, and the leg reports it itself.
      if (device.state !== Device.State.Registered || TOKEN_CODES.has(error.code)) this.lost(whyOf(error));
    })());
    device.on(Device.EventName.Incoming, (call: Call) => mine(() => this.ring(call))());
    device.audio?.on("deviceChange",
      (lost: MediaDeviceInfo[]) => mine(() => this.listener({ is: "sounds", lost: lost.length > 0 }))());
  }

  private lost(why: string): void {
    this.listener({ is: "lost", why });
    if (this.call && this.forgotten(this.call)) this.legGone();
  }

  /**
   * The SDK drops a ringing leg without an event when the socket closes, and reports a leg that was cancelled before
   * its ringing sound began. Neither can be answered, and neither reports an end.
   */
  private forgotten(call: Call): boolean {
    return !this.device?.isBusy && !this.device?.calls.includes(call);
  }

  private legGone(): void {
    if (!this.call) return;
    this.call = null;
    this.listener({ is: "gone", why: "signalling" });
  }

  private ring(call: Call): void {
    if (this.call || this.forgotten(call)) return;
    this.call = call;
    this.wireCall(call);
    const ring = ringInfo(call.customParameters, call.callerInfo?.isVerified ?? false);
    this.listener({ is: "ringing", sid: call.parameters.CallSid ?? "", ring });
  }

  private wireCall(call: Call): void {
    let why = "";
    const gone = (): void => {
      if (this.call !== call) return;
      this.call = null;
      // The SDK keeps only a chosen microphone open; release it between calls.
      void this.device?.audio?.unsetInputDevice().catch(() => undefined);
      this.listener({ is: "gone", why });
      // A call that began to ring before this end was reported rings on.
      const next = this.device?.calls.find((c) => c.status() === Call.State.Pending);
      if (next) this.ring(next);
    };
    const mine = (event: VoiceEvent): void => {
      if (this.call === call) this.listener(event);
    };
    call.on("accept", () => mine({ is: "open" }));
    call.on("reconnecting", (error?: TwilioError.TwilioError) => mine({ is: "reconnecting",
      what: whyOf(error) === "media" ? "sound" : "signalling" }));
    call.on("reconnected", () => mine({ is: "open" }));
    call.on("mute", (muted: boolean) => mine({ is: "muted", muted }));
    call.on("warning", (name: string) => mine({ is: "warning", name, on: true }));
    call.on("warning-cleared", (name: string) => mine({ is: "warning", name, on: false }));
    call.on("volume", (input: number, output: number) => mine({ is: "levels", input, output }));
    call.on("messageReceived", (message: { content: unknown }) => mine({ is: "message", content: message.content }));
    call.on("error", (error: TwilioError.TwilioError) => {
      why = whyOf(error);
    });
    // The SDK reports a failed microphone or failed media only after the end of the call.
    for (const end of ["disconnect", "cancel", "reject"]) call.on(end, () => queueMicrotask(gone));
  }

  answer(): void {
    const { input } = this.chosen;
    const there = input !== "" && this.device?.audio?.availableInputDevices.has(input);
    this.call?.accept(there ? { rtcConstraints: { audio: { deviceId: { exact: input } } } } : undefined);
  }

  reject(): void {
    this.call?.reject();
  }

  ignore(): void {
    const { call } = this;
    this.call = null;
    call?.ignore();
  }

  hangUp(): void {
    this.call?.disconnect();
  }

  mute(muted: boolean): void {
    this.call?.mute(muted);
  }

  digits(digits: string): void {
    this.call?.sendDigits(digits);
  }

  sounds(): Sounds {
    const audio = this.device?.audio;
    const list = (devices: Map<string, MediaDeviceInfo> | undefined): Sound[] =>
      [...(devices?.values() ?? [])].filter((d) => d.deviceId !== "").map((d) => ({ id: d.deviceId, label: d.label
        || "Unnamed device" }));
    const first = (devices: Set<MediaDeviceInfo> | undefined): string => [...(devices ?? [])][0]?.deviceId ?? "";
    return {
      inputs: list(audio?.availableInputDevices),
      outputs: list(audio?.availableOutputDevices),
      input: this.chosen.input,
      speaker: first(audio?.speakerDevices.get()) || this.chosen.speaker,
      ringer: first(audio?.ringtoneDevices.get()) || this.chosen.ringer,
      canChooseOutput: audio?.isOutputSelectionSupported ?? false,
    };
  }

  async choose(what: "input" | "speaker" | "ringer", id: string): Promise<void> {
    this.chosen[what] = id;
    const audio = this.device?.audio;
    if (!audio) return;
    if (what === "speaker") await audio.speakerDevices.set(id || "default");
    else if (what === "ringer") await audio.ringtoneDevices.set(id || "default");
    else if (this.call && this.call.status() !== Call.State.Pending) {
      await audio.setInputDevice(id || "default");
    }
  }

  async test(what: "speaker" | "ringer"): Promise<void> {
    const audio = this.device?.audio;
    await (what === "speaker" ? audio?.speakerDevices : audio?.ringtoneDevices)?.test();
  }
}

function registered(device: Device): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new VoiceError("timeout")), START_TIMEOUT_MS);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      then();
    };
    device.once(Device.EventName.Error,
      (error: TwilioError.TwilioError) => settle(() => reject(new VoiceError(whyOf(error)))));
    device.once(Device.EventName.Destroyed, () => settle(() => reject(new VoiceError("signalling"))));
    device.register().then(
      () => settle(resolve),
      () => settle(() => reject(new VoiceError("signalling"))),
    );
  });
}

/** `options` override the page's own: on a developer's machine config.json says where the signalling is. */
export function createVoice(options: Readonly<Record<string, unknown>>): Voice {
  return new SdkVoice(options);
}
