// A modal dialog: the browser keeps the focus in it, closes it with Escape, and gives the focus back.
import {make} from "./dom.js";

let dialogs = 0;

/** @returns {HTMLDialogElement} with its title above and a Close button below what is in it */
export function createDialog(parent, title, ...content) {
  const id = `phi-dialog-${++dialogs}`;
  const dialog = make(
    "dialog",
    {class: "phi-dialog", "aria-labelledby": id},
    make("h2", {id}, title),
    ...content,
    make("form", {method: "dialog"}, make("button", {type: "submit"}, "Close")),
  );
  parent.append(dialog);
  return dialog;
}

/** Radio buttons with a name; `onChange` hears of each choice. */
export function createChoice(legend, options, onChange) {
  const name = `phi-choice-${++dialogs}`;
  const boxes = {};
  const labels = Object.entries(options).map(([value, text]) => {
    boxes[value] = make("input", {type: "radio", name, value});
    boxes[value].addEventListener("change", () => onChange(value));
    return make("label", {}, boxes[value], text);
  });
  const dom = make("fieldset", {class: "phi-choice"}, make("legend", {}, legend), ...labels);
  return {dom, boxes};
}
