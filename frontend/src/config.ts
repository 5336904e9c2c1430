/**
 * The page's settings, from config.json beside it. The deployment writes that file, so the bundle is the same
 * everywhere.
 */

export interface Config {
  readonly signIn: {
    readonly authority: string;
    readonly clientId: string;
    readonly scope: string;
  };
  /** Options of the voice SDK's Device that override this page's own, e.g. the address of its signalling. */
  readonly voice: Readonly<Record<string, unknown>>;
  /** The address of a caller in another system, with {number} and {call}; "" if there is none. */
  readonly crm: string;
}

/** Why the page cannot start, in words for the person who deployed it. */
export class ConfigError extends Error {}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function decodeConfig(value: unknown): Config {
  const signIn = isFields(value) && isFields(value.signIn) ? value.signIn : {};
  const { authority, clientId, scope } = signIn;
  if (typeof authority !== "string" || !/^https?:\/\//.test(authority) || typeof clientId !== "string"
    || clientId === "") {
    throw new ConfigError("config.json names no sign-in (signIn.authority and signIn.clientId).");
  }
  return {
    signIn: { authority, clientId, scope: typeof scope === "string" && scope ? scope : "openid" },
    voice: isFields(value) && isFields(value.voice) ? value.voice : {},
    crm: isFields(value) && typeof value.crm === "string" && crmAddress(value.crm, "0", "0") ? value.crm : "",
  };
}

/** The operator's host: nothing of it is put in by a caller. */
const OWN_HOST = /^https:\/\/[A-Za-z0-9.-]+(:\d+)?\//;

/** With the number and the call's id in their places; "" if it names what is not known, or is no https address. */
export function crmAddress(template: string, number: string, call: string): string {
  if (!OWN_HOST.test(template) || !number && template.includes("{number}")) return "";
  const address = template.replaceAll("{number}", encodeURIComponent(number))
    .replaceAll("{call}", encodeURIComponent(call));
  return URL.canParse(address) ? address : "";
}

export async function loadConfig(fetchIt: typeof fetch = fetch): Promise<Config> {
  let answer: Response;
  try {
    answer = await fetchIt("./config.json", { cache: "no-store" });
  } catch {
    throw new ConfigError("The page's settings (config.json) cannot be reached.");
  }
  if (!answer.ok) throw new ConfigError(`The page's settings (config.json) are missing: ${answer.status}.`);
  try {
    return decodeConfig(await answer.json());
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError("The page's settings (config.json) are not JSON.");
  }
}
