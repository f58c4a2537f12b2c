import { isRecord, MismatchError } from "../base/decode";

/** ProblemError is an answer that is not what was asked for: what happened, to what, and what to do next. */
export class ProblemError extends Error {
	/** HTTP status; 0 when no answer came at all. */
	readonly status: number;
	/** Tells a problem that a program can do something about; empty for others. */
	readonly type: string;
	readonly title: string;
	readonly detail: string;
	readonly hint: string;
	/** Stands in the server's log as well; empty when no answer came. */
	readonly requestId: string;

	constructor(p: { status: number; type?: string; title: string; detail: string; hint: string; requestId: string }) {
		super(p.detail || p.title);
		this.name = "ProblemError";
		this.status = p.status;
		this.type = p.type ?? "";
		this.title = p.title;
		this.detail = p.detail;
		this.hint = p.hint;
		this.requestId = p.requestId;
	}
}

function textOf(body: Record<string, unknown>, field: string): string {
	const value = body[field];
	return typeof value === "string" ? value : "";
}

/** Makes a problem of an answer's body (RFC 9457) or, when it is none, of the answer itself. */
export function problemOf(status: number, requestId: string, body: unknown): ProblemError {
	if (isRecord(body)) {
		return new ProblemError({
			status,
			type: textOf(body, "type"),
			title: textOf(body, "title") || `status ${status}`,
			detail: textOf(body, "detail"),
			hint: textOf(body, "hint"),
			requestId: textOf(body, "request_id") || requestId,
		});
	}
	return new ProblemError({
		status,
		title: "the server did not answer as agreed",
		detail: `the answer had status ${status} and no explanation`,
		hint: "a proxy between this page and the server may have answered instead",
		requestId,
	});
}

/** Makes a problem of whatever was thrown. */
export function toProblem(error: unknown): ProblemError {
	if (error instanceof ProblemError) return error;
	if (error instanceof MismatchError) {
		return new ProblemError({
			status: 200,
			title: "the answer could not be read",
			detail: error.message,
			hint: "this page and the server may be of different versions: reload the page",
			requestId: "",
		});
	}
	return new ProblemError({
		status: 0,
		title: "the server cannot be reached",
		detail: error instanceof Error ? error.message : "no answer came",
		hint: "is sightglass up still running? This page tries again by itself",
		requestId: "",
	});
}
