import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { press, retype, textOf } from "../../test/filterEditor";
import { fetchCompletions } from "../api/filter";
import { type Complete, FilterField } from "./FilterField";

const applied: string[] = [];
const complete: Complete = (text, at, signal) => fetchCompletions("r1", text, at, signal);

function Field({ from }: { readonly from: string }) {
	const [value, setValue] = useState(from);
	return (
		<FilterField
			complete={complete}
			placeholder="any text"
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
	return { ...view, field: screen.getByRole("textbox", { name: "Filter" }) };
};
const type = retype;
const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

beforeEach(() => {
	vi.useFakeTimers();
	vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
});
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
		expect(textOf(field)).toBe("late ");
	});

	it("that is refused is never applied, neither by a pause nor by Enter nor by leaving", () => {
		const { field } = open("SEK");
		type(field, 'op == "a" &&');
		pass(1_000);
		press(field, "Enter");
		fireEvent.blur(field);
		expect(applied).toEqual([]);
		expect(field.getAttribute("aria-invalid")).toBe("true");
		expect(screen.getByRole("status").textContent).toMatch(/at character 13/);
	});

	it("takes effect at once with Enter or by leaving, and not a second time", () => {
		const { field } = open();
		type(field, "a");
		press(field, "Enter");
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
		press(field, "Escape");
		pass(1_000);
		expect(textOf(field)).toBe("SEK");
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
	const { rerender } = render(
		<FilterField complete={complete} placeholder="any text" value="a" found="" field={null} onChange={() => undefined} />,
	);
	rerender(<FilterField complete={complete} placeholder="any text" value={'op == "b"'} found="" field={null} onChange={() => undefined} />);
	expect(textOf(screen.getByRole("textbox"))).toBe('op == "b"');
});

it("colours what it reads", () => {
	const { container } = render(
		<FilterField complete={complete} placeholder="any text" value={'op == "b" ä'} found="" field={null} onChange={() => undefined} />,
	);
	expect([...container.querySelectorAll("[class*=_name], [class*=_text]")].map((e) => e.textContent)).toEqual(["op", '"b"', "ä"]);
});

it("is emptied by its button, and nothing that was typed before comes back", () => {
	const { field } = open("SEK");
	type(field, "EUR");
	fireEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
	pass(1_000);
	expect(textOf(field)).toBe("");
	expect(applied).toEqual([""]);
});

describe("what only the server reads", () => {
	const problem = { from: 0, to: 0, items: [], problem: { at: 0, line: 1, message: "undeclared reference to 'moon'" } };
	const served = (answer: object) => {
		const asked: URL[] = [];
		vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
			asked.push(new URL(request instanceof Request ? request.url : String(request), "http://127.0.0.1"));
			return new Response(JSON.stringify(answer), { status: 200, headers: { "Content-Type": "application/json" } });
		});
		return asked;
	};
	const settled = () => act(async () => vi.advanceTimersByTimeAsync(1));

	it("is asked about before it takes effect", async () => {
		const asked = served({ from: 0, to: 0, items: [] });
		const { field } = open();
		type(field, "value.amount > 50");
		press(field, "Enter");
		expect(applied).toEqual([]);
		await settled();
		expect(applied).toEqual(["value.amount > 50"]);
		expect(asked.at(-1)?.pathname).toBe("/api/v1/recordings/r1/filter/completions");
		expect(asked.at(-1)?.searchParams.get("where")).toBe("value.amount > 50");
	});

	it("and is refused by it does not take effect, and is underlined with the reason", async () => {
		served(problem);
		const { field, container } = open();
		type(field, "moon > 50");
		press(field, "Enter");
		await settled();
		expect(applied).toEqual([]);
		expect(screen.getByRole("status").textContent).toBe("undeclared reference to 'moon' (at character 1)");
		expect(field.getAttribute("aria-invalid")).toBe("true");
		expect(container.querySelector("[class*=wrong]")?.textContent).toBe("moon");
		type(field, "moon2 > 50");
		expect(screen.getByRole("status").textContent).toBe("");
	});

	it("takes effect where nobody can be asked, and not when it was changed meanwhile", async () => {
		vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
		const { field } = open();
		type(field, "value.a == 1");
		press(field, "Enter");
		type(field, "value.a == 2");
		await settled();
		expect(applied).toEqual([]);
		await act(async () => vi.advanceTimersByTimeAsync(600));
		expect(applied).toEqual(["value.a == 2"]);
	});
});
