// Times understanding alone: node parse.mjs model.nlp texts.json; prints milliseconds as JSON
import { readFileSync } from "node:fs";
import { NlpManager } from "node-nlp";

const [modelFile, textsFile] = process.argv.slice(2);
const manager = new NlpManager({ languages: ["en"] });
manager.load(modelFile);
const times = [];
for (const text of JSON.parse(readFileSync(textsFile, "utf8"))) {
  const begun = performance.now();
  await manager.process("en", text);
  times.push(performance.now() - begun);
}
console.log(JSON.stringify(times));
