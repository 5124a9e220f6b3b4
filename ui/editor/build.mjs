// Bundles src/ into assets/editor/phi-editor.js; with --check, compares instead of writing.
import {readFile} from "node:fs/promises";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

const target = fileURLToPath(new URL("../../assets/editor/phi-editor.js", import.meta.url));
const check = process.argv.includes("--check");
const {outputFiles} = await build({
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  entryPoints: ["src/index.js"],
  outfile: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  banner: {js: "/* Built from ui/editor by `npm run build`. Contains CodeMirror 6 (MIT). */"},
  write: false,
});
const built = outputFiles[0].text;
if (check) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== built) {
    console.error("assets/editor/phi-editor.js is not what ui/editor builds: run `npm run build`");
    process.exit(1);
  }
  console.log("assets/editor/phi-editor.js is current");
} else {
  const {writeFile} = await import("node:fs/promises");
  await writeFile(target, built);
  console.log(`${built.length} bytes`);
}
