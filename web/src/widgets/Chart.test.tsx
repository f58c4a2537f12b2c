import { act, render, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Chart, type Line } from "./Chart";
import { Sparkline } from "./Sparkline";

type Plot = {
	options: { series: readonly { stroke?: string; label?: string }[]; axes: readonly { values?: (u: unknown, at: number[]) => string[] }[] };
	data: unknown;
	gone: boolean;
};
const { plots } = vi.hoisted(() => ({ plots: [] as Plot[] }));

vi.mock("uplot", () => ({
	default: class implements Plot {
		gone = false;
		constructor(
			readonly options: Plot["options"],
			public data: unknown,
		) {
			plots.push(this);
		}
		setData(data: unknown) {
			this.data = data;
		}
		setSize() {
			return undefined;
		}
		destroy() {
			this.gone = true;
		}
	},
}));

beforeEach(() => {
	plots.splice(0);
	document.documentElement.style.setProperty("--wm", "token-wm");
});

const line = (name: string, ...values: readonly (number | undefined)[]): Line => ({ name, colour: "--wm", values });
const perSecond = (v: number) => `${v} /s`;
const chart = (lines: readonly Line[], version = 1, times = [1000, 2000]) => (
	<Chart label="Records per second" times={times} lines={lines} format={perSecond} version={version} />
);

describe("a chart", () => {
	it("draws seconds over columns, with a hole where a value is not known, in the colour of a token", () => {
		render(chart([line("in", 1, undefined), line("out", 3, 4)]));
		expect(plots).toHaveLength(1);
		expect(plots[0]?.data).toEqual([
			[1, 2],
			[1, null],
			[3, 4],
		]);
		expect(plots[0]?.options.series.map((s) => s.stroke)).toEqual([undefined, "token-wm", "token-wm"]);
	});

	it("has a table with what is now, for those who do not see it", () => {
		render(chart([line("in", 1, 2), line("out", 3, undefined)]));
		const table = screen.getByRole("table");
		expect(
			within(table)
				.getAllByRole("row")
				.map((r) => r.textContent),
		).toEqual(["in2 /s", "outnot known"]);
		expect(screen.getByRole("figure", { name: "Records per second" })).toBeTruthy();
	});

	it("takes new samples without being made anew", () => {
		const { rerender } = render(chart([line("in", 1, 2)]));
		rerender(chart([line("in", 1, 2, 9)], 2, [1000, 2000, 3000]));
		expect(plots).toHaveLength(1);
		expect(plots[0]?.data).toEqual([
			[1, 2, 3],
			[1, 2, 9],
		]);
	});

	it("is made anew for other lines or another theme, and lets the old one go", async () => {
		const { rerender, unmount } = render(chart([line("in", 1, 2)]));
		rerender(chart([line("in", 1, 2), line("out", 1, 2)]));
		expect(plots.map((p) => p.gone)).toEqual([true, false]);
		await act(async () => {
			document.documentElement.dataset.theme = "light";
		});
		expect(plots.map((p) => p.gone)).toEqual([true, true, false]);
		unmount();
		expect(plots.every((p) => p.gone)).toBe(true);
		delete document.documentElement.dataset.theme;
	});

	it("writes values and times as the page does", () => {
		render(chart([line("in", 1, 2)]));
		const [x, y] = plots[0]?.options.axes ?? [];
		expect(y?.values?.(undefined, [5])).toEqual(["5 /s"]);
		expect(x?.values?.(undefined, [Date.UTC(2026, 10, 23, 14, 2, 11) / 1000])).toEqual(["14:02:11"]);
	});
});

describe("a little line", () => {
	it("stays inside its frame, for any values", () => {
		const { container } = render(<Sparkline values={[0, 5, 2.5, 10]} width={60} height={20} />);
		expect(container.querySelector("polyline")?.getAttribute("points")).toBe("0.0,18.0 20.0,10.5 40.0,14.3 60.0,3.0");
	});

	it("of less than two values, or of nothing but zeros, is no fault", () => {
		const { container } = render(<Sparkline values={[3]} />);
		expect(container.querySelector("polyline")).toBeNull();
		const flat = render(<Sparkline values={[0, 0]} />);
		expect(flat.container.querySelector("polyline")?.getAttribute("points")).not.toContain("NaN");
	});
});
