// A gateway of a few lines: verifies the token, passes the request on, keeps connections.
import http from "node:http";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { authenticated } from "./tokens.js";

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.use(
  "/api",
  authenticated,
  createProxyMiddleware({
    target: process.env.UPSTREAM_URL,
    agent: new http.Agent({ keepAlive: true }),
    changeOrigin: true,
    xfwd: true,
  }),
);
app.listen(Number(process.env.PORT), "127.0.0.1");
