// What a person does with a suggestion. Each command returns whether there was one to act on.
import {EditorView} from "@codemirror/view";
import {candidates, ghostField, remaining, setGhost, settle} from "./ghost.js";
import {addSegment} from "./segments.js";

const PARTS = {
  all: text => text,
  line: text => /^\n?[^\n]*/.exec(text)[0],
  word: text => (/^\s*(?:\w+|[^\w\s]+)/.exec(text) ?? [text])[0],
};

/** Puts the first `length` units of the suggestion into the document, and notes whose they are. */
function take(view, ghost, length, userEvent) {
  const text = remaining(ghost).slice(0, length);
  const pos = ghost.pos + length;
  const from = {id: ghost.id, choice: ghost.active, offset: ghost.typed.length, from: ghost.pos, to: pos};
  view.dispatch({
    changes: {from: ghost.pos, insert: text},
    selection: {anchor: pos},
    effects: [setGhost.of(settle({...ghost, pos, typed: ghost.typed + text})), addSegment.of(from)],
    userEvent,
    scrollIntoView: true,
  });
  return true;
}

/** Puts a part of the suggestion ("all", "line" or "word") into the document. */
export const accept = part => view => {
  const ghost = view.state.field(ghostField);
  const rest = remaining(ghost);
  if (!rest || view.state.readOnly) return false;
  return take(view, ghost, PARTS[part](rest).length, "input.complete");
};

/** Shows the alternative `index` and accepts all of it. */
export function acceptChoice(view, index) {
  const ghost = view.state.field(ghostField);
  if (!ghost?.choices[index]) return false;
  view.dispatch({effects: setGhost.of({...ghost, active: index})});
  view.focus();
  return accept("all")(view);
}

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
  return take(view, ghost, text.length, "input.type");
});

/** Enter, where the suggestion goes on with a new line: its indentation comes with it. */
export const enterThrough = view => {
  const ghost = view.state.field(ghostField);
  const match = /^\n[ \t]*/.exec(remaining(ghost));
  return match ? take(view, ghost, match[0].length, "input.type") : false;
};
