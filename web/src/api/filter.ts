/** What may stand at a place of a filter, and what is wrong with it. */
import { type Decoded, list, number, oneOf, optional, shape, text } from "../base/decode";
import { GET, read } from "./door";
import type * as wire from "./schema";

const completion = shape<wire.Completion>()({
	text: text,
	kind: oneOf("field", "member", "word", "function", "operator"),
	type: optional(text),
	detail: optional(text),
});

const completions = shape<wire.Completions>()({
	from: number,
	to: number,
	items: list(completion),
	problem: optional(shape<wire.FilterProblem>()({ at: number, line: number, message: text })),
});

export type Completions = Decoded<typeof completions>;

/** Asks about a filter with the cursor at a place. Places are indexes of UTF-16 here; the server counts characters. */
export async function fetchCompletions(rec: string, where: string, at: number, signal: AbortSignal): Promise<Completions> {
	const place = [...where.slice(0, at)].length;
	const answer = await read(
		GET("/api/v1/recordings/{rec}/filter/completions", { params: { path: { rec }, query: { where, at: place } }, signal }),
		completions,
		signal,
	);
	const characters = [...where];
	const index = (n: number) => characters.slice(0, n).join("").length;
	return {
		...answer,
		from: index(answer.from),
		to: index(answer.to),
		...(answer.problem === undefined ? {} : { problem: { ...answer.problem, at: answer.problem.at < 0 ? -1 : index(answer.problem.at) } }),
	};
}
