/**
 * The address of a view: which screen, of what, and everything needed to restore it.
 *
 * What is shown stands in the path; how it is shown stands behind `#`, where a typed filter value reaches no server and no proxy log.
 * Parameters that this version does not know are kept and written back. Formatting and parsing are each other's inverse.
 *
 * Size: what writes a page's path stands beside what reads it.
 */
import { parseMicros, toRfc3339, type WallTime } from "../base/time";

export type Page =
	| { readonly screen: "fleet" }
	| { readonly screen: "graph"; readonly job: string }
	| { readonly screen: "recordings" }
	| { readonly screen: "events"; readonly rec: string }
	| { readonly screen: "journey"; readonly rec: string; readonly record?: string }
	| { readonly screen: "timeline"; readonly rec: string }
	| { readonly screen: "gaps"; readonly rec: string }
	| { readonly screen: "sql"; readonly rec: string }
	| { readonly screen: "key"; readonly rec: string }
	| { readonly screen: "watermarks"; readonly rec: string }
	| { readonly screen: "inflight"; readonly rec: string }
	| { readonly screen: "step"; readonly rec: string; readonly position: string }
	| { readonly screen: "agents" }
	| { readonly screen: "policy" }
	| { readonly screen: "tokens" }
	| { readonly screen: "grants" }
	| { readonly screen: "notifications" }
	| { readonly screen: "contracts" }
	| { readonly screen: "contract"; readonly contract: string }
	| { readonly screen: "violation"; readonly contract: string; readonly violation: string }
	| { readonly screen: "subjects" }
	| { readonly screen: "subject"; readonly subject: string }
	| { readonly screen: "impacts" }
	| { readonly screen: "impact"; readonly id: string }
	| { readonly screen: "replays" }
	| { readonly screen: "replay"; readonly id: string }
	| { readonly screen: "audit" }
	| { readonly screen: "clusters" }
	| { readonly screen: "topics"; readonly cluster: string }
	| { readonly screen: "topic"; readonly cluster: string; readonly topic: string }
	| { readonly screen: "groups"; readonly cluster: string }
	| { readonly screen: "group"; readonly cluster: string; readonly group: string }
	| { readonly screen: "brokers"; readonly cluster: string }
	| { readonly screen: "catalog" }
	| { readonly screen: "entity"; readonly id: string }
	| { readonly screen: "lost"; readonly path: string };

export type Screen = Page["screen"];

/** A stretch of time; an end that is absent is open. */
export type Stretch = { readonly from?: WallTime; readonly to?: WallTime };

export type ViewState = {
	/** Position: operator.subtask.attempt.invocation. */
	readonly at?: string;
	readonly win?: Stretch;
	/** Display filter (filter.ts). */
	readonly filter?: string;
	/** What is selected; its form depends on the screen. */
	readonly sel?: string;
	/** Which of a panel's tabs is open. */
	readonly tab?: string;
	/** The selected field of a decoded value, as a path of child numbers: 0.2.1; of a stream, by its path: items[].sku. */
	readonly field?: string;
	/** The other form of a picture: the graph as a tree, the map as a table. */
	readonly view?: "tree" | "table";
	/** Which way a journey or a lineage goes; absent: both. */
	readonly dir?: "up" | "down";
	/** Journey: steps that only pass a record on are shown, not folded. */
	readonly steps?: "all";
	/** Fleet: every run, not only the newest of each name. */
	readonly runs?: "all";
	/** Events arrive by themselves. */
	readonly follow?: boolean;
	/** The key that the view is about, by its text, or as that of a record or position. */
	readonly key?: string;
	readonly of?: string;
	/** The operator that it is about. */
	readonly op?: string;
	/** The checkpoint that it is about. */
	readonly cp?: string;
	/** The step of an invocation's code that one is at. */
	readonly step?: number;
	/** Which call of the stack is looked at, counted from the innermost. */
	readonly frame?: number;
	/** Breakpoints and watched expressions, one a line (steps.ts). */
	readonly breaks?: string;
	readonly watch?: string;
	/** What a timeline shows beside activity: measures, with a comma between them. */
	readonly lanes?: string;
	/** Records of a topic: where they begin, in which order they stand, which partitions they are of (topicView.ts). */
	readonly from?: string;
	readonly order?: "asc" | "desc";
	readonly partitions?: string;
	/** How their keys and values are read (topicView.ts). */
	readonly decoder?: string;
	/** Which of a record's values is shown: value, key, headers. */
	readonly part?: string;
	/** Topics: those that Kafka keeps for itself, too. */
	readonly internal?: "all";
	/** Catalog: only these kinds of entities, with a comma between them. */
	readonly kinds?: string;
	/** Steps from stream to stream that a map of lineage goes. */
	readonly depth?: number;
	/** Column and direction that a table is sorted by: in_per_s.desc. */
	readonly sort?: string;
	/** Parameters of other versions. */
	readonly other?: readonly (readonly [string, string])[];
};

export type Address = { readonly page: Page; readonly state: ViewState };

export const emptyState: ViewState = {};

/** Half of a character, which no URL can hold, becomes the sign for one that is broken. */
function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Kept readable: everything that a path segment or a fragment may hold as it is. */
function escapeSegment(text: string): string {
	return encodeURIComponent(wellFormed(text)).replace(/%40/g, "@").replace(/%3A/gi, ":").replace(/%2B/gi, "+");
}

function escapeRecord(text: string): string {
	return text.split("/").map(escapeSegment).join("/");
}

/** Ids are read with their strokes; where one would not stay as it is (two together, one at an end, dots between two), all are escaped. */
function escapeEntity(id: string): string {
	return id.split("/").some((s) => s === "" || s === "." || s === "..") ? escapeSegment(id) : escapeRecord(id);
}

export function formatPath(page: Page): string {
	switch (page.screen) {
		case "fleet":
			return "/";
		case "graph":
			return `/j/${escapeSegment(page.job)}`;
		case "recordings":
			return "/r";
		case "events":
			return `/r/${escapeSegment(page.rec)}/events`;
		case "journey":
			return page.record === undefined
				? `/r/${escapeSegment(page.rec)}/journey`
				: `/r/${escapeSegment(page.rec)}/journey/${escapeRecord(page.record)}`;
		case "timeline":
			return `/r/${escapeSegment(page.rec)}/timeline`;
		case "gaps":
			return `/r/${escapeSegment(page.rec)}/gaps`;
		case "sql":
			return `/r/${escapeSegment(page.rec)}/sql`;
		case "key":
			return `/r/${escapeSegment(page.rec)}/key`;
		case "watermarks":
			return `/r/${escapeSegment(page.rec)}/watermarks`;
		case "inflight":
			return `/r/${escapeSegment(page.rec)}/inflight`;
		case "step":
			return `/r/${escapeSegment(page.rec)}/step/${escapeSegment(page.position)}`;
		case "agents":
			return "/agents";
		case "policy":
			return "/policy";
		case "grants":
			return "/admin/grants";
		case "notifications":
			return "/notifications";
		case "contracts":
			return "/contracts";
		case "contract":
			return `/contracts/${escapeSegment(page.contract)}`;
		case "violation":
			return `/contracts/${escapeSegment(page.contract)}/violations/${escapeSegment(page.violation)}`;
		case "subjects":
			return "/subjects";
		case "subject":
			return `/subjects/${escapeSegment(page.subject)}`;
		case "impacts":
			return "/impact";
		case "impact":
			return `/impact/${escapeSegment(page.id)}`;
		case "tokens":
			return "/tokens";
		case "replays":
			return "/replays";
		case "replay":
			return `/replays/${escapeSegment(page.id)}`;
		case "audit":
			return "/admin/audit";
		case "clusters":
			return "/t";
		case "topics":
			return `/t/${escapeSegment(page.cluster)}`;
		case "topic":
			return `/t/${escapeSegment(page.cluster)}/${escapeSegment(page.topic)}`;
		case "groups":
			return `/t/${escapeSegment(page.cluster)}/-/groups`;
		case "group":
			return `/t/${escapeSegment(page.cluster)}/-/groups/${escapeSegment(page.group)}`;
		case "brokers":
			return `/t/${escapeSegment(page.cluster)}/-/brokers`;
		case "catalog":
			return "/c";
		case "entity":
			return `/c/${escapeEntity(page.id)}`;
		case "lost":
			return page.path;
	}
}

function decodeSegment(segment: string): string | undefined {
	try {
		return decodeURIComponent(segment);
	} catch {
		return undefined;
	}
}

export function parsePath(path: string): Page {
	const lost: Page = { screen: "lost", path };
	const segments: string[] = [];
	for (const raw of path.split("/").slice(1)) {
		const segment = decodeSegment(raw);
		if (segment === undefined) return lost;
		segments.push(segment);
	}
	while (segments.length > 0 && segments.at(-1) === "") segments.pop();
	const [first, second, third, ...rest] = segments;
	if (first === undefined) return { screen: "fleet" };
	if (first === "agents" && second === undefined) return { screen: "agents" };
	if (first === "policy" && second === undefined) return { screen: "policy" };
	if (first === "notifications" && second === undefined) return { screen: "notifications" };
	if (first === "contracts") return contractsPage(second, third, rest) ?? lost;
	if (first === "subjects" && second === undefined) return { screen: "subjects" };
	if (first === "subjects" && second && third === undefined) return { screen: "subject", subject: second };
	if (first === "impact" && second === undefined) return { screen: "impacts" };
	if (first === "impact" && second && third === undefined) return { screen: "impact", id: second };
	if (first === "tokens" && second === undefined) return { screen: "tokens" };
	if (first === "replays" && second === undefined) return { screen: "replays" };
	if (first === "replays" && second && third === undefined) return { screen: "replay", id: second };
	if (first === "admin" && second === "grants" && third === undefined) return { screen: "grants" };
	if (first === "admin" && second === "audit" && third === undefined) return { screen: "audit" };
	if (first === "c") return second === undefined ? { screen: "catalog" } : (entityPage([second, ...segments.slice(2)]) ?? lost);
	if (first === "t") return topicsPage(second, third, rest) ?? lost;
	if (first === "j" && second && third === undefined) return { screen: "graph", job: second };
	if (first !== "r") return lost;
	if (second === undefined) return { screen: "recordings" };
	if (second === "" || third === undefined) return lost;
	if (third === "journey") {
		return rest.length === 0 ? { screen: "journey", rec: second } : { screen: "journey", rec: second, record: rest.join("/") };
	}
	if (third === "step" && rest.length === 1 && rest[0]) return { screen: "step", rec: second, position: rest[0] };
	if (rest.length > 0) return lost;
	if (third === "events") return { screen: "events", rec: second };
	if (third === "timeline") return { screen: "timeline", rec: second };
	if (third === "gaps") return { screen: "gaps", rec: second };
	if (third === "sql") return { screen: "sql", rec: second };
	if (third === "key") return { screen: "key", rec: second };
	if (third === "watermarks") return { screen: "watermarks", rec: second };
	if (third === "inflight") return { screen: "inflight", rec: second };
	return lost;
}

function entityPage(segments: readonly string[]): Page | undefined {
	const id = segments.join("/");
	return id === "" ? undefined : { screen: "entity", id };
}

/** What is below /contracts. */
function contractsPage(contract: string | undefined, what: string | undefined, rest: readonly string[]): Page | undefined {
	if (contract === undefined) return { screen: "contracts" };
	if (contract === "") return undefined;
	if (what === undefined) return { screen: "contract", contract };
	const [violation] = rest;
	return what === "violations" && violation && rest.length === 1 ? { screen: "violation", contract, violation } : undefined;
}

/** What is below /t. A topic may be called "-": what follows that name tells the pages beside the topics. */
function topicsPage(cluster: string | undefined, name: string | undefined, rest: readonly string[]): Page | undefined {
	if (cluster === undefined) return { screen: "clusters" };
	if (cluster === "") return undefined;
	if (name === undefined) return { screen: "topics", cluster };
	if (name === "") return undefined;
	const [kind, group] = rest;
	if (kind === undefined) return { screen: "topic", cluster, topic: name };
	if (name !== "-" || rest.length > 2) return undefined;
	if (kind === "brokers" && group === undefined) return { screen: "brokers", cluster };
	if (kind !== "groups") return undefined;
	return group === undefined ? { screen: "groups", cluster } : { screen: "group", cluster, group };
}

/** Seconds without a fraction where there is none: links are read by people. */
function formatTime(t: WallTime): string {
	return toRfc3339(t).replace(/\.?0+Z$/, "Z");
}

export function formatStretch(s: Stretch): string {
	return `${s.from === undefined ? "" : formatTime(s.from)}..${s.to === undefined ? "" : formatTime(s.to)}`;
}

export function parseStretch(text: string): Stretch | undefined {
	const ends = text.split(/\.\./);
	if (ends.length !== 2) return undefined;
	const [from = "", to = ""] = ends;
	const a = from === "" ? undefined : parseMicros(from);
	const b = to === "" ? undefined : parseMicros(to);
	if ((from !== "" && a === undefined) || (to !== "" && b === undefined)) return undefined;
	if (a === undefined && b === undefined) return undefined;
	return {
		...(a === undefined ? {} : { from: a as WallTime }),
		...(b === undefined ? {} : { to: b as WallTime }),
	};
}

function escapeValue(text: string): string {
	return encodeURIComponent(wellFormed(text))
		.replace(/%20/g, "+")
		.replace(/%(40|3A|2F|2C|22|5B|5D|28|29)/gi, (code) => decodeURIComponent(code));
}

function unescapeValue(text: string): string | undefined {
	return decodeSegment(text.replace(/\+/g, "%20"));
}

export function formatState(s: ViewState): string {
	const pairs: [string, string][] = [];
	const put = (name: string, value: string | undefined) => {
		if (value !== undefined && value !== "") pairs.push([name, value]);
	};
	put("at", s.at);
	put("win", s.win === undefined ? undefined : formatStretch(s.win));
	put("f", s.filter);
	put("sel", s.sel);
	put("tab", s.tab);
	put("field", s.field);
	put("view", s.view);
	put("dir", s.dir);
	put("steps", s.steps);
	put("runs", s.runs);
	put("follow", s.follow === true ? "1" : undefined);
	put("key", s.key);
	put("of", s.of);
	put("op", s.op);
	put("cp", s.cp);
	put("step", s.step === undefined ? undefined : String(s.step));
	put("frame", s.frame === undefined || s.frame === 0 ? undefined : String(s.frame));
	put("break", s.breaks);
	put("watch", s.watch);
	put("lanes", s.lanes);
	put("from", s.from);
	put("order", s.order);
	put("parts", s.partitions);
	put("decoder", s.decoder);
	put("part", s.part);
	put("internal", s.internal);
	put("kinds", s.kinds);
	put("depth", s.depth === undefined ? undefined : String(s.depth));
	put("sort", s.sort);
	for (const [name, value] of s.other ?? []) pairs.push([name, value]);
	return pairs.map(([name, value]) => `${escapeValue(name)}=${escapeValue(value)}`).join("&");
}

export function parseState(fragment: string): ViewState {
	const s: { -readonly [K in keyof ViewState]: ViewState[K] } = {};
	const other: [string, string][] = [];
	for (const pair of fragment.replace(/^#/, "").split("&")) {
		if (pair === "") continue;
		const eq = pair.indexOf("=");
		const name = unescapeValue(eq < 0 ? pair : pair.slice(0, eq));
		const value = unescapeValue(eq < 0 ? "" : pair.slice(eq + 1));
		if (name === undefined || value === undefined) continue;
		if (!take(s, name, value)) other.push([name, value]);
	}
	if (other.length > 0) s.other = other;
	return s;
}

/** False when the parameter, or this value of it, is not known here. */
function take(s: { -readonly [K in keyof ViewState]: ViewState[K] }, name: string, value: string): boolean {
	if (value === "") return false;
	switch (name) {
		case "at":
			s.at = value;
			return true;
		case "win": {
			const win = parseStretch(value);
			if (win !== undefined) s.win = win;
			return win !== undefined;
		}
		case "f":
			s.filter = value;
			return true;
		case "sel":
			s.sel = value;
			return true;
		case "tab":
			s.tab = value;
			return true;
		case "field":
			s.field = value;
			return true;
		case "sort":
			s.sort = value;
			return true;
		case "from":
			s.from = value;
			return true;
		case "order":
			if (value === "asc" || value === "desc") s.order = value;
			return value === "asc" || value === "desc";
		case "parts":
			s.partitions = value;
			return true;
		case "decoder":
			s.decoder = value;
			return true;
		case "part":
			s.part = value;
			return true;
		case "internal":
			if (value === "all") s.internal = value;
			return value === "all";
		case "key":
			s.key = value;
			return true;
		case "of":
			s.of = value;
			return true;
		case "op":
			s.op = value;
			return true;
		case "cp":
			s.cp = value;
			return true;
		case "lanes":
			s.lanes = value;
			return true;
		case "break":
			s.breaks = value;
			return true;
		case "watch":
			s.watch = value;
			return true;
		case "step":
		case "frame":
			if (!/^\d{1,9}$/.test(value)) return false;
			s[name] = Number(value);
			return true;
		case "kinds":
			s.kinds = value;
			return true;
		case "depth":
			if (!/^[1-9]\d?$/.test(value)) return false;
			s.depth = Number(value);
			return true;
		case "view":
			if (value === "tree" || value === "table") s.view = value;
			return value === "tree" || value === "table";
		case "dir":
			if (value === "up" || value === "down") s.dir = value;
			return value === "up" || value === "down";
		case "steps":
			if (value === "all") s.steps = value;
			return value === "all";
		case "runs":
			if (value === "all") s.runs = value;
			return value === "all";
		case "follow":
			if (value === "1") s.follow = true;
			return value === "1";
		default:
			return false;
	}
}

export function formatAddress(a: Address): string {
	const fragment = formatState(a.state);
	return formatPath(a.page) + (fragment === "" ? "" : `#${fragment}`);
}

export function parseAddress(path: string, fragment: string): Address {
	return { page: parsePath(path), state: parseState(fragment) };
}

/** The link to a page with some state. */
export function link(page: Page, state: ViewState = emptyState): string {
	return formatAddress({ page, state });
}

/** Stands for all recordings, where a record is looked for in every one. */
export const anyRecording = "any";

/** The position that a view is about. */
export function positionOf({ page, state }: Address): string | undefined {
	return page.screen === "step" ? page.position : state.at;
}

/** What screens of one cluster of Kafka have in common; undefined for the others. */
export function clusterOf(page: Page): string | undefined {
	return "cluster" in page ? page.cluster : undefined;
}

/** What screens of one recording have in common; undefined for the others. */
export function recordingOf(page: Page): string | undefined {
	if (!("rec" in page)) return undefined;
	return page.rec === anyRecording ? undefined : page.rec;
}

/** The id of a topic in the catalog. */
export function streamId(cluster: string, topic: string): string {
	return `stream:${cluster}/${topic}`;
}

/** What an id of the catalog says by itself: the kind before the colon, the cluster of what is in one, the name. */
export function partsOfEntity(id: string): { readonly kind: string; readonly cluster?: string; readonly name: string } {
	const colon = id.indexOf(":");
	const kind = colon < 0 ? "" : id.slice(0, colon);
	const rest = id.slice(colon + 1);
	const inCluster = kind === "stream" || kind === "group" || kind === "principal";
	// A cluster that nobody gave a name goes by its server: kafka://host:port.
	const stroke = inCluster ? rest.indexOf("/", rest.startsWith("kafka://") ? "kafka://".length : 0) : -1;
	return stroke < 0 ? { kind, name: rest } : { kind, cluster: rest.slice(0, stroke), name: rest.slice(stroke + 1) };
}
