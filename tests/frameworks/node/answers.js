// What do JavaScript's frameworks answer?
//
// Run with one job a line on standard input: {"family", "options", "requests": [[method, path,
// fields], …]}; each gives a line with [[status, fields, body], …]. All frameworks serve the same:
// /items with GET, POST and PUT, /boom which throws.

import http from "node:http";
import readline from "node:readline";

import express from "express";
import expressCors from "cors";
import Koa from "koa";
import koaCors from "@koa/cors";
import Fastify from "fastify";
import fastifyCors from "@fastify/cors";
import { Hono } from "hono";
import { cors as honoCors } from "hono/cors";

const METHODS = ["GET", "POST", "PUT"];
const boom = () => {
  throw new Error("boom");
};

// What JSON cannot hold: regular expressions, and functions that look an origin up.
const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive);
  if (value?.$pattern) return new RegExp(value.$pattern);
  return value;
};
const lookup = ({ $origins, $patterns }) => {
  const patterns = $patterns.map((pattern) => new RegExp(pattern));
  return (origin) =>
    $origins.includes(origin) || patterns.some((p) => p.test(origin)) ? origin : "";
};

const FRAMEWORKS = {
  async express(options) {
    const app = express().disable("x-powered-by");
    app.use(expressCors({ ...options, origin: revive(options.origin) ?? "*" }));
    for (const method of METHODS) app[method.toLowerCase()]("/items", (_, r) => r.send("ok"));
    app.get("/boom", boom);
    app.use((_error, _request, response, _next) => response.status(500).end());
    return http.createServer(app);
  },
  async koa(options) {
    const app = new Koa({ env: "test" });
    app.silent = true;
    if (options.origin?.$origins) {
      const find = lookup(options.origin);
      options.origin = (context) => find(context.get("Origin"));
    }
    app.use(koaCors(options));
    app.use((context) => {
      if (context.path === "/boom") boom();
      if (context.path !== "/items") return;
      context.status = METHODS.includes(context.method) ? 200 : 405;
      context.body = "ok";
    });
    return http.createServer(app.callback());
  },
  async fastify(options) {
    const app = Fastify();
    await app.register(fastifyCors, { ...options, origin: revive(options.origin) ?? "*" });
    app.route({ method: METHODS, url: "/items", handler: async () => "ok" });
    app.get("/boom", boom);
    await app.ready();
    return http.createServer(app.routing);
  },
  async hono(options) {
    const app = new Hono();
    if (options.origin?.$origins) options.origin = lookup(options.origin);
    app.use(honoCors(options));
    app.on(METHODS, "/items", (context) => context.text("ok"));
    app.get("/boom", boom);
    app.onError((_, context) => context.text("error", 500));
    return http.createServer(async (request, response) => {
      const headers = new Headers();
      for (let i = 0; i < request.rawHeaders.length; i += 2)
        headers.append(request.rawHeaders[i], request.rawHeaders[i + 1]);
      const answer = await app.fetch(
        new Request(`http://api.test${request.url}`, { method: request.method, headers }),
      );
      response.writeHead(answer.status, [...answer.headers].flat());
      response.end(await answer.text());
    });
  },
};

const ask = (port, [method, path, fields]) =>
  new Promise((resolve, reject) => {
    const headers = ["Host", "api.test", "Content-Length", "0", ...fields.flat()];
    const request = http.request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      const found = [];
      for (let i = 0; i < answer.rawHeaders.length; i += 2)
        found.push([answer.rawHeaders[i], answer.rawHeaders[i + 1]]);
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => (body += text));
      answer.on("end", () => resolve([answer.statusCode, found, body]));
    });
    request.on("error", reject).end();
  });

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { family, options, requests } = JSON.parse(line);
  const server = await FRAMEWORKS[family](options);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const found = [];
  for (const request of requests) found.push(await ask(server.address().port, request));
  await new Promise((resolve) => server.close(resolve));
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
process.exit(0);
