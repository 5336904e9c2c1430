/** Refusals in words, by slug. Server text is a last resort: it is written for developers. */
import type { Problem } from "../contract/types.js";

const BY_SLUG: Record<string, string> = {
  unreachable: "The server cannot be reached. The call goes on; try again in a moment.",
  timeout: "The server did not answer in time. The call goes on.",
  "wrong-state": "The call has changed in the meantime, so this is not possible now.",
  conflict: "Somebody else acted at the same moment. Look at the call and try again.",
  "lost-race": "Somebody else acted at the same moment. Look at the call and try again.",
  "no-call": "You are in no call any more.",
  "not-yours": "Only the agent who holds the call can do this.",
  "not-allowed": "Only the agent who holds the call can do this.",
  "too-many-hops": "This caller has been handed over too often already.",
  "not-free": "Your colleague was taken by another call a moment ago. Choose somebody else.",
  busy: "Your colleague was taken by another call a moment ago. Choose somebody else.",
  "target-busy": "Your colleague was taken by another call a moment ago. Choose somebody else.",
  "target-not-free": "Your colleague cannot take a call now. Choose somebody else.",
  "no-target": "There is no such colleague any more.",
  "no-such-agent": "There is no such colleague any more.",
  "target-needed": "Choose a colleague first.",
  self: "This colleague is in the call already.",
  "target-in-call": "This colleague is in the call already.",
  "target-not-allowed": "This target may not be dialled.",
  "not-dialable": "This target may not be dialled.",
  refused: "The phone network refused this. The call goes on as it was.",
  "network-refused": "The phone network refused this. The call goes on as it was.",
  throttled: "The phone network is very busy. Try again in a moment.",
  unavailable: "The server is busy. Try again in a moment.",
  "try-later": "The server is busy. Try again in a moment.",
};

const BY_STATUS: Record<number, string> = {
  400: "The server did not understand this page. Reload it after the call.",
  401: "Your sign-in has ended. Sign in again after the call.",
  403: "You are not allowed to do this.",
  404: "This is not there any more.",
  409: "The call has changed in the meantime, so this is not possible now.",
  413: "That was too long.",
  422: "This target may not be dialled.",
  426: "This page is out of date. Reload it after the call.",
  429: "Too many requests. Try again in a moment.",
  502: "The phone network refused this. The call goes on as it was.",
  503: "The server is busy. Try again in a moment.",
  504: "The server did not answer in time. The call goes on.",
};

export function problemWords(problem: Problem): string {
  return BY_SLUG[problem.slug] ?? BY_STATUS[problem.status] ?? (problem.title || "This did not work.");
}
