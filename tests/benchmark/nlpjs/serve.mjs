// Answers over HTTP with the intent that nlp.js finds: node serve.mjs model.nlp port
import { createServer } from "node:http";
import { NlpManager } from "node-nlp";

const [modelFile, port] = process.argv.slice(2);
const manager = new NlpManager({ languages: ["en"] });
manager.load(modelFile);

createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const { intent } = await manager.process("en", JSON.parse(body).message);
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ intent }));
}).listen(Number(port), "127.0.0.1");
