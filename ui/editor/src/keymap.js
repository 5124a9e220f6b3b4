// Keys of the editor. Tab indents unless there is a suggestion; Esc and then Tab leaves the editor.
import {Prec} from "@codemirror/state";
import {EditorView, keymap} from "@codemirror/view";
import {defaultKeymap, historyKeymap, indentWithTab} from "@codemirror/commands";
import {closeBracketsKeymap} from "@codemirror/autocomplete";
import {foldKeymap} from "@codemirror/language";
import {searchKeymap} from "@codemirror/search";
import {accept, cycle, dismiss, enterThrough} from "./actions.js";

/** Esc with nothing to dismiss hands Tab back to the page until another key is pressed. */
const leaveByTab = view => {
  view.setTabFocusMode(true);
  return false;
};

const tabFocusEnds = EditorView.domEventHandlers({
  keydown(event, view) {
    if (!["Escape", "Tab", "Shift"].includes(event.key)) view.setTabFocusMode(false);
  },
  blur(_event, view) {
    view.setTabFocusMode(false);
  },
});

/** @param {Record<"complete" | "goOn" | "regenerate" | "undoPrediction" | "redoPrediction" | "inspect", () => unknown>} actions */
export function keys(actions) {
  const does = action => () => {
    action();
    return true;
  };
  return [
    tabFocusEnds,
    Prec.highest(
      keymap.of([
        {key: "Mod-Enter", run: does(actions.complete)},
        {key: "Shift-Mod-Enter", run: does(actions.goOn)},
        {key: "Alt-Enter", run: does(actions.regenerate)},
        {key: "Alt-Backspace", run: does(actions.undoPrediction), shift: does(actions.redoPrediction)},
        {key: "F2", run: does(actions.inspect)},
        {key: "Tab", run: accept("all"), shift: accept("line")},
        {key: "Mod-ArrowRight", run: accept("word")},
        {key: "Alt-]", run: cycle(1)},
        {key: "Alt-[", run: cycle(-1)},
        {key: "Enter", run: enterThrough},
        {key: "Escape", run: dismiss},
      ]),
    ),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      indentWithTab,
      {key: "Escape", run: leaveByTab},
    ]),
  ];
}
