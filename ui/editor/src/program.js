// A program that the server coloured, and a button that copies it.
import {make} from "./dom.js";
import {coloured} from "./highlight.js";

/** @param {HTMLElement} parent */
export function createProgram(parent) {
  const copy = make("button", {type: "button"}, "Copy");
  const said = make("span", {role: "status"});
  const place = make("div", {class: "phi-program-text", tabindex: "0", role: "group", "aria-label": "Program"});
  const bar = make("div", {class: "phi-program-bar"}, copy, said);
  let text = "";
  copy.addEventListener("click", async () => {
    const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    said.textContent = copied ? "Copied" : "Mark the text and copy it";
  });
  parent.append(bar, place);
  return {
    /** @param {{parts?: [string, string][]}} value */
    show({parts = []}) {
      const shown = parts.map(([, part]) => part).join("");
      if (shown && shown === text) return; // drawn anew, it would take "Copied" away
      text = shown;
      parent.hidden = !text;
      said.textContent = "";
      place.replaceChildren(coloured(parts));
    },
  };
}
