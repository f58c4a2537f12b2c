/** Geometry of a state's strip: which version stands where. Pure. */
import type { StateCell, StateVersion } from "../../api/key";
import { millisOf } from "../../base/time";

export type Span = { readonly from: number; readonly to: number };

/** When a version ended, in milliseconds: by the next change, by time to live, by a restart; undefined: it stands. */
export function endOf(v: StateVersion): number | undefined {
	const ends = [v.until, v.expires, v.undone].flatMap((t) => (t === undefined ? [] : [millisOf(t)]));
	return ends.length === 0 ? undefined : Math.min(...ends);
}

/** From the first change of any cell to the last, a little more at the end: what stands must be seen to go on. */
export function spanOf(cells: readonly StateCell[]): Span | undefined {
	const times = cells.flatMap((c) => c.versions.map((v) => millisOf(v.time)));
	if (times.length === 0) return undefined;
	const from = times.reduce((a, b) => Math.min(a, b));
	const last = times.reduce((a, b) => Math.max(a, b));
	return { from, to: last + Math.max(1, (last - from) * 0.04) };
}

export type Segment = {
	readonly index: number;
	/** In percent of the strip. */
	readonly left: number;
	readonly width: number;
	readonly version: StateVersion;
	/** Nothing is there: it was cleared, removed or expired. */
	readonly empty: boolean;
	/** It ends before the next change, by time to live. */
	readonly dies: boolean;
};

export function segmentsOf(cell: StateCell, span: Span): readonly Segment[] {
	const length = Math.max(1, span.to - span.from);
	return cell.versions.map((version, index) => {
		const from = millisOf(version.time);
		const to = Math.min(span.to, Math.max(from, endOf(version) ?? span.to));
		return {
			index,
			left: ((from - span.from) / length) * 100,
			width: ((to - from) / length) * 100,
			version,
			empty: version.kind === "removed" || version.kind === "expired",
			dies: version.expires !== undefined && (version.until === undefined || version.expires < version.until),
		};
	});
}

/** Names a version in an address: cell and place. */
export function versionId(cell: number, version: number): string {
	return `v:${cell}.${version}`;
}

export function readVersion(sel: string | undefined): { readonly cell: number; readonly version: number } | undefined {
	const m = /^v:(\d+)\.(\d+)$/.exec(sel ?? "");
	return m === null ? undefined : { cell: Number(m[1]), version: Number(m[2]) };
}
