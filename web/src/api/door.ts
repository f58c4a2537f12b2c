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
