import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { parseWall, type WallTime, wallFromMillis } from "../base/time";
import { Amount } from "./Amount";
import { Chip, ChosenChip } from "./Chip";
import { ZoneProvider } from "./clock";
import { Segmented } from "./Segmented";
import { TabBar } from "./TabBar";
import { Age, TimeText } from "./TimeText";

const names = ["a", "b", "c"] as const;

function Tabs() {
	const [value, setValue] = useState<(typeof names)[number]>("a");
	return (
		<TabBar
			label="About"
			value={value}
			onChange={setValue}
			tabs={names.map((n) => ({ value: n, label: `Tab ${n}`, panel: `panel ${n}` }))}
		/>
	);
}

function Choice() {
	const [value, setValue] = useState<(typeof names)[number]>("b");
	return <Segmented label="Form" value={value} onChange={setValue} choices={names.map((n) => ({ value: n, label: `form ${n}` }))} />;
}

describe("tabs", () => {
	it("show one panel, named by its tab", () => {
		render(<Tabs />);
		expect(screen.getByRole("tabpanel", { name: "Tab a" }).textContent).toBe("panel a");
		fireEvent.click(screen.getByRole("tab", { name: "Tab c" }));
		expect(screen.getByRole("tabpanel", { name: "Tab c" }).textContent).toBe("panel c");
	});

	it("are one stop of the Tab key; arrows go round", () => {
		render(<Tabs />);
		const tabs = screen.getAllByRole("tab");
		expect(tabs.map((t) => t.tabIndex)).toEqual([0, -1, -1]);
		fireEvent.keyDown(tabs[0] as HTMLElement, { key: "ArrowLeft" });
		expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Tab c");
		expect(document.activeElement).toBe(tabs[2]);
		fireEvent.keyDown(tabs[2] as HTMLElement, { key: "ArrowRight" });
		expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Tab a");
	});
});

describe("one of a few", () => {
	it("is a group of radio buttons", async () => {
		render(<Choice />);
		expect(screen.getByRole("group", { name: "Form" })).toBeTruthy();
		expect(screen.getByRole<HTMLInputElement>("radio", { name: "form b" }).checked).toBe(true);
		await userEvent.click(screen.getByText("form c"));
		expect(screen.getByRole<HTMLInputElement>("radio", { name: "form c" }).checked).toBe(true);
		expect(screen.getByRole<HTMLInputElement>("radio", { name: "form b" }).checked).toBe(false);
	});
});

describe("a chip", () => {
	it("that restricts is a button that takes the restriction away", async () => {
		const removed: string[] = [];
		render(
			<ChosenChip removeLabel="Any key" onRemove={() => removed.push("key")}>
				key o-77
			</ChosenChip>,
		);
		await userEvent.click(screen.getByRole("button", { name: /^Any key: / }));
		expect(removed).toEqual(["key"]);
	});

	it("has a sign beside its colour", () => {
		const { container } = render(
			<Chip tone="late" icon="gap">
				3 gaps
			</Chip>,
		);
		expect(container.querySelector("svg")).not.toBeNull();
	});
});

describe("a time", () => {
	const t = parseWall("2026-11-23T14:02:11.482913Z") as WallTime;
	const shown = (element: React.ReactNode) => {
		const { container } = render(<ZoneProvider value="utc">{element}</ZoneProvider>);
		return container.querySelector("time") as HTMLElement;
	};

	it("has its date where that is not today's, and can be read by machines to the microsecond", () => {
		const time = shown(<TimeText t={t} />);
		expect(time.textContent).toBe("2026-11-23 14:02:11.482Z");
		expect(time.getAttribute("datetime")).toBe("2026-11-23T14:02:11.482913Z");
		expect(time.title).toBe("2026-11-23 14:02:11.482913Z");
	});

	it("of today has none, and none has its zone where the head of the column does", () => {
		expect(shown(<TimeText t={wallFromMillis(Date.now())} digits={0} />).textContent).toMatch(/^\d\d:\d\d:\d\dZ$/);
		expect(shown(<TimeText t={t} bare digits={6} />).textContent).toBe("14:02:11.482913");
	});

	it("may be told by its age", () => {
		render(<Age t={wallFromMillis(Date.now() - 125_000)} />);
		expect(screen.getByText("2 min ago")).toBeTruthy();
	});
});

it("an amount has its unit in quieter ink", () => {
	const { container } = render(<Amount q={{ value: "4.10", unit: "MB" }} />);
	expect(container.textContent).toBe("4.10MB");
	expect(container.querySelector(".u")?.textContent).toBe("MB");
});
