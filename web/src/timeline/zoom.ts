/** Zooming and moving the stretch of time that the list shows. */
import type { Timeline } from "../api/recording";
import { addMicros, type WallTime } from "../base/time";
import type { Stretch } from "../model/address";

const shortest = 1_000n;

/** The next stretch; undefined is the whole recording, "same" when nothing changes. */
export function zoomed(
	whole: Pick<Timeline, "from" | "to"> | undefined,
	win: Stretch | undefined,
	marker: WallTime | undefined,
	how: "in" | "out" | "left" | "right",
): Stretch | undefined | "same" {
	if (whole?.from === undefined || whole.to === undefined) return "same";
	const from = win?.from ?? whole.from;
	const to = win?.to ?? whole.to;
	const span = to - from;
	if (span <= 0n) return "same";
	switch (how) {
		case "in": {
			if (span / 2n < shortest) return "same";
			const middle = marker !== undefined && marker > from && marker < to ? marker : addMicros(from, span / 2n);
			return { from: addMicros(middle, -span / 4n), to: addMicros(middle, span / 4n) };
		}
		case "out": {
			if (win === undefined) return "same";
			const next = { from: addMicros(from, -span / 2n), to: addMicros(to, span / 2n) };
			return next.from <= whole.from && next.to >= whole.to ? undefined : next;
		}
		case "left":
			return win === undefined ? "same" : { from: addMicros(from, -span / 4n), to: addMicros(to, -span / 4n) };
		case "right":
			return win === undefined ? "same" : { from: addMicros(from, span / 4n), to: addMicros(to, span / 4n) };
	}
}
