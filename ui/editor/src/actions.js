// What a person does with a suggestion. Each command returns whether there was one to act on.
import {EditorView} from "@codemirror/view";
import {candidates, ghostField, remaining, setGhost, settle} from "./ghost.js";

const PARTS = {
  all: text => text,
  line: text => /^\n?[^\n]*/.exec(text)[0],
  word: text => (/^\s*(?:\w+|[^\w\s]+)/.exec(text) ?? [text])[0],
};

/** Puts a part of the suggestion ("all", "line" or "word") into the document. */
export const accept = part => view => {
  const ghost = view.state.field(ghostField);
  const rest = remaining(ghost);
  if (!rest || view.state.readOnly) return false;
  const text = PARTS[part](rest);
  const pos = ghost.pos + text.length;
  view.dispatch({
    changes: {from: ghost.pos, insert: text},
    selection: {anchor: pos},
    effects: setGhost.of(settle({...ghost, pos, typed: ghost.typed + text})),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
  return true;
};

/** Takes the suggestion away. */
export const dismiss = view => {
  if (!view.state.field(ghostField)) return false;
  view.dispatch({effects: setGhost.of(null)});
  return true;
};

/** Shows the next (1) or the previous (-1) alternative. */
export const cycle = step => view => {
  const ghost = view.state.field(ghostField);
  if (!ghost) return false;
  const fitting = candidates(ghost);
  if (fitting.length > 1) {
    const at = fitting.indexOf(ghost.active);
    const active = fitting[(at + step + fitting.length) % fitting.length];
    view.dispatch({effects: setGhost.of({...ghost, active})});
  }
  return true;
};

/**
 * Typing the suggestion's own next characters inserts them as they are: bracket closing would add a second bracket
 * after the caret, and the rest would no longer fit.
 */
export const typeThrough = EditorView.inputHandler.of((view, from, to, text) => {
  const ghost = view.state.field(ghostField);
  if (!ghost || from !== to || from !== ghost.pos || !remaining(ghost).startsWith(text)) return false;
  view.dispatch({
    changes: {from, insert: text},
    selection: {anchor: from + text.length},
    userEvent: "input.type",
    scrollIntoView: true,
  });
  return true;
});

/** Enter, where the suggestion goes on with a new line: its indentation comes with it. */
export const enterThrough = view => {
  const ghost = view.state.field(ghostField);
  const match = /^\n[ \t]*/.exec(remaining(ghost));
  if (!match) return false;
  view.dispatch({
    changes: {from: ghost.pos, insert: match[0]},
    selection: {anchor: ghost.pos + match[0].length},
    userEvent: "input.type",
    scrollIntoView: true,
  });
  return true;
};
