// One editor: the text, the suggestion at the caret, and the strip under it.
import {EditorState} from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import {history} from "@codemirror/commands";
import {bracketMatching, foldGutter, indentOnInput, indentUnit} from "@codemirror/language";
import {closeBrackets} from "@codemirror/autocomplete";
import {highlightSelectionMatches} from "@codemirror/search";
import {python} from "@codemirror/lang-python";
import {accept, acceptChoice, cycle, dismiss, typeThrough} from "./actions.js";
import {analysis, legend} from "./analysis.js";
import {announcer} from "./announce.js";
import {footer} from "./footer.js";
import {edge, ghostField, quiet, remaining, setGhost, settle} from "./ghost.js";
import {imports} from "./imports.js";
import {keys} from "./keymap.js";
import {redoPrediction, undoPrediction} from "./predictions.js";
import {typedOverQuotes} from "./quotes.js";
import {segmentField} from "./segments.js";
import {theming} from "./theme.js";

const AUTO_DELAY_MS = 350;
const REMEMBERED_PROMPTS = 20;
// Changes by the page's own commands: nobody typed.
const OWN_EVENTS = ["delete.prediction", "input.prediction", "input.branch"];

/** Scrolls a growing suggestion into view as long as the caret stays in view with it. */
function reveal(view) {
  view.requestMeasure({
    key: reveal,
    read() {
      const dom = view.dom.querySelector(".cm-ghost");
      const ghost = dom && edge(dom, -1);
      const caret = view.coordsAtPos(view.state.selection.main.head, -1);
      if (!ghost || !caret) return 0;
      const box = view.scrollDOM.getBoundingClientRect();
      return Math.max(0, Math.min(ghost.bottom - box.bottom + 8, caret.top - box.top - 8));
    },
    write(by) {
      if (by) view.scrollDOM.scrollTop += by;
    },
  });
}

/**
 * @param {HTMLElement} parent
 * @param {object} options
 * @param {string} options.doc
 * @param {number} [options.cursor]  where the caret is at first; at the end unless told otherwise
 * @param {string} options.label     the accessible name
 * @param {string} options.hint      placeholder
 * @param {string} [options.action]  what Ctrl+Enter does, where it does not complete: no suggestion then
 * @param {(asked: {id: string, pos: number, kind: "manual" | "auto" | "again"}) => void} options.onRequest
 * @param {(id: string) => void} options.onAbandon  a running request's suggestion is gone
 * @param {() => void} options.onEdit
 */
export function createEditor(parent, {doc, cursor, label, hint, action, onRequest, onAbandon, onEdit}) {
  const theme = theming();
  const announce = announcer();
  const hintId = `phi-hint-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const options = {auto: false};
  const listeners = {ghost: [], finish: []};
  const prompts = new Map();
  const redone = [];
  const card = imports();
  const thinking = analysis(() => request("manual"));
  let timer = 0;
  let strip = null;

  function request(kind) {
    clearTimeout(timer);
    const pos = view.state.selection.main.head;
    if (action) {
      onRequest({id: "", pos, kind});
      return "";
    }
    const id = Array.from(crypto.getRandomValues(new Uint32Array(2)), n => n.toString(36)).join("");
    const ghost = {id, pos, choices: [], active: 0, typed: "", live: true};
    view.dispatch({
      selection: {anchor: pos},
      effects: setGhost.of(ghost),
      annotations: quiet.of(true),
    });
    prompts.set(id, {text: view.state.doc.toString(), cursor: pos});
    if (prompts.size > REMEMBERED_PROMPTS) prompts.delete(prompts.keys().next().value);
    onRequest({id, pos, kind});
    return id;
  }

  /** Draws anew what is suggested, or what was accepted last at the caret. */
  function regenerate() {
    const last = view.state.field(segmentField).at(-1);
    if (!dismiss(view) && last?.to === view.state.selection.main.head) undoPrediction(view, []);
    request("again");
    return true;
  }

  /** Accepts what is suggested and asks for what follows. */
  function goOn() {
    accept("all")(view);
    request("manual");
    return true;
  }

  function onUpdate(update) {
    const before = update.startState.field(ghostField);
    const after = update.state.field(ghostField);
    const told = update.transactions.some(tr => tr.annotation(quiet));
    if (before?.live && after?.id !== before.id && !told) onAbandon(before.id);
    if (before !== after) {
      for (const listener of listeners.ghost) listener(after);
      const choice = after?.choices[after.active];
      if (choice) announce.lines(`${after.id}/${after.active}`, choice.text, !after.live);
    }
    if (before !== after || update.docChanged || update.selectionSet) strip?.update(update.state);
    if (!update.docChanged) return;
    onEdit();
    clearTimeout(timer);
    const byHand = update.transactions.some(
      tr =>
        (tr.isUserEvent("input") || tr.isUserEvent("delete")) &&
        !OWN_EVENTS.some(event => tr.isUserEvent(event)),
    );
    if (byHand) redone.length = 0;
    if (options.auto && byHand && !after) timer = setTimeout(() => request("auto"), AUTO_DELAY_MS);
  }

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc,
      selection: {anchor: Math.min(cursor ?? doc.length, doc.length)},
      extensions: [
        keys({
          complete: () => request("manual"),
          goOn,
          regenerate,
          undoPrediction: () => undoPrediction(view, redone),
          redoPrediction: () => redoPrediction(view, redone),
          inspect: () => thinking.inspect(view),
        }),
        typeThrough,
        ghostField,
        segmentField,
        card.extension,
        thinking.extension,
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        foldGutter(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        EditorView.lineWrapping,
        bracketMatching(),
        typedOverQuotes, // before the brackets, which would take them all
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        placeholder(hint),
        python(),
        theme.extension,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-describedby": hintId,
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of(onUpdate),
      ],
    }),
  });
  strip = footer(view, hintId, action);
  strip.update(view.state);
  parent.append(legend(), card.dom, strip.dom, announce.dom);
  const unfollow = theme.follow(view);

  return {
    view,
    text: () => view.state.doc.toString(),
    cursor: () => view.state.selection.main.head,
    ghost: () => remaining(view.state.field(ghostField)),
    running: () => Boolean(view.state.field(ghostField)?.live),
    request,
    accept: part => accept(part)(view),
    dismiss: () => dismiss(view),
    acceptChoice: index => acceptChoice(view, index),
    cycle: step => cycle(step)(view),
    goOn,
    regenerate,
    undoPrediction: () => undoPrediction(view, redone),
    redoPrediction: () => redoPrediction(view, redone),
    /** Calls a function with each new suggestion ("ghost"), or with each finished one ("finish"). */
    on: (event, listener) => listeners[event].push(listener),
    /** Keeps what has come, and says which request it was that still ran. */
    halt() {
      const ghost = view.state.field(ghostField);
      if (!ghost?.live) return null;
      const choices = ghost.choices.map(choice => ({...choice, done: true}));
      view.dispatch({
        effects: setGhost.of(settle({...ghost, choices, live: false})),
        annotations: quiet.of(true),
      });
      return ghost.id;
    },
    /** Takes what the server has sent of request `id` so far. */
    feed({id, choices, done, made}) {
      const analysed = done && choices.some(({tokens}) => tokens?.length);
      if (analysed) thinking.add(view, {id, choices: choices.map(({tokens}) => tokens ?? [])});
      const ghost = view.state.field(ghostField);
      const current = ghost?.live && ghost.id === id;
      const next = current ? settle({...ghost, choices, live: !done}) : null;
      if (current) view.dispatch({effects: setGhost.of(next), annotations: quiet.of(done)});
      if (done && choices.length) {
        const active = next?.active ?? 0;
        const asked = prompts.get(id);
        const prompt = asked?.text.slice(0, asked.cursor) ?? "";
        const finished = {id, asked, prompt, text: choices[active].text, choices, active, made};
        for (const listener of listeners.finish) listener(finished);
      }
      if (next) reveal(view);
    },
    /** Shows a text as a finished suggestion at the caret. */
    suggest(text) {
      const pos = view.state.selection.main.head;
      const choices = [{text, done: true}];
      const ghost = {id: "shared", pos, choices, active: 0, typed: "", live: false};
      view.dispatch({effects: setGhost.of(settle(ghost)), annotations: quiet.of(true)});
    },
    setDoc(text, cursor) {
      const length = view.state.doc.length;
      const insert = view.state.toText(text);
      view.dispatch({
        changes: {from: 0, to: length, insert},
        selection: {anchor: Math.min(cursor ?? insert.length, insert.length)},
        effects: setGhost.of(null),
        scrollIntoView: true,
      });
    },
    setModel: model => card.set(view, model),
    setOption(name, value) {
      options[name] = value;
      if (name === "auto" && !value) clearTimeout(timer);
      if (name === "colour") {
        thinking.colour(view, value);
        parent.classList.toggle("phi-coloured", value);
      }
    },
    measure: meter => strip.measure(meter),
    focus: () => view.focus(),
    destroy() {
      clearTimeout(timer);
      unfollow();
      view.destroy();
    },
  };
}

