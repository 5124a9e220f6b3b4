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

const split = text => text.split(/\r\n|\r|\n/).filter(Boolean);

function stopTexts(lines) {
  const unescape = line =>
    line.replace(/\\(.?)/g, (whole, letter) => {
      if (!(letter in UNESCAPES)) throw new LinkError(`settings.stop must have \\n, \\t, \\r or \\\\ after a \\, got ${whole}`);
      return UNESCAPES[letter];
    });
  return split(lines).map(unescape);
}

/** A logit bias as the page's box has it: a token on each line, by its id or its text. */
export const biasLines = biases =>
  biases.map(([token, bias]) => `${typeof token === "string" ? JSON.stringify(token) : token}: ${bias}`).join("\n");

// ui/bias.py reads the same lines.
const BIAS =
  /^[ \t]*(?:([0-9]{1,9})|("(?:[^"\\]|\\.)*"))[ \t]*:[ \t]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)[ \t]*$/;

function biases(lines) {
  const wrong = line => {
    throw new LinkError(`settings.logit_bias must have lines of a token id, or of a text in "quotes", a colon and a number, got ${line}`);
  };
  return split(lines).filter(line => /[^ \t]/.test(line)).map(line => {
    const [, id, quoted, bias] = BIAS.exec(line) ?? wrong(line);
    try {
      return [id === undefined ? JSON.parse(quoted) : Number(id), Number(bias)];
    } catch {
      return wrong(line);
    }
  });
}

/** The controls' values, as the link's settings and seed; `encode` checks them. */
export function fromControls(names, values) {
  const given = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  const settings = {};
  for (const [name, {type}] of Object.entries(FIELDS)) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    settings[name] = READ[type]?.(value) ?? value;
  }
  return {settings, seed: String(given.seed ?? "").trim() || null};
}

const READ = {int: Number, number: Number, texts: value => stopTexts(String(value)), bias: value => biases(String(value))};

/** A link's settings and seed, as updates of the controls; `KEPT` where a link says nothing. */
export function toControls(names, {settings, seed}) {
  const set = {
    ...settings, seed: seed ?? "", stop: stopLines(settings.stop), logit_bias: biasLines(settings.logit_bias ?? []),
  };
  return names.map(name => set[name] ?? KEPT);
}
