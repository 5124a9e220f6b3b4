// The dialog with a link, its length, its QR code, and what embeds it.
import {createChoice, createDialog} from "./dialog.js";
import {make} from "./dom.js";
import {LONG_LINK, LinkError, encode} from "./link.js";
import {MAX_QR, createCode} from "./qr.js";

const number = n => n.toLocaleString("en-US");

/** An `<iframe>` of somebody's page that shows what a link holds. */
const frame = address =>
  `<iframe src="${address.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="640" height="480" style="border:0"></iframe>`;

/** `address` with another query, before the fragment. */
const embedded = (address, fragment) => {
  const url = new URL(address);
  url.search = "?embed=1";
  url.hash = fragment;
  return url.href;
};

/**
 * @param {HTMLElement} parent
 * @param {{page: () => string, embed: () => string}} addresses  where the world finds the page, and what an iframe shows
 */
export function createLinkDialog(parent, addresses) {
  let payloads = {};
  const what = createChoice("What it holds", {completion: "The last completion", prompt: "This text alone"}, show);
  const link = make("input", {readonly: "", "aria-label": "Link"});
  const copy = make("button", {type: "button"}, "Copy link");
  const copyFrame = make("button", {type: "button"}, "Copy <iframe>");
  const message = make("p", {role: "status"});
  const code = make("div", {class: "phi-code"});
  const row = make("div", {class: "phi-row"}, copy, copyFrame);
  const dialog = createDialog(parent, "Share", what.dom, link, row, message, code);
  let html = "";

  async function show() {
    const payload = payloads[what.boxes.completion.checked ? "completion" : "prompt"];
    code.replaceChildren();
    link.value = html = "";
    row.hidden = link.hidden = true;
    try {
      if (payload instanceof LinkError) throw payload;
      const fragment = await encode(payload);
      link.value = `${addresses.page()}#${fragment}`;
      html = frame(embedded(addresses.embed(), fragment));
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      message.textContent = `Not shared: ${error.message}.`;
      return;
    }
    row.hidden = link.hidden = false;
    const length = link.value.length;
    const long = length > LONG_LINK ? " Some programs cut links as long as this." : "";
    message.textContent = `${number(length)} characters. All of it is in the link; no server keeps it.${long}`;
    const drawn = createCode(link.value, "QR code of the link");
    code.append(drawn ?? make("p", {}, `Too long for a QR code: at most ${number(MAX_QR)} characters fit.`));
  }

  async function toClipboard(text, name) {
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    if (!done) link.select();
    message.textContent = done ? `${name} copied.` : "Not copied: the browser does not allow it. Copy the link by hand.";
  }
  copy.addEventListener("click", () => toClipboard(link.value, "Link"));
  copyFrame.addEventListener("click", () => toClipboard(html, "HTML"));

  /** Shows the dialog; `completion` is null where nothing was completed. */
  return async next => {
    payloads = next;
    what.boxes.completion.disabled = !next.completion;
    what.boxes[next.completion ? "completion" : "prompt"].checked = true;
    await show();
    dialog.showModal();
  };
}
