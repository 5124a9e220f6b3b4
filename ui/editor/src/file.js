// A completion as a JSON file: all that a link holds, and each token's text and log-probability. No page in here.
import {LinkError, VERSION, checked, versionOf} from "./link.js";

const FORMAT = "phi completion";
export const MAX_FILE = 2 ** 22; // bytes

/** The file's text. `drawn` is [{id, text, logprob}] of the completion's tokens; logprob is null where it is unknown. */
export function write(shared, drawn) {
  const payload = checked(shared);
  const version = versionOf(payload.settings); // that of the link which says the same
  return `${JSON.stringify({format: FORMAT, version, ...payload, tokens: drawn ?? null}, null, 2)}\n`;
}

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
  const {format = FORMAT, version = 1, tokens = null, ...payload} = value;
  if (format !== FORMAT) throw new LinkError("it is not a saved completion");
  if (!(Number.isInteger(version) && version >= 1 && version <= VERSION)) {
    throw new LinkError(`it is of version ${JSON.stringify(version)}, and this page reads versions up to ${VERSION}`);
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
