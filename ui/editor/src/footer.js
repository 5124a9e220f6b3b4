// The strip under the text: what can be done with the suggestion, by key or by touch. Its height never changes.
import {accept, cycle, dismiss} from "./actions.js";
import {candidates, ghostField, remaining} from "./ghost.js";
import {make} from "./dom.js";
import {showShortcuts} from "./shortcuts.js";

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
export function footer(view, hintId, action) {
  const position = make("span", {class: "phi-count"});
  const choose = make(
    "span",
    {class: "phi-choose"},
    button(view, "\u2039", "", `Previous alternative (Alt+[)`, cycle(-1)),
    position,
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
    ` ${action ?? "completes at the caret"}. `,
    make("kbd", {}, "Esc"),
    " then ",
    make("kbd", {}, "Tab"),
    " leaves the editor.",
  );
  const mend = make("button", {type: "button"}, "Remove it");
  mend.addEventListener("mousedown", event => event.preventDefault());
  mend.addEventListener("click", () => {
    const {from, to} = trailingSpace(view.state);
    view.dispatch({changes: {from, to}, userEvent: "delete.space"});
    view.focus();
  });
  const warning = make(
    "p",
    {class: "phi-warning", role: "status"},
    "The space before the caret makes completions worse. ",
    mend,
  );
  const bar = make("span", {});
  const count = make("span", {class: "phi-meter-count"});
  const meter = make("span", {class: "phi-meter"}, make("span", {class: "phi-meter-bar"}, bar), count);
  const help = make("button", {type: "button", class: "phi-help", title: "Keys (?)"}, "?");
  help.setAttribute("aria-label", "Keys");
  help.addEventListener("click", showShortcuts);
  const dom = make(
    "div",
    {class: "phi-footer"},
    make("div", {class: "phi-footer-main"}, hint, warning, actions),
    meter,
    help,
  );
  return {
    dom,
    update(state) {
      const ghost = state.field(ghostField);
      const shown = Boolean(remaining(ghost));
      const spaced = !action && !shown && !ghost && trailingSpace(state) !== null;
      dom.dataset.shows = shown ? "actions" : spaced ? "warning" : "hint";
      actions.toggleAttribute("inert", !shown);
      warning.toggleAttribute("inert", !spaced);
      const fitting = ghost ? candidates(ghost) : [];
      choose.hidden = fitting.length < 2;
      position.textContent = `${fitting.indexOf(ghost?.active) + 1}/${fitting.length}`;
    },
    /** Shows how much of the context the prompt takes. */
    measure({tokens, limit}) {
      const share = tokens / limit;
      count.textContent = `${tokens.toLocaleString("en")} / ${limit.toLocaleString("en")}`;
      bar.style.width = `${Math.min(100, 100 * share)}%`;
      meter.dataset.level = share >= 1 ? "over" : share >= 0.85 ? "near" : "";
      meter.title =
        share >= 1
          ? `The prompt is too long: the model will not see its first ${(tokens - limit + 1).toLocaleString("en")} tokens or more`
          : "Tokens before the caret, of those that the model can see";
    },
  };
}

/** The spaces before the caret that follow other text: the next token would begin with its own. */
function trailingSpace(state) {
  const {head, empty} = state.selection.main;
  const line = state.doc.lineAt(head);
  const match = /\S( +)$/.exec(line.text.slice(0, head - line.from));
  return empty && match ? {from: head - match[1].length, to: head} : null;
}
