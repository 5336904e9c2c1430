/** Whom the agent has chosen for a transfer: a colleague, an outside number, or whoever is free. */
export type Target =
  | { readonly is: "agent"; readonly id: string }
  | { readonly is: "number"; readonly number: string }
  | { readonly is: "anybody" };

export const colleague = (id: string): Target => ({ is: "agent", id });
export const outside = (number: string): Target => ({ is: "number", number });
/** The free colleague who has been idle longest. */
export const anybody: Target = { is: "anybody" };

/** The target in a request: see openapi.yaml, TransferRequest. */
export function targetText(target: Target): string {
  switch (target.is) {
    case "agent": return target.id;
    case "number": return target.number;
    case "anybody": return "*";
  }
}

export function sameTarget(a: Target | null, b: Target | null): boolean {
  return a === b || (a !== null && b !== null && a.is === b.is && targetText(a) === targetText(b));
}
