// The menu of examples.
import {make} from "./dom.js";

/**
 * @param {HTMLElement} parent
 * @param {{name: string, text: string}[]} items
 */
export function createExamples(parent, items, editor) {
  const select = make("select", {"aria-label": "Examples"}, make("option", {value: ""}, "Examples"));
  items.forEach(({name}, index) => select.append(make("option", {value: String(index)}, name)));
  select.addEventListener("change", () => {
    const item = items[Number(select.value)];
    select.selectedIndex = 0;
    if (item) editor.load(item.text);
  });
  parent.append(select);
}
