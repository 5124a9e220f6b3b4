// The dialog that shows a completion as a picture, and saves it.
import {createChoice, createDialog} from "./dialog.js";
import {make} from "./dom.js";
import {download} from "./file.js";
import {draw, pngBlob, svgBlob} from "./picture.js";
import {named} from "./replay.js";
import {toUnits} from "./text.js";

const SHOWN = {temperature: "temperature", top_p: "top-p", top_k: "top-k", min_p: "min-p", repetition_penalty: "repetition penalty"};
const OFF = {top_p: 1, top_k: 0, min_p: 0, repetition_penalty: 1};

/** The small print: who completed, and by which settings. */
function footer({model, settings, seed, completion}) {
  const told = Object.entries(SHOWN)
    .filter(([name]) => settings[name] !== undefined && settings[name] !== OFF[name])
    .map(([name, label]) => `${label} ${settings[name]}`);
  const drawn = [...told, `max tokens ${settings.max_tokens}`, `seed ${seed}`, `${completion.tokens.length} tokens`];
  const who = model ? `${named(model)}${model.revision ? ` @ ${model.revision}` : ""} in ${model.dtype}` : "a model";
  return [`Shaded: completed by ${who}`, drawn.join(" \u00b7 ")];
}

/** @returns {(shared: object) => void} shows the dialog for a completion */
export function createPictureDialog(parent) {
  let shared = null;
  let picture = null;
  const scheme = createChoice("Colours", {light: "Light", dark: "Dark"}, show);
  const image = make("img", {alt: "The code, with the completion shaded"});
  const message = make("p", {role: "status"});
  const png = make("button", {type: "button"}, "Save PNG");
  const svg = make("button", {type: "button"}, "Save SVG");
  const dialog = createDialog(
    parent, "Picture", scheme.dom, make("div", {class: "phi-picture"}, image), make("div", {class: "phi-row"}, png, svg), message,
  );

  function show() {
    const at = toUnits(shared.text, shared.cursor);
    picture = draw({
      parts: [shared.text.slice(0, at), shared.completion.text, shared.text.slice(at)],
      footer: footer(shared),
      dark: scheme.boxes.dark.checked,
    });
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(svgBlob(picture));
    message.textContent = "";
  }
  svg.addEventListener("click", () => {
    download("completion.svg", svgBlob(picture));
    message.textContent = "Saved as completion.svg.";
  });
  png.addEventListener("click", async () => {
    download("completion.png", await pngBlob(picture));
    message.textContent = "Saved as completion.png.";
  });
  return next => {
    shared = next;
    scheme.boxes[document.body.classList.contains("dark") ? "dark" : "light"].checked = true;
    show();
    dialog.showModal();
  };
}
