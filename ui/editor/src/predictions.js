// Taking predictions back and putting them in again, apart from the editor's own undo.
import {addSegment, segmentField} from "./segments.js";
import {setGhost} from "./ghost.js";

/** Removes the newest prediction and remembers it. */
export function undoPrediction(view, redone) {
  const segments = view.state.field(segmentField);
  const last = segments.at(-1);
  if (!last) return false;
  const parts = segments.filter(({id}) => id === last.id).sort((a, b) => a.from - b.from);
  redone.push(parts.map(part => ({...part, text: view.state.sliceDoc(part.from, part.to)})));
  view.dispatch({
    changes: parts.map(({from, to}) => ({from, to})),
    selection: {anchor: parts[0].from},
    effects: setGhost.of(null),
    userEvent: "delete.prediction",
    scrollIntoView: true,
  });
  return true;
}

/** Puts the prediction that was removed last where it stood, or at the end of what is left. */
export function redoPrediction(view, redone) {
  const parts = redone.pop();
  if (!parts) return false;
  for (const {text, ...part} of parts) {
    const from = Math.min(part.from, view.state.doc.length);
    const to = from + text.length;
    view.dispatch({
      changes: {from, insert: text},
      selection: {anchor: to},
      effects: [setGhost.of(null), addSegment.of({...part, from, to})],
      userEvent: "input.prediction",
      scrollIntoView: true,
    });
  }
  return true;
}
