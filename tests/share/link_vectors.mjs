// Runs the browser's codec on the requests of standard input: [["decode", fragment] | ["encode", payload], ...].
// Prints [{"value": ...} | {"error": message}, ...].
import {readFileSync, writeSync} from "node:fs";
import {LinkError, decode, encode} from "../../ui/editor/src/link.js";

const results = [];
for (const [name, argument] of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    results.push({value: await {decode, encode}[name](argument)});
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    results.push({error: error.message});
  }
}
let left = Buffer.from(JSON.stringify(results));
while (left.length) left = left.subarray(writeSync(1, left));
