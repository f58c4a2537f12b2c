import { describe, expect, it } from "vitest";
import { job as mockJob, orderTotals } from "../../../mock/jobs";
import { job as decoder, type Job } from "../../api/job";
import type * as wire from "../../api/schema";
import { decode } from "../../base/decode";
import { healthLook, healthOf, reasons, worstFirst } from "./health";

const well: wire.Job = { ...mockJob(orderTotals, Date.now() * 1000), gaps: 0, attempts_restarted: 0, cost: { bytes_per_s: 1, lost: "0" } };
const job = (change: Partial<wire.Job> = {}): Job => decode(decoder, { ...well, ...change });
const titles = (change: Partial<wire.Job>) => reasons(job(change)).map((r) => r.title);

describe("a job", () => {
	it("that runs as it should needs no look", () => {
		expect(reasons(job())).toEqual([]);
		expect(healthOf(job())).toBe("running");
	});

	it("needs a look for each thing that is not as it should be, and each leads on", () => {
		for (const [change, title, href] of [
			[{ state: "failed" }, "Failed", `/j/${orderTotals}#tab=exceptions`],
			[{ flink_state: "restarting" }, "Restarting", `/j/${orderTotals}#tab=exceptions`],
			[{ flink_state: "failing" }, "Restarting", `/j/${orderTotals}#tab=exceptions`],
			[{ drops: "3" }, "3 records dropped", `/r/${orderTotals}/events#f=kind+%3D%3D+"dropped"`],
			[{ gaps: 1 }, "1 gap", `/r/${orderTotals}/gaps`],
			[{ attempts_restarted: 2 }, "2 attempts restarted", `/j/${orderTotals}#tab=exceptions`],
			[{ watermark_lag_ms: "60001" }, "Watermark is behind", `/j/${orderTotals}`],
			[{ agents: 0 }, "No agent connected", "/agents"],
			[{ problems: ["the disk is nearly full"] }, "Recording has a problem", `/j/${orderTotals}`],
		] as const) {
			const [reason, ...more] = reasons(job(change));
			expect([reason?.title, reason?.href, more.length], title).toEqual([title, href, 0]);
			expect(reason?.about.length, title).toBeGreaterThan(3);
		}
	});

	it("says how much a gap lost, or that this is not known", () => {
		expect(reasons(job({ gaps: 1, cost: { bytes_per_s: 1, lost: "5812" } }))[0]?.about).toBe("5,812 events not recorded");
		expect(reasons(job({ gaps: 1 }))[0]?.about).toBe("length not known");
	});

	it("whose watermark is a minute behind is just in time", () => {
		expect(titles({ watermark_lag_ms: "60000" })).toEqual([]);
	});

	it("of which nothing comes any more, and nobody saw the end, counts as ended", () => {
		expect(healthOf(job({ state: "last-seen" }))).toBe("ended");
	});

	it("that has ended is not late, and needs no agent", () => {
		for (const state of ["finished", "canceled"] as const) {
			expect(titles({ state, agents: 0, watermark_lag_ms: "900000", attempts_restarted: 3 }), state).toEqual([]);
			expect(healthOf(job({ state, agents: 0 })), state).toBe("ended");
		}
	});

	it("that failed is worse than one that has a reason", () => {
		expect(healthOf(job({ state: "failed" }))).toBe("failed");
		expect(healthOf(job({ gaps: 1 }))).toBe("look");
	});
});

it("the worst stand first, then the busiest, then by name", () => {
	const all = [
		job({ id: "idle", name: "z", in_per_s: 1 }),
		job({ id: "ended", name: "a", state: "finished", in_per_s: 999 }),
		job({ id: "busy", name: "y", in_per_s: 50 }),
		job({ id: "gap", gaps: 1, in_per_s: 2 }),
		job({ id: "failed", state: "failed", in_per_s: 0 }),
		job({ id: "alike", name: "b", in_per_s: 1 }),
	];
	expect(worstFirst(all).map((j) => j.id)).toEqual(["failed", "gap", "busy", "alike", "idle", "ended"]);
	expect(all[0]?.id).toBe("idle");
});

it("every health has a word and a sign of its own", () => {
	const looks = Object.values(healthLook);
	expect(new Set(looks.map((l) => l.word)).size).toBe(looks.length);
	expect(new Set(looks.map((l) => l.icon)).size).toBe(looks.length);
});
