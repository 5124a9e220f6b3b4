// A text in coloured pieces, each with a label and a score: by pointing, by key, and as a table.
import {make} from "./dom.js";

const COLOURS = 8; // the ninth label has the first one's colour and another line under it
const ROWS = 2000;

const percent = score => `${(100 * score).toFixed(1)} %`;
// Nobody sees the colour of a line break, or could point at it.
const shown = ({label, text}) => label && text.trim() !== "";
const visible = text => text.replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5");

/** @param {HTMLElement} parent */
export function createSpans(parent) {
  const tip = make("div", {class: "phi-tip", role: "tooltip", id: `phi-tip-${crypto.randomUUID?.() ?? "0"}`});
  tip.hidden = true;
  let marks = [];

  function show(mark) {
    tip.replaceChildren(make("strong", {}, mark.dataset.label), ` ${percent(Number(mark.dataset.score))}`);
    tip.hidden = false;
    // A mark that begins with a line break has its first box, of no width, at the end of a line.
    const box = [...mark.getClientRects()].find(({width}) => width > 1) ?? mark.getBoundingClientRect();
    const outer = parent.getBoundingClientRect();
    const left = Math.min(box.left - outer.left, outer.width - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${box.top - outer.top - tip.offsetHeight - 4}px`;
  }
  const hide = () => (tip.hidden = true);

  /** One stop for Tab; the arrow keys move inside. */
  function go(mark) {
    for (const each of marks) if (each.tabIndex === 0) each.tabIndex = -1;
    mark.tabIndex = 0;
    mark.focus();
  }

  function onKey(event) {
    const at = marks.indexOf(event.target);
    if (at < 0) return;
    const last = marks.length - 1;
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last}[event.key];
    if (event.key === "Escape") hide();
    if (to === undefined) return;
    event.preventDefault();
    go(marks[Math.max(0, Math.min(last, to))]);
  }

  function markOf({text, label, score}, look) {
    const mark = make(
      "mark",
      {class: `phi-mark phi-k${look % COLOURS} phi-l${Math.floor(look / COLOURS) % 3}`, tabindex: "-1"},
      text,
      make("span", {class: "phi-live"}, ` (${label}, ${percent(score)}) `),
    );
    mark.dataset.label = label;
    mark.dataset.score = score;
    return mark;
  }

  function legendOf(counts, looks) {
    const list = make("ul", {class: "phi-labels", "aria-label": "Labels"});
    for (const [label, count] of counts) {
      const look = looks.get(label);
      const swatch = make("span", {
        class: `phi-mark phi-k${look % COLOURS} phi-l${Math.floor(look / COLOURS) % 3}`,
        "aria-hidden": "true",
      });
      swatch.textContent = "ab";
      const button = make("button", {type: "button", "aria-pressed": "false"}, swatch, ` ${label} `);
      button.append(make("span", {class: "phi-count"}, String(count)));
      button.title = "Show this label alone";
      button.addEventListener("click", () => {
        const alone = button.getAttribute("aria-pressed") !== "true";
        for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-pressed", String(alone));
        for (const mark of marks) mark.toggleAttribute("data-dim", alone && mark.dataset.label !== label);
      });
      list.append(make("li", {}, button));
    }
    return list;
  }

  function tableOf(pieces) {
    const body = make("tbody");
    for (const {text, label, score} of pieces.slice(0, ROWS)) {
      const cells = [make("code", {}, visible(text)), label, percent(score)];
      body.append(make("tr", {}, ...cells.map(cell => make("td", {}, cell))));
    }
    const head = ["Text", "Label", "Score"].map(name => make("th", {scope: "col"}, name));
    const cut = pieces.length > ROWS ? `, the first ${ROWS.toLocaleString("en")}` : "";
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), body);
    return make("details", {}, make("summary", {}, `As a table (${pieces.length.toLocaleString("en")}${cut})`), table);
  }

  parent.addEventListener("keydown", onKey);
  parent.addEventListener("focusin", ({target}) => (marks.includes(target) ? show(target) : hide()));
  parent.addEventListener("focusout", hide);
  parent.addEventListener("mouseover", ({target}) => {
    const mark = target.closest(".phi-spans .phi-mark");
    if (mark) show(mark);
    else hide();
  });
  parent.addEventListener("mouseleave", hide);

  return {
    /** @param {{pieces?: {text: string, label?: string, score?: number}[], labels?: string[]}} value */
    show({pieces = [], labels = []}) {
      hide();
      marks = [];
      if (!pieces.length) {
        parent.replaceChildren();
        return;
      }
      // By the label's place in the head: the same colour in every text. A group's name is its labels' without B- or I-.
      const looks = new Map();
      for (const name of labels.filter(label => label !== "O").map(label => label.replace(/^[BI]-/, ""))) {
        if (!looks.has(name)) looks.set(name, looks.size);
      }
      const look = label => {
        const name = label.replace(/^[BI]-/, "");
        if (!looks.has(name)) looks.set(name, looks.size);
        looks.set(label, looks.get(name));
        return looks.get(name);
      };
      const text = make("div", {class: "phi-spans", role: "group", "aria-label": "Labelled text"});
      const counts = new Map();
      for (const piece of pieces) {
        if (!shown(piece)) {
          text.append(piece.text);
          continue;
        }
        counts.set(piece.label, (counts.get(piece.label) ?? 0) + 1);
        const mark = markOf(piece, look(piece.label));
        mark.setAttribute("aria-describedby", tip.id);
        marks.push(mark);
        text.append(mark);
      }
      (marks[0] ?? text).tabIndex = 0;
      const labelled = pieces.filter(shown);
      parent.replaceChildren(legendOf(counts, looks), text, tableOf(labelled), tip);
    },
  };
}
