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
  };
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
