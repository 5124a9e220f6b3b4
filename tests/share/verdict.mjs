// Prints what a replay says, for [shared, made, choice] from standard input.
import {readFileSync} from "node:fs";
import {verdict} from "../../ui/editor/src/replay.js";

console.log(JSON.stringify(verdict(...JSON.parse(readFileSync(0, "utf8")))));
