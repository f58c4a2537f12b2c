/** What was in flight at a made-up checkpoint. */
import type { InFlightChannel, InFlightReport } from "../src/api/schema";

const partition = "9f3a61c2d07b4e15";
const none = { elements: "0" };

function channel(sub: number, more: Partial<InFlightChannel>): InFlightChannel {
	return {
		channel: `${partition}:${sub}`,
		edge: "5e1f",
		from: { task: "Source: orders", subtask: sub, attempt: 0 },
		to: { task: "drop duplicates", subtask: 1, attempt: 0 },
		state: "aligned",
		sent: "48220",
		sent_at: "2026-11-23T14:02:10.000000Z",
		taken: "48220",
		taken_at: "2026-11-23T14:02:10.040000Z",
		arrived: "2026-11-23T14:02:10.012000Z",
		travel_us: "12000",
		waited_us: "28000",
		last: false,
		overtaken: none,
		waiting: none,
		...more,
	};
}

export function inFlight(checkpoint: string): InFlightReport {
	return {
		kind: "in-flight",
		version: 1,
		checkpoint,
		state: "completed",
		triggered: "2026-11-23T14:02:09.990000Z",
		completed: "2026-11-23T14:02:10.210000Z",
		waiting: "9",
		overtaken: "0",
		proven: true,
		notes: [],
		items: [
			channel(0, {}),
			channel(1, { last: true, waiting: { elements: "9", first: `${partition}:1:48211`, last: `${partition}:1:48219` } }),
		],
	};
}
