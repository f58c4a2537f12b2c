/**
 * The display filter: the part of CEL that the server answers exactly today.
 *
 *     op == "drop-duplicates" && subtask == 3 && kind in ["record", "watermark"] && key == "o-77" && text.contains("SEK")
 *
 * Terms are joined by &&; each variable stands once. A filter outside this part is refused with the place and the reason, never
 * answered in part. Words without an operator are taken as text to look for.
 */

export type Filter = {
	readonly op?: string;
	readonly subtask?: number;
	readonly attempt?: number;
	readonly invocation?: bigint;
	readonly kinds?: readonly string[];
	readonly lanes?: readonly string[];
	/** Why operators threw records away: drop.reason. */
	readonly reasons?: readonly string[];
	readonly key?: string;
	readonly text?: string;
};

export type FilterProblem = { readonly at: number; readonly message: string };

export type FilterReading = { readonly ok: true; readonly filter: Filter } | { readonly ok: false; readonly problem: FilterProblem };

export const noFilter: Filter = {};

export type TokenKind = "name" | "text" | "number" | "sign" | "space";
export type Token = { readonly kind: TokenKind; readonly text: string; readonly at: number };

const tokenForm = /(\s+)|("(?:[^"\\]|\\.)*")|(-?\d+)|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|&&|\|\||<=|>=|[.,()[\]<>!])/y;
const tokenKinds: readonly TokenKind[] = ["space", "text", "number", "name", "sign"];

/** Splits a filter for reading and for colouring; stops at the first character that belongs to no token. */
export function tokens(source: string): { readonly list: readonly Token[]; readonly end: number } {
	const list: Token[] = [];
	let at = 0;
	for (;;) {
		tokenForm.lastIndex = at;
		const m = tokenForm.exec(source);
		if (m === null || m[0] === "") return { list, end: at };
		const group = m.slice(1).findIndex((g) => g !== undefined);
		list.push({ kind: tokenKinds[group] ?? "sign", text: m[0], at });
		at += m[0].length;
	}
}

class Refused extends Error {
	constructor(
		readonly at: number,
		message: string,
	) {
		super(message);
	}
}

type Draft = { -readonly [K in keyof Filter]: Filter[K] };

const variables = "op, subtask, attempt, invocation, kind, lane, drop.reason, key and text";

class Reader {
	readonly #tokens: readonly Token[];
	#next = 0;

	constructor(
		tokens: readonly Token[],
		readonly end: number,
	) {
		this.#tokens = tokens.filter((t) => t.kind !== "space");
	}

	get done(): boolean {
		return this.#next >= this.#tokens.length;
	}

	get at(): number {
		return this.#tokens[this.#next]?.at ?? this.end;
	}

	take(what: string, is: (t: Token) => boolean): Token {
		const t = this.#tokens[this.#next];
		if (t === undefined || !is(t)) throw new Refused(this.at, `${what} is wanted here`);
		this.#next++;
		return t;
	}

	sign(text: string): void {
		this.take(text, (t) => t.kind === "sign" && t.text === text);
	}

	isSign(text: string): boolean {
		const t = this.#tokens[this.#next];
		return t !== undefined && t.kind === "sign" && t.text === text;
	}

	text(): string {
		return unquote(this.take("a text in quotes", (t) => t.kind === "text"));
	}

	integer(): bigint {
		return BigInt(this.take("a whole number", (t) => t.kind === "number").text);
	}
}

function unquote(t: Token): string {
	try {
		const value: unknown = JSON.parse(t.text);
		if (typeof value === "string") return value;
	} catch {
		// told below
	}
	throw new Refused(t.at, "this text has an escape that is not known");
}

/** One text after ==, or several after in. */
function texts(r: Reader): readonly string[] {
	if (r.isSign("==")) {
		r.sign("==");
		return [r.text()];
	}
	r.take("== or in", (t) => t.kind === "name" && t.text === "in");
	r.sign("[");
	const out = [r.text()];
	while (r.isSign(",")) {
		r.sign(",");
		out.push(r.text());
	}
	r.sign("]");
	return out;
}

function equal<T>(r: Reader, value: () => T): T {
	r.sign("==");
	return value();
}

function small(r: Reader): number {
	const at = r.at;
	const n = equal(r, () => r.integer());
	if (n < 0n || n > 1_000_000n) throw new Refused(at, "a number from 0 on is wanted here");
	return Number(n);
}

function term(r: Reader, f: Draft): void {
	const name = r.take(`one of ${variables}`, (t) => t.kind === "name");
	const once = <K extends keyof Draft>(field: K, value: () => Draft[K]) => {
		if (f[field] !== undefined) throw new Refused(name.at, `${name.text} stands twice`);
		f[field] = value();
	};
	switch (name.text) {
		case "op":
			once("op", () => equal(r, () => r.text()));
			break;
		case "subtask":
			once("subtask", () => small(r));
			break;
		case "attempt":
			once("attempt", () => small(r));
			break;
		case "invocation":
			once("invocation", () => equal(r, () => r.integer()));
			break;
		case "kind":
			once("kinds", () => texts(r));
			break;
		case "lane":
			once("lanes", () => texts(r));
			break;
		case "drop":
			r.sign(".");
			r.take("reason", (t) => t.kind === "name" && t.text === "reason");
			once("reasons", () => texts(r));
			break;
		case "key":
			once("key", () => equal(r, () => r.text()));
			break;
		case "text":
			once("text", () => contained(r));
			break;
		default:
			throw new Refused(name.at, `${name.text} cannot be filtered by exactly; there are ${variables}`);
	}
}

/** The text in .contains("…"). */
function contained(r: Reader): string {
	r.sign(".");
	r.take("contains", (t) => t.kind === "name" && t.text === "contains");
	r.sign("(");
	const value = r.text();
	r.sign(")");
	return value;
}

/** Reads a filter's text. */
export function readFilter(source: string): FilterReading {
	const trimmed = source.trim();
	if (trimmed === "") return { ok: true, filter: noFilter };
	const { list, end } = tokens(source);
	const bare = !list.some((t) => t.kind === "sign") && !list.some((t) => t.kind === "text");
	if (bare || (end < source.length && !/==|&&|\b(in|contains)\b|"/.test(source))) return { ok: true, filter: { text: trimmed } };
	try {
		if (end < source.length) throw new Refused(end, "this character means nothing here");
		const r = new Reader(list, source.length);
		const f: Draft = {};
		term(r, f);
		while (!r.done) {
			if (r.isSign("||")) throw new Refused(r.at, "|| cannot be answered exactly yet; use && or kind in [...]");
			r.sign("&&");
			term(r, f);
		}
		return { ok: true, filter: f };
	} catch (e) {
		if (e instanceof Refused) return { ok: false, problem: { at: e.at, message: e.message } };
		throw e;
	}
}

function quote(text: string): string {
	return JSON.stringify(text);
}

function among(name: string, values: readonly string[]): string {
	const [first] = values;
	return values.length === 1 && first !== undefined ? `${name} == ${quote(first)}` : `${name} in [${values.map(quote).join(", ")}]`;
}

/** Writes a filter; readFilter reads it back. Empty for one that lets everything through. */
export function writeFilter(f: Filter): string {
	const terms: string[] = [];
	if (f.op !== undefined) terms.push(`op == ${quote(f.op)}`);
	if (f.subtask !== undefined) terms.push(`subtask == ${f.subtask}`);
	if (f.attempt !== undefined) terms.push(`attempt == ${f.attempt}`);
	if (f.invocation !== undefined) terms.push(`invocation == ${f.invocation}`);
	if (f.kinds !== undefined && f.kinds.length > 0) terms.push(among("kind", f.kinds));
	if (f.lanes !== undefined && f.lanes.length > 0) terms.push(among("lane", f.lanes));
	if (f.reasons !== undefined && f.reasons.length > 0) terms.push(among("drop.reason", f.reasons));
	if (f.key !== undefined) terms.push(`key == ${quote(f.key)}`);
	if (f.text !== undefined) terms.push(`text.contains(${quote(f.text)})`);
	return terms.join(" && ");
}

/** Leaves out what is undefined or an empty list. */
export function changeFilter(f: Filter, change: { readonly [K in keyof Filter]?: Filter[K] | undefined }): Filter {
	const out: Record<string, unknown> = {};
	for (const [name, value] of Object.entries({ ...f, ...change })) {
		if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
		out[name] = value;
	}
	return out as Filter;
}

export function isEmptyFilter(f: Filter): boolean {
	return writeFilter(f) === "";
}
