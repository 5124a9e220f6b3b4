// The suggestion: text that is shown at the caret and is no part of the document until it is accepted.
import {Annotation, StateEffect, StateField} from "@codemirror/state";
import {Decoration, EditorView, WidgetType} from "@codemirror/view";

/**
 * @typedef {{text: string, done: boolean}} Choice
 * @typedef {object} Ghost
 * @property {string} id        the request that it belongs to
 * @property {number} pos       where the rest of it is shown: always the caret
 * @property {Choice[]} choices the alternatives, each as far as it has come
 * @property {number} active    the alternative that is shown
 * @property {string} typed     what of it is in the document already, typed through or accepted
 * @property {boolean} live     whether the server still sends
 */

/** Sets the suggestion; null takes it away. */
export const setGhost = StateEffect.define();

/** Marks a transaction that ends a suggestion of which the server need not be told. */
export const quiet = Annotation.define();

/** Whether a choice can still continue what is typed; a running one may be behind the typing. */
const fits = (choice, typed) =>
  choice.text.startsWith(typed) || (!choice.done && typed.startsWith(choice.text));

/** The part of the shown alternative that is not in the document yet. */
export function remaining(ghost) {
  const choice = ghost?.choices[ghost.active];
  return choice && choice.text.startsWith(ghost.typed) ? choice.text.slice(ghost.typed.length) : "";
}

/** Indices of the alternatives that continue what is typed, each different rest once. */
export function candidates(ghost) {
  const seen = new Set();
  return ghost.choices.flatMap((choice, index) => {
    const rest = choice.text.slice(ghost.typed.length);
    if (!fits(choice, ghost.typed) || !rest || seen.has(rest)) return [];
    seen.add(rest);
    return [index];
  });
}

/** The ghost with an alternative that fits what is typed, or null where there is none left. */
export function settle(ghost) {
  const {choices, typed, live} = ghost;
  let active = ghost.active;
  if (!(choices[active] && fits(choices[active], typed))) {
    active = choices.findIndex(choice => fits(choice, typed));
    if (active < 0) {
      if (choices.length || !live) return null;
      active = 0;
    }
  }
  const settled = {...ghost, active};
  return remaining(settled) || live ? settled : null;
}

/** What an edit leaves of the suggestion: typing through it and taking that back keep it. */
function afterEdit(ghost, tr) {
  let edit = null;
  let edits = 0;
  tr.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    edits++;
    edit = {from, to, inserted: inserted.toString()};
  });
  if (edits !== 1 || edit.to !== ghost.pos) return null;
  const removed = edit.to - edit.from;
  if (removed > ghost.typed.length) return null;
  const typed = ghost.typed.slice(0, ghost.typed.length - removed) + edit.inserted;
  const pos = edit.from + edit.inserted.length;
  return tr.newSelection.main.head === pos ? settle({...ghost, typed, pos}) : null;
}

/** Where a suggestion's first (0) or last (-1) character is; all lines of a long one would have to be measured otherwise. */
export function edge(dom, index) {
  const text = dom.firstChild;
  if (!text?.length) return null;
  const range = document.createRange();
  const at = index < 0 ? text.length + index : index;
  range.setStart(text, at);
  range.setEnd(text, at + 1);
  return range.getClientRects()[0] ?? null;
}

class GhostWidget extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }
  eq(other) {
    return other.text === this.text;
  }
  toDOM() {
    const span = document.createElement("span");
    span.className = "cm-ghost";
    // Announced by line through the live region; here a screen reader would spell it with the document.
    span.setAttribute("aria-hidden", "true");
    span.textContent = this.text;
    return span;
  }
  updateDOM(dom) {
    const shown = dom.firstChild;
    // Only what is new: the browser then keeps the lines that it has laid out.
    if (shown && this.text.startsWith(shown.data)) shown.appendData(this.text.slice(shown.data.length));
    else dom.textContent = this.text;
    return true;
  }
  coordsAt(dom) {
    const rect = edge(dom, 0);
    return rect && {left: rect.left, right: rect.left, top: rect.top, bottom: rect.bottom};
  }
  get lineBreaks() {
    let count = 0;
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) count++;
    return count;
  }
  ignoreEvent() {
    return false;
  }
}

export const ghostField = StateField.define({
  create: () => null,
  update(ghost, tr) {
    for (const effect of tr.effects) if (effect.is(setGhost)) return effect.value;
    if (!ghost) return null;
    if (tr.docChanged) return afterEdit(ghost, tr);
    if (tr.selection && tr.newSelection.main.head !== ghost.pos) return null;
    return ghost;
  },
  provide: field =>
    EditorView.decorations.from(field, ghost => {
      const text = remaining(ghost);
      if (!text) return Decoration.none;
      const widget = Decoration.widget({widget: new GhostWidget(text), side: 1});
      return Decoration.set([widget.range(ghost.pos)]);
    }),
});
