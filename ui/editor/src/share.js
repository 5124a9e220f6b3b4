// The share bar: makes links to completions, opens them, and runs a shared completion again.
import {make} from "./dom.js";
import {LONG_LINK, LinkError, decode, encode, tokenHash} from "./link.js";
import {toCharacters, toUnits, wellFormed} from "./text.js";

const ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"};
const MAX_FILE = 2 ** 20;
// Gradio's word for an update that changes nothing: a value read at the page's load may be older than the person's.
const KEPT = {__type__: "update"};
const SAME = ["colour", "auto"]; // settings that change nothing of what is drawn

/** Stop strings as the page's box has them: one on each line. */
const stopLines = texts =>
  texts.map(text => text.replace(/[\\\n\t\r]/g, character => ESCAPES[character])).join("\n");

/** Where two lists of tokens part: -1 where they do not. */
function parting(ours, theirs) {
  const longest = Math.max(ours.length, theirs.length);
  for (let at = 0; at < longest; at++) if (ours[at] !== theirs[at]) return at;
  return -1;
}

const drawn = settings => JSON.stringify(
  Object.entries(settings).filter(([name]) => !SAME.includes(name)).sort(),
);

/** What a replay shows: the message, and whether the two texts are worth a look. */
export function verdict(shared, made, choice) {
  const {completion, model, settings, seed} = shared;
  const others = [];
  const name = `${made.model.name}${made.model.fingerprint ? ` (${made.model.fingerprint})` : ""}`;
  if (model && ["name", "fingerprint", "dtype"].some(fact => model[fact] !== made.model[fact])) {
    others.push(`This page has ${name} in ${made.model.dtype}, the link is of ${model.name} in ${model.dtype}.`);
  }
  if (seed !== made.seed || drawn(settings) !== drawn({...settings, ...made.settings})) {
    others.push("The settings are not those of the link.");
  }
  const ids = choice?.ids ?? [];
  const at = parting(completion.tokens, ids);
  if (at < 0 && completion.hash === tokenHash(ids)) return {same: true, message: ["Identical.", ...others].join(" ")};
  return {same: false, message: [`Diverged at token ${at + 1}.`, ...others].join(" ")};
}

/**
 * @param {HTMLElement} parent
 * @param {object} options
 * @param {string[]} options.fields   the controls' names, in the order in which `open` gives theirs
 * @param {string | null} options.address  where the world finds this page; null is the browser's own address
 */
export function createShare(parent, {fields, address}, editor) {
  const share = make("button", {type: "button"}, "Share");
  const replay = make("button", {type: "button"}, "Replay");
  const saveCode = make("button", {type: "button"}, "Save .py");
  const saveAll = make("button", {type: "button", title: "Drop the file on the page to open it again"}, "Save JSON");
  const message = make("span", {role: "status"});
  const link = make("input", {readonly: "", "aria-label": "Link to this completion"});
  const both = make("div", {class: "phi-both"});
  replay.hidden = link.hidden = both.hidden = true;
  parent.append(make("div", {class: "phi-share-bar"}, share, saveCode, saveAll, replay, message), link, both);
  let last = null;
  let opened = null;
  let replaying = "";

  function say(text) {
    message.textContent = text;
  }

  editor.on("finish", ({id, asked, choices, active, made}) => {
    if (!made || !asked) return;
    const choice = choices[active];
    const text = wellFormed(asked.text);
    const tokens = choice.ids;
    last = {
      ...made,
      text,
      cursor: toCharacters(text, asked.cursor),
      completion: {text: choice.text, tokens, choice: active, hash: tokenHash(tokens)},
    };
    if (id !== replaying) return;
    replaying = "";
    const again = choices[opened.completion.choice];
    const {same, message} = verdict(opened, made, again);
    say(message);
    both.hidden = same;
    both.replaceChildren(
      ...[["In the link", opened.completion.text], ["Now", again?.text ?? ""]].map(([title, shown]) =>
        make("figure", {}, make("figcaption", {}, title), make("pre", {}, shown)),
      ),
    );
  });

  function save(name, type, content) {
    if (!last) return say("Complete something first.");
    const url = URL.createObjectURL(new Blob([content(last)], {type}));
    const anchor = make("a", {href: url, download: name});
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
    say(`Saved as ${name}.`);
  }
  saveCode.addEventListener("click", () =>
    save("completion.py", "text/x-python", ({text, cursor, completion}) => {
      const at = toUnits(text, cursor);
      return text.slice(0, at) + completion.text + text.slice(at);
    }),
  );
  saveAll.addEventListener("click", () =>
    save("completion.json", "application/json", whole => JSON.stringify(whole, null, 2)),
  );

  /** Opens a saved file the way a link is opened. */
  async function openFile(file) {
    try {
      if (file.size > MAX_FILE) throw new LinkError(`a file must be at most ${MAX_FILE} bytes long`);
      const payload = JSON.parse(await file.text());
      location.hash = await encode(payload);
    } catch (error) {
      const plain = error instanceof LinkError ? error.message : "it is not JSON";
      say(`${file.name} was not opened: ${plain}.`);
    }
  }
  const json = event => [...(event.dataTransfer?.files ?? [])].find(({name}) => /\.json$/i.test(name));
  // Before the editor, which would take the file's text in.
  addEventListener("dragover", event => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  addEventListener("drop", event => {
    const file = json(event);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    openFile(file);
  }, {capture: true});

  share.addEventListener("click", async () => {
    if (!last) return say("Complete something first: a link holds a completion.");
    try {
      const fragment = await encode(last);
      link.value = `${address ?? location.href.split("#")[0]}#${fragment}`;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      link.hidden = true;
      return say(`Not shared: ${error.message}.`);
    }
    link.hidden = false;
    link.select();
    const copied = await navigator.clipboard?.writeText(link.value).then(() => true, () => false);
    const long = link.value.length > LONG_LINK ? " Some programs cut links as long as this." : "";
    const size = link.value.length.toLocaleString("en-US");
    say(`${copied ? "Link copied" : "Copy the link"}: ${size} characters.${long}`);
  });

  function show({text, cursor, completion}) {
    editor.setDoc(text, toUnits(text, cursor));
    if (completion) editor.suggest(completion.text);
  }

  replay.addEventListener("click", () => {
    both.hidden = true;
    say("Running it again…");
    editor.setDoc(opened.text, toUnits(opened.text, opened.cursor));
    replaying = editor.request("manual");
  });

  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#phi=")) location.reload();
  });

  /** Opens the address's link, if it has one; gives what it changes in the controls, in the order of `fields`. */
  async function open() {
    if (!location.hash.startsWith("#phi=")) return fields.map(() => KEPT);
    try {
      opened = await decode(location.hash);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      say(`The link was not opened: ${error.message}.`);
      return fields.map(() => KEPT);
    }
    last = opened.completion && opened;
    show(opened);
    replay.hidden = !opened.completion;
    say(opened.model ? `Opened: by ${opened.model.name}, seed ${opened.seed}.` : "Opened.");
    const set = {...opened.settings, seed: opened.seed ?? "", stop: stopLines(opened.settings.stop)};
    return fields.map(name => set[name] ?? KEPT);
  }

  return {open};
}
