// Python outside the editor, in the editor's colours. What the server knows comes coloured from there; the history,
// which it must not know, is coloured here.
import {highlightCode} from "@lezer/highlight";
import {pythonLanguage} from "@codemirror/lang-python";
import {make} from "./dom.js";
import {code} from "./theme.js";

/** A `pre` with highlighted Python. */
export function snippet(text) {
  const pre = make("pre", {class: "phi-snippet"});
  const put = (part, classes) => pre.append(classes ? make("span", {class: classes}, part) : part);
  highlightCode(text, pythonLanguage.parser.parse(text), code, put, () => pre.append("\n"));
  return pre;
}

/** A `pre` of parts that the server coloured: [class, text][]. */
export function coloured(parts) {
  const pre = make("pre", {class: "phi-snippet"});
  for (const [name, part] of parts) pre.append(name ? make("span", {class: `phi-code-${name}`}, part) : part);
  return pre;
}
