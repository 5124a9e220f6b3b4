// A completion as a JSON file: all that a link holds, and each token's text and log-probability. No page in here.
import {LinkError, checked} from "./link.js";

const FORMAT = "phi completion";
const VERSION = 1;
export const MAX_FILE = 2 ** 22; // bytes

/** The file's text. `drawn` is [{id, text, logprob}] of the completion's tokens; logprob is null where it is unknown. */
export const write = (shared, drawn) =>
  `${JSON.stringify({format: FORMAT, version: VERSION, ...checked(shared), tokens: drawn ?? null}, null, 2)}\n`;

/**
 * Reads a file's text: {shared, drawn}. Files without a format are those of before it had one.
 * @throws {LinkError}
 */
export function read(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LinkError("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new LinkError("it is not a saved completion");
  }
  const {format = FORMAT, version = VERSION, tokens = null, ...payload} = value;
  if (format !== FORMAT) throw new LinkError("it is not a saved completion");
  if (version !== VERSION) {
    throw new LinkError(`it is of version ${JSON.stringify(version)}, and this page reads version ${VERSION}`);
  }
  const shared = checked(payload);
  return {shared, drawn: tokens === null ? null : readTokens(tokens, shared.completion)};
}

function readTokens(tokens, completion) {
  const ids = completion?.tokens ?? [];
  const good =
    Array.isArray(tokens) &&
    tokens.length === ids.length &&
    tokens.every(
      (token, at) =>
        token?.id === ids[at] &&
        typeof token.text === "string" &&
        (token.logprob === null || (Number.isFinite(token.logprob) && token.logprob <= 0)),
    );
  if (!good) throw new LinkError("tokens must be those of the completion, each with id, text and logprob");
  return tokens.map(({id, text, logprob}) => ({id, text, logprob}));
}

/** Gives the browser a file to keep. */
export function download(name, content) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(content);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}
