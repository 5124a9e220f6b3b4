// Tells a screen reader the suggestion line by line: by token it would be a stutter.
import {make} from "./dom.js";

const PAUSE_MS = 400; // nobody hears faster than this, and each line costs the browser time that the text needs

export function announcer() {
  const dom = make("div", {class: "phi-live", "aria-live": "polite", role: "log"});
  let key = "";
  let said = 0;
  let newest = ["", false];
  let timer = 0;

  /** Says the lines that are complete and not said yet; all of them once the text is done. */
  function say() {
    timer = 0;
    const [text, done] = newest;
    const end = done ? text.length : text.lastIndexOf("\n") + 1;
    const lines = text.slice(said, end).split("\n").filter(line => line.trim());
    if (lines.length) dom.append(...lines.map(line => make("div", {}, line)));
    said = Math.max(said, end);
  }

  return {
    dom,
    /** Takes the text of suggestion `id` as far as it has come. */
    lines(id, text, done) {
      if (id !== key) {
        clearTimeout(timer);
        timer = 0;
        key = id;
        said = 0;
        dom.replaceChildren();
      }
      newest = [text, done];
      if (done) {
        clearTimeout(timer);
        say();
      } else {
        timer ||= setTimeout(say, PAUSE_MS);
      }
    },
  };
}
