// The bridge to Gradio: `window.PhiEditor`, which the components' js_on_load calls.
import {LOST, connection} from "./connection.js";
import {keepDraft, takeDraft} from "./draft.js";
import {createEditor} from "./editor.js";
import {createExamples} from "./examples.js";
import {growing} from "./growing.js";
import {createHistory, remember} from "./history.js";
import {mountModels} from "./models.js";
import {createPanel} from "./panel.js";
import {createProgram} from "./program.js";
import {createShare} from "./share.js";
import {showShortcuts} from "./shortcuts.js";
import {createSpans} from "./spans.js";
import {createStatus} from "./status.js";
import {keep, recall} from "./storage.js";
import {toCharacters, toUnits, wellFormed} from "./text.js";

const FLUSH_MS = 250;
const editors = new Map();
const waiting = new Map();
const lines = new Map(); // of status, by editor
let shareMounted;
const shareBar = new Promise(resolve => (shareMounted = resolve));

/**
 * Mounts an editor in a Gradio component. The browser owns the component's value {text, cursor, request, kind};
 * the server sets it only to load a text.
 */
function mountEditor({element, props, watch, submit, ask, stop, edited}) {
  const value = () => props.value ?? {text: "", cursor: 0};
  let mine = JSON.stringify(value()); // an echo of it must not take away what was typed meanwhile
  let timer = 0;
  let asked = null; // a request that the controls' values are still to be sent with
  let edits = 0;

  /** Lets the prompt be measured; an answer may come after that to a later edit. */
  function measure() {
    const text = wellFormed(editor.text().slice(0, editor.cursor()));
    edited({before: text, n: ++edits});
  }

  function flush(request = "", kind = "") {
    clearTimeout(timer);
    const text = wellFormed(editor.text());
    const next = {text, cursor: toCharacters(text, editor.cursor()), request, kind};
    mine = JSON.stringify(next);
    props.value = next;
  }
  const editor = createEditor(element.querySelector(".phi-editor"), {
    doc: value().text,
    cursor: toUnits(value().text, value().cursor),
    label: props.name,
    hint: props.hint,
    action: props.action,
    onRequest({id, kind}) {
      heard();
      flush(id, kind); // which also ends the wait for a pause, after which the prompt would be measured
      asked = JSON.parse(mine);
      submit();
      measure();
    },
    onAbandon: id => stop({id}),
    onEdit() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        flush();
        measure();
      }, FLUSH_MS);
    },
  });
  const {heard} = connection({
    url: `${(window.gradio_config?.root ?? "").replace(/[/]+$/, "")}/health`,
    running: editor.running,
    lost() {
      editor.halt();
      // Gradio will reload the page; the link that it once came from would take the place of what is there now.
      if (location.hash.startsWith("#phi=")) history.replaceState(history.state, "", location.pathname + location.search);
      lines.get(props.editor)?.show({state: "error", message: LOST});
    },
  });
  watch("value", () => {
    if (JSON.stringify(props.value) === mine) return;
    const {text, cursor} = value();
    editor.setDoc(text, cursor == null ? null : toUnits(text, cursor));
    flush();
    measure();
  });
  const named = {
    ...editor,
    feed(value) {
      heard();
      editor.feed(value);
    },
    /** Sends the newest request, with the values of the page's controls. */
    send(values) {
      if (asked) ask({...asked, values});
      asked = null;
    },
    measure(meter) {
      if ((meter.n ?? edits) === edits) editor.measure(meter);
    },
    complete() {
      if (!props.action) editor.focus();
      return editor.request("manual");
    },
    goOn() {
      editor.focus();
      return editor.goOn();
    },
    stop() {
      const id = editor.halt();
      if (id) stop({id});
    },
    /** Opens a text as a person would: it can be undone. */
    load(text) {
      editor.setDoc(text, null);
      editor.focus();
    },
  };
  keepDraft(props.editor, () => ({text: editor.text(), cursor: editor.cursor()}));
  const draft = takeDraft(props.editor);
  if (draft) {
    editor.setDoc(draft.text, draft.cursor);
    flush();
  }
  editors.set(props.editor, named);
  // Not the list's business: Gradio mounts that only once it is opened.
  editor.on("finish", ({prompt, text}) => remember(prompt, text));
  for (const mount of waiting.get(props.editor) ?? []) mount(named);
  measure();
}

/** Calls `mount` with the editor called `name`, now or once it is there. */
function withEditor(name, mount) {
  if (editors.has(name)) mount(editors.get(name));
  else waiting.set(name, [...(waiting.get(name) ?? []), mount]);
}

/** Mounts the channel in which the server sends suggestions. */
function mountGhost({props, watch}) {
  const read = growing();
  watch("value", () => {
    const value = read(props.value ?? "");
    if (value) withEditor(props.editor, editor => editor.feed(value));
  });
}

/** Mounts the channel for the prompt's length: {tokens, limit}. */
function mountMeter({props, watch}) {
  watch("value", () => {
    if (props.value?.limit) withEditor(props.editor, editor => editor.measure(props.value));
  });
}

function mountExamples({element, props}) {
  withEditor(props.editor, editor => {
    createExamples(element.querySelector(".phi-examples"), props.items, editor);
  });
}

function mountPanel({element, props}) {
  withEditor(props.editor, editor => {
    editor.on("ghost", createPanel(element.querySelector(".phi-panel"), editor));
  });
}

function mountProgram({element, props, watch}) {
  const program = createProgram(element.querySelector(".phi-program"));
  const show = () => program.show(JSON.parse(JSON.stringify(props.value ?? {})));
  watch("value", show);
  show();
}

function mountHistory({element, props}) {
  withEditor(props.editor, editor => {
    editor.on("finish", createHistory(element.querySelector(".phi-history"), editor));
  });
}

function mountShare({element, props, watch, ask, opened}) {
  withEditor(props.editor, editor => {
    // Gradio's properties are live proxies.
    const {fields, address, frame, gallery} = JSON.parse(JSON.stringify(props));
    const parent = element.querySelector(".phi-share");
    const share = createShare(parent, {fields, address, frame, gallery}, editor, ask, opened);
    const model = () => props.value?.name && share.model(JSON.parse(JSON.stringify(props.value)));
    watch("value", model);
    model();
    shareMounted(share);
  });
}

/** Opens the link in the page's address; gives the controls' updates, which change nothing where there is none. */
const openLink = async () => (await shareBar).open();

/** Shows the link to what is there, with the controls' values. */
const shareWith = async values => (await shareBar).controls(values);

/** The seed that a program should say where the page's box is blank. */
const usedSeed = async () => (await shareBar).seed();

/** Mounts a value that this browser keeps. */
function mountKept({props, watch, recalled}) {
  watch("value", () => keep(props.storage_key, props.value));
  const value = recall(props.storage_key);
  if (value) {
    props.value = value;
    recalled();
  }
}

function mountStatus({element, props, watch}) {
  const status = createStatus(element.querySelector(".phi-status"));
  if (props.editor) lines.set(props.editor, status);
  status.show(props.value);
  watch("value", () => status.show(props.value));
}

/** Mounts what shows a text in coloured pieces: {pieces, labels}. */
function mountSpans({element, props, watch}) {
  const spans = createSpans(element.querySelector(".phi-labelled"));
  const show = () => spans.show(JSON.parse(JSON.stringify(props.value ?? {})));
  watch("value", show);
  show();
}

window.PhiEditor = {
  get: name => editors.get(name),
  mountEditor,
  mountExamples,
  mountGhost,
  mountHistory,
  mountKept,
  mountModels: options => mountModels(options, withEditor),
  mountMeter,
  mountPanel,
  mountProgram,
  mountShare,
  mountSpans,
  mountStatus,
  openLink,
  shareWith,
  showShortcuts,
  usedSeed,
};

// For an <iframe> in somebody's page: the editor and what it completes, nothing else.
if (new URLSearchParams(location.search).get("embed") === "1") {
  document.documentElement.classList.add("phi-embed");
}
