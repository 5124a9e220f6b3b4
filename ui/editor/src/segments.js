// Which parts of the document a model wrote: they keep their tokens' probabilities, and can be taken back as one.
import {StateEffect, StateField} from "@codemirror/state";

/**
 * @typedef {object} Segment
 * @property {string} id      the request that wrote it
 * @property {number} choice  which of its alternatives
 * @property {number} offset  where in that alternative's text it begins
 * @property {number} from    where it is in the document
 * @property {number} to
 */

/** Adds a segment; its positions are those after the change. */
export const addSegment = StateEffect.define();

/** What an edit leaves of a segment: nothing of what it replaced, and two parts where it cut one. */
function cut(segment, changes) {
  let parts = [segment];
  changes.iterChangedRanges((from, to) => {
    parts = parts.flatMap(part => {
      if (to < part.from || from > part.to || (from === to && (from === part.from || from === part.to))) return [part];
      const left = {...part, to: Math.min(part.to, from)};
      const start = Math.max(part.from, to);
      const right = {...part, from: start, offset: part.offset + start - part.from};
      return [left, right].filter(({from: begin, to: end}) => begin < end);
    });
  });
  return parts.map(part => ({...part, from: changes.mapPos(part.from, 1), to: changes.mapPos(part.to, -1)}));
}

/** Joins a segment to the one that it continues. */
function append(segments, next) {
  const last = segments.at(-1);
  const continues =
    last?.id === next.id && last.choice === next.choice && last.to === next.from &&
    last.offset + last.to - last.from === next.offset;
  return continues ? [...segments.slice(0, -1), {...last, to: next.to}] : [...segments, next];
}

export const segmentField = StateField.define({
  create: () => [],
  update(segments, tr) {
    let next = segments;
    if (tr.docChanged) next = next.flatMap(segment => cut(segment, tr.changes));
    for (const effect of tr.effects) if (effect.is(addSegment)) next = append(next, effect.value);
    return next;
  },
});

/** The segment that holds a position, counting its first character but not what follows its last. */
export const segmentAt = (state, pos) =>
  state.field(segmentField).find(({from, to}) => from <= pos && pos < to);
