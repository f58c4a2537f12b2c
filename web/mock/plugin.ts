/** A made-up server inside Vite's development server, so that the UI can be worked on without Flink. Never part of a build. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer, type Mood, micros, requestId } from "./answers.ts";
import { eventsUntil, since } from "./events.ts";
import { graph, job, resolve } from "./jobs.ts";

/** SIGHTGLASS_MOCK_STATE: empty, failing, or slow, which answers after three seconds. */
const state = process.env.SIGHTGLASS_MOCK_STATE ?? "";
const slow = state === "slow";
const mood: Mood = state === "empty" || state === "failing" ? state : "";

function stream(
	res: ServerResponse,
	req: IncomingMessage,
	every: number,
	make: () => readonly (readonly [id: string, item: unknown])[],
): void {
	res.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store" });
	const send = () => {
		for (const [id, item] of make()) res.write(`${id === "" ? "" : `id: ${id}\n`}data: ${JSON.stringify(item)}\n\n`);
	};
	send();
	const beat = setInterval(send, every);
	req.on("close", () => clearInterval(beat));
}

function serve(req: IncomingMessage, res: ServerResponse, next: () => void): void {
	const url = new URL(req.url ?? "/", "http://mock");
	if (!url.pathname.startsWith("/api/v1")) {
		next();
		return;
	}
	const path = url.pathname.slice("/api/v1".length);
	const live = /^\/(jobs|recordings)\/([^/]+)\/(live|events\/live)$/.exec(path);
	const id = live?.[2] === undefined ? undefined : resolve(decodeURIComponent(live[2]));
	if (live !== null && id !== undefined && mood !== "failing") {
		if (live[1] === "jobs") {
			stream(res, req, 1000, () => [["", { job: job(id, micros()), graph: graph(id, micros()) }]]);
			return;
		}
		let from = eventsUntil(id, micros());
		stream(res, req, 150, () => {
			const { items, next: n } = since(id, from, url.searchParams, micros(), 60);
			from = n;
			return items.map((e) => [e.cursor, e]);
		});
		return;
	}
	const reply = () => {
		const { status, body } = answer(path, url.searchParams, mood, req.method);
		res.writeHead(status, {
			"Content-Type": status === 200 ? "application/json" : "application/problem+json",
			"X-Request-Id": requestId,
		});
		res.end(JSON.stringify(body));
	};
	if (slow) setTimeout(reply, 3000);
	else reply();
}

export function mockServer(): Plugin {
	return {
		name: "sightglass-mock",
		configureServer(server) {
			server.middlewares.use(serve);
		},
		configurePreviewServer(server) {
			server.middlewares.use(serve);
		},
	};
}
