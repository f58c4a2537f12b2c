/** Two jobs of a shop, as the server would describe them at one moment. */
import type { Channel, ChannelReport, Edge, Gap, Graph, Hook, Job, JobDetail, Operator, Process, Subtask, Vertex } from "../src/api/schema";
import { between, hexId, rfc3339 } from "./draw.ts";

export const orderTotals = "8c1e4f0a9b7d4d3fa1c25e60f7a93b12";
export const merchantAlerts = "b07a61d5e4c84f92a7d81f3366c0e9a4";
export const ids: Readonly<Record<string, string>> = { "order-totals": orderTotals, "merchant-alerts": merchantAlerts };

/** When the made-up recordings began, in microseconds. */
export const began = (Math.floor(Date.now() / 60_000) * 60_000 - 40 * 60_000) * 1000;

export function resolve(name: string): string | undefined {
	return ids[name] ?? Object.values(ids).find((id) => id.startsWith(name));
}

type OperatorPlan = readonly [name: string, slug: string, kind: string, about: Partial<Operator>];
type VertexPlan = {
	readonly name: string;
	readonly parallelism: number;
	readonly rateIn: number;
	readonly rateOut: number;
	readonly lag: number;
	readonly operators: readonly OperatorPlan[];
};

const totalsPlan: readonly VertexPlan[] = [
	{
		name: "Source: orders",
		parallelism: 4,
		rateIn: 1240,
		rateOut: 1240,
		lag: 6_100,
		operators: [
			["Source: orders", "source-orders", "source", { topic: "orders", class: "org.apache.flink.streaming.api.operators.SourceOperator" }],
		],
	},
	{
		name: "Source: fx-rates",
		parallelism: 1,
		rateIn: 4,
		rateOut: 4,
		lag: 0,
		operators: [
			[
				"Source: fx-rates",
				"source-fx-rates",
				"source",
				{ topic: "fx-rates", class: "org.apache.flink.streaming.api.operators.SourceOperator" },
			],
		],
	},
	{
		name: "drop duplicates",
		parallelism: 4,
		rateIn: 1240,
		rateOut: 1221,
		lag: 8_400,
		operators: [
			[
				"drop duplicates",
				"drop-duplicates",
				"process",
				{
					stateful: true,
					timers: true,
					class: "org.apache.flink.streaming.api.operators.KeyedProcessOperator",
					function: { class: "com.example.shop.DropDuplicates", method: "processElement", file: "DropDuplicates.java", line: 41 },
				},
			],
		],
	},
	{
		name: "convert to euro",
		parallelism: 4,
		rateIn: 1225,
		rateOut: 1221,
		lag: 8_400,
		operators: [
			[
				"convert to euro",
				"convert-to-euro",
				"co-process",
				{
					stateful: true,
					class: "org.apache.flink.streaming.api.operators.co.CoBroadcastWithNonKeyedOperator",
					function: { class: "com.example.shop.ConvertToEuro", method: "processElement", file: "ConvertToEuro.java", line: 33 },
				},
			],
		],
	},
	{
		name: "totals per merchant -> merchant-totals: Writer -> merchant-totals: Committer",
		parallelism: 4,
		rateIn: 1221,
		rateOut: 38,
		lag: 8_400,
		operators: [
			[
				"totals per merchant",
				"totals-per-merchant",
				"window",
				{
					stateful: true,
					timers: true,
					class: "org.apache.flink.streaming.runtime.operators.windowing.WindowOperator",
					function: { class: "com.example.shop.AddUp", method: "add", file: "AddUp.java", line: 19 },
					drops: [{ reason: "late-to-side-output", kept: true, count: "4" }],
				},
			],
			[
				"merchant-totals: Writer",
				"merchant-totals-writer",
				"sink",
				{ topic: "merchant-totals", class: "org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperator" },
			],
			[
				"merchant-totals: Committer",
				"merchant-totals-committer",
				"sink",
				{ class: "org.apache.flink.streaming.runtime.operators.sink.CommitterOperator" },
			],
		],
	},
];

const alertsPlan: readonly VertexPlan[] = [
	{
		name: "Source: merchant_totals[1] -> Calc[2] -> alerts[3]: Writer -> alerts[3]: Committer",
		parallelism: 2,
		rateIn: 38,
		rateOut: 1.4,
		lag: 21_900,
		operators: [
			[
				"Source: merchant_totals[1]",
				"source-merchant_totals-1",
				"source",
				{ topic: "merchant-totals", class: "org.apache.flink.streaming.api.operators.SourceOperator" },
			],
			["Calc[2]", "calc-2", "map", { class: "StreamExecCalc$7" }],
			[
				"alerts[3]: Writer",
				"alerts-3-writer",
				"sink",
				{ topic: "alerts", class: "org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperator" },
			],
			[
				"alerts[3]: Committer",
				"alerts-3-committer",
				"sink",
				{ class: "org.apache.flink.streaming.runtime.operators.sink.CommitterOperator" },
			],
		],
	},
];

type EdgePlan = readonly [from: number, to: number, ship: string, rate: number, lag: number];

const plans: Readonly<Record<string, { readonly vertices: readonly VertexPlan[]; readonly edges: readonly EdgePlan[] }>> = {
	[orderTotals]: {
		vertices: totalsPlan,
		edges: [
			[0, 2, "HASH", 1240, 8_400],
			[2, 3, "FORWARD", 1221, 8_400],
			[1, 3, "BROADCAST", 4, 1_100],
			[3, 4, "HASH", 1221, 8_400],
		],
	},
	[merchantAlerts]: { vertices: alertsPlan, edges: [] },
};

function wobble(rate: number, second: number, salt: number): number {
	return rate * between(0.94, 1.06, second, salt);
}

export function vertexId(job: string, i: number): string {
	return hexId(Number.parseInt(job.slice(0, 6), 16) + i, 32);
}

function total(rate: number, now: number): string {
	return Math.floor(rate * ((now - began) / 1e6)).toString();
}

export function graph(id: string, now: number): Graph {
	const plan = plans[id];
	if (plan === undefined) throw new Error("no such job");
	const second = Math.floor(now / 1e6);
	const vertices = plan.vertices.map((v, i): Vertex => {
		const rateIn = wobble(v.rateIn, second, i);
		const rateOut = wobble(v.rateOut, second, i + 40);
		const subtasks = Array.from({ length: v.parallelism }, (_, s): Subtask => {
			const share = between(0.8, 1.2, s, i) / v.parallelism;
			return {
				subtask: s,
				attempt: i === 2 && s === 2 ? 1 : 0,
				attempt_key: hexId(i * 10 + s, 16),
				state: "running",
				host: s % 2 === 0 ? "tm-1" : "tm-2",
				process: hexId(s % 2, 32),
				records_in: total(rateIn * share, now),
				records_out: total(rateOut * share, now),
				in_per_s: rateIn * share,
				out_per_s: rateOut * share,
				watermark: rfc3339(now - v.lag * 1000 - s * 120_000),
				last_seen: rfc3339(now - 400_000),
			};
		});
		return {
			id: vertexId(id, i),
			name: v.name,
			parallelism: v.parallelism,
			operators: v.operators.map(([name, slug, kind, about], index): Operator => {
				const first = index === 0;
				return {
					id: hexId(i * 100 + index + id.length, 32),
					index,
					uid: slug,
					name,
					slug,
					kind,
					class: "",
					stateful: false,
					timers: false,
					records_in: total(first ? rateIn : rateOut, now),
					records_out: total(rateOut, now),
					in_per_s: first ? rateIn : rateOut,
					out_per_s: rateOut,
					next: index + 1 < v.operators.length ? [index + 1] : [],
					outputs: index + 1 < v.operators.length ? [] : [0],
					...about,
					drops: about.drops ?? [],
				};
			}),
			records_in: total(rateIn, now),
			records_out: total(rateOut, now),
			in_per_s: rateIn,
			out_per_s: rateOut,
			...(v.lag === 0 ? {} : { watermark: rfc3339(now - v.lag * 1000), watermark_lag_ms: String(v.lag + (second % 7) * 130) }),
			state: "running",
			subtasks,
		};
	});
	const slug = (v: number) => plan.vertices[v]?.operators.at(-1)?.[1] ?? "";
	const edges = plan.edges.map(([from, to, ship, rate, lag], i): Edge => {
		const perS = wobble(rate, second, i + 80);
		return {
			id: hexId(i + 900, 32),
			from: vertexId(id, from),
			to: vertexId(id, to),
			from_operator: slug(from),
			to_operator: plan.vertices[to]?.operators[0]?.[1] ?? "",
			ship,
			records: total(rate, now),
			per_s: perS,
			bytes_per_s: perS * 212,
			watermark: rfc3339(now - lag * 1000),
			watermark_lag_ms: String(lag + (second % 7) * 130),
			in_flight: String(Math.floor(between(0, 90, second, i))),
			serializer: "PojoSerializer<com.example.shop.Order>",
		};
	});
	const topics: Graph["topics"] = plan.vertices.flatMap((v, i) =>
		v.operators.flatMap(([, operator, kind, about]) =>
			about.topic === undefined
				? []
				: [
						{
							topic: about.topic,
							role: kind === "source" ? ("read" as const) : ("written" as const),
							operator,
							vertex: vertexId(id, i),
							per_s: wobble(kind === "source" ? v.rateIn : v.rateOut, second, i + 9),
							records: total(kind === "source" ? v.rateIn : v.rateOut, now),
							...(kind === "source" ? { lag: String(about.topic === "orders" ? 1204 + (second % 40) : 0) } : {}),
						},
					],
		),
	);
	return { inferred: false, vertices, edges, topics };
}

export function job(id: string, now: number): Job {
	const totals = id === orderTotals;
	const second = Math.floor(now / 1e6);
	return {
		id,
		name: totals ? "order-totals" : "merchant-alerts",
		state: "running",
		flink_state: "running",
		type: "streaming",
		flink: "2.3.0",
		sql: !totals,
		started: rfc3339(began),
		parallelism: totals ? 4 : 2,
		operators: totals ? 7 : 4,
		subtasks: totals ? 17 : 2,
		agents: 3,
		level: "flight",
		attempts_restarted: totals ? 1 : 0,
		in_per_s: wobble(totals ? 1240 : 38, second, 1),
		out_per_s: wobble(totals ? 38 : 1.4, second, 2),
		watermark: rfc3339(now - (totals ? 8_400_000 : 21_900_000)),
		watermark_lag_ms: totals ? "8400" : "21900",
		source_lag: totals ? "1204" : "0",
		drops: "0",
		gaps: totals ? 1 : 0,
		events: total(totals ? 1200 : 90, now),
		bytes: total(totals ? 4_100_000 : 200_000, now),
		last_seen: rfc3339(now - 300_000),
		cost: { cpu_share: totals ? 0.013 : 0.008, bytes_per_s: totals ? 4_100_000 : 200_000, lost: totals ? "5812" : "0" },
		problems: [],
	};
}

export const gapFrom = began + 22 * 60e6;

export function gaps(id: string): Gap[] {
	if (id !== orderTotals) return [];
	return [
		{
			lane: "out",
			reason: "buffer full",
			text: "the agent's buffer was full while the server was away",
			task: "drop duplicates",
			operator: "drop-duplicates",
			subtask: 2,
			attempt_key: hexId(22, 16),
			first: "402118",
			last: "407929",
			events: "5812",
			bytes: "1232144",
			from: rfc3339(gapFrom),
			to: rfc3339(gapFrom + 18.4e6),
		},
	];
}

const hookNames = [
	"out",
	"in",
	"gate",
	"checkpoint",
	"task",
	"chain",
	"timers",
	"watermarks",
	"mails",
	"source",
	"kafka-write",
	"exception",
] as const;

export function processes(now: number): Process[] {
	const minutes = (now - began) / 60e6;
	return ["tm-1", "tm-2", "jm"].map((host, i): Process => {
		const manager = host === "jm";
		return {
			process: hexId(i, 32),
			role: manager ? "jobmanager" : "taskmanager",
			host,
			pid: 4100 + i * 37,
			java: "17.0.15",
			flink: "2.3.0",
			agent: "0.1.0",
			connected: true,
			cpu_share: [0.013, 0.007, 0.001][i] ?? 0,
			last_seen: rfc3339(now - 300_000),
			hooks: hookNames.map((id, h): Hook => {
				const state = manager
					? id === "task" || id === "exception"
						? "waiting"
						: "waiting"
					: id === "mails" && i === 1
						? "missing"
						: id === "exception"
							? "installed"
							: "fired";
				return {
					id,
					state,
					class: `org.apache.flink.runtime.${id}`,
					fired: state === "fired" ? Math.floor(minutes * 60 * between(100, 4000, h, i)).toString() : "0",
					detail: state === "missing" ? "method run()V has another shape here" : "",
					ns: "41",
					errors: "0",
				};
			}),
			counters: {
				blocks: Math.floor(minutes * 130).toString(),
				bytes: Math.floor(minutes * 60 * 2_000_000).toString(),
				cpu_ns: Math.floor(minutes * 60 * 9_000_000).toString(),
				errors: "0",
				events: Math.floor(minutes * 60 * 600).toString(),
				lost_bytes: i === 1 ? "1232144" : "0",
				lost_events: i === 1 ? "5812" : "0",
				queued_bytes: "18240",
				spilled_bytes: "0",
			},
			off: false,
			policy: { version: "3.1", tasks: manager ? 0 : 8, behind: 0 },
			governor: { step: 0, cpu: 0.013, bytes_per_s: "2000000", memory: "8388608" },
			look_back: { blocks: "0", memory: "0", disk: "0", sending: "0", sent_blocks: "0", sent_bytes: "0" },
			spent: [{ on: "drain", ns: Math.floor(minutes * 60 * 6_000_000).toString() }],
		};
	});
}

export function detail(id: string, now: number): JobDetail {
	const checkpoints: JobDetail["checkpoints"] = Array.from({ length: 12 }, (_, i) => {
		const at = Math.floor(now / 3e6) * 3e6 - i * 3e6;
		return {
			id: String(8420 - i),
			state: i === 4 ? ("failed" as const) : ("completed" as const),
			triggered: rfc3339(at),
			...(i === 4 ? {} : { completed: rfc3339(at + 110_000) }),
			duration_ms: String(Math.floor(between(60, 1600, 8420 - i, 3))),
			bytes: String(Math.floor(between(60_000, 900_000, 8420 - i, 4))),
		};
	});
	const g = graph(id, now);
	return {
		...job(id, now),
		graph: g,
		attempts: g.vertices.flatMap((v) =>
			v.subtasks.map((s) => ({
				attempt_key: s.attempt_key,
				vertex: v.id,
				task: v.name,
				subtask: s.subtask,
				attempt: s.attempt,
				state: s.state,
				host: s.host,
				started: rfc3339(began + s.attempt * 20 * 60e6),
				restored: s.attempt === 0 ? "0" : "8011",
			})),
		),
		processes: processes(now),
		checks: { channels: 64, compared: "5184", equal: "5184", unequal: "0", unaligned: "0", exceeded: "0", pending: "0" },
		checkpoints,
		exceptions:
			id === orderTotals
				? [
						{
							time: rfc3339(began + 18 * 60e6 + 482_000),
							op: "convert-to-euro",
							op_name: "convert to euro",
							task: "convert to euro",
							subtask: 1,
							attempt: 0,
							attempt_key: hexId(31, 16),
							class: "java.lang.IllegalStateException",
							text: "no rate for currency ISK",
							element: "9f3a61c2d07b4e15:3:48211",
							position: "convert-to-euro.1.0.512204",
						},
					]
				: [],
	};
}

export function channels(id: string, now: number): ChannelReport {
	const g = graph(id, now);
	const items = g.edges.flatMap((e): Channel[] => {
		const from = g.vertices.find((v) => v.id === e.from);
		const to = g.vertices.find((v) => v.id === e.to);
		if (from === undefined || to === undefined) return [];
		return Array.from({ length: from.parallelism }, (_, a) =>
			Array.from({ length: to.parallelism }, (_, b) => b)
				.filter((b) => e.ship !== "FORWARD" || a === b)
				.map((b): Channel => {
					const sent = total(e.per_s / (from.parallelism * to.parallelism), now);
					return {
						edge: e.id,
						from: { task: from.name, subtask: a, attempt: 0 },
						to: { task: to.name, subtask: b, attempt: 0 },
						subpartition: b,
						checkpoints_compared: "128",
						equal: "128",
						unequal: "0",
						unaligned: "0",
						last_checkpoint: "8420",
						sent,
						consumed: sent,
					};
				}),
		).flat();
	});
	const compared = String(items.length * 128);
	const none = { unequal: "0", unaligned: "0", exceeded: "0", pending: "0" };
	return { kind: "Channel", version: 1, items, channels: items.length, compared, equal: compared, ...none };
}
