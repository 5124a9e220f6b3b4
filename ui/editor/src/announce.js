// Tells a screen reader the suggestion line by line: by token it would be a stutter.
import {make} from "./dom.js";

export function announcer() {
  const dom = make("div", {class: "phi-live", "aria-live": "polite", role: "log"});
  let key = "";
  let said = 0;
  return {
    dom,
    /** Says the lines of `text` that are complete and not said yet; all of it once it is done. */
    lines(id, text, done) {
      if (id !== key) {
        key = id;
        said = 0;
        dom.replaceChildren();
      }
      const end = done ? text.length : text.lastIndexOf("\n") + 1;
      for (const line of text.slice(said, end).split("\n")) {
        if (line.trim()) dom.append(make("div", {}, line));
      }
      said = Math.max(said, end);
    },
  };
}
