// The list of keys, on `?` outside of text fields.
import {make} from "./dom.js";

const mac = /Mac|iP/.test(navigator.platform);
const mod = mac ? "\u2318" : "Ctrl+";

const KEYS = [
  [`${mod}Enter`, "Complete at the caret"],
  [`${mod}Shift+Enter`, "Continue: accept the suggestion and complete behind it"],
  ["Tab", "Accept the suggestion; indent where there is none"],
  ["Shift+Tab", "Accept its first line; outdent where there is none"],
  [`${mod}\u2192`, "Accept its next word"],
  ["Esc", "Dismiss the suggestion and stop; then Tab leaves the editor"],
  ["Alt+] and Alt+[", "Next and previous alternative"],
  ["Alt+Enter", "Another suggestion in place of this one"],
  ["Alt+Backspace", "Take the newest prediction back"],
  ["Alt+Shift+Backspace", "Put it in again"],
  ["F2", "Probabilities of the token at the caret"],
  [`${mod}Z`, "Undo"],
  [`${mod}F`, "Find"],
  ["?", "This list"],
];

let dialog = null;

export function showShortcuts() {
  if (!dialog) {
    const rows = KEYS.map(([key, does]) => make("tr", {}, make("th", {scope: "row"}, make("kbd", {}, key)), make("td", {}, does)));
    const close = make("button", {type: "submit", autofocus: ""}, "Close");
    dialog = make(
      "dialog",
      {class: "phi-shortcuts", "aria-labelledby": "phi-shortcuts-title"},
      make("h2", {id: "phi-shortcuts-title"}, "Keys"),
      make("table", {}, make("tbody", {}, ...rows)),
      make("form", {method: "dialog"}, close),
    );
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", event => {
  const field = event.target.closest?.("input, textarea, select, [contenteditable=true]");
  if (event.key !== "?" || field || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  showShortcuts();
});
