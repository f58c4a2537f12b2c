/** What the made-up server answers, route by route. Tests of components ask it too. */

import { auditPage, auditStatus } from "./audit.ts";
import { catalogAnswer } from "./catalog.ts";
import { rfc3339 } from "./draw.ts";
import { drops } from "./drops.ts";
import { page, timeline } from "./events.ts";
import { governanceAnswer, governed } from "./governance.ts";
import { grantRules, grants } from "./grants.ts";
import { inFlight } from "./inflight.ts";
import { began, channels, detail, gaps, ids, job, merchantAlerts, processes, resolve } from "./jobs.ts";
import { historyOfKey, statesOfKey, watermarksOfTotals } from "./key.ts";
import { latency } from "./latency.ts";
import { lineage, moment } from "./lineage.ts";
import { sessions, tokens } from "./login.ts";
import { deliveries, notifications, subscriptions } from "./notifications.ts";
import { pinOf, pins } from "./pins.ts";
import { effectivePolicy, levelChange, policyReport, recordingPolicy } from "./policy.ts";
import { exactReplay, replayDifference, replayPlan, replays } from "./replays.ts";
import { incident, linkOf, links, madeLink } from "./share.ts";
import { calcCode, calcHash, sqlOfAlerts } from "./sql.ts";
import { stepAnswer, stepProgress } from "./step.ts";
import { testExport } from "./testExport.ts";
import { tracks } from "./tracks.ts";

export const micros = () => Date.now() * 1000;

/** "empty" has no job; "failing" answers every question with a problem. */
export type Mood = "" | "empty" | "failing";

export type Answer = { readonly status: number; readonly body: unknown };

export const requestId = "MOCK7Q2F4KMX";

function listOf(kind: string, items: readonly unknown[]) {
	return { kind, version: 1, items };
}

function problem(status: number, detail: string, hint: string) {
	return {
		status,
		body: { title: status === 404 ? "Not Found" : "Internal Server Error", status, detail, hint, request_id: requestId },
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
		removed: "0",
		agents: j.agents,
	};
}

export function answer(path: string, q: URLSearchParams, mood: Mood, method = "GET"): Answer {
	const now = micros();
	const ok = (body: unknown) => ({ status: 200, body });
	const all = mood === "empty" ? [] : Object.values(ids);
	if (mood === "failing" && path !== "/principal")
		return problem(500, "the store of this made-up server is broken", "it was asked to fail");
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
			return ok({
				id: "local",
				name: "local",
				roles: ["owner"],
				actions: [
					"job:view",
					"job:read",
					"record:read",
					"record:write",
					"recording:pin",
					"recording:export",
					"job:replay",
					"audit:read",
					"notify:subscribe",
					"contract:read",
					"contract:write",
					"contract:ack",
					"schema:read",
					"impact:run",
					"impact:ack",
					"status",
				],
				policy: "clear",
				way: "password",
				until: "2026-11-23T21:00:00.000000Z",
				session: "ab12cd34ef567890",
			});
		case "/grants":
			return ok(listOf("grant", mood === "empty" ? [] : grants));
		case "/notifications":
			return ok({ ...listOf("notification", mood === "empty" ? [] : notifications), unread: mood === "empty" ? 0 : 1 });
		case "/notifications/unread":
			return ok({ unread: mood === "empty" ? 0 : 1 });
		case "/notifications/deliveries":
			return ok(listOf("notification-delivery", mood === "empty" ? [] : deliveries));
		case "/subscriptions":
			return ok(listOf("subscription", mood === "empty" ? [] : subscriptions));
		case "/grant-rules":
			return ok(listOf("grant-rule", mood === "empty" ? [] : grantRules));
		case "/tokens":
			return ok(listOf("token", mood === "empty" ? [] : tokens));
		case "/sessions":
			return ok(listOf("session", mood === "empty" ? [] : sessions));
		case "/pins":
			return ok(mood === "empty" ? { ...pins, items: [], bytes: "0" } : pins);
		case "/links":
			return ok(mood === "empty" ? { ...links, items: [], bytes: "0" } : links);
		case "/replays":
			return ok(listOf("ReplayRun", mood === "empty" ? [] : [...replays]));
		case "/audit":
			return ok(auditPage(q, mood === "empty"));
		case "/audit/status":
			return ok(auditStatus);
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
		case "/recording-policy":
			return ok(method === "GET" ? recordingPolicy(now) : policyReport(true));
		case "/recording-policy/check":
			return ok(policyReport(false));
		case "/recording-policy/effective": {
			const job = resolve(q.get("job") ?? "");
			return job === undefined ? problem(404, "no such job", "GET /api/v1/jobs?all=true lists them") : ok(effectivePolicy(job, now));
		}
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
	if (room === "catalog") {
		const below = path.split("/").slice(2).map(decodeURIComponent);
		if (mood === "empty" && below.length === 0) return ok(listOf("catalog-hit", []));
		const said = catalogAnswer(below, q, method);
		return said === undefined
			? problem(404, "the catalog has no such entity that you may see", "sightglass catalog search finds some")
			: ok(said);
	}
	if (governed.has(room ?? "") || what === "contract-proposal" || rest[0] === "contract-proposal") {
		const said = governanceAnswer(path, q, method, mood === "empty", now);
		return said === undefined ? problem(404, "there is no such thing", "sightglass contract list shows what there is") : ok(said);
	}
	if (room === "replays") {
		const one = replays.find((r) => r.id === name);
		if (one === undefined) return problem(404, "there is no such replay", "sightglass replays lists them");
		return ok(what === "difference" ? replayDifference : one);
	}
	if (room === "links") return ok({ ...linkOf(all[0] ?? ""), state: "revoked" });
	const id = name === "any" ? "any" : resolve(name);
	if (id === undefined)
		return problem(404, `no ${room === "jobs" ? "job" : "recording"} has the name or id ${name}`, "GET /api/v1/jobs?all=true lists them");
	if (room === "jobs") {
		if (what === undefined) return ok(detail(id, now));
		if (what === "channels") return ok(channels(id, now));
		if (what === "drops") return ok(drops(id, now));
		if (what === "levels") return ok(levelChange(now));
	}
	if (room === "recordings") {
		if (what === undefined) return ok(recording(id));
		if (what === "events") return ok(page(id, q, now));
		if (what === "timeline") return ok(timeline(id, q, now));
		if (what === "tracks") return ok(tracks(id, q, now));
		if (what === "latency") return ok(latency(id, q, now));
		if (what === "in-flight") return ok(inFlight(q.get("checkpoint") ?? "1"));
		if (what === "pins" && method === "POST") return ok(pinOf(id));
		if (what === "links" && method === "POST") return ok(madeLink(id));
		if (what === "export" && rest[0] === "incident") return ok(incident);
		if (what === "replays") return ok(rest[0] === "plan" ? replayPlan : exactReplay);
		if (what === "tests") return ok(testExport);
		if (what === "steps") return ok(rest[1] === "progress" ? stepProgress : method === "DELETE" ? { ended: true } : stepAnswer(q));
		if (what === "key") return ok(historyOfKey);
		if (what === "state") return ok(statesOfKey);
		if (what === "watermarks") return ok(watermarksOfTotals);
		if (what === "gaps") return ok(listOf("Gap", gaps(id)));
		if (what === "sql") return ok(id === merchantAlerts ? sqlOfAlerts : { statements: [], operators: [], planner: false });
		if (what === "code" && rest[0] === calcHash) return ok(calcCode);
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
