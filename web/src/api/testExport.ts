/** Moments as JUnit tests. */
import { fromBase64 } from "../base/bytes";
import { type Decoded, list, number, optional, shape, text, textAs } from "../base/decode";
import { GET, read } from "./door";
import { ProblemError } from "./problem";
import type * as wire from "./schema";

const testExport = shape<wire.TestExport>()({
	position: text,
	op: text,
	op_name: text,
	flink: text,
	class: text,
	expects: text,
	records: number,
	traced: optional(text),
	unproven: list(text),
	files: list(shape<wire.TestExportFile>()({ path: text, bytes: number })),
	zip: textAs("bytes in Base64", fromBase64),
});
export type TestExport = Decoded<typeof testExport>;

/** What can be chosen; what is absent, the server chooses. */
export type TestWish = NonNullable<wire.operations["export-test"]["parameters"]["query"]>;

/** Takes what was done at a position out of its recording, without masks. Each call is written into the audit log. */
export function exportTest(rec: string, position: string, query: TestWish, signal: AbortSignal): Promise<TestExport> {
	return read(GET("/api/v1/recordings/{rec}/tests/{position}", { params: { path: { rec, position }, query }, signal }), testExport, signal);
}

/** The action that a person needs for it. */
export const exportAction = "recording:export";

/** What is missing is what a replay would record. */
export function isUntraced(error: unknown): boolean {
	const untraced: wire.Problem["type"] = "urn:sightglass:untraced";
	return error instanceof ProblemError && error.type === untraced;
}
