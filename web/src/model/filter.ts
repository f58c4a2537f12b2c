/**
 * The display filter: an expression in CEL (docs/guides/filter.md).
 *
 *     op == "drop-duplicates" && subtask == 3 && kind in ["record", "watermark"] && value.amount > 50
 *
 * Terms that && joins and that have a parameter of their own are taken apart, so that they can be chosen from lists as well; each
 * stands once. The rest is where, which the server reads. Words without an operator are taken as text to look for. What is not
 * finished is refused with the place and the reason, never answered in part.
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
	/** Terms that only the server can read, joined by &&. */
	readonly where?: string;
};

export type FilterProblem = { readonly at: number; readonly message: string };

export type FilterReading = { readonly ok: true; readonly filter: Filter } | { readonly ok: false; readonly problem: FilterProblem };

export const noFilter: Filter = {};

export type TokenKind = "name" | "text" | "number" | "sign" | "space";
export type Token = { readonly kind: TokenKind; readonly text: string; readonly at: number };

const tokenForm = /(\s+)|("(?:[^"\\]|\\.)*")|(-?\d+)|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|&&|\|\||<=|>=|[.,()[\]<>!])/y;
const tokenKinds: readonly TokenKind[] = ["space", "text", "number", "name", "sign"];

const celForm = /(\s+)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|([\s\S])/uy;

/** Splits any text as CEL is coloured; every character is in one of the tokens. */
export function celTokens(source: string): readonly Token[] {
	const list: Token[] = [];
	celForm.lastIndex = 0;
	for (let m = celForm.exec(source); m !== null && m[0] !== ""; m = celForm.exec(source)) {
		const group = m.slice(1).findIndex((g) => g !== undefined);
		list.push({ kind: tokenKinds[group] ?? "sign", text: m[0], at: celForm.lastIndex - m[0].length });
	}
	return list;
}

/** Splits a filter for reading; stops at the first character that belongs to no token. */
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
	const joined = end < source.length && /==|!=|&&|\|\||[<>?]/.test(source);
	const bare = !joined && !list.some((t) => t.kind === "sign" || t.kind === "text");
	if (bare || (end < source.length && !joined && !/\b(in|contains)\b|"/.test(source))) return { ok: true, filter: { text: trimmed } };
	const taken = split(source);
	if (!taken.ok) return taken;
	const { terms } = taken;
	const f: Draft = {};
	const rest: string[] = [];
	for (const t of terms) if (terms.length > maxTerms || !simple(t, f)) rest.push(t);
	if (rest.length > 0) f.where = rest.join(" && ");
	return { ok: true, filter: f };
}

/** What has more terms than this is not taken apart. */
const maxTerms = 64;

/** Takes a term into f that has a parameter of its own there; false, and f as it was, for any other. */
function simple(source: string, f: Draft): boolean {
	const { list, end } = tokens(source);
	if (end < source.length) return false;
	try {
		const r = new Reader(list, source.length);
		const changed: Draft = { ...f };
		term(r, changed);
		if (!r.done) return false;
		Object.assign(f, changed);
		return true;
	} catch (e) {
		if (e instanceof Refused) return false;
		throw e;
	}
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The terms that the outer && joins; one term where || joins any of them. A problem where something is open or missing. */
function split(
	source: string,
): { readonly ok: true; readonly terms: readonly string[] } | { readonly ok: false; readonly problem: FilterProblem } {
	const refuse = (at: number, message: string) => ({ ok: false, problem: { at, message } }) as const;
	const terms: string[] = [];
	const open: { readonly close: string; readonly at: number }[] = [];
	let from = 0;
	let joined = false;
	for (let i = 0; i < source.length; i++) {
		const c = source.charAt(i);
		if (c === '"' || c === "'") {
			const end = endOfText(source, i);
			if (end === undefined) return refuse(i, "this text has no end");
			i = end;
		} else if (closing[c] !== undefined) open.push({ close: closing[c], at: i });
		else if (c === ")" || c === "]" || c === "}") {
			if (open.pop()?.close !== c) return refuse(i, `${c} closes nothing here`);
		} else if (open.length === 0 && (source.startsWith("||", i) || (c === "?" && source.charAt(i + 1) !== "."))) {
			joined = true;
			i++;
		} else if (open.length === 0 && source.startsWith("&&", i)) {
			if (source.slice(from, i).trim() === "") return refuse(i, "a term is wanted here");
			terms.push(source.slice(from, i).trim());
			from = i + 2;
			i++;
		}
	}
	const still = open.at(-1);
	if (still !== undefined) return refuse(source.length, `${still.close} is wanted here`);
	const last = source.slice(from).trim();
	if (last === "" || /(==|!=|<=|>=|&&|\|\||[<>!+*/%.,])$/.test(last)) return refuse(source.length, "something is wanted here");
	return { ok: true, terms: joined ? [source.trim()] : [...terms, last] };
}

/** Where a text in quotes ends; undefined when it does not. */
function endOfText(source: string, from: number): number | undefined {
	for (let i = from + 1; i < source.length; i++) {
		if (source.charAt(i) === "\\") i++;
		else if (source.charAt(i) === source.charAt(from)) return i;
	}
	return undefined;
}

function quote(text: string): string {
	return JSON.stringify(text);
}

function among(name: string, values: readonly string[]): string {
	const [first] = values;
	return values.length === 1 && first !== undefined ? `${name} == ${quote(first)}` : `${name} in [${values.map(quote).join(", ")}]`;
}

/** A filter of several terms one of which || joins stands in parentheses. */
function amongOthers(where: string, alone: boolean): string {
	const parts = split(where);
	const whole = parts.ok && parts.terms.length === 1 && /\|\||\?/.test(where);
	return whole && !alone && !/^\(.*\)$/s.test(where) ? `(${where})` : where;
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
	if (f.where !== undefined && f.where !== "") terms.push(amongOthers(f.where, terms.length === 0));
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
