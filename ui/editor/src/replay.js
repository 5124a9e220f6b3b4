// What a replay of a shared completion says. Nothing here touches the page.
import FIELDS from "../../share/fields.json" with {type: "json"};
import {tokenHash} from "./link.js";

const SAME = ["colour", "auto"]; // settings that change nothing of what is drawn
const FACTS = ["name", "fingerprint", "dtype"];

/** Where two lists of tokens part: -1 where they do not. */
function parting(ours, theirs) {
  const longest = Math.max(ours.length, theirs.length);
  for (let at = 0; at < longest; at++) if (ours[at] !== theirs[at]) return at;
  return -1;
}

const drawn = settings =>
  JSON.stringify(
    Object.entries(FIELDS).filter(([name]) => !SAME.includes(name)).map(([name, rule]) => settings[name] ?? rule.default),
  );

/** Whether two models, each as a link names it, may draw something else. */
export const differ = (one, other) =>
  Boolean(one && other) && FACTS.some(fact => (one[fact] ?? null) !== (other[fact] ?? null));

/** A model in a message. */
export const named = ({name, fingerprint}) => `${name}${fingerprint ? ` (${fingerprint})` : ""}`;

/** What a replay shows: the message, and whether the two texts are worth a look. */
export function verdict(shared, made, choice) {
  const {completion, model, settings, seed} = shared;
  const others = [];
  if (differ(model, made.model)) {
    others.push(
      `This page has ${named(made.model)} in ${made.model.dtype}, the link is of ${model.name} in ${model.dtype}.`,
    );
  }
  if (seed !== made.seed || drawn(settings) !== drawn(made.settings)) {
    others.push("The settings are not those of the link.");
  }
  const ids = choice?.ids ?? [];
  const at = parting(completion.tokens, ids);
  if (at < 0 && completion.hash === tokenHash(ids)) return {same: true, message: ["Identical.", ...others].join(" ")};
  return {same: false, message: [`Diverged at token ${at + 1}.`, ...others].join(" ")};
}
