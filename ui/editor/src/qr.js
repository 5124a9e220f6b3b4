// A QR code as SVG.
import {qrcode} from "qrcode-generator";

const NS = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules of white around it, which readers need
const PIXELS = 4; // of a module, where there is room
export const MAX_QR = 2953; // bytes of the largest code, at its lowest redundancy: a link is longer than a poster's address

/** The code of a text of ASCII characters; null where it is too long. */
export function createCode(text, label) {
  if (text.length > MAX_QR) return null;
  const code = qrcode(0, "L");
  code.addData(text, "Byte");
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const from = column;
      while (column < count && code.isDark(row, column)) column++;
      if (column > from) path += `M${from + QUIET} ${row + QUIET}h${column - from}v1H${from + QUIET}z`;
    }
  }
  const size = count + 2 * QUIET;
  const svg = document.createElementNS(NS, "svg");
  const put = (tag, attributes) => {
    const element = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    svg.append(element);
  };
  for (const [name, value] of Object.entries({
    class: "phi-qr",
    viewBox: `0 0 ${size} ${size}`,
    width: size * PIXELS,
    height: size * PIXELS,
    role: "img",
    "aria-label": label,
    "shape-rendering": "crispEdges",
  })) {
    svg.setAttribute(name, value);
  }
  // Dark on light in either scheme: not every reader knows the inverse.
  put("rect", {width: size, height: size, fill: "#fff"});
  put("path", {d: path, fill: "#000"});
  return svg;
}
