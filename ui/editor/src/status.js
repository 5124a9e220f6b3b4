// The status line: a message that is announced, and figures that are not.
import {make} from "./dom.js";

/**
 * @param {HTMLElement} parent
 * @param {{state: string, message: string, facts: {label: string, value: string, title: string}[]}} value
 */
export function createStatus(parent) {
  const message = make("span", {class: "phi-message", role: "status"});
  const facts = make("dl", {class: "phi-facts"});
  parent.append(message, facts);
  return {
    show(value) {
      const {state = "idle", message: text = "", facts: rows = []} = value ?? {};
      parent.dataset.state = state;
      if (message.textContent !== text) message.textContent = text;
      facts.replaceChildren(
        ...rows.map(({label, value: shown, title}) =>
          make("div", title ? {title} : {}, make("dt", {}, label), make("dd", {}, shown)),
        ),
      );
    },
  };
}
