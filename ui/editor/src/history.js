// Prompts and completions of this browser: kept in its own storage, sent nowhere.
import {make} from "./dom.js";
import {snippet} from "./highlight.js";
import {keep, recall} from "./storage.js";

const KEY = "phi-history";
const KEPT = 100;
const PROMPT_KEPT = 4000;

function read() {
  const entries = recall(KEY);
  return Array.isArray(entries) ? entries : [];
}

/** Notes a completion and its prompt. */
export function remember(prompt, text) {
  if (text) keep(KEY, [{at: Date.now(), prompt: prompt.slice(-PROMPT_KEPT), text}, ...read()].slice(0, KEPT));
}

/** Lists them; gives a function that shows the list anew. */
export function createHistory(parent, editor) {
  const search = make("input", {type: "search", placeholder: "Search", "aria-label": "Search the history"});
  const clear = make("button", {type: "button"}, "Clear");
  const list = make("ol", {"aria-label": "History"});
  parent.append(make("div", {class: "phi-history-bar"}, search, clear), list);

  function show() {
    const wanted = search.value.toLowerCase();
    const entries = read().filter(({prompt, text}) => (prompt + text).toLowerCase().includes(wanted));
    list.replaceChildren(
      ...entries.map(({prompt, text, at}) => {
        const lines = prompt.trimEnd().split("\n");
        const button = make("button", {type: "button", title: "Open this prompt in the editor"});
        button.append(
          make("time", {}, new Date(at).toLocaleTimeString()),
          snippet(`${lines.at(-1)}\n${text}`.split("\n").slice(0, 6).join("\n")),
        );
        button.addEventListener("click", () => editor.load(prompt));
        return make("li", {}, button);
      }),
    );
    if (!entries.length) list.append(make("li", {class: "phi-none"}, wanted ? "Nothing found" : "Nothing yet"));
  }

  search.addEventListener("input", show);
  clear.addEventListener("click", () => {
    keep(KEY, []);
    show();
  });
  show();
  return show;
}
