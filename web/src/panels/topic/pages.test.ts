import { describe, expect, it } from "vitest";
import { page, recordAt } from "../../../mock/topics";
import { type TopicPage, topicPage } from "../../api/topic";
import { decode } from "../../base/decode";
import { mostRows, noPages, withPage } from "./pages";
import { scanText } from "./ScanLine";

const pageOf = (change: Parameters<typeof page>[0]): TopicPage => decode(topicPage, page(change));

describe("pages of a topic", () => {
	it("add up, with one range of each partition that was looked at", () => {
		const first = pageOf({ items: [recordAt(0, 9)], more: true, next: "0@9", asked: 10, bytes: "1000", scanned: [range(0, 9, 12)] });
		const second = pageOf({
			items: [recordAt(0, 3)],
			asked: 20,
			bytes: "2000",
			unclear: 2,
			unclear_why: "no such field",
			scanned: [range(0, 3, 9), { ...range(1, 0, 4), error: "no leader" }],
			ended: "time",
		});
		const p = withPage(withPage(noPages, first), second);
		expect(p.rows.map((r) => r.place)).toEqual(["orders/0@9", "orders/0@3"]);
		expect(p.scanned.map((s) => [s.partition, s.from, s.to, s.error])).toEqual([
			[0, 3n, 12n, undefined],
			[1, 0n, 4n, "no leader"],
		]);
		expect([p.asked, p.bytes, p.unclear, p.unclearWhy, p.next]).toEqual([30, 3000n, 2, "no such field", undefined]);
		expect(scanText(p)).toBe("looked at 30 records of 2 partitions, 3.00 kB, ended by time");
	});

	it("go on only where the server says that there is more", () => {
		expect(withPage(noPages, pageOf({ more: true, next: "0@6" })).next).toBe("0@6");
		expect(withPage(noPages, pageOf({ more: false, next: "0@6" })).next).toBeUndefined();
	});

	it("are bounded, and say how many rows made room", () => {
		const many = Array.from({ length: mostRows }, (_, i) => recordAt(0, i));
		const p = withPage(withPage(noPages, pageOf({ items: many })), pageOf({ items: [recordAt(1, 1), recordAt(1, 2)] }));
		expect(p.rows).toHaveLength(mostRows);
		expect(p.left).toBe(2);
		expect(p.rows.at(-1)?.place).toBe("orders/1@2");
	});
});

function range(partition: number, from: number, to: number) {
	return { partition, from: String(from), to: String(to), done: false };
}
