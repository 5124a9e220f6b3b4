// The strip under the text: what can be done with the suggestion, by key or by touch. Its height never changes.
import {accept, cycle, dismiss} from "./actions.js";
import {candidates, ghostField, remaining} from "./ghost.js";
import {make} from "./dom.js";

const mac = /Mac|iP/.test(navigator.platform);
const mod = mac ? "\u2318" : "Ctrl+";

function button(view, label, key, title, run) {
  const element = make("button", {type: "button", title}, label);
  if (key) element.append(make("kbd", {}, key));
  // A press must not take the focus from the text, or a phone's keyboard would close.
  element.addEventListener("mousedown", event => event.preventDefault());
  element.addEventListener("click", () => run(view));
  return element;
}

/** @param {import("@codemirror/view").EditorView} view */
export function footer(view, hintId) {
  const count = make("span", {class: "phi-count"});
  const choose = make(
    "span",
    {class: "phi-choose"},
    button(view, "\u2039", "", `Previous alternative (Alt+[)`, cycle(-1)),
    count,
    button(view, "\u203a", "", `Next alternative (Alt+])`, cycle(1)),
  );
  const actions = make(
    "div",
    {class: "phi-actions", role: "group", "aria-label": "Suggestion"},
    button(view, "Accept", "Tab", "Accept the suggestion", accept("all")),
    button(view, "Line", mac ? "\u21e7Tab" : "Shift+Tab", "Accept its first line", accept("line")),
    button(view, "Word", `${mod}\u2192`, "Accept its first word", accept("word")),
    button(view, "Dismiss", "Esc", "Take the suggestion away", dismiss),
    choose,
  );
  const hint = make(
    "p",
    {class: "phi-hint", id: hintId},
    make("kbd", {}, `${mod}Enter`),
    " completes at the caret. ",
    make("kbd", {}, "Esc"),
    " then ",
    make("kbd", {}, "Tab"),
    " leaves the editor.",
  );
  const dom = make("div", {class: "phi-footer"}, hint, actions);
  return {
    dom,
    update(state) {
      const ghost = state.field(ghostField);
      const shown = Boolean(remaining(ghost));
      dom.classList.toggle("phi-suggesting", shown);
      actions.toggleAttribute("inert", !shown);
      const fitting = ghost ? candidates(ghost) : [];
      choose.hidden = fitting.length < 2;
      count.textContent = `${fitting.indexOf(ghost?.active) + 1}/${fitting.length}`;
    },
  };
}
