// The share bar: links, files, pictures and the gallery of completions, and the replay of a shared one.
import {createDialog} from "./dialog.js";
import {make} from "./dom.js";
import {MAX_FILE, download, read, write} from "./file.js";
import {LinkError, decode, tokenHash} from "./link.js";
import {createLinkDialog} from "./linkdialog.js";
import {createPictureDialog} from "./picturedialog.js";
import {differ, named, verdict} from "./replay.js";
import {KEPT, fromControls, toControls} from "./settings.js";
import {toCharacters, toUnits, wellFormed} from "./text.js";

const button = (label, title = "") => make("button", {type: "button", title}, label);

/**
 * @param {HTMLElement} parent
 * @param {object} options
 * @param {string[]} options.fields   the controls' names, in the order of their values
 * @param {string | null} options.address  where the world finds this page; null is the browser's own address
 * @param {string | null} options.frame    what an iframe shows; null likewise
 * @param {{name: string, fragment: string}[]} options.gallery
 * @param {object} editor
 * @param {() => void} askControls  makes the page call `controls` with the controls' values
 * @param {() => void} openControls  makes the page call `open`, and do with the controls what it gives
 */
export function createShare(parent, {fields, address, frame, gallery}, editor, askControls, openControls) {
  const share = button("Share", "A link to the completion, or to the text alone");
  const picture = button("Picture", "The completion as PNG or SVG");
  const saveCode = button("Save .py");
  const saveAll = button("Save JSON");
  const openAll = button("Open JSON", "A file dropped on the page is opened, too");
  const shown = button("Gallery", "Completions to look at");
  const replay = button("Replay", "Draw the shared completion again");
  const message = make("span", {role: "status"});
  const chosen = make("input", {type: "file", accept: ".json,application/json", hidden: "", "aria-label": "JSON file"});
  const both = make("div", {class: "phi-both"});
  const full = make("a", {class: "phi-full", target: "_blank", rel: "noopener"}, "Open the page");
  replay.classList.add("phi-replay");
  replay.hidden = both.hidden = true;
  shown.hidden = !gallery.length;
  parent.append(
    make("div", {class: "phi-share-bar"}, share, picture, saveCode, saveAll, openAll, shown, replay, chosen, full, message), both,
  );
  const here = () => location.href.split(/[?#]/)[0];
  const showLink = createLinkDialog(parent, {page: () => address ?? here(), embed: () => frame ?? here()});
  const showPicture = createPictureDialog(parent);
  let last = null; // the last completion, as a link holds it
  let drawn = null; // its tokens: {id, text, logprob}
  let opened = null;
  let fresh = false; // whether the message is still that of the opening
  let page = null; // the page's model
  let incoming = null; // what `open` shall show
  let replaying = "";

  function say(text) {
    fresh = false;
    message.textContent = text;
  }

  editor.on("finish", ({id, asked, choices, active, made}) => {
    if (!made || !asked) {
      last = null; // rather than to share an older one in its place
      return;
    }
    const choice = choices[active];
    const text = wellFormed(asked.text);
    const tokens = choice.ids;
    last = {
      ...made,
      text,
      cursor: toCharacters(text, asked.cursor),
      completion: {text: choice.text, tokens, choice: active, hash: tokenHash(tokens)},
    };
    drawn = choice.drawn ?? null;
    page = made.model;
    if (id !== replaying) return;
    replaying = "";
    const again = choices[opened.completion.choice];
    const {same, message} = verdict(opened, made, again);
    say(message);
    both.hidden = same;
    both.replaceChildren(
      ...[["In the link", opened.completion.text], ["Now", again?.text ?? ""]].map(([title, shown]) =>
        make("figure", {}, make("figcaption", {}, title), make("pre", {tabindex: "0", "aria-label": title}, shown)),
      ),
    );
  });

  const completed = run => () => (last ? run(last) : say("Complete something first."));
  function save(name, type, content) {
    download(name, new Blob([content], {type}));
    say(`Saved as ${name}.`);
  }
  saveCode.addEventListener("click", completed(({text, cursor, completion}) => {
    const at = toUnits(text, cursor);
    save("completion.py", "text/x-python", text.slice(0, at) + completion.text + text.slice(at));
  }));
  saveAll.addEventListener("click", completed(shared => save("completion.json", "application/json", write(shared, drawn))));
  picture.addEventListener("click", completed(showPicture));

  share.addEventListener("click", askControls);
  /** Takes the controls' values, and shows the link. */
  function controls(values) {
    const text = wellFormed(editor.text());
    let prompt;
    try {
      prompt = {text, cursor: toCharacters(text, editor.cursor()), ...fromControls(fields, values)};
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      prompt = error;
    }
    return showLink({completion: last, prompt});
  }

  async function openFile(file) {
    try {
      if (file.size > MAX_FILE) throw new LinkError(`it must be at most ${MAX_FILE} bytes long`);
      incoming = read(await file.text());
      openControls();
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      incoming = null;
      say(`${file.name} was not opened: ${error.message}.`);
    }
  }
  openAll.addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", () => {
    const [file] = chosen.files;
    chosen.value = "";
    if (file) openFile(file);
  });
  const json = event => [...(event.dataTransfer?.files ?? [])].find(({name}) => /\.json$/i.test(name));
  addEventListener("dragover", event => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  // Before the editor, which would take the file's text in.
  addEventListener("drop", event => {
    const file = json(event);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    openFile(file);
  }, {capture: true});

  const items = gallery.map(({name, fragment}) => {
    const item = button(name);
    item.addEventListener("click", () => {
      dialog.close();
      if (location.hash === `#${fragment}`) openControls();
      else location.hash = fragment;
    });
    return make("li", {}, item);
  });
  const dialog = createDialog(
    parent, "Gallery",
    make("p", {}, "Each opens as it was drawn. Replay draws it again."),
    make("ul", {class: "phi-gallery"}, ...items),
  );
  shown.addEventListener("click", () => dialog.showModal());

  replay.addEventListener("click", () => {
    both.hidden = true;
    say("Running it again\u2026");
    editor.setDoc(opened.text, toUnits(opened.text, opened.cursor));
    replaying = editor.request("manual");
  });

  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#phi=")) openControls();
  });

  function sayOpened() {
    const {model, seed, completion} = opened;
    if (!completion) return say("Opened: a text and its settings.");
    const other = differ(model, page) ? ` Made with another model: this page has ${named(page)} in ${page.dtype}.` : "";
    say(`Opened: ${model ? `by ${model.name}, ` : ""}seed ${seed}.${other}`);
    fresh = true;
  }

  /** Opens a file, or the address's link, if there is one; gives what it changes in the controls. */
  async function open() {
    const file = incoming;
    incoming = null;
    if (!file && !location.hash.startsWith("#phi=")) return fields.map(() => KEPT);
    try {
      opened = file ? file.shared : await decode(location.hash);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      say(`The link was not opened: ${error.message}.`);
      return fields.map(() => KEPT);
    }
    const {text, cursor, completion} = opened;
    last = completion && opened;
    drawn = file?.drawn ?? null;
    replaying = "";
    both.hidden = true;
    editor.setDoc(text, toUnits(text, cursor));
    if (completion) editor.suggest(completion.text);
    replay.hidden = !completion;
    full.href = `${address ?? here()}${location.hash}`;
    sayOpened();
    return toControls(fields, opened);
  }

  return {
    open,
    controls,
    /** Hears of the page's model. */
    model(facts) {
      page = facts;
      if (fresh) sayOpened();
    },
    /** The seed of the last completion, as digits; null where there is none. */
    seed: () => last?.seed ?? null,
  };
}
