// All alternatives side by side, each with its mean log-probability and a button that accepts it.
import {make} from "./dom.js";
import {coloured} from "./highlight.js";

/** @param {HTMLElement} parent */
export function createPanel(parent, editor) {
  const cards = [];
  function card(index) {
    const score = make("span", {class: "phi-score", title: "mean log-probability of its tokens"});
    const button = make("button", {type: "button"}, `Accept ${index + 1}`);
    button.addEventListener("click", () => editor.acceptChoice(index));
    const body = make("div", {class: "phi-alternative-text", tabindex: "0", role: "group"});
    body.setAttribute("aria-label", `Alternative ${index + 1}`);
    const dom = make("li", {}, make("header", {}, button, score), body);
    return {dom, score, body, choice: null};
  }
  const list = make("ol", {class: "phi-alternatives", "aria-label": "Alternatives"});
  parent.append(list);
  return ghost => {
    const choices = ghost && ghost.choices.length > 1 ? ghost.choices : [];
    while (cards.length < choices.length) cards.push(card(cards.length));
    if (list.children.length !== choices.length) {
      list.replaceChildren(...cards.slice(0, choices.length).map(({dom}) => dom));
    }
    choices.forEach((choice, index) => {
      const shown = cards[index];
      shown.dom.toggleAttribute("data-active", index === ghost.active);
      shown.score.textContent = choice.logprob == null ? "" : `logprob ${choice.logprob.toFixed(2)}`;
      if (shown.choice === choice) return;
      shown.choice = choice;
      shown.body.replaceChildren(coloured(choice.spans ?? [["", choice.text]]));
    });
  };
}
