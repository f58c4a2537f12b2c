/** Steps through code that ran, in a replay that waits at the server. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, integer64, list, number, oneOf, optional, shape, text } from "../base/decode";
import { DELETE, GET, read } from "./door";
import { moment } from "./event";
import type * as wire from "./schema";
import { planned, source, statement } from "./sql";
import { view } from "./view";

const local = shape<wire.StepLocal>()({ name: text, type: text, changed: flag, view: optional(view) });
export type StepLocal = Decoded<typeof local>;

const frame = shape<wire.StepFrame>()({ class: text, method: text, path: text, line: number, no_lines: flag, locals: list(local) });
export type StepFrame = Decoded<typeof frame>;

const stepSource = shape<wire.StepSource>()({
	from: oneOf("folder", "jar", "generated", "decompiled"),
	path: text,
	line: number,
	ran: list(number),
	lines: optional(list(shape<wire.StepLine>()({ text: number, class: number }))),
	source: source,
	sql: optional(shape<wire.StepSql>()({ operator: planned, statements: list(statement) })),
});
export type StepSource = Decoded<typeof stepSource>;

const evaluated = shape<wire.StepValue>()({ expression: text, text: text, type: optional(text), ok: flag });
export type StepValue = Decoded<typeof evaluated>;

const stepReplay = shape<wire.StepReplay>()({
	recording: text,
	starts: number,
	renumbered: integer64,
	surplus_reads: integer64,
	thrown: optional(text),
});

/** A step of an invocation's code, and all that can be seen there. */
export const stepPlace = shape<wire.StepPlace>()({
	position: text,
	step: number,
	steps: number,
	kind: oneOf("line", "thrown", "enter", ""),
	found: flag,
	why: optional(text),
	looked: number,
	cut: flag,
	frames: list(frame),
	thrown: optional(view),
	returned: optional(view),
	moment: moment,
	done: number,
	sent: number,
	wrote: number,
	source: optional(stepSource),
	evaluated: list(evaluated),
	replay: stepReplay,
});
export type StepPlace = Decoded<typeof stepPlace>;

const stepProgress = shape<wire.StepProgress>()({
	phase: oneOf("planning", "preparing", "building", "running", "waiting"),
	invocation: integer64,
	warm: flag,
});
export type StepProgress = Decoded<typeof stepProgress>;

const stepEnded = shape<wire.StepEnded>()({ ended: flag });

type StepQuery = NonNullable<wire.paths["/api/v1/recordings/{rec}/steps/{position}"]["get"]["parameters"]["query"]>;

/** Where to go from a place; empty: one stays. */
export type StepCommand = Pick<StepQuery, "move" | "until" | "back" | "of" | "break" | "where">;

/** What is asked for beside the place itself. */
export type StepWish = Required<Pick<StepQuery, "frame" | "evaluate">>;

/** Where one is: a step of an invocation; undefined: its first. */
export type StepAt = { readonly position: string; readonly step: number | undefined };

export async function askStep(rec: string, at: StepAt, wish: StepWish, command: StepCommand, signal: AbortSignal): Promise<StepPlace> {
	const query: StepQuery = { ...(at.step === undefined ? {} : { step: at.step }), ...wish, ...command };
	return read(
		GET("/api/v1/recordings/{rec}/steps/{position}", { params: { path: { rec, position: at.position }, query }, signal }),
		stepPlace,
		signal,
	);
}

export function stepKey(rec: string, at: StepAt, wish: StepWish) {
	return ["step", rec, at.position, at.step ?? -1, wish] as const;
}

/** A place is what it is: what ran there does not change. A replay that cannot run is not begun again by itself. */
export function stepQuestion(rec: string, at: StepAt, wish: StepWish) {
	return queryOptions({
		queryKey: stepKey(rec, at, wish),
		queryFn: ({ signal }) => askStep(rec, at, wish, {}, signal),
		staleTime: Number.POSITIVE_INFINITY,
		refetchOnWindowFocus: false,
		retry: false,
	});
}

/** How far the replay is, asked while a step is waited for. */
export function stepProgressQuestion(rec: string, position: string) {
	return queryOptions({
		queryKey: ["step-progress", rec, position],
		queryFn: ({ signal }) =>
			read(
				GET("/api/v1/recordings/{rec}/steps/{position}/progress", { params: { path: { rec, position } }, signal }),
				stepProgress,
				signal,
			),
		staleTime: 0,
		gcTime: 0,
		refetchInterval: 500,
		retry: false,
	});
}

/** Ends the replay of a position's attempt; false: there was none. */
export async function endSteps(rec: string, position: string): Promise<boolean> {
	const answer = await read(
		DELETE("/api/v1/recordings/{rec}/steps/{position}", { params: { path: { rec, position } } }),
		stepEnded,
		undefined,
	);
	return answer.ended;
}
