// Positions: the editor counts UTF-16 units, the server characters.

/** Text without halves of surrogate pairs, which JSON could not carry to the server. */
export const wellFormed = text => (text.isWellFormed?.() ?? true ? text : text.toWellFormed());

/** How many characters the first `units` units of `text` make. */
export function toCharacters(text, units) {
  let characters = 0;
  for (let at = 0; at < units; characters++) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return characters;
}

/** How many units the first `characters` characters of `text` make. */
export function toUnits(text, characters) {
  let at = 0;
  for (let seen = 0; seen < characters && at < text.length; seen++) {
    at += text.codePointAt(at) > 0xffff ? 2 : 1;
  }
  return at;
}
