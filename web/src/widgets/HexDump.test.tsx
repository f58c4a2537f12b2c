import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { roomOf } from "../../test/sizes";
import { HexDump } from "./HexDump";

beforeEach(() => roomOf(400, 180));

type Range = { readonly off: number; readonly len: number };

function open(bytes: Uint8Array, marked?: Range, hidden: readonly Range[] = []) {
	const chosen: number[] = [];
	render(<HexDump bytes={bytes} label="Bytes" marked={marked} hidden={hidden} onChoose={(at) => chosen.push(at)} />);
	return { box: screen.getByRole("application", { name: "Bytes" }), chosen };
}
const cells = (box: HTMLElement, at: number) => [...box.querySelectorAll<HTMLElement>(`[data-at="${at}"]`)];
const marked = (box: HTMLElement) => [
	...new Set([...box.querySelectorAll<HTMLElement>("[data-at][class*=marked]")].map((c) => Number(c.dataset.at))),
];

const hello = new TextEncoder().encode("Hello, sightglass: 18 bytes and more\n");

describe("bytes", () => {
	it("are shown in hexadecimal and as text, sixteen in a row", () => {
		const { box } = open(hello);
		expect(cells(box, 0).map((c) => c.textContent)).toEqual(["48", "H"]);
		expect(cells(box, 36).map((c) => c.textContent)).toEqual(["0a", "."]);
		expect(box.textContent).toContain("0010");
	});

	it("of a field are marked in both readings", () => {
		const { box } = open(hello, { off: 14, len: 4 });
		expect(marked(box)).toEqual([14, 15, 16, 17]);
		expect(cells(box, 14).every((c) => c.className.includes("marked"))).toBe(true);
	});

	it("that the policy hides are not shown in either", () => {
		const { box } = open(hello, undefined, [{ off: 0, len: 5 }]);
		expect(cells(box, 4).map((c) => c.textContent)).toEqual(["--", "-"]);
		expect(cells(box, 5).map((c) => c.textContent)).toEqual(["2c", ","]);
		expect(box.textContent).not.toContain("H");
	});

	it("by the million are drawn only where they are looked at", () => {
		const { box } = open(new Uint8Array(1_000_000));
		expect(box.querySelectorAll("[data-at]").length).toBeLessThan(2_000);
	});

	it("are chosen with a click, on either reading", () => {
		const { box, chosen } = open(hello);
		for (const cell of cells(box, 7)) fireEvent.click(cell);
		fireEvent.click(box);
		expect(chosen).toEqual([7, 7]);
	});
});

describe("with keys", () => {
	it("goes from what is marked to the byte before or after it, or a row on", () => {
		const { box, chosen } = open(hello, { off: 14, len: 4 });
		for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]) fireEvent.keyDown(box, { key });
		expect(chosen).toEqual([18, 13, 33, 0]);
	});

	it("stays inside", () => {
		const { box, chosen } = open(hello, { off: 36, len: 1 });
		fireEvent.keyDown(box, { key: "ArrowRight" });
		fireEvent.keyDown(box, { key: "ArrowDown" });
		expect(chosen).toEqual([36, 36]);
	});

	it("leaves other keys alone", () => {
		const { box, chosen } = open(hello);
		expect(fireEvent.keyDown(box, { key: "Enter" })).toBe(true);
		expect(chosen).toEqual([]);
	});
});
