/** A table of any number of rows of one height, of which as many are drawn as there is room for. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useId, useLayoutEffect, useRef } from "react";
import { classes } from "../base/classes";
import type { Column, Sort } from "./DataTable";
import { Icon } from "./Icon";
import styles from "./VirtualTable.module.css";

export type WideColumn<Row> = Column<Row> & {
	/** As a grid takes it: 92px, minmax(150px, 1fr). */
	readonly width: string;
};

type Props<Row> = {
	readonly label: string;
	readonly columns: readonly WideColumn<Row>[];
	/** In the order in which they are to stand. */
	readonly rows: readonly Row[];
	readonly rowId: (row: Row) => string;
	readonly selected: string | undefined;
	readonly onSelect: (row: Row) => void;
	readonly onOpen?: (row: Row) => void;
	readonly sort?: Sort | undefined;
	readonly onSort?: (sort: Sort | undefined) => void;
	readonly rowClass?: (row: Row) => string | undefined;
	readonly rowHeight?: number;
	/** So narrow the columns may become before the table scrolls sideways. */
	readonly least?: number;
	/** How many rows ever came in above the others: whoever has scrolled down goes on looking at the same. */
	readonly above?: number;
	/** Below the last row. */
	readonly end?: ReactNode;
};

export function VirtualTable<Row>(p: Props<Row>) {
	const { rows, rowId, selected, rowHeight = 26, least = 720, above = 0 } = p;
	const id = useId();
	const box = useRef<HTMLDivElement>(null);
	const virtual = useVirtualizer({
		count: rows.length,
		getScrollElement: () => box.current,
		estimateSize: () => rowHeight,
		overscan: 12,
		scrollMargin: headHeight,
		scrollPaddingStart: headHeight,
		getItemKey: (i) => {
			const row = rows[i];
			return row === undefined ? i : rowId(row);
		},
	});
	const items = virtual.getVirtualItems();

	const came = useRef(above);
	useLayoutEffect(() => {
		const element = box.current;
		const by = above - came.current;
		came.current = above;
		if (element !== null && by > 0 && element.scrollTop > rowHeight) element.scrollTop += by * rowHeight;
	}, [above, rowHeight]);

	// A row that keys or a link went to comes into sight; one that the reader scrolled away from stays where it is.
	const seen = useRef<string>(undefined);
	useEffect(() => {
		if (selected === seen.current) return;
		const at = rows.findIndex((r) => rowId(r) === selected);
		if (at < 0) return;
		seen.current = selected;
		virtual.scrollToIndex(at, { align: "auto" });
	}, [selected, rows, rowId, virtual]);

	const onKeyDown = (e: KeyboardEvent) => {
		const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 260) / rowHeight) - 2);
		const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[e.key];
		if (by === undefined || e.target !== e.currentTarget) return;
		e.preventDefault();
		const at = rows.findIndex((r) => rowId(r) === selected);
		const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
		if (next !== undefined) p.onSelect(next);
	};
	const turn = (c: WideColumn<Row>) => {
		const first = c.align === "right";
		if (p.sort?.column !== c.id) p.onSort?.({ column: c.id, descending: first });
		else if (p.sort.descending === first) p.onSort?.({ column: c.id, descending: !first });
		else p.onSort?.(undefined);
	};
	const columns = p.columns.map((c) => c.width).join(" ");
	const drawn = selected !== undefined && items.some((i) => i.key === selected);
	return (
		<div
			ref={box}
			className={styles.grid}
			role="grid"
			aria-label={p.label}
			aria-rowcount={rows.length + 1}
			aria-multiselectable="false"
			aria-activedescendant={drawn ? `${id}-chosen` : undefined}
			tabIndex={0}
			onKeyDown={onKeyDown}
		>
			<div
				className={classes(styles.row, styles.head)}
				role="row"
				style={{ gridTemplateColumns: columns, minWidth: least, height: headHeight }}
			>
				{p.columns.map((c) => (
					<span
						key={c.id}
						role="columnheader"
						className={c.align === "right" ? styles.right : undefined}
						title={c.title}
						aria-sort={p.sort?.column !== c.id ? undefined : p.sort.descending ? "descending" : "ascending"}
					>
						{c.sortBy === undefined || p.onSort === undefined ? (
							c.head
						) : (
							<button type="button" onClick={() => turn(c)}>
								{c.head}
								{p.sort?.column === c.id && <Icon name={p.sort.descending ? "down" : "up"} size="s" />}
							</button>
						)}
					</span>
				))}
			</div>
			<div role="rowgroup" style={{ height: virtual.getTotalSize(), minWidth: least, position: "relative" }}>
				{items.map((item) => {
					const row = rows[item.index];
					if (row === undefined) return null;
					const chosen = item.key === selected;
					return (
						// The grid takes the keys.
						// biome-ignore lint/a11y/useKeyWithClickEvents: see above
						<div
							key={item.key}
							role="row"
							id={chosen ? `${id}-chosen` : undefined}
							aria-rowindex={item.index + 2}
							aria-selected={chosen}
							className={classes(styles.row, styles.body, p.rowClass?.(row), chosen && styles.chosen)}
							style={{ gridTemplateColumns: columns, height: rowHeight, transform: `translateY(${item.start - headHeight}px)` }}
							onClick={() => p.onSelect(row)}
							onDoubleClick={() => p.onOpen?.(row)}
						>
							<Cells columns={p.columns} row={row} />
						</div>
					);
				})}
			</div>
			{p.end}
		</div>
	);
}

const headHeight = 28;

type CellsProps<Row> = { readonly columns: readonly WideColumn<Row>[]; readonly row: Row };

function CellsOf<Row>({ columns, row }: CellsProps<Row>): ReactNode {
	return columns.map((c) => (
		<span
			key={c.id}
			role="gridcell"
			className={classes(c.align === "right" && styles.right, c.mono !== true && c.align !== "right" && styles.words)}
		>
			{c.cell(row)}
		</span>
	));
}

/** Rows move up and down much more often than they change. */
const Cells = memo(CellsOf) as typeof CellsOf;
