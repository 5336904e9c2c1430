/**
 * Sign-in by OpenID Connect, code + PKCE, with the whole page redirected. Only this file knows oidc-client-ts. The
 * session is in this tab's sessionStorage: it survives a reload, ends with the tab, and two tabs may be two agents. It
 * is renewed by refresh token only, because the page's policy allows no frames.
 */
import { ErrorResponse, UserManager, WebStorageStateStore, type User } from "oidc-client-ts";
import type { Config } from "./config.js";

/** `refused` is the issuer's refusal; any other failure may be temporary. */
export type Renewal = "renewed" | "refused" | "unreachable";

export interface SignIn {
  /**
   * Restores this tab's session, or handles the sign-in page's answer; says whether somebody is signed in. `leaving`
   * means that the page is on its way to the sign-in page again, because the answer could not be used.
   */
  resume(): Promise<"signed-in" | "signed-out" | "refused" | "unreachable" | "leaving">;
  /** Redirects to the sign-in page. With `another` it asks for a name even if the issuer has a session. */
  begin(another: boolean): Promise<void>;
  /** Redirects to end the issuer's session too. */
  end(): Promise<void>;
  bearer(): string;
  /** Renews the access token without leaving the page. Calls at the same time share one attempt. */
  renew(): Promise<Renewal>;
  /** Milliseconds until the access token expires; may be negative, and Infinity if the issuer gave no time. */
  left(): number;
}

/** A poll that must renew first waits for the issuer no longer than for the API itself. */
const TIMEOUT_S = 8;

/** The page's own address without query and fragment: the redirect address registered with the issuer. */
export function pageAddress(location: { origin: string; pathname: string }): string {
  return location.origin + location.pathname.replace(/index\.html$/, "");
}

/**
 * How a failed renewal is classified. The two codes are an issuer's temporary errors
 * (https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
 */
export function renewalOf(error: unknown): Renewal {
  const later = !(error instanceof ErrorResponse) || error.error === "temporarily_unavailable"
    || error.error === "server_error";
  return later ? "unreachable" : "refused";
}

/** How often the token endpoint is asked for one answer: a short network failure is not a refusal. */
const ANSWER_TRIES = 3;
const ANSWER_RETRY_MS = 1000;

/** The page starts a sign-in by itself at most once in this time, to prevent a loop of redirects. */
const AGAIN = "agent-desk.signing-in-again";
const AGAIN_MS = 60_000;

/** How long the answer to a sign-in request is accepted again, e.g. after going back to the sign-in page. */
const REQUEST_LIVES_S = 900;

/**
 * The library deletes a request with its first answer, even if that then fails on the network. This store deletes
 * requests by age, which the library asks for at each sign-in, so a second answer to a request works like the first.
 */
class Requests extends WebStorageStateStore {
  override async remove(key: string): Promise<string | null> {
    const item = await this.get(key);
    return item === null || !stale(item) ? item : super.remove(key);
  }
}

function stale(item: string): boolean {
  try {
    const { created } = JSON.parse(item) as { created?: unknown };
    return typeof created !== "number" || Date.now() / 1000 - created > REQUEST_LIVES_S;
  } catch {
    return true;
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createSignIn(config: Config["signIn"]): SignIn {
  const here = pageAddress(window.location);
  const requests = new Requests({ store: window.sessionStorage, prefix: "agent-desk." });
  const manager = new UserManager({
    authority: config.authority,
    client_id: config.clientId,
    redirect_uri: here,
    post_logout_redirect_uri: here,
    response_type: "code",
    scope: config.scope,
    loadUserInfo: false,
    monitorSession: false,
    automaticSilentRenew: false,
    requestTimeoutInSeconds: TIMEOUT_S,
    silentRequestTimeoutInSeconds: TIMEOUT_S,
    userStore: new WebStorageStateStore({ store: window.sessionStorage, prefix: "agent-desk." }),
    stateStore: requests,
    staleStateAgeInSeconds: REQUEST_LIVES_S,
  });
  let user: User | null = null;
  let renewing: Promise<Renewal> | null = null;

  async function answered(query: URLSearchParams): ReturnType<SignIn["resume"]> {
    const address = window.location.href;
    // The code is used up: a reload must not send it again, so it is removed from the address bar.
    window.history.replaceState(null, "", here);
    const known = (await requests.get(query.get("state") ?? "")) !== null;
    const failed = known ? await exchanged(address) : "useless";
    if (failed === null) {
      window.sessionStorage.removeItem(AGAIN);
      return "signed-in";
    }
    if ((await stored()) === "signed-in") return "signed-in"; // the answer was an old one
    return failed === "useless" ? anew() : failed;
  }

  /** Exchanges the code for tokens; null if it worked. A code that is refused has been used or is too old. */
  async function exchanged(address: string): Promise<"refused" | "unreachable" | "useless" | null> {
    for (let tries = 1; ; tries++) {
      try {
        user = await manager.signinRedirectCallback(address);
        return null;
      } catch (error) {
        if (error instanceof ErrorResponse && error.error === "invalid_grant") return "useless";
        if (renewalOf(error) === "refused") return "refused";
        if (tries === ANSWER_TRIES) return "unreachable";
        await wait(ANSWER_RETRY_MS * tries);
      }
    }
  }

  /**
   * An answer to a request that this tab does not know, e.g. from a bookmark of the sign-in page: sign in anew, once.
   */
  async function anew(): Promise<"leaving" | "refused" | "unreachable"> {
    const last = Number(window.sessionStorage.getItem(AGAIN) ?? 0);
    if (Date.now() - last < AGAIN_MS) return "refused";
    window.sessionStorage.setItem(AGAIN, String(Date.now()));
    return manager.signinRedirect({}).then(() => "leaving" as const, () => "unreachable" as const);
  }

  async function stored(): Promise<"signed-in" | "signed-out"> {
    user = await manager.getUser().catch(() => null);
    // An unreachable issuer has refused nobody: restore the session and renew it once the issuer answers.
    return user && (!user.expired || (await renew()) !== "refused") ? "signed-in" : "signed-out";
  }

  async function renewOnce(): Promise<Renewal> {
    if (!user?.refresh_token) return "refused";
    try {
      user = (await manager.signinSilent()) ?? user;
      return "renewed";
    } catch (error) {
      return renewalOf(error);
    }
  }

  function renew(): Promise<Renewal> {
    renewing ??= renewOnce().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    resume: () => {
      const query = new URLSearchParams(window.location.search);
      return query.has("state") && (query.has("code") || query.has("error")) ? answered(query) : stored();
    },
    begin: (another) => manager.signinRedirect(another ? { prompt: "login" } : {}),
    end: async () => {
      await renewing; // otherwise the renewal would restore the session that is being ended
      const idToken = user?.id_token;
      user = null;
      await manager.removeUser();
      // Cognito wants client_id and logout_uri where the standard says post_logout_redirect_uri; both are sent.
      await manager
        .signoutRedirect({
          ...(idToken ? { id_token_hint: idToken } : {}),
          extraQueryParams: { client_id: config.clientId, logout_uri: here },
        })
        .catch(() => window.location.assign(here)); // an issuer without a sign-out page
    },
    bearer: () => user?.access_token ?? "",
    renew,
    left: () => (user?.expires_at === undefined ? Infinity : user.expires_at * 1000 - Date.now()),
  };
}
