// What was typed outlives a reload: Gradio reloads the page by itself when a lost server is back.
// It is kept in this tab's own storage, and only while the page is away.

const key = name => `phi-draft-${name}`;

/** Keeps the editor's text whenever the page goes away. */
export function keepDraft(name, read) {
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(key(name), JSON.stringify(read()));
    } catch {
      // Storage may be full or forbidden: the text is lost then, as it was before.
    }
  });
}

/** The text {text, cursor} that a reload took away, or null; an address that is a link shows its own. */
export function takeDraft(name) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(key(name)) ?? "null");
    sessionStorage.removeItem(key(name));
    const reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
    const linked = location.hash.startsWith("#phi=");
    return reloaded && !linked && typeof draft?.text === "string" ? draft : null;
  } catch {
    return null;
  }
}
