// Builds the widget into dist/, and fails when it gets heavier than a phone should have to load.
//
//   widget.js        the launcher that a page includes; its name never changes
//   panel-HASH.js    the chat, loaded on first open; its name changes with its contents
//   licenses.txt     licences of what is bundled
import { build } from "esbuild";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";

const LAUNCHER_LIMIT = 10_000; // bytes, gzip
const TOTAL_LIMIT = 130_000;
// deep-chat's bundle holds the others.
const BUNDLED = ["deep-chat", "remarkable", "autolinker", "speech-to-element", "@microsoft/fetch-event-source"];

const common = {
  bundle: true,
  minify: true,
  target: ["es2020"],
  loader: { ".css": "text" },
  legalComments: "none",
  banner: { js: "/*! Licences of what is bundled: licenses.txt beside this file */" },
  outdir: "dist",
  metafile: true,
  logLevel: "warning",
};

await rm("dist", { recursive: true, force: true });
const panel = await build({
  ...common,
  entryPoints: ["src/panel.ts"],
  entryNames: "[name]-[hash]",
  format: "esm",
});
const panelFile = basename(Object.keys(panel.metafile.outputs)[0]);
await build({
  ...common,
  entryPoints: { widget: "src/launcher.ts" },
  format: "iife",
  // assistant/channels/widget.py puts the clinic's data here.
  define: { PANEL_FILE: JSON.stringify(panelFile), CLINIC: JSON.stringify("{{clinic}}") },
});
await writeFile("dist/licenses.txt", await licences());
await checkSizes();

async function licences() {
  const texts = await Promise.all(
    BUNDLED.map(async (name) => {
      const folder = `node_modules/${name}`;
      const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
      const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
      const text = file ? await readFile(`${folder}/${file}`, "utf8") : "";
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    }),
  );
  return texts.join("\n----\n\n");
}

async function checkSizes() {
  const launcher = await compressedSize("dist/widget.js");
  const total = launcher + (await compressedSize(`dist/${panelFile}`));
  const lines = [
    ["launcher", launcher, LAUNCHER_LIMIT],
    ["everything", total, TOTAL_LIMIT],
  ];
  for (const [name, size, limit] of lines) {
    console.log(`Widget, ${name}: ${size} bytes gzip (at most ${limit})`);
    if (size > limit) process.exitCode = 1;
  }
  if (process.exitCode) await rm("dist", { recursive: true });
}

async function compressedSize(path) {
  return gzipSync(await readFile(path), { level: 9 }).length;
}
