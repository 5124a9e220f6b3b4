// A completion as a picture for slides: SVG whose text is text, and the same as PNG.
import {highlightCode, tagHighlighter} from "@lezer/highlight";
import {pythonLanguage} from "@codemirror/lang-python";
import {code} from "./theme.js";

const NS = "http://www.w3.org/2000/svg";
const CODE_FONT = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';
const FOOT_FONT = 'system-ui, "DejaVu Sans", Arial, sans-serif';
const SIZE = 16;
const LINE = 26;
const FOOT_SIZE = 13;
const FOOT_LINE = 20;
const MARGIN = 32;
const COLUMNS = 96; // longer lines are wrapped
const BEFORE = 40; // lines of the prompt
const AFTER = 12; // lines of what follows the completion
const LONGEST = 120; // lines in all
const LEAST_WIDTH = 560;
const EMPTY = 6; // width of the band of an empty line
const SCALE = 2; // pixels of the PNG for each of the SVG

const highlighter = tagHighlighter(code.specs.map(({tag}, index) => ({tag, class: String(index)})));
const styles = code.specs.map(({color, fontStyle, fontWeight}) => ({
  color: color.slice("var(".length, -1),
  style: {...(fontStyle && {"font-style": fontStyle}), ...(fontWeight && {"font-weight": fontWeight})},
}));

/** Gives the page's colours by name, in a scheme that the page need not be in. */
function palette(dark) {
  const probe = document.createElement("div");
  if (dark) probe.className = "dark";
  document.body.append(probe);
  const style = getComputedStyle(dark ? probe : document.documentElement);
  const values = {};
  const names = ["--phi-ink", "--phi-ink-2", "--phi-ground", "--phi-rule", "--phi-accent", "--phi-selection"];
  for (const name of [...names, ...styles.map(({color}) => color)]) values[name] = style.getPropertyValue(name).trim();
  probe.remove();
  return values;
}

/** Text that XML can hold, with the width of each character known: tabs are spaces, control characters are seen. */
const visible = text =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/\t/g, "    ")
    .replace(/[\u0000-\u0009\u000b-\u001f]/g, character => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/[\u007f\u2028\u2029\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");

/**
 * The rows of the picture: runs {text, style, ours}, ours being the model's.
 * @param {string[]} parts  before the caret, the completion, after the caret
 */
function rowsOf(parts) {
  const [before, middle, after] = parts.map(visible);
  const whole = before + middle + after;
  const rows = [[]];
  let at = 0;
  const put = (text, style) => {
    // A run may lie across the borders of the completion.
    for (const border of [before.length, before.length + middle.length]) {
      if (at < border && border < at + text.length) {
        const head = text.slice(0, border - at);
        put(head, style);
        put(text.slice(head.length), style);
        return;
      }
    }
    const ours = at >= before.length && at < before.length + middle.length;
    at += text.length;
    const characters = [...text];
    while (characters.length) {
      const used = rows.at(-1).reduce((sum, run) => sum + run.length, 0);
      const length = Math.min(characters.length, COLUMNS - used);
      if (length) rows.at(-1).push({text: characters.splice(0, length).join(""), length, style, ours});
      if (characters.length) rows.push([]);
    }
  };
  const breakLine = () => {
    const ours = at >= before.length && at < before.length + middle.length;
    at += 1;
    if (ours && !rows.at(-1).length) rows.at(-1).push({text: "", length: 0, style: null, ours});
    rows.push([]);
  };
  highlightCode(whole, pythonLanguage.parser.parse(whole), highlighter, (text, classes) => {
    const style = classes ? styles[Number(classes.split(" ").at(-1))] : null;
    put(text, style);
  }, breakLine);
  return clip(rows);
}

/** Leaves out what is far from the completion, and says so. */
function clip(rows) {
  const mine = rows.map(row => row.some(({ours}) => ours));
  const first = mine.includes(true) ? mine.indexOf(true) : rows.length - 1;
  const last = mine.includes(true) ? mine.lastIndexOf(true) : rows.length - 1;
  const from = Math.max(0, first - BEFORE);
  const to = Math.min(rows.length, last + 1 + AFTER, from + LONGEST);
  const note = count => [{text: `\u2026 ${count} more line${count === 1 ? "" : "s"}`, style: null, ours: false, note: true}];
  return [
    ...(from ? [note(from)] : []),
    ...rows.slice(from, to),
    ...(to < rows.length ? [note(rows.length - to)] : []),
  ];
}

function element(tag, attributes, ...children) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {object} shown
 * @param {string[]} shown.parts   before the caret, the completion, after the caret
 * @param {string[]} shown.footer  lines of small text
 * @param {boolean} shown.dark
 * @returns {{svg: string, width: number, height: number}}
 */
export function draw({parts, footer, dark}) {
  const colours = palette(dark);
  const rows = rowsOf(parts);
  const context = document.createElement("canvas").getContext("2d");
  const measure = (text, font) => {
    context.font = font;
    return context.measureText(text).width;
  };
  const widthOf = ({text, style}) =>
    measure(text, `${style?.style["font-style"] ?? ""} ${style?.style["font-weight"] ?? ""} ${SIZE}px ${CODE_FONT}`);
  const foot = footer.map(visible).map(text => text.replaceAll("\n", " "));
  const footWidth = Math.max(...foot.map(text => measure(text, `${FOOT_SIZE}px ${FOOT_FONT}`)));
  const codeWidth = Math.max(...rows.map(row => row.reduce((sum, run) => sum + widthOf(run), 0)));
  const width = Math.ceil(Math.max(LEAST_WIDTH, codeWidth + 2 * MARGIN, footWidth + 2 * MARGIN));
  const footTop = MARGIN + rows.length * LINE + MARGIN / 2;
  const height = Math.ceil(footTop + foot.length * FOOT_LINE + MARGIN);

  const svg = element("svg", {xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, role: "img"});
  svg.append(element("title", {}, "Code, and how a model completed it"));
  svg.append(element("rect", {width, height, fill: colours["--phi-ground"]}));
  const bands = element("g", {"data-part": "completion", fill: colours["--phi-selection"]});
  const bars = element("g", {fill: colours["--phi-accent"]});
  const lines = element("g", {"font-family": CODE_FONT, "font-size": SIZE});
  rows.forEach((row, index) => {
    const top = MARGIN + index * LINE;
    const text = element("text", {y: top + LINE * 0.7});
    let x = MARGIN;
    let band = null; // of this row: where it begins and ends
    for (const run of row) {
      const wide = widthOf(run);
      if (run.ours) band = [band?.[0] ?? x, x + wide];
      const fill = colours[run.note ? "--phi-ink-2" : (run.style?.color ?? "--phi-ink")];
      // Programs differ in what they do with several spaces: the words between them say their places.
      for (const {0: words, index: at} of run.text.matchAll(/\S+(?: \S+)*/gu)) {
        const from = x + widthOf({...run, text: run.text.slice(0, at)});
        // The width that was measured holds where another font is drawn, too: the bands stay under their text.
        const length = widthOf({...run, text: words}).toFixed(2);
        text.append(element("tspan", {x: from.toFixed(2), textLength: length, fill, ...run.style?.style}, words));
      }
      x += wide;
    }
    if (band) {
      const [from, to] = band;
      bands.append(element("rect", {x: from, y: top, width: Math.max(to - from, EMPTY), height: LINE}));
      bars.append(element("rect", {x: MARGIN / 2, y: top, width: 4, height: LINE}));
    }
    if (text.childNodes.length) lines.append(text);
  });
  const small = element("g", {"font-family": FOOT_FONT, "font-size": FOOT_SIZE, fill: colours["--phi-ink-2"]});
  foot.forEach((text, index) =>
    small.append(element("text", {x: MARGIN, y: footTop + (index + 0.9) * FOOT_LINE}, text)),
  );
  const rule = element("path", {
    d: `M${MARGIN} ${footTop - 8}H${width - MARGIN}`, stroke: colours["--phi-rule"], fill: "none",
  });
  svg.append(bands, bars, lines, rule, small);
  return {svg: new XMLSerializer().serializeToString(svg), width, height};
}

export const svgBlob = ({svg}) => new Blob([svg], {type: "image/svg+xml"});

/** The picture as PNG, drawn by this browser. */
export async function pngBlob(picture) {
  const image = new Image();
  const url = URL.createObjectURL(svgBlob(picture));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * SCALE;
    canvas.height = picture.height * SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise(resolve => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}
