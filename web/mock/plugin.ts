/** A made-up server inside Vite's development server, so that the UI can be worked on without Flink. Never part of a build. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { rfc3339 } from "./draw.ts";
import { eventsUntil, page, since, timeline } from "./events.ts";
import { began, channels, detail, gaps, graph, ids, job, processes, resolve } from "./jobs.ts";
import { lineage, moment } from "./lineage.ts";

const micros = () => Date.now() * 1000;

/** Set by SIGHTGLASS_MOCK_STATE: "empty" has no job, "failing" answers every question with a problem, "slow" after three seconds. */
const mood = process.env.SIGHTGLASS_MOCK_STATE ?? "";

function listOf(kind: string, items: readonly unknown[]) {
	return { kind, version: 1, items };
}

function problem(status: number, detail: string, hint: string) {
	return {
		status,
		body: { title: status === 404 ? "Not Found" : "Internal Server Error", status, detail, hint, request_id: "MOCK7Q2F4KMX" },
	};
}

function recording(id: string) {
	const j = job(id, micros());
	return {
		id,
		job: j.name,
		state: j.state,
		flink: j.flink,
		started: rfc3339(began),
		blocks: "41208",
		events: j.events,
		bytes: j.bytes,
		gaps: j.gaps,
		agents: j.agents,
	};
}

function answer(path: string, q: URLSearchParams): { readonly status: number; readonly body: unknown } {
	const now = micros();
	const ok = (body: unknown) => ({ status: 200, body });
	const all = mood === "empty" ? [] : Object.values(ids);
	if (mood === "failing" && path !== "/principal")
		return problem(500, "the store of this made-up server is broken", "start it without SIGHTGLASS_MOCK_STATE");
	switch (path) {
		case "/status":
			return ok({
				version: "0.1.0-mock",
				uptime_s: "2400",
				listen: "127.0.0.1:7070",
				agent_listen: "127.0.0.1:7171",
				data: "data",
				flink_lines: [
					"env.java.default-opts.taskmanager: -javaagent:data/sightglass-agent.jar=127.0.0.1:7171",
					"env.java.default-opts.jobmanager: -javaagent:data/sightglass-agent.jar=127.0.0.1:7171",
				],
				agents: mood === "empty" ? 0 : 3,
				recordings: all.length,
				bytes: "9840120312",
				ingest: { blocks: "41208", blocks_per_s: 17, bytes: "9840120312", bytes_per_s: 4_300_000, events: "2880000", events_per_s: 1290 },
			});
		case "/principal":
			return ok({ id: "local", name: "local", roles: ["owner"], actions: ["job:view", "job:read", "status"], policy: "clear" });
		case "/doctor":
			return ok(
				listOf("Check", [
					{ check: "agents", state: "ok", detail: "3 agents are connected" },
					{
						check: "hooks",
						state: "warn",
						detail: "hook mails of tm-2 is missing",
						fix: "the order of mails is not recorded there; other answers hold",
					},
					{ check: "disk", state: "ok", detail: "71 GB free of 120 GB" },
				]),
			);
		case "/agents":
			return ok(listOf("Process", mood === "empty" ? [] : processes(now)));
		case "/jobs":
			return ok(
				listOf(
					"Job",
					all.map((id) => job(id, now)),
				),
			);
		case "/recordings":
			return ok(listOf("Recording", all.map(recording)));
	}
	const [, room, name = "", what, ...rest] = path.split("/").map(decodeURIComponent);
	const id = name === "any" ? "any" : resolve(name);
	if (id === undefined)
		return problem(404, `no ${room === "jobs" ? "job" : "recording"} has the name or id ${name}`, "GET /api/v1/jobs?all=true lists them");
	if (room === "jobs") {
		if (what === undefined) return ok(detail(id, now));
		if (what === "channels") return ok(channels(id, now));
	}
	if (room === "recordings") {
		if (what === undefined) return ok(recording(id));
		if (what === "events") return ok(page(id, q, now));
		if (what === "timeline") return ok(timeline(id, q, now));
		if (what === "gaps") return ok(listOf("Gap", gaps(id)));
		if (what === "exceptions") return ok(page(id, new URLSearchParams("kind=exception&limit=20"), now));
		if (what === "lineage") {
			const record = q.get("record") ?? "";
			if (record.includes("99999999"))
				return problem(
					404,
					`no recording has the record ${record}`,
					"it may be older than what is kept, or its topic is read by no recorded job",
				);
			return ok(lineage(id, record, q.get("dir") ?? "both"));
		}
		if (what === "at") {
			const m = moment(id, rest.join("/"), now);
			return m === undefined ? problem(404, "no such position", "positions are written operator.subtask.attempt.invocation") : ok(m);
		}
	}
	return problem(404, "no such route", "");
}

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
		const { status, body } = answer(path, url.searchParams);
		res.writeHead(status, {
			"Content-Type": status === 200 ? "application/json" : "application/problem+json",
			"X-Request-Id": "MOCK7Q2F4KMX",
		});
		res.end(JSON.stringify(body));
	};
	if (mood === "slow") setTimeout(reply, 3000);
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
