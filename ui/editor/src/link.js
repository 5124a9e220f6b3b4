// The permalink's codec; ui/share/link.py describes the format. Nothing here touches the page.
import FIELDS from "../../share/fields.json" with {type: "json"};

export const VERSION = 2;
export const MAX_LINK = 32_768;
export const LONG_LINK = 8_000;
const MAX_BYTES = 2 ** 20;
const MAX_SEED = 2n ** 63n - 1n;
const MAX_NAME = 512;
const MAX_TOKENS = 16_384;
const MAX_TOKEN_ID = 2 ** 31 - 1;
const SHOWN = 40;

/** What the page tells the person who opened or made a link. */
export class LinkError extends Error {}

const number = n => n.toLocaleString("en-US");
const DAMAGED = "the link is damaged: its data cannot be read";

function refuse(name, rule, value) {
  const shown = JSON.stringify(value ?? null);
  const clipped = shown.length <= SHOWN ? shown : `${shown.slice(0, SHOWN)}…`;
  throw new LinkError(`${name} must be ${rule}, got ${clipped}`);
}

function keys(name, value, known) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(name, "an object", value);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) refuse(name, "without unknown fields", key);
  }
}

function integer(name, value, least, most) {
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse(name, `an integer from ${least} to ${most}`, value);
  }
  return value;
}

const length = text => [...text].length;
const loneSurrogate = /\p{Surrogate}/u;

function text(name, value, most = Infinity) {
  const rule = most === Infinity ? "a text of Unicode characters" : `a text of up to ${most} characters`;
  if (typeof value !== "string" || length(value) > most || loneSurrogate.test(value)) {
    refuse(name, rule, value);
  }
  return value;
}

function texts(name, value, count, most) {
  const rule = `a list of at most ${count} texts of 1 to ${most} characters`;
  if (!Array.isArray(value) || value.length > count) refuse(name, rule, value);
  for (const item of value) {
    if (!text(name, item) || length(item) > most) refuse(name, rule, value);
  }
  return [...value];
}

function biases(name, value, {max, length: most, limit}) {
  const rule =
    `a list of at most ${max} pairs of a token id, or a text of 1 to ${most} characters, ` +
    `and a number from -${limit} to ${limit}`;
  if (!Array.isArray(value) || value.length > max) refuse(name, rule, value);
  return value.map(pair => {
    if (!Array.isArray(pair) || pair.length !== 2) refuse(name, rule, pair);
    const [token, bias] = pair;
    const known = typeof token === "string"
      ? length(text(name, token)) >= 1 && length(token) <= most
      : Number.isInteger(token) && token >= 0 && token <= MAX_TOKEN_ID;
    if (!known || !Number.isFinite(bias) || Math.abs(bias) > limit) refuse(name, rule, pair);
    return [token, bias];
  });
}

function setting(name, value) {
  const rule = FIELDS[name];
  const path = `settings.${name}`;
  if (rule.type === "int") return integer(path, value, rule.min, rule.max);
  if (rule.type === "number") {
    const above = "above" in rule;
    const least = above ? rule.above : rule.min;
    const inside = Number.isFinite(value) && value >= least && value <= rule.max;
    if (!inside || (above && value === least)) {
      const words = above ? `above ${least}, up to ${rule.max}` : `from ${least} to ${rule.max}`;
      refuse(path, `a number ${words}`, value);
    }
    return value;
  }
  if (rule.type === "texts") return texts(path, value, rule.max, rule.length);
  if (rule.type === "bias") return biases(path, value, rule);
  if (rule.type === "choice") {
    if (!rule.choices.includes(value)) refuse(path, `one of ${rule.choices.join(", ")}`, value);
    return value;
  }
  if (typeof value !== "boolean") refuse(path, "true or false", value);
  return value;
}

const since = name => FIELDS[name].since ?? 1;

/** The lowest version of a link that can say these settings: older pages open what they can. */
export const versionOf = settings =>
  Math.max(1, ...Object.keys(settings).filter(name => since(name) > 1 && settings[name].length).map(since));

function settings(value, version) {
  const known = Object.keys(FIELDS).filter(name => since(name) <= version);
  keys("settings", value, known);
  const all = Object.fromEntries(
    known.map(name => [name, setting(name, Object.hasOwn(value, name) ? value[name] : FIELDS[name].default)]),
  );
  const said = versionOf(all);
  return Object.fromEntries(Object.entries(all).filter(([name]) => since(name) <= said));
}

/** FNV-1a of the ids as 4 bytes each, little-endian: 16 hexadecimal digits. */
export function tokenHash(tokens) {
  let value = 0xcbf29ce484222325n;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) {
      value = BigInt.asUintN(64, (value ^ BigInt((token >>> shift) & 255)) * 0x100000001b3n);
    }
  }
  return value.toString(16).padStart(16, "0");
}

function readModel(value) {
  const names = ["name", "revision", "fingerprint", "dtype", "quantization"];
  keys("model", value, names);
  const read = name => {
    const absent = name !== "name" && (value[name] ?? null) === null;
    return [name, absent ? null : text(`model.${name}`, value[name], MAX_NAME)];
  };
  return Object.fromEntries(names.map(read));
}

function readCompletion(value) {
  keys("completion", value, ["text", "tokens", "choice", "hash"]);
  if (!Array.isArray(value.tokens) || value.tokens.length > MAX_TOKENS) {
    refuse("completion.tokens", `a list of at most ${MAX_TOKENS} token ids`, value.tokens);
  }
  const shown = text("completion.text", value.text);
  const tokens = value.tokens.map(id => integer("completion.tokens", id, 0, MAX_TOKEN_ID));
  const choice = integer("completion.choice", value.choice, 0, 15);
  const hash = tokenHash(tokens);
  if (value.hash !== hash) refuse("completion.hash", "the hash of its tokens", value.hash);
  return {text: shown, tokens, choice, hash};
}

const orNull = (value, read) => ((value ?? null) === null ? null : read(value));

function readPayload(payload, version) {
  keys("the link", payload, ["text", "cursor", "settings", "seed", "model", "completion"]);
  const document = text("text", payload.text);
  const seed = payload.seed ?? null;
  if (seed !== null) {
    const digits = typeof seed === "string" && /^[0-9]{1,19}$/.test(seed);
    if (!digits || BigInt(seed) > MAX_SEED) {
      refuse("seed", `null or the digits of an integer from 0 to ${MAX_SEED}`, seed);
    }
  }
  return {
    text: document,
    cursor: integer("cursor", payload.cursor, 0, length(document)),
    settings: settings(payload.settings, version),
    seed: seed === null ? null : BigInt(seed).toString(),
    model: orNull(payload.model, readModel),
    completion: orNull(payload.completion, readCompletion),
  };
}

/** A payload as a link carries it, all of it checked; anything wrong is a LinkError. */
export const checked = payload => readPayload(payload, VERSION);

/** Reads a stream to its end, but no more than `most` bytes of it. */
async function collect(stream, most, tooMuch) {
  const parts = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new LinkError(tooMuch);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const through = (bytes, transform) => new Blob([bytes]).stream().pipeThrough(transform);

/** The fragment of a payload (see `Shared.payload`), without the "#". */
export async function encode(payload) {
  const whole = checked(payload);
  const bytes = new TextEncoder().encode(JSON.stringify(whole));
  if (bytes.length > MAX_BYTES) {
    throw new LinkError(
      `the link would hold ${number(bytes.length)} bytes, and at most ${number(MAX_BYTES)} fit`,
    );
  }
  const packed = await collect(through(bytes, new CompressionStream("deflate-raw")), Infinity, "");
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  const data = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const fragment = `phi=${versionOf(whole.settings)}.${data}`;
  if (fragment.length > MAX_LINK) {
    throw new LinkError(
      `the link would be ${number(fragment.length)} characters long, and at most ${number(MAX_LINK)} ` +
        "are allowed: shorten the text, or save it as a file",
    );
  }
  return fragment;
}

/** Reads a fragment, with or without the "#"; anything wrong is a LinkError, and nothing has happened. */
export async function decode(fragment) {
  if (fragment.length > MAX_LINK + 1) {
    throw new LinkError(`the link must be at most ${number(MAX_LINK)} characters long`);
  }
  const match = /^#?phi=([0-9]{1,6})\.([A-Za-z0-9_-]*)$/.exec(fragment);
  if (!match) {
    throw new LinkError("the link is damaged: it must be phi=, a version, a point, and base64url");
  }
  const version = Number(match[1]);
  if (version < 1 || version > VERSION) {
    throw new LinkError(
      `the link is of version ${version}, and this page reads versions up to ${VERSION}`,
    );
  }
  return readPayload(await unpack(match[2]), version);
}

async function unpack(data) {
  const tooMuch = `the link is refused: it unpacks to more than ${number(MAX_BYTES)} bytes`;
  let bytes;
  try {
    const binary = atob(data.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(binary, character => character.charCodeAt(0));
    bytes = await collect(
      through(packed, new DecompressionStream("deflate-raw")), MAX_BYTES, tooMuch,
    );
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError(DAMAGED);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes));
  } catch {
    throw new LinkError(DAMAGED);
  }
}
