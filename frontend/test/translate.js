/**
 * Does what a browser's page translation does: each text, also one that comes or changes later, is replaced by a <font>
 * in a <font> with a new text. Chromium does the same; here the words stay the same.
 */
export function translates(root) {
  const wrap = (text) => {
    if (text.data.trim() === "" || text.parentElement?.closest("script, style, textarea, font")) return;
    const outer = document.createElement("font");
    const inner = outer.appendChild(document.createElement("font"));
    inner.append(document.createTextNode(text.data));
    text.replaceWith(outer);
  };
  const all = (node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const texts = node.nodeType === Node.TEXT_NODE ? [node] : [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) texts.push(text);
    for (const text of texts) if (text.isConnected) wrap(text);
  };
  all(root);
  new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "characterData") wrap(record.target);
      for (const node of record.addedNodes) all(node);
    }
  }).observe(root, { subtree: true, childList: true, characterData: true });
  return () => all(root);
}
