import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Boundary } from "./Boundary";

const faults = { next: undefined as unknown };

function Panel() {
	if (faults.next !== undefined) throw faults.next;
	return <p>the screen</p>;
}
const open = () =>
	render(
		<>
			<nav>the frame</nav>
			<Boundary>
				<Panel />
			</Boundary>
		</>,
	);

// React tells the console of every fault that a boundary takes.
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));

describe("a screen that fails", () => {
	it("leaves what stands around it, says what happened, and can be tried again", async () => {
		faults.next = new TypeError("cannot read the kind");
		open();
		expect(screen.getByText("the frame")).toBeTruthy();
		expect(screen.getByRole("alert").textContent).toContain("TypeError: cannot read the kind");
		expect(screen.getByRole("button", { name: "Load the page again" })).toBeTruthy();
		faults.next = undefined;
		await userEvent.click(screen.getByRole("button", { name: "Try again" }));
		expect(screen.getByText("the screen")).toBeTruthy();
	});

	it("with something that is no error is told as well", () => {
		faults.next = "just a text";
		open();
		expect(screen.getByRole("alert").textContent).toContain("something that is no error was thrown");
	});
});
