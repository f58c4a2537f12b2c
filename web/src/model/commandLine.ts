/** The same view as a command: what a reader would type to see it in a terminal. */

import { shortId } from "../base/reference";
import { toRfc3339 } from "../base/time";
import type { Address, Page, ViewState } from "./address";
import { readAuditTerms } from "./auditTerms";
import { type Filter, readFilter, writeFilter } from "./filter";
import { breakText, readBreaks } from "./steps";
import { orderOf, readDecoder, readFrom, readPartitions, writeDecoder, writeFrom } from "./topicView";

/** Quotes an argument for a POSIX shell where it needs it. */
export function quoteArgument(text: string): string {
	if (/^[A-Za-z0-9_./:@%+=,-]+$/.test(text)) return text;
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

function flag(name: string, value: string | number | bigint | undefined): readonly string[] {
	return value === undefined ? [] : [`--${name}`, quoteArgument(String(value))];
}

export function filterFlags(f: Filter): readonly string[] {
	return [
		...flag("op", f.op),
		...flag("subtask", f.subtask),
		...flag("attempt", f.attempt),
		...flag("invocation", f.invocation),
		...(f.kinds ?? []).flatMap((k) => flag("kind", k)),
		...(f.lanes ?? []).flatMap((l) => flag("lane", l)),
		...(f.reasons ?? []).flatMap((r) => flag("reason", r)),
		...flag("key", f.key),
		...flag("text", f.text),
		...flag("where", f.where),
	];
}

function stretch(state: ViewState): readonly string[] {
	return [
		...flag("from", state.win?.from === undefined ? undefined : toRfc3339(state.win.from)),
		...flag("to", state.win?.to === undefined ? undefined : toRfc3339(state.win.to)),
	];
}

function events(rec: string, state: ViewState): readonly string[] {
	const reading = readFilter(state.filter ?? "");
	const filter = reading.ok ? filterFlags(reading.filter) : [];
	const from = flag("from", state.win?.from === undefined ? undefined : toRfc3339(state.win.from));
	const to = flag("to", state.win?.to === undefined ? undefined : toRfc3339(state.win.to));
	const head = ["events", quoteArgument(shortId(rec)), ...filter, ...from];
	if (state.follow === true) return [...head, "-f"];
	if (state.at !== undefined) return [...head, ...to, ...flag("around", state.at)];
	// Without a beginning the screen opens at the newest.
	return from.length === 0 ? [...head, ...to, "--newest"] : [...head, ...to];
}

/** A page of a topic's records, or what arrives; the filter of the screen is one expression there. */
function topicRecords(cluster: string, topic: string, state: ViewState): readonly string[] {
	const reading = readFilter(state.filter ?? "");
	const where = reading.ok ? flag("where", writeFilter(reading.filter) || undefined) : [];
	const partitions = readPartitions(state.partitions).flatMap((p) => flag("partition", p));
	const of = [quoteArgument(topic), ...flag("cluster", cluster), ...flag("decoder", writeDecoder(readDecoder(state.decoder)))];
	if (state.follow === true) return ["tail", ...of, ...partitions, ...where];
	const from = readFrom(state.from);
	const order = from.kind !== "latest" && orderOf(state) === "desc" ? flag("order", "desc") : [];
	return ["browse", ...of, ...flag("from", writeFrom(from)), ...order, ...partitions, ...where];
}

/** A tab of an entity's page. */
function catalogEntity(id: string, state: ViewState): readonly string[] {
	if (state.tab === "changes") return ["catalog", "history", quoteArgument(id)];
	if (state.tab === "lineage") {
		const of = state.field === undefined ? id : `${id}#${state.field}`;
		return ["catalog", "lineage", quoteArgument(of), ...(state.dir === undefined ? [] : [`--${state.dir}`]), ...flag("depth", state.depth)];
	}
	if (state.field !== undefined) return ["catalog", "who", quoteArgument(`${id}#${state.field}`)];
	return ["catalog", "show", quoteArgument(id)];
}

function contractView(contract: string, state: ViewState): readonly string[] {
	const id = quoteArgument(contract);
	switch (state.tab) {
		case "violations":
			return ["contract", "violations", "--contract", id];
		case "versions":
			return ["contract", "history", id];
		case "edit":
			return ["contract", "show", id, "--text"];
		default:
			return ["contract", "show", id];
	}
}

/** The cluster of CLUSTER/TOPIC. */
function clusterIn(place: string): string | undefined {
	const stroke = place.indexOf("/");
	return stroke < 0 ? undefined : place.slice(0, stroke);
}

/** What a proposal is about, as an address has it: which kind (tab), of CLUSTER/TOPIC, of which subject (key), the field that is to go. */
export type ProposalView = Pick<ViewState, "tab" | "of" | "key" | "field">;

/** Texts are in files there: these names are for the reader to replace. */
function checkWords({ tab, of, key, field }: ProposalView): readonly string[] {
	const cluster = of === undefined ? undefined : clusterIn(of);
	const topic = of?.slice(of.indexOf("/") + 1);
	const place = flag("cluster", cluster);
	switch (tab) {
		case "drop":
			return topic === undefined ? ["check", "--help"] : ["check", "--drop", quoteArgument(`${topic}#${field ?? ""}`), ...place];
		case "contract":
			return ["check", "--contract", `${/^[\w.-]+$/.test(topic ?? "") ? topic : "contract"}.odcs.yaml`, ...place];
		case "topic-config":
			return topic === undefined
				? ["check", "--help"]
				: ["check", "--topic-config", "topic.properties", "--topic", quoteArgument(topic), ...place];
		default: {
			const subject = key ?? (topic === undefined ? undefined : `${topic}-value`);
			if (subject === undefined) return ["check", "--help"];
			return ["check", "--schema", "schema.avsc", "--subject", quoteArgument(subject), ...flag("topic", topic), ...place];
		}
	}
}

export function checkCommand(view: ProposalView): string {
	return ["sightglass", ...checkWords(view)].join(" ");
}

function words(page: Page, state: ViewState): readonly string[] {
	switch (page.screen) {
		case "fleet":
			return state.runs === "all" ? ["jobs", "--all"] : ["jobs"];
		case "graph":
			if (state.tab === "levels") return ["policy", "effective", quoteArgument(page.job)];
			return [state.tab === "channels" || state.tab === "drops" ? state.tab : "job", quoteArgument(page.job)];
		case "recordings":
			return ["recordings"];
		case "events":
			return events(page.rec, state);
		case "journey":
			return page.record === undefined
				? ["recordings"]
				: [
						"lineage",
						// A record of Kafka is looked for everywhere when no recording is named.
						...(page.rec === "any" ? [] : [quoteArgument(shortId(page.rec))]),
						quoteArgument(page.record),
						...(state.dir === undefined ? [] : [`--${state.dir}`]),
					];
		case "timeline":
			return ["timeline", quoteArgument(shortId(page.rec)), ...(state.lanes === undefined ? [] : ["--latency"]), ...stretch(state)];
		case "gaps":
			return ["gaps", quoteArgument(shortId(page.rec))];
		case "sql":
			return ["sql", quoteArgument(shortId(page.rec)), ...flag("op", state.sel)];
		case "key": {
			const rec = quoteArgument(shortId(page.rec));
			if (state.tab === "states")
				return ["state", rec, ...flag("key", state.key), ...flag("of", state.of), ...flag("op", state.op), ...flag("at", state.at)];
			const key = state.key === undefined ? [] : [quoteArgument(state.key)];
			return ["key", ...key, "--rec", rec, ...flag("of", state.of), ...flag("op", state.op)];
		}
		case "watermarks":
			return ["watermarks", quoteArgument(shortId(page.rec)), ...flag("op", state.op), ...flag("at", state.at)];
		case "inflight":
			// Without a checkpoint the page lists them, as the job's own command does.
			return state.cp === undefined
				? ["job", quoteArgument(shortId(page.rec))]
				: ["inflight", quoteArgument(shortId(page.rec)), ...flag("checkpoint", state.cp), ...flag("op", state.op), ...flag("at", state.at)];
		case "step":
			return [
				"step",
				quoteArgument(shortId(page.rec)),
				quoteArgument(page.position),
				...flag("step", state.step),
				...readBreaks(state.breaks).flatMap((b) => flag("break", breakText(b))),
			];
		case "agents":
			return ["agents"];
		case "policy":
			return state.sel === undefined ? ["policy", "show"] : ["policy", "effective", quoteArgument(shortId(state.sel))];
		case "grants":
			return ["grant", "list"];
		case "notifications":
			return ["notify", "inbox"];
		case "contracts":
			return state.tab === "new" && state.of !== undefined
				? ["contract", "init", quoteArgument(state.of.slice(state.of.indexOf("/") + 1)), ...flag("cluster", clusterIn(state.of))]
				: ["contract", "list"];
		case "contract":
			return contractView(page.contract, state);
		case "violation":
			return ["contract", "violations", ...flag("contract", page.contract)];
		case "subjects":
			return ["schema", "list"];
		case "subject":
			return ["schema", "show", quoteArgument(page.subject), ...(state.sel === undefined ? [] : [quoteArgument(state.sel)])];
		case "impacts":
		case "impact":
			return checkWords(state);
		case "tokens":
			return ["token", "list"];
		case "replays":
			return ["replays"];
		case "replay":
			return ["replays", quoteArgument(page.id)];
		case "audit": {
			const terms = readAuditTerms(state.filter ?? "");
			return [
				"audit",
				...flag("who", terms.who),
				...flag("action", terms.action),
				...flag("resource", terms.resource),
				...flag("outcome", terms.outcome),
				...stretch(state),
			];
		}
		case "clusters":
			return ["topics"];
		case "topics":
		case "brokers":
			return ["topics", quoteArgument(page.cluster)];
		case "topic":
			return topicRecords(page.cluster, page.topic, state);
		case "groups":
			return ["groups", ...flag("cluster", page.cluster)];
		case "group":
			return ["groups", quoteArgument(page.group), ...flag("cluster", page.cluster)];
		case "catalog":
			return [
				"catalog",
				"search",
				...(state.filter ?? "").split(/\s+/).flatMap((w) => (w === "" ? [] : [quoteArgument(w)])),
				...(state.kinds ?? "").split(",").flatMap((k) => (k === "" ? [] : flag("kind", k))),
			];
		case "entity":
			return catalogEntity(page.id, state);
		case "lost":
			return ["jobs"];
	}
}

/** What can be chosen of a moment that becomes a test; what is absent, the server chooses. */
export type TestOptions = {
	readonly expect?: string;
	readonly before?: number;
	readonly name?: string;
	readonly package?: string;
	readonly pom?: true;
	/** Where a replay begins that is needed first: behind a checkpoint's number, or nearest. */
	readonly from?: string;
	/** None is run: then there is no test where one is needed. */
	readonly replay?: false;
};

/** The command that writes the same test into a folder. */
export function testCommand(rec: string, position: string, o: TestOptions): string {
	return [
		...["sightglass", "export", "test", quoteArgument(shortId(rec)), quoteArgument(position)],
		...flag("expect", o.expect),
		...flag("before", o.before),
		...flag("package", o.package),
		...flag("name", o.name),
		...(o.pom === undefined ? [] : ["--pom"]),
		...flag("from", o.from),
		...(o.replay === undefined ? [] : ["--replay=false"]),
		...["--out", "test"],
	].join(" ");
}

/** What sightglass export incident takes, as far as the browser offers it. */
export type ShareOptions = {
	readonly from?: string;
	readonly to?: string;
	readonly around?: string;
	readonly as?: string;
	readonly state?: boolean;
	readonly jars?: boolean;
	readonly program?: boolean;
	readonly expires?: string;
	readonly for?: readonly string[];
};

/** The command that writes the same incident file. */
export function shareCommand(rec: string, o: ShareOptions): string {
	return [
		...["sightglass", "export", "incident", quoteArgument(shortId(rec))],
		// A duration before now looks like a flag.
		...(o.from === undefined ? [] : [`--from=${quoteArgument(o.from)}`]),
		...(o.to === undefined ? [] : [`--to=${quoteArgument(o.to)}`]),
		...flag("around", o.around),
		...flag("as", o.as),
		...(o.state === true ? ["--with-state"] : []),
		...(o.jars === true ? ["--with-jars"] : []),
		...(o.program === true ? ["--with-program"] : []),
		...flag("expires", o.expires),
		...(o.for ?? []).flatMap((k) => flag("for", k)),
		...["--out", `${shortId(rec)}.sgi`],
	].join(" ");
}

export function commandLine(a: Address): string {
	return ["sightglass", ...words(a.page, a.state)].join(" ");
}
