// What the model was thinking: each written token's probability as a colour, and its alternatives on demand.
import {StateEffect, StateField} from "@codemirror/state";
import {Decoration, EditorView, hoverTooltip, showTooltip} from "@codemirror/view";
import {make} from "./dom.js";
import {segmentAt, segmentField} from "./segments.js";

/**
 * @typedef {object} Token
 * @property {number} start    in UTF-16 units of the alternative's text
 * @property {number} end
 * @property {number} logprob  under the model's own distribution
 * @property {[string, number][]} top      its likeliest tokens
 * @property {[string, number][]} sampler  the likeliest after penalties, temperature and filters
 * @property {(string | null)[]} by        for each of `top`, the filter that removed it
 * @property {[string, number][]} removed  how many tokens each filter removed, in their order
 */

const KEPT = 50;
// Upper ends of the probability classes; from a blue to an orange that colour-blind people tell apart.
export const CLASSES = [0.05, 0.2, 0.5, 0.8, 1];

const addAnalysis = StateEffect.define(); // {id, choices: Token[][]}
const setColour = StateEffect.define();
const setInspected = StateEffect.define(); // a position, or null

const analysisField = StateField.define({
  create: () => ({byId: new Map(), colour: false}),
  update(value, tr) {
    for (const effect of tr.effects) {
      if (effect.is(setColour)) value = {...value, colour: effect.value};
      if (!effect.is(addAnalysis)) continue;
      const kept = [...value.byId].slice(1 - KEPT);
      value = {...value, byId: new Map([...kept, [effect.value.id, effect.value.choices]])};
    }
    return value;
  },
});

export const probabilityClass = logprob => {
  const p = Math.exp(logprob);
  return CLASSES.findIndex(limit => p <= limit + 1e-9);
};

function decorate(state) {
  const {byId, colour} = state.field(analysisField);
  if (!colour) return Decoration.none;
  const marks = [];
  for (const {id, choice, offset, from, to} of state.field(segmentField)) {
    for (const token of byId.get(id)?.[choice] ?? []) {
      const start = Math.max(from, from + token.start - offset);
      const end = Math.min(to, from + token.end - offset);
      if (start < end) marks.push(Decoration.mark({class: `phi-p${probabilityClass(token.logprob)}`}).range(start, end));
    }
  }
  return Decoration.set(marks, true);
}

const colourField = StateField.define({
  create: () => Decoration.none,
  update(marks, tr) {
    const changed = [analysisField, segmentField].some(
      field => tr.startState.field(field) !== tr.state.field(field),
    );
    return changed ? decorate(tr.state) : marks.map(tr.changes);
  },
  provide: field => EditorView.decorations.from(field),
});

/** The token at a position, with where it and its completion lie in the document. */
export function tokenAt(state, pos) {
  const segment = segmentAt(state, pos);
  const tokens = segment && state.field(analysisField).byId.get(segment.id)?.[segment.choice];
  if (!tokens) return null;
  const at = pos - segment.from + segment.offset;
  const token = tokens.find(({start, end}) => start <= at && at < end);
  if (!token) return null;
  const place = unit => Math.min(segment.to, Math.max(segment.from, segment.from + unit - segment.offset));
  return {token, from: place(token.start), to: place(token.end), end: segment.to};
}

/** A token's text with its white space made visible. */
export const visible = text =>
  text.replace(/ /g, "\u00b7").replace(/\n/g, "\u23ce").replace(/\t/g, "\u21e5") || "(end of text)";

const percent = logprob => {
  const p = 100 * Math.exp(logprob);
  return p >= 10 ? `${p.toFixed(0)} %` : p >= 0.1 ? `${p.toFixed(1)} %` : "< 0.1 %";
};

/** A list of tokens, with the filter that removed one where that is known. */
function column(title, rows, taken, branch, by = []) {
  const list = make("ol", {"aria-label": title});
  rows.forEach(([text, logprob], index) => {
    const button = make(
      "button",
      {type: "button", title: "Continue from here with this token"},
      make("code", {}, visible(text)),
      make("span", {}, percent(logprob)),
    );
    if (by[index]) {
      button.setAttribute("data-removed", "");
      button.title = `Removed: ${by[index]}. Continue from here with it all the same`;
      button.append(make("small", {}, by[index]));
    }
    if (text === taken) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => branch(text));
    list.append(make("li", {}, button));
  });
  return make("div", {}, make("p", {}, title), list);
}

/** How many tokens of the vocabulary each filter removed at this step. */
function filters(removed) {
  const rows = removed.flatMap(([name, count]) => [make("dt", {}, name), make("dd", {}, count.toLocaleString("en"))]);
  return make(
    "div",
    {class: "phi-removed"},
    make("p", {}, removed.length ? "Removed here, each from what the one before left" : "No filter removed a token here"),
    make("dl", {}, ...rows),
  );
}

function card(view, found, onBranch) {
  const {token, from, end} = found;
  const taken = view.state.sliceDoc(found.from, found.to);
  const branch = text => {
    view.dispatch({
      changes: {from, to: end, insert: text},
      selection: {anchor: from + text.length},
      effects: setInspected.of(null),
      userEvent: "input.branch",
    });
    view.focus();
    onBranch();
  };
  return make(
    "div",
    {class: "phi-token", role: "dialog", "aria-label": "Token"},
    make("p", {class: "phi-token-head"}, make("code", {}, visible(taken)), ` ${percent(token.logprob)}`),
    make(
      "div",
      {class: "phi-token-columns"},
      column("The model's own", token.top, taken, branch, token.by),
      column("After the samplers", token.sampler, taken, branch),
    ),
    filters(token.removed ?? []),
  );
}

/** The classes' colours with their limits. */
export function legend() {
  const parts = CLASSES.map((limit, index) => {
    const lower = index ? `${100 * CLASSES[index - 1]}\u2013` : "under ";
    return make("span", {class: `phi-p${index}`}, `${lower}${100 * limit} %`);
  });
  return make("div", {class: "phi-legend", "aria-label": "Colours of the probabilities", role: "note"}, "Probability:", ...parts);
}

/** @param {() => void} onBranch asks for a completion at the caret */
export function analysis(onBranch) {
  const tooltip = (view, pos) => {
    const found = tokenAt(view.state, pos);
    if (!found) return null;
    return {pos: found.from, end: found.to, above: true, create: () => ({dom: card(view, found, onBranch)})};
  };
  const inspected = StateField.define({
    create: () => null,
    update(value, tr) {
      for (const effect of tr.effects) if (effect.is(setInspected)) return effect.value;
      return tr.docChanged || tr.selection ? null : value;
    },
    provide: field =>
      showTooltip.from(field, value =>
        value === null
          ? null
          : {
              ...value,
              above: true,
              create(view) {
                const dom = card(view, value.found, onBranch);
                dom.addEventListener("keydown", event => {
                  if (event.key !== "Escape") return;
                  event.stopPropagation();
                  view.dispatch({effects: setInspected.of(null)});
                  view.focus();
                });
                return {dom, mount: () => dom.querySelector("button")?.focus()};
              },
            },
      ),
  });
  return {
    extension: [analysisField, colourField, hoverTooltip(tooltip, {hoverTime: 250}), inspected],
    /** Opens the card of the token at the caret, or before it, with the focus inside. */
    inspect(view) {
      const head = view.state.selection.main.head;
      const found = tokenAt(view.state, head) ?? tokenAt(view.state, head - 1);
      if (!found) return false;
      view.dispatch({effects: setInspected.of({pos: found.from, end: found.to, found})});
      return true;
    },
    add: (view, value) => view.dispatch({effects: addAnalysis.of(value)}),
    colour: (view, on) => view.dispatch({effects: setColour.of(on)}),
  };
}
