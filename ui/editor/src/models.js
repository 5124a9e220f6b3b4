// The heading, which says what the model is, and the panel behind it, where another is chosen.
import {make} from "./dom.js";

const POLL_MS = 4000;
const BUSY_POLL_MS = 400;

/**
 * @typedef {object} State  see `ui.models.facts.state`; `told` is for the one who asked alone
 * @property {string} digest
 * @property {string} about
 * @property {boolean} loaded
 * @property {{label: string, value: string}[]} facts
 * @property {string} note
 * @property {string[] | null} imports
 * @property {number} limit
 * @property {number} parameters
 * @property {number} version
 * @property {{model: string, message: string, share: number | null} | null} loading
 * @property {string | null} error
 * @property {string} [told]
 */

const percent = share => (share == null ? "" : `${Math.floor(100 * share)} %`);

function field(label, control, hint = "") {
  const id = `phi-model-${label.toLowerCase()}`;
  control.id = id;
  control.name = label.toLowerCase();
  const parts = [make("label", {for: id}, label), control];
  if (hint) {
    parts.push(make("small", {id: `${id}-hint`}, hint));
    control.setAttribute("aria-describedby", `${id}-hint`);
  }
  return make("div", {class: "phi-model-field"}, ...parts);
}

function select(first, values) {
  return make("select", {}, make("option", {value: ""}, first), ...values.map(value => make("option", {value}, value)));
}

/** The form in which a model is chosen. */
function form({known, folders, dtypes, quantizations, devices}, choose) {
  const list = make("datalist", {id: "phi-model-known"}, ...known.map(value => make("option", {value})));
  const model = make("input", {
    type: "text", list: list.id, autocomplete: "off", spellcheck: "false", autocapitalize: "off", maxlength: "300",
    placeholder: "such as microsoft/phi-1",
  });
  const hint = `org/name or org/name@revision of the Hugging Face hub${folders ? ", or a folder on the server" : ""}`;
  const load = make("button", {type: "submit", class: "phi-primary"}, "Load");
  const rows = [
    field("Model", model, hint),
    field("Dtype", select("As in the files", dtypes)),
    field("Quantization", select("None", quantizations)),
  ];
  if (devices.length > 1) rows.push(field("Device", select("The best there is", devices)));
  const dom = make("form", {class: "phi-model-form"}, list, ...rows, load);
  dom.addEventListener("submit", event => {
    event.preventDefault();
    choose(Object.fromEntries(new FormData(dom)));
  });
  return {dom, load};
}

/**
 * @param {HTMLElement} parent
 * @param {object} options  what the panel offers, and `title`, `locked`
 * @param {object} send     events to the server
 */
function createModels(parent, options, send) {
  const about = make("p", {});
  const brief = make("span", {class: "phi-model-brief"});
  const open = make("button", {type: "button", "aria-haspopup": "dialog"}, "Model");
  const facts = make("dl", {class: "phi-model-facts"});
  const note = make("p", {class: "phi-model-note"});
  const message = make("span", {role: "status"});
  const done = make("span", {class: "phi-model-percent"});
  const bar = make("progress", {max: "1", "aria-label": "Loading the model"});
  const cancel = make("button", {type: "button"}, "Cancel");
  const progress = make("div", {class: "phi-model-progress"}, make("p", {}, message, " ", done), bar, cancel);
  const problem = make("p", {class: "phi-model-problem", role: "alert"});
  const unload = make("button", {type: "button"}, "Unload");
  const again = make("button", {type: "button"}, "Load it again");
  const close = make("button", {type: "button"}, "Close");
  const heading = make("h2", {id: "phi-model-title"}, "Model");
  const fields = options.locked ? null : form(options, choice => act(() => send.choose(choice)));
  const dialog = make(
    "dialog",
    {class: "phi-model-dialog", "aria-labelledby": heading.id},
    heading,
    facts,
    note,
    fields?.dom ?? make("p", {}, "The operator of this server has fixed its model."),
    progress,
    problem,
    make("div", {class: "phi-model-buttons"}, ...(options.locked ? [] : [unload, again]), close),
  );
  parent.append(make("h1", {}, options.title), about, brief, open, dialog);

  let told = "";
  function act(call) {
    told = "";
    call();
  }
  open.addEventListener("click", () => dialog.showModal());
  close.addEventListener("click", () => dialog.close());
  cancel.addEventListener("click", () => act(send.cancel));
  unload.addEventListener("click", () => act(send.release));
  again.addEventListener("click", () => act(send.again));

  return {
    /** @param {State} state */
    show(state) {
      const {loading} = state;
      if (state.told) told = state.told;
      about.textContent = state.about;
      brief.textContent = loading ? `Loading ${loading.model} ${percent(loading.share)}` : "";
      facts.replaceChildren(
        ...state.facts.map(({label, value}) => make("div", {}, make("dt", {}, label), make("dd", {}, value))),
      );
      note.textContent = state.note;
      progress.hidden = !loading;
      if (message.textContent !== (loading?.message ?? "")) message.textContent = loading?.message ?? "";
      done.textContent = percent(loading?.share);
      if (loading?.share == null) bar.removeAttribute("value");
      else bar.value = loading.share;
      const said = told || (state.error ? `Not loaded. ${state.error}` : "");
      if (problem.textContent !== said) problem.textContent = said;
      // What has the focus must not vanish under a keyboard.
      const lost = [cancel, unload, again].find(button => button === document.activeElement);
      unload.hidden = !state.loaded || Boolean(loading);
      again.hidden = state.loaded || Boolean(loading);
      if (fields) fields.load.disabled = Boolean(loading);
      if (lost && !lost.checkVisibility()) close.focus();
    },
  };
}

/**
 * Mounts the heading in a Gradio component, and lets the editor follow the model. The server owns the value.
 *
 * @param {(name: string, mount: (editor: object) => void) => void} withEditor
 */
export function mountModels({element, props, watch, ...send}, withEditor) {
  const plain = value => JSON.parse(JSON.stringify(value ?? null)); // Gradio's properties are live proxies
  const {title, locked, folders, dtypes, quantizations, devices, known} = plain({...props});
  const options = {title, locked, folders, dtypes, quantizations, devices, known};
  const panel = createModels(element.querySelector(".phi-model"), options, send);
  let state = null;
  let timer = 0;

  function poll() {
    clearTimeout(timer);
    timer = setTimeout(poll, state?.loading ? BUSY_POLL_MS : POLL_MS);
    // A page that nobody sees asks nothing; it catches up when it is seen.
    if (!document.hidden) send.poll({digest: state?.digest ?? ""});
  }
  function take(next) {
    if (!next?.digest) return;
    const before = state;
    state = next;
    panel.show(next);
    const key = ({note, imports}) => JSON.stringify([note, imports]);
    if (!before || key(before) !== key(next)) withEditor(props.editor, editor => editor.setModel(next));
    const follows = before && (before.version !== next.version || before.limit !== next.limit);
    if (follows && next.loaded) send.follow({parameters: before.parameters, limit: before.limit});
    if (Boolean(before?.loading) !== Boolean(next.loading)) {
      clearTimeout(timer);
      timer = setTimeout(poll, next.loading ? BUSY_POLL_MS : POLL_MS);
    }
  }
  watch("value", () => take(plain(props.value)));
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  take(plain(props.value));
  poll(); // the page may have been built for the model before
}
