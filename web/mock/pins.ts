/** What is kept of the made-up recordings. */
import type { Pin, Pins } from "../src/api/schema";
import { orderTotals } from "./jobs.ts";

export function pinOf(recording: string): Pin {
	return {
		id: "p7q2f4",
		recording,
		job: "order-totals",
		reason: "incident",
		note: "ticket 4711",
		owner: "local",
		created: "2026-11-23T14:20:00.000000Z",
		asked_from: "2026-11-23T14:01:00.000000Z",
		asked_to: "2026-11-23T14:03:00.000000Z",
		from: "2026-11-23T14:00:40.000000Z",
		to: "2026-11-23T14:03:10.000000Z",
		open: false,
		segments: 2,
		bytes: "134217728",
	};
}

export const pins: Pins = { kind: "pin", version: 1, items: [pinOf(orderTotals)], bytes: "134217728", quota: "1073741824" };
