import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FilterField } from "./FilterField";

const applied: string[] = [];

function Field({ from }: { readonly from: string }) {
	const [value, setValue] = useState(from);
	return (
		<FilterField
			value={value}
			found="7 events"
			field={null}
			onChange={(f) => {
				applied.push(f);
				setValue(f);
			}}
		/>
	);
}
const open = (from = "") => {
	applied.splice(0);
	const view = render(<Field from={from} />);
	return { ...view, field: screen.getByRole<HTMLInputElement>("textbox", { name: "Filter" }) };
};
const type = (field: HTMLInputElement, text: string) => fireEvent.change(field, { target: { value: text } });
const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a filter that is typed", () => {
	it("takes effect after a pause, once", () => {
		const { field } = open();
		type(field, "lat");
		pass(300);
		type(field, "late");
		pass(499);
		expect(applied).toEqual([]);
		pass(1);
		expect(applied).toEqual(["late"]);
		pass(5_000);
		expect(applied).toEqual(["late"]);
	});

	it("keeps the blank at its end while the next word is thought of", () => {
		const { field } = open();
		type(field, "late ");
		pass(500);
		expect(applied).toEqual(["late"]);
		expect(field.value).toBe("late ");
	});

	it("that is refused is never applied, neither by a pause nor by Enter nor by leaving", () => {
		const { field } = open("SEK");
		type(field, 'op == "a" ||');
		pass(1_000);
		fireEvent.keyDown(field, { key: "Enter" });
		fireEvent.blur(field);
		expect(applied).toEqual([]);
		expect(field.getAttribute("aria-invalid")).toBe("true");
		expect(screen.getByRole("status").textContent).toMatch(/at character 11/);
	});

	it("takes effect at once with Enter or by leaving, and not a second time", () => {
		const { field } = open();
		type(field, "a");
		fireEvent.keyDown(field, { key: "Enter" });
		type(field, "ab");
		fireEvent.blur(field);
		pass(1_000);
		expect(applied).toEqual(["a", "ab"]);
	});

	it("is given back with Escape as it was when the field was entered, whatever was applied meanwhile", () => {
		const { field } = open("SEK");
		fireEvent.focus(field);
		type(field, "EUR");
		pass(500);
		type(field, "EURO");
		fireEvent.keyDown(field, { key: "Escape" });
		pass(1_000);
		expect(field.value).toBe("SEK");
		expect(applied).toEqual(["EUR", "SEK"]);
	});

	it("is let go with the field", () => {
		const { field, unmount } = open();
		type(field, "a");
		unmount();
		pass(1_000);
		expect(applied).toEqual([]);
	});
});

it("follows a filter that is chosen elsewhere", () => {
	const { rerender } = render(<FilterField value="a" found="" field={null} onChange={() => undefined} />);
	rerender(<FilterField value={'op == "b"'} found="" field={null} onChange={() => undefined} />);
	expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe('op == "b"');
});

it("colours what it reads, and shows what means nothing", () => {
	const { container } = render(<FilterField value={'op == "b" ä'} found="" field={null} onChange={() => undefined} />);
	const [bad] = container.querySelectorAll("[class*=bad]");
	expect(bad?.textContent).toBe("ä");
	expect(container.querySelector("[aria-hidden=true][class*=colours]")?.textContent).toBe('op == "b" ä');
});

it("is emptied by its button, and nothing that was typed before comes back", () => {
	const { field } = open("SEK");
	type(field, "EUR");
	fireEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
	pass(1_000);
	expect(field.value).toBe("");
	expect(applied).toEqual([""]);
});
