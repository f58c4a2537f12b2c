import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { forSeeds } from "../../test/random";
import { type Column, DataTable, readSort, type Sort, sortRows, writeSort } from "./DataTable";

type Thing = { readonly id: string; readonly name: string; readonly lag: bigint | undefined };

const columns: readonly Column<Thing>[] = [
	{ id: "name", head: "Name", cell: (t) => t.name, sortBy: (t) => t.name },
	{ id: "lag", head: "Lag", align: "right", cell: (t) => String(t.lag ?? "-"), sortBy: (t) => t.lag },
	{ id: "about", head: "About", cell: () => "x" },
];
const things: readonly Thing[] = [
	{ id: "1", name: "b", lag: 9n },
	{ id: "2", name: "a", lag: undefined },
	{ id: "3", name: "c", lag: 10n },
	{ id: "4", name: "a", lag: 2n },
];

function open(props: { readonly rows?: readonly Thing[]; readonly sort?: Sort; readonly selected?: string } = {}) {
	const told: { sort: (Sort | undefined)[]; selected: string[]; opened: string[] } = { sort: [], selected: [], opened: [] };
	const { rows = things, ...rest } = props;
	const view = render(
		<DataTable
			label="Things"
			columns={columns}
			rows={rows}
			rowId={(t) => t.id}
			onSort={(s) => told.sort.push(s)}
			onSelect={(id) => told.selected.push(id)}
			onOpen={(t) => told.opened.push(t.id)}
			{...rest}
		/>,
	);
	return { ...view, told };
}
const rows = () => screen.getAllByRole("row").slice(1);
const cellsOf = (column: number) => rows().map((r) => within(r).getAllByRole("cell")[column]?.textContent);

describe("a table", () => {
	it("shows rows as they come when it is not sorted", () => {
		open();
		expect(cellsOf(0)).toEqual(["b", "a", "c", "a"]);
		expect(screen.getByRole("table", { name: "Things" })).toBeTruthy();
	});

	it("shows them in the very order that keys go through them, unknown values included", () => {
		forSeeds(40, (r) => {
			const many = Array.from(
				{ length: 12 },
				(_, i): Thing => ({ id: String(i), name: r.pick(["a", "b", "c"]), lag: r.maybe(() => BigInt(r.int(0, 4))) }),
			);
			const sort = { column: r.pick(["name", "lag", "gone"]), descending: r.pick([true, false]) };
			const { unmount } = open({ rows: sortRows(many, columns, sort), sort });
			expect(
				rows().map((row) =>
					within(row)
						.getAllByRole("cell")
						.map((c) => c.textContent)
						.join(" "),
				),
			).toEqual(sortRows(many, columns, sort).map((t) => `${t.name} ${t.lag ?? "-"} x`));
			unmount();
		});
	});

	it("has what is not known after everything else, whichever way it is sorted", () => {
		expect(sortRows(things, columns, { column: "lag", descending: false }).map((t) => t.lag)).toEqual([2n, 9n, 10n, undefined]);
		expect(sortRows(things, columns, { column: "lag", descending: true }).map((t) => t.lag)).toEqual([10n, 9n, 2n, undefined]);
		expect(sortRows(things, columns, { column: "name", descending: false }).map((t) => t.id)).toEqual(["2", "4", "1", "3"]);
	});

	it("sorts by a click: numbers from the top, words from A, then the other way, then not", () => {
		const { told, unmount } = open();
		fireEvent.click(screen.getByRole("button", { name: "Lag" }));
		fireEvent.click(screen.getByRole("button", { name: "Name" }));
		unmount();
		const second = open({ sort: { column: "lag", descending: true } });
		fireEvent.click(screen.getByRole("button", { name: "Lag" }));
		expect(screen.getByRole("columnheader", { name: "Lag" }).getAttribute("aria-sort")).toBe("descending");
		second.unmount();
		const third = open({ sort: { column: "lag", descending: false } });
		fireEvent.click(screen.getByRole("button", { name: "Lag" }));
		expect([...told.sort, ...second.told.sort, ...third.told.sort]).toEqual([
			{ column: "lag", descending: true },
			{ column: "name", descending: false },
			{ column: "lag", descending: false },
			undefined,
		]);
		expect(screen.queryByRole("button", { name: "About" })).toBeNull();
	});

	it("marks the selected row, selects with a click and opens with two", () => {
		const { told } = open({ selected: "3" });
		expect(rows().map((r) => r.getAttribute("aria-selected"))).toEqual(["false", "false", "true", "false"]);
		fireEvent.click(rows()[1] as HTMLElement);
		fireEvent.doubleClick(rows()[0] as HTMLElement);
		expect(told.selected).toEqual(["2"]);
		expect(told.opened).toEqual(["1"]);
	});
});

it("a sort is read back from a link as it was written; another is none", () => {
	for (const sort of [{ column: "in_per_s", descending: true }, { column: "name", descending: false }, undefined])
		expect(readSort(writeSort(sort))).toEqual(sort);
	for (const text of [undefined, "", "name", "name.up", "Name.asc", "a b.asc", "name.asc.desc"])
		expect(readSort(text), text).toBeUndefined();
});
