/**
 * The one place where requests leave and answers enter. Answers are `unknown` until a decoder has read them.
 */
import createClient from "openapi-fetch";
import { type Decoder, decode } from "../base/decode";
import { problemOf, toProblem } from "./problem";
import type { paths } from "./schema";

export const base = "/api/v1";

// The client takes fetch anew at every call, so that tests may replace it.
const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: (request) => globalThis.fetch(request) });
export const { GET, POST, PUT, DELETE } = client;

type Answer = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };

/** Waits for an answer and decodes it. Throws ProblemError, or the abort's error. */
export async function read<Out>(answer: Promise<Answer>, decoder: Decoder<Out>, signal: AbortSignal | undefined): Promise<Out> {
	try {
		const { data, error, response } = await answer;
		if (!response.ok || error !== undefined) {
			throw problemOf(response.status, response.headers.get("X-Request-Id") ?? "", error);
		}
		return decode(decoder, data);
	} catch (e) {
		if (signal?.aborted) throw e;
		throw toProblem(e);
	}
}

/** A file that came whole. */
export type FetchedFile = { readonly name: string; readonly content: Blob };

/**
 * Waits for an answer that is a file, asked for as a stream, and gathers it. `got` is told how many bytes have come, of how many.
 * Throws ProblemError, or the abort's error.
 */
export async function readFile(
	answer: Promise<Answer>,
	signal: AbortSignal,
	got: (bytes: number, of: number) => void,
): Promise<FetchedFile> {
	try {
		const { data, error, response } = await answer;
		if (!response.ok || error !== undefined || !(data instanceof ReadableStream)) {
			throw problemOf(response.status, response.headers.get("X-Request-Id") ?? "", error);
		}
		const of = Number(response.headers.get("Content-Length") ?? 0);
		const parts: BlobPart[] = [];
		let bytes = 0;
		const reader = data.getReader();
		for (let part = await reader.read(); !part.done; part = await reader.read()) {
			parts.push(part.value);
			bytes += part.value.length;
			got(bytes, of);
		}
		if (of > 0 && bytes !== of) throw new Error("the file ended early");
		const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
		const type = response.headers.get("Content-Type") ?? "application/octet-stream";
		return { name: name ?? "incident.sgi", content: new Blob(parts, { type }) };
	} catch (e) {
		if (signal.aborted) throw e;
		throw toProblem(e);
	}
}
