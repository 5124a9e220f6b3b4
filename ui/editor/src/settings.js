// Between the values of the page's controls and the settings of a link.
import FIELDS from "../../share/fields.json" with {type: "json"};
import {LinkError} from "./link.js";

const ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"};
const UNESCAPES = {"\\": "\\", n: "\n", t: "\t", r: "\r"};

/** Gradio's word for an update that changes nothing: a value read at the page's load may be older than the person's. */
export const KEPT = {__type__: "update"};

/** Stop strings as the page's box has them: one on each line. */
export const stopLines = texts =>
  texts.map(text => text.replace(/[\\\n\t\r]/g, character => ESCAPES[character])).join("\n");

function stopTexts(lines) {
  const unescape = line =>
    line.replace(/\\(.?)/g, (whole, letter) => {
      if (!(letter in UNESCAPES)) throw new LinkError(`settings.stop must have \\n, \\t, \\r or \\\\ after a \\, got ${whole}`);
      return UNESCAPES[letter];
    });
  return lines.split(/\r\n|\r|\n/).filter(Boolean).map(unescape);
}

/** The controls' values, as the link's settings and seed; `encode` checks them. */
export function fromControls(names, values) {
  const given = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  const settings = {};
  for (const [name, {type}] of Object.entries(FIELDS)) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const number = type === "int" || type === "number";
    settings[name] = type === "texts" ? stopTexts(String(value)) : number ? Number(value) : value;
  }
  return {settings, seed: String(given.seed ?? "").trim() || null};
}

/** A link's settings and seed, as updates of the controls; `KEPT` where a link says nothing. */
export function toControls(names, {settings, seed}) {
  const set = {...settings, seed: seed ?? "", stop: stopLines(settings.stop)};
  return names.map(name => set[name] ?? KEPT);
}
