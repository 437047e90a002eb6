// The service behind both gateways: the same small answer to everything.
import { createServer } from "node:http";

const ANSWER = Buffer.from(JSON.stringify({ status: "ready", filler: "x".repeat(300) }));
const HEADERS = { "Content-Type": "application/json", "Content-Length": ANSWER.length };

createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
  response.writeHead(200, HEADERS).end(ANSWER);
}).listen(Number(process.env.PORT), "127.0.0.1");
