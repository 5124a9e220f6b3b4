// What the model's card warns about: a note under the text, and the completed imports that it asks people to verify.
import {syntaxTree} from "@codemirror/language";
import {StateEffect, StateField} from "@codemirror/state";
import {Decoration, EditorView} from "@codemirror/view";
import {make} from "./dom.js";
import {segmentField} from "./segments.js";

/**
 * @typedef {{note: string, imports: string[] | null}} Model  `imports` are the packages that need no verifying
 * @typedef {{from: number, to: number, name: string}} Import
 */

// A directive to the parser, not a package.
const NO_PACKAGE = "__future__";
const setModel = StateEffect.define();

const modelField = StateField.define({
  create: () => ({note: "", imports: null}),
  update(value, tr) {
    for (const effect of tr.effects) if (effect.is(setModel)) value = effect.value;
    return value;
  },
});

/** The packages that an import statement names, and where. */
export function packagesOf(statement) {
  const from = /^from\s+(\.*)\s*(\w*)/.exec(statement);
  if (from) return from[1] || !from[2] ? [] : [{name: from[2], at: from[0].length - from[2].length}];
  const found = [];
  const names = /^import\b/.test(statement) ? statement.matchAll(/(?:^import\s+|,\s*(?:\\\s*)?)(\w+)/g) : [];
  for (const match of names) found.push({name: match[1], at: match.index + match[0].length - match[1].length});
  return found;
}

/** @returns {Import[]} the imports in completed text of packages that the model was not tuned on */
function foreign(state) {
  const {imports} = state.field(modelField);
  const segments = state.field(segmentField);
  if (!imports || !segments.length) return [];
  const found = [];
  syntaxTree(state).iterate({
    enter(node) {
      if (node.name !== "ImportStatement") return;
      for (const {name, at} of packagesOf(state.sliceDoc(node.from, node.to))) {
        const from = node.from + at;
        const to = from + name.length;
        const completed = segments.some(segment => segment.from < to && from < segment.to);
        if (completed && name !== NO_PACKAGE && !imports.includes(name)) found.push({from, to, name});
      }
    },
  });
  return found;
}

const title = name => `The model was not tuned on ${name}: verify every use of it`;

const foreignField = StateField.define({
  create: () => ({found: [], marks: Decoration.none}),
  update(value, tr) {
    const same =
      [modelField, segmentField].every(field => tr.startState.field(field) === tr.state.field(field)) &&
      syntaxTree(tr.startState) === syntaxTree(tr.state);
    if (same) return value;
    const found = foreign(tr.state);
    const marks = found.map(({from, to, name}) =>
      Decoration.mark({class: "phi-import", attributes: {title: title(name)}}).range(from, to),
    );
    return {found, marks: Decoration.set(marks, true)};
  },
  provide: field => EditorView.decorations.from(field, ({marks}) => marks),
});

/** The note, in which each marked import is a button that leads to it. */
export function imports() {
  const text = make("span", {});
  const list = make("span", {class: "phi-note-imports", role: "status"});
  const dom = make("div", {class: "phi-note", role: "note", "aria-label": "About the model"}, text, list);
  dom.hidden = true;
  let shown = "";

  function show(view) {
    const {note} = view.state.field(modelField);
    const {found} = view.state.field(foreignField);
    const names = [...new Set(found.map(({name}) => name))];
    const now = JSON.stringify([note, names]);
    if (now === shown) return;
    shown = now;
    text.textContent = note;
    dom.hidden = !note;
    list.replaceChildren(...(names.length ? ["Verify: "] : []), ...names.map(name => button(view, name)));
  }

  function button(view, name) {
    const element = make("button", {type: "button", title: title(name)}, name);
    element.addEventListener("click", () => {
      const place = view.state.field(foreignField).found.find(each => each.name === name);
      if (!place) return;
      view.dispatch({selection: {anchor: place.from, head: place.to}, scrollIntoView: true});
      view.focus();
    });
    return element;
  }

  return {
    dom,
    extension: [
      modelField,
      foreignField,
      EditorView.updateListener.of(({view}) => show(view)),
    ],
    /** @param {Model} model */
    set: (view, {note, imports: known}) => view.dispatch({effects: setModel.of({note, imports: known})}),
  };
}
