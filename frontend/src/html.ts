/**
 * lit's html for a page that a browser's page translation changes, too: translation removes text nodes and puts <font>
 * elements in their place (https://github.com/facebook/react/issues/11538). lit writes a changed text into the node that it made once, and finds the end of a changing
 * part by the node after it. If those nodes have been removed, the page would go on showing an old state without an
 * error. Two things differ here: a text whose node is no longer in its place is written anew, and a changing part
 * always ends at a comment of its own, which no translation touches, and never at a text.
 */
import { html as litHtml, type TemplateResult } from "lit";
import { noChange, nothing } from "lit";
import { Directive, directive, PartType, type ChildPart, type Part } from "lit/directive.js";
import { clearPart, getCommittedValue, setCommittedValue } from "lit/directive-helpers.js";

type Text = string | number;

const isText = (value: unknown): value is Text => typeof value === "string" || typeof value === "number";

class Written extends Directive {
  override render(text: Text): unknown {
    return text;
  }

  override update(part: Part, [text]: [Text]): unknown {
    if (part.type !== PartType.CHILD) return text;
    const child = part as ChildPart;
    const was = getCommittedValue(child);
    if (was === text) return noChange;
    if (isText(was) && was !== "" && !inPlace(child)) {
      clearPart(child);
      setCommittedValue(child, nothing);
    }
    return text;
  }
}

/** The part holds the one text node that lit made for it. */
function inPlace(part: ChildPart): boolean {
  const node = part.startNode?.nextSibling ?? null;
  return node?.nodeType === Node.TEXT_NODE && node.nextSibling === part.endNode;
}

const written = directive(Written);

const ended = new WeakMap<TemplateStringsArray, TemplateStringsArray>();

/** The template with a comment after each part that stands among its children. */
function withEnds(strings: TemplateStringsArray): TemplateStringsArray {
  const known = ended.get(strings);
  if (known) return known;
  const scan = scanner();
  let child = false;
  const texts = strings.map((text) => {
    const end = child ? "<!---->" : "";
    child = scan(text);
    return end + text;
  });
  const made = Object.assign(texts, { raw: texts }) as unknown as TemplateStringsArray;
  ended.set(strings, made);
  return made;
}

/** Reads a template piece by piece and says after each whether it ends outside of all tags. */
function scanner(): (text: string) => boolean {
  let tag = false;
  let quote = "";
  return (text) => {
    for (let i = 0; i < text.length; i++) {
      const c = text[i]!;
      if (quote) quote = c === quote ? "" : quote;
      else if (tag && (c === '"' || c === "'")) quote = c;
      else if (tag) tag = c !== ">";
      else tag = c === "<" && /[a-zA-Z/!]/.test(text[i + 1] ?? "");
    }
    return !tag;
  };
}

export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult<1> {
  return litHtml(withEnds(strings), ...values.map((value) => (isText(value) ? written(value) : value)));
}
