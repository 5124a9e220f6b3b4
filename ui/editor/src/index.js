// The bridge to Gradio: `window.PhiEditor`, which the components' js_on_load calls.
import {createEditor} from "./editor.js";
import {createStatus} from "./status.js";
import {toCharacters, toUnits, wellFormed} from "./text.js";

const FLUSH_MS = 250;
const editors = new Map();

/**
 * Mounts an editor in a Gradio component. The browser owns the component's value {text, cursor, request, kind};
 * the server sets it only to load a text.
 */
function mountEditor({element, props, watch, submit, stop}) {
  const value = () => props.value ?? {text: "", cursor: 0};
  let mine = "";
  let timer = 0;

  function flush(request = "", kind = "") {
    clearTimeout(timer);
    const text = wellFormed(editor.text());
    const next = {text, cursor: toCharacters(text, editor.cursor()), request, kind};
    mine = JSON.stringify(next);
    props.value = next;
  }
  const editor = createEditor(element.querySelector(".phi-editor"), {
    doc: value().text,
    label: props.name,
    hint: props.hint,
    onRequest({id, kind}) {
      flush(id, kind);
      submit();
    },
    onAbandon: id => stop({id}),
    onEdit() {
      clearTimeout(timer);
      timer = setTimeout(flush, FLUSH_MS);
    },
  });
  watch("value", () => {
    if (JSON.stringify(props.value) === mine) return;
    const {text, cursor} = value();
    editor.setDoc(text, cursor == null ? null : toUnits(text, cursor));
    flush();
  });
  editors.set(props.editor, {
    ...editor,
    complete() {
      editor.focus();
      return editor.request("manual");
    },
    stop() {
      const id = editor.halt();
      if (id) stop({id});
    },
  });
}

/** Mounts the channel in which the server sends suggestions: {id, choices, done}. */
function mountGhost({props, watch}) {
  watch("value", () => {
    if (props.value?.id) editors.get(props.editor)?.feed(props.value);
  });
}

function mountStatus({element, props, watch}) {
  const status = createStatus(element.querySelector(".phi-status"));
  status.show(props.value);
  watch("value", () => status.show(props.value));
}

window.PhiEditor = {get: name => editors.get(name), mountEditor, mountGhost, mountStatus};
