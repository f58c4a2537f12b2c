import { type ColumnDef, createSortedRowModel, rowSortingFeature, sortFns, tableFeatures, useTable } from "@tanstack/react-table";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { Icon } from "./Icon";

export type Column<Row> = {
	readonly id: string;
	readonly head: ReactNode;
	readonly cell: (row: Row) => ReactNode;
	/** What the column sorts by; absent: it does not sort. */
	readonly sortBy?: (row: Row) => SortValue;
	/** Numbers stand right. */
	readonly align?: "right";
	readonly mono?: boolean;
	readonly title?: string;
};

export type Sort = { readonly column: string; readonly descending: boolean };

type Props<Row> = {
	/** What the table shows, for those who hear it. */
	readonly label: string;
	readonly columns: readonly Column<Row>[];
	readonly rows: readonly Row[];
	readonly rowId: (row: Row) => string;
	readonly sort?: Sort;
	readonly onSort?: (sort: Sort | undefined) => void;
	readonly selected?: string;
	readonly onSelect?: (id: string) => void;
	readonly onOpen?: (row: Row) => void;
	readonly rowClass?: (row: Row) => string | undefined;
};

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });

type SortValue = number | bigint | string | undefined;

function compare(a: SortValue, b: SortValue): number {
	if (a === b || a === undefined || b === undefined) return 0;
	return a < b ? -1 : 1;
}

/** What is not known stands last, whichever way the rest goes. */
function unknownLast(a: SortValue, b: SortValue): number {
	return Number(a === undefined) - Number(b === undefined);
}

/** A table that sorts, with one selected row. */
export function DataTable<Row extends object>(p: Props<Row>) {
	const { columns, rows, rowId, sort, onSort, selected } = p;
	const defs = useMemo(
		() =>
			columns.map(
				(c): ColumnDef<typeof features, Row> => ({
					id: c.id,
					accessorFn: (row) => c.sortBy?.(row),
					enableSorting: c.sortBy !== undefined,
					sortUndefined: "last",
					sortFn: (a, b) => compare(c.sortBy?.(a.original), c.sortBy?.(b.original)),
				}),
			),
		[columns],
	);
	const data = useMemo(() => [...rows], [rows]);
	const sorting = useMemo(() => (sort === undefined ? [] : [{ id: sort.column, desc: sort.descending }]), [sort]);
	const table = useTable({ features, columns: defs, data, getRowId: rowId, state: { sorting } });
	const byId = new Map(columns.map((c) => [c.id, c]));
	const chosen = useRef<HTMLTableRowElement>(null);
	useEffect(() => {
		if (selected !== undefined) chosen.current?.scrollIntoView?.({ block: "nearest" });
	}, [selected]);
	const turn = (id: string) => {
		if (sort?.column !== id) onSort?.({ column: id, descending: byId.get(id)?.align === "right" });
		else if (sort.descending === (byId.get(id)?.align === "right")) onSort?.({ column: id, descending: !sort.descending });
		else onSort?.(undefined);
	};
	return (
		<table aria-label={p.label}>
			<thead>
				<tr>
					{columns.map((c) => (
						<th
							key={c.id}
							className={c.align === "right" ? "n" : undefined}
							title={c.title}
							aria-sort={sort?.column !== c.id ? undefined : sort.descending ? "descending" : "ascending"}
						>
							{c.sortBy === undefined || onSort === undefined ? (
								c.head
							) : (
								<button type="button" onClick={() => turn(c.id)}>
									{c.head}
									{sort?.column === c.id && <Icon name={sort.descending ? "down" : "up"} size="s" />}
								</button>
							)}
						</th>
					))}
				</tr>
			</thead>
			<tbody>
				{table.getRowModel().rows.map((row) => (
					<tr
						key={row.id}
						ref={row.id === selected ? chosen : undefined}
						className={p.rowClass?.(row.original)}
						aria-selected={p.onSelect === undefined ? undefined : row.id === selected}
						onClick={() => p.onSelect?.(row.id)}
						onDoubleClick={() => p.onOpen?.(row.original)}
					>
						{columns.map((c) => (
							<td key={c.id} className={c.align === "right" ? "n" : c.mono === true ? "m" : undefined}>
								{c.cell(row.original)}
							</td>
						))}
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** The order that a table shows rows in; keys that go from row to row need it. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | undefined): readonly Row[] {
	const by = columns.find((c) => c.id === sort?.column)?.sortBy;
	if (by === undefined || sort === undefined) return rows;
	const sign = sort.descending ? -1 : 1;
	return [...rows].sort((a, b) => unknownLast(by(a), by(b)) || sign * compare(by(a), by(b)));
}

export function readSort(text: string | undefined): Sort | undefined {
	const m = /^([a-z_]+)\.(asc|desc)$/.exec(text ?? "");
	return m?.[1] === undefined ? undefined : { column: m[1], descending: m[2] === "desc" };
}

export function writeSort(sort: Sort | undefined): string | undefined {
	return sort === undefined ? undefined : `${sort.column}.${sort.descending ? "desc" : "asc"}`;
}
