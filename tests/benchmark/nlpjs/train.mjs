// Trains nlp.js as its README shows it: node train.mjs phrases.json model.nlp
import { readFileSync } from "node:fs";
import { NlpManager } from "node-nlp";

const [phrasesFile, modelFile] = process.argv.slice(2);
const manager = new NlpManager({ languages: ["en"], forceNER: false, nlu: { log: false } });
for (const { label, text } of JSON.parse(readFileSync(phrasesFile, "utf8"))) {
  manager.addDocument("en", text, label);
}
await manager.train();
manager.save(modelFile);
