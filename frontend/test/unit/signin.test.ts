/** Signing out while a renewal is under way. */
import { expect, test, vi } from "vitest";
import { createSignIn } from "../../src/signin.js";
import { FakeStorage } from "../fakes.js";

const AUTHORITY = "https://issuer.example";

/** The tab's storage with a session, and an issuer that gives out tokens when told to. */
function stage(): { tab: FakeStorage; answer: () => void } {
  const tab = new FakeStorage();
  const session = { access_token: "old", refresh_token: "r", token_type: "Bearer", profile: { sub: "alice" },
    expires_at: Date.now() / 1000 + 600 };
  tab.setItem(`agent-desk.user:${AUTHORITY}:page`, JSON.stringify(session));
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => { answer = resolve; });
  const json = (body: object): Response => new Response(JSON.stringify(body),
    { headers: { "Content-Type": "application/json" } });
  const location = { origin: "https://page.example", pathname: "/", search: "", href: "https://page.example/",
    assign: vi.fn(), replace: vi.fn() };
  vi.stubGlobal("window", Object.assign(new EventTarget(),
    { location, sessionStorage: tab, history: { replaceState: vi.fn() } }));
  vi.stubGlobal("fetch", async (url: string) => {
    if (url.includes(".well-known")) return json({ issuer: AUTHORITY, token_endpoint: `${AUTHORITY}/token` });
    await held;
    return json({ access_token: "new", token_type: "Bearer", refresh_token: "r2", expires_in: 3600 });
  });
  return { tab, answer };
}

test("signed out while the session is renewed --> nobody is signed in when the page is loaded again", async () => {
  const { tab, answer } = stage();
  const signIn = createSignIn({ authority: AUTHORITY, clientId: "page", scope: "openid" });
  expect(await signIn.resume()).toBe("signed-in");
  const renewing = signIn.renew();
  const ending = signIn.end();
  answer();
  expect(await renewing).toBe("renewed");
  await ending;
  expect([...tab.items.keys()].filter((k) => k.includes("user:"))).toEqual([]);
  expect(signIn.bearer()).toBe("");
});
