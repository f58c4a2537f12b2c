import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { timeline as decoder, type Timeline } from "../api/recording";
import { decode } from "../base/decode";
import { parseWall, toRfc3339, type WallTime } from "../base/time";
import { ZoneProvider } from "../widgets/clock";
import { toneColour } from "./kinds";
import { byTone, Strip, StripLegend } from "./Strip";

const at = (text: string): WallTime => {
	const t = parseWall(`2026-11-23T14:${text}Z`);
	if (t === undefined) throw new Error(text);
	return t;
};

/** Ten buckets of a second. */
function timeline(series: readonly (readonly [kind: string, counts: readonly number[]])[], more: Record<string, unknown> = {}): Timeline {
	return decode(decoder, {
		from: "2026-11-23T14:00:00.000000Z",
		to: "2026-11-23T14:00:10.000000Z",
		bucket_us: "1000000",
		series: series.map(([kind, counts]) => ({ op: "a", kind, counts })),
		total: "7",
		gaps: [],
		approximate: false,
		...more,
	});
}
const gap = (from: string, to?: string) => ({
	lane: "out",
	reason: "buffer full",
	text: "",
	task: "a",
	attempt_key: "00ff",
	first: "0",
	last: "0",
	events: "0",
	bytes: "0",
	from: toRfc3339(at(from)),
	...(to === undefined ? {} : { to: toRfc3339(at(to)) }),
});
const records = [0, 0, 4, 0, 0, 0, 0, 0, 0, 2];

type Mark = { readonly colour: string; readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** What is painted on a canvas, in the order of painting. Colours are the names of their tokens. */
function canvas(width: number) {
	const marks: Mark[] = [];
	const clips: { readonly x: number; readonly width: number }[] = [];
	const words: string[] = [];
	const g = {
		fillStyle: "",
		strokeStyle: "",
		lineWidth: 1,
		font: "",
		fillRect: (x: number, y: number, w: number, h: number) => marks.push({ colour: g.fillStyle, x, y, width: w, height: h }),
		rect: (x: number, _y: number, w: number) => clips.push({ x, width: w }),
		fillText: (text: string) => words.push(text),
		measureText: (text: string) => ({ width: text.length * 6 }),
		...Object.fromEntries(
			["clearRect", "setTransform", "beginPath", "moveTo", "lineTo", "stroke", "fill", "clip", "save", "restore", "strokeRect"].map(
				(name) => [name, () => undefined],
			),
		),
	};
	vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(g as never);
	vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(width);
	return { marks, clips, words, of: (token: string) => marks.filter((m) => m.colour === token) };
}

beforeEach(() => {
	for (const token of [...Object.values(toneColour), "--accent", "--accent-soft", "--gap-a", "--gap-b", "--line", "--fg-3"])
		document.documentElement.style.setProperty(token, token);
});

describe("series", () => {
	it("are summed up by what they mean, in the order in which they are stacked", () => {
		const tones = byTone(
			timeline([
				["gap", [1]],
				["record", [1, 2]],
				["watermark", [5]],
				["elements", [10, 20, 30]],
			]),
		);
		expect(tones).toEqual([
			{ tone: "data", counts: [11, 22, 30] },
			{ tone: "wm", counts: [5] },
			{ tone: "bad", counts: [1] },
		]);
	});
});

describe("the picture", () => {
	it("has a bar where something happened, at its place and in proportion, and none where nothing did", () => {
		const c = canvas(400);
		render(<Strip timeline={timeline([["record", records]])} label="Events" height={58} />);
		const bars = c.of("--ink");
		expect(bars.map((b) => b.x)).toEqual([80, 360]);
		expect(bars[0]?.width).toBe(39);
		// The axis takes 16 pixels and eight stay free above the highest.
		expect(bars.map((b) => b.height)).toEqual([34, 17]);
		expect(bars.map((b) => b.y + b.height)).toEqual([42, 42]);
	});

	it("stacks what happened at the same time, the rare kind still to be seen", () => {
		const c = canvas(400);
		render(
			<Strip
				timeline={timeline([
					["record", [0, 9_999]],
					["exception", [0, 1]],
				])}
				label="Events"
			/>,
		);
		const [record] = c.of("--ink");
		const [failure] = c.of("--drop");
		expect(failure?.height).toBe(1.5);
		expect((failure?.y ?? 0) + 1.5).toBeCloseTo(record?.y ?? 0, 5);
	});

	it("has at most one mark per pixel, however many buckets there are", () => {
		const c = canvas(300);
		const many = Array.from({ length: 4_000 }, () => 1);
		render(<Strip timeline={timeline([["record", many]], { bucket_us: "2500" })} label="Events" />);
		const xs = c.of("--ink").map((b) => Math.floor(b.x));
		expect(xs.length).toBeGreaterThan(100);
		expect(new Set(xs).size).toBe(xs.length);
		expect(Math.max(...xs)).toBeLessThan(300);
	});

	it("hatches what was not recorded: to the end where it still lasts, and never too narrow to be seen", () => {
		const c = canvas(400);
		render(
			<Strip
				timeline={timeline([["record", records]], { gaps: [gap("00:01", "00:03"), gap("00:05", "00:05.000001"), gap("00:09")] })}
				label="Events"
			/>,
		);
		expect(c.clips).toEqual([
			{ x: 40, width: 80 },
			{ x: 200, width: 4 },
			{ x: 360, width: 40 },
		]);
	});

	it("marks the stretch that the list shows, and the position", () => {
		const c = canvas(400);
		render(
			<Strip
				timeline={timeline([["record", records]])}
				label="Events"
				window={{ from: at("00:02"), to: at("00:04") }}
				marker={at("00:03")}
			/>,
		);
		expect(c.of("--accent-soft")).toEqual([expect.objectContaining({ x: 80, width: 80 })]);
		expect(c.of("--accent").map((m) => m.x)).toEqual([80, 159, 119]);
	});

	it("writes times in the zone on the screen", () => {
		const c = canvas(600);
		render(
			<ZoneProvider value="utc">
				<Strip timeline={timeline([["record", records]])} label="Events" />
			</ZoneProvider>,
		);
		expect(c.words).toEqual(["14:00:00", "14:00:02", "14:00:04", "14:00:06", "14:00:08", "14:00:10"]);
	});

	it("of nothing is empty, and no fault", () => {
		const c = canvas(400);
		render(<Strip timeline={timeline([], { from: undefined, to: undefined })} label="Events" />);
		expect(c.of("--ink")).toEqual([]);
		expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toBe("nothing recorded");
	});
});

describe("with a pointer", () => {
	function open() {
		canvas(400);
		const jumps: WallTime[] = [];
		const chosen: (readonly [WallTime, WallTime])[] = [];
		render(
			<Strip
				timeline={timeline([["record", records]])}
				label="Events"
				onJump={(t) => jumps.push(t)}
				onChoose={(a, b) => chosen.push([a, b])}
			/>,
		);
		return { box: screen.getByRole("slider"), jumps, chosen };
	}

	it("a click goes to a moment", () => {
		const { box, jumps, chosen } = open();
		fireEvent.pointerDown(box, { button: 0, clientX: 100 });
		fireEvent.pointerUp(box, { clientX: 102 });
		expect(jumps).toEqual([at("00:02.550000")]);
		expect(chosen).toEqual([]);
	});

	it("dragging chooses a stretch, in either direction", () => {
		const { box, jumps, chosen } = open();
		for (const [a, b] of [
			[80, 160],
			[160, 80],
		]) {
			fireEvent.pointerDown(box, { button: 0, clientX: a });
			fireEvent.pointerMove(box, { clientX: b });
			fireEvent.pointerUp(box, { clientX: b });
		}
		expect(chosen).toEqual([
			[at("00:02"), at("00:04")],
			[at("00:02"), at("00:04")],
		]);
		expect(jumps).toEqual([]);
	});

	it("another button, or a drag that was called off, does nothing", () => {
		const { box, jumps, chosen } = open();
		fireEvent.pointerDown(box, { button: 2, clientX: 80 });
		fireEvent.pointerUp(box, { clientX: 160 });
		fireEvent.pointerDown(box, { button: 0, clientX: 80 });
		fireEvent.pointerCancel(box);
		fireEvent.pointerUp(box, { clientX: 160 });
		expect([jumps, chosen]).toEqual([[], []]);
	});

	it("what is under it is told in words", () => {
		const { box } = open();
		fireEvent.pointerMove(box, { clientX: 100 });
		expect(box.textContent).toBe("14:00:02Z: 4 records");
		fireEvent.pointerLeave(box);
		expect(box.textContent).toBe("");
	});
});

describe("with keys", () => {
	it("it is a slider over its buckets, and Enter goes there", () => {
		canvas(400);
		const jumps: WallTime[] = [];
		render(<Strip timeline={timeline([["record", records]])} label="Events" onJump={(t) => jumps.push(t)} />);
		const box = screen.getByRole("slider", { name: "Events" });
		expect(box.getAttribute("aria-valuetext")).toBe("14:00:09Z: 2 records");
		for (const key of ["ArrowLeft", "ArrowLeft", "Enter", "PageUp", "Enter", "End", "ArrowRight", "Enter"]) fireEvent.keyDown(box, { key });
		expect(jumps).toEqual([at("00:07"), at("00:00"), at("00:09")]);
		expect([box.getAttribute("aria-valuemin"), box.getAttribute("aria-valuemax"), box.getAttribute("aria-valuenow")]).toEqual([
			"0",
			"9",
			"9",
		]);
	});

	it("goes nowhere where nothing is recorded", () => {
		canvas(400);
		const jumps: WallTime[] = [];
		render(<Strip timeline={timeline([])} label="Events" onJump={(t) => jumps.push(t)} />);
		fireEvent.keyDown(screen.getByRole("slider"), { key: "Enter" });
		expect(jumps).toEqual([]);
	});

	it("leaves other keys alone", () => {
		canvas(400);
		render(<Strip timeline={timeline([["record", records]])} label="Events" />);
		expect(fireEvent.keyDown(screen.getByRole("slider"), { key: "j" })).toBe(true);
		expect(fireEvent.keyDown(screen.getByRole("slider"), { key: "ArrowLeft" })).toBe(false);
	});
});

it("the legend names the colours that occur, and the hatching where there are gaps", () => {
	const { rerender } = render(
		<StripLegend
			timeline={timeline([
				["record", [1]],
				["exception", [1]],
			])}
		/>,
	);
	const words = () => screen.getAllByRole("listitem").map((l) => l.textContent);
	expect(words()).toEqual(["records", "failures"]);
	rerender(<StripLegend timeline={timeline([["record", [1]]], { gaps: [gap("00:01")] })} />);
	expect(words()).toEqual(["records", "not recorded"]);
});
