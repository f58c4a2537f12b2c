import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Drop } from "../../api/event";
import { type EventTime, parseEventTime } from "../../base/time";
import { DropFacts, DropWords } from "./DropWords";

const at = (text: string) => parseEventTime(text) as EventTime;

const late: Drop = {
	reason: "window-late",
	kept: false,
	records: 1n,
	partial: false,
	event_time: at("2026-01-05T08:00:00Z"),
	against: at("2026-01-05T08:00:08Z"),
	against_what: "watermark",
	allowed_ms: 500n,
	late_ms: 7500n,
	cause: "9f3a61c2d07b4e15:3",
	cause_position: "window.0.0.118",
};

it("one line: the reason in words, by how much, and what was compared", () => {
	const { container } = render(<DropWords drop={late} />);
	expect(container.textContent).toMatch(/^late for its window7.5 s lateevent time [\d:.]+watermark [\d:.]+allowed 500 ms$/);
});

it("the cause is in the line where it is no watermark", () => {
	const { container } = render(
		<DropWords drop={{ reason: "null-in-not-null-column", kept: false, records: 1n, partial: false, allowed_ms: 0n, cause: "amount" }} />,
	);
	expect(container.textContent).toBe("null in a NOT NULL columnamount");
});

it("facts lead to what raised the watermark", () => {
	render(
		<dl>
			<DropFacts rec="r1" drop={late} />
		</dl>,
	);
	expect(screen.getByRole("link", { name: "9f3a61c2d07b4e15:3" }).getAttribute("href")).toBe("/r/r1/events#at=window.0.0.118");
	expect(screen.getByText("Compared with").nextElementSibling?.textContent).toMatch(/^watermark .*, allowed 500 ms$/);
});

it("one that was kept is late, not dropped", () => {
	render(
		<dl>
			<DropFacts rec="r1" drop={{ ...late, reason: "late-to-side-output", kept: true }} />
		</dl>,
	);
	expect(screen.getByText("Late").nextElementSibling?.textContent).toBe("late, sent to the side output, 7.5 s late");
	expect(screen.queryByText("Dropped")).toBeNull();
});
