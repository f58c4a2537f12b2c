/**
 * Server-sent events over fetch. EventSource would hide why a stream was refused and reconnects at a fixed pace; here a refusal is a
 * ProblemError, and the pace backs off from half a second to ten.
 */
import { type Decoder, decode } from "../base/decode";
import { ProblemError, problemOf, toProblem } from "./problem";

export type StreamState =
	| { readonly phase: "connecting" }
	| { readonly phase: "live" }
	/** Nothing comes; retryAt is when it is tried again (milliseconds since 1970). */
	| { readonly phase: "broken"; readonly problem: ProblemError; readonly retryAt: number }
	/** The last item has come. */
	| { readonly phase: "ended" };

export type StreamOptions<Out> = {
	readonly url: string;
	readonly decoder: Decoder<Out>;
	/** Cursor of the item that the first one comes behind; absent: from now. */
	readonly behind?: string;
	/** Takes an item; true says that it is the last one, for example because the job has ended. */
	readonly onItem: (item: Out) => boolean;
	readonly onState: (state: StreamState) => void;
};

const firstPause = 500;
const longestPause = 10_000;
/** The server sends a comment every 15 s; a stream that is silent for longer is dead. */
const silence = 40_000;

/** Message is one event of a stream: its kind, its cursor, its data. */
export type Message = { readonly kind: string; readonly id: string | undefined; readonly data: string };

/** Splits text into messages as the standard says; chunks may end anywhere. */
export function messageReader(onMessage: (m: Message) => void): (chunk: string) => void {
	let rest = "";
	let kind = "";
	let id: string | undefined;
	let data: string[] = [];
	const line = (text: string) => {
		if (text === "") {
			if (data.length > 0) onMessage({ kind: kind || "message", id, data: data.join("\n") });
			kind = "";
			data = [];
			return;
		}
		const colon = text.indexOf(":");
		if (colon === 0) return;
		const field = colon < 0 ? text : text.slice(0, colon);
		const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
		if (field === "data") data.push(value);
		else if (field === "event") kind = value;
		else if (field === "id") id = value;
	};
	return (chunk) => {
		rest += chunk;
		// A carriage return at the end may be half of a line's end.
		const lines = rest.split(/\r\n|\n|\r(?!$)/);
		rest = lines.pop() ?? "";
		for (const l of lines) line(l);
	};
}

/** Opens a stream and keeps it open until the returned function is called. */
export function openStream<Out>(o: StreamOptions<Out>): () => void {
	const stop = new AbortController();
	void keepOpen(o, stop.signal);
	return () => stop.abort();
}

async function keepOpen<Out>(o: StreamOptions<Out>, signal: AbortSignal): Promise<void> {
	let pause = firstPause;
	let cursor = o.behind;
	// A stream that broke stays so for its reader until it is live again: that it is tried says nothing about what is on the screen.
	o.onState({ phase: "connecting" });
	while (!signal.aborted) {
		let problem: ProblemError;
		try {
			// A server that shuts down ends its streams as cleanly as one whose job is over: only the last item tells.
			const ended = await once(o, cursor, signal, (m) => {
				pause = firstPause;
				if (m.id !== undefined && m.id !== "") cursor = m.id;
			});
			if (ended && !signal.aborted) {
				o.onState({ phase: "ended" });
				return;
			}
			problem = toProblem(new Error("the stream was cut"));
		} catch (e) {
			if (signal.aborted) return;
			problem = toProblem(e);
		}
		if (signal.aborted) return;
		const hopeless = problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429;
		const wait = hopeless ? longestPause : pause;
		o.onState({ phase: "broken", problem, retryAt: Date.now() + wait });
		await sleep(wait, signal);
		pause = Math.min(pause * 2, longestPause);
	}
}

/** One connection. True when the last item has come. */
async function once<Out>(
	o: StreamOptions<Out>,
	cursor: string | undefined,
	signal: AbortSignal,
	onTaken: (m: Message) => void,
): Promise<boolean> {
	const headers: Record<string, string> = { Accept: "text/event-stream" };
	if (cursor !== undefined) headers["Last-Event-ID"] = cursor;
	const connection = new AbortController();
	const abort = () => connection.abort();
	signal.addEventListener("abort", abort);
	let watch = setTimeout(abort, silence);
	try {
		const response = await globalThis.fetch(o.url, { headers, signal: connection.signal, cache: "no-store" });
		if (!response.ok || response.body === null) {
			const body: unknown = await response.json().catch(() => undefined);
			throw problemOf(response.status, response.headers.get("X-Request-Id") ?? "", body);
		}
		o.onState({ phase: "live" });
		let last = false;
		const take = messageReader((m) => {
			if (last) return;
			if (m.kind === "problem") throw problemOf(500, "", parse(m.data));
			last = o.onItem(decode(o.decoder, parse(m.data)));
			onTaken(m);
		});
		const text = new TextDecoder();
		const reader = response.body.getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return false;
			clearTimeout(watch);
			watch = setTimeout(abort, silence);
			take(text.decode(value, { stream: true }));
			if (last) return true;
		}
	} finally {
		clearTimeout(watch);
		signal.removeEventListener("abort", abort);
		connection.abort();
	}
}

function parse(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch {
		throw new ProblemError({
			status: 200,
			title: "the stream could not be read",
			detail: "an event of the stream is no JSON",
			hint: "",
			requestId: "",
		});
	}
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		signal.addEventListener("abort", done);
	});
}
