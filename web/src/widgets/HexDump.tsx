/** Bytes in hexadecimal and as text, 16 in a row. A range can be marked; a byte can be chosen. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from "react";
import { hex, hexOffset, printable } from "../base/bytes";
import { classes } from "../base/classes";
import styles from "./HexDump.module.css";

type Range = { readonly off: number; readonly len: number };

type Props = {
	readonly bytes: Uint8Array;
	readonly label: string;
	readonly marked: Range | undefined;
	/** Ranges that the policy hides; their bytes are not what was recorded. */
	readonly hidden: readonly Range[];
	readonly onChoose: (offset: number) => void;
};

const perRow = 16;
const rowHeight = 18;

function within(ranges: readonly Range[], at: number): boolean {
	return ranges.some((r) => at >= r.off && at < r.off + r.len);
}

export function HexDump({ bytes, label, marked, hidden, onChoose }: Props) {
	const box = useRef<HTMLDivElement>(null);
	const rows = Math.ceil(bytes.length / perRow);
	const virtual = useVirtualizer({ count: rows, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12 });
	const markedRow = marked === undefined || marked.len === 0 ? undefined : Math.floor(marked.off / perRow);
	useEffect(() => {
		if (markedRow !== undefined && markedRow < rows) virtual.scrollToIndex(markedRow, { align: "auto" });
	}, [markedRow, rows, virtual]);
	const choose = (e: MouseEvent) => {
		const at = e.target instanceof HTMLElement ? e.target.dataset.at : undefined;
		if (at !== undefined) onChoose(Number(at));
	};
	const onKeyDown = (e: KeyboardEvent) => {
		const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow };
		const step = steps[e.key];
		if (step === undefined) return;
		e.preventDefault();
		const from = marked === undefined ? 0 : step > 0 ? marked.off + Math.max(marked.len - 1, 0) : marked.off;
		onChoose(Math.max(0, Math.min(bytes.length - 1, from + step)));
	};
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move from byte to byte
		<div ref={box} role="application" aria-label={label} className={styles.dump} tabIndex={0} onClick={choose} onKeyDown={onKeyDown}>
			<div style={{ height: virtual.getTotalSize(), position: "relative" }}>
				{virtual.getVirtualItems().map((item) => (
					<div key={item.key} className={styles.row} style={{ transform: `translateY(${item.start}px)` }}>
						<Row bytes={bytes} row={item.index} marked={marked} hidden={hidden} />
					</div>
				))}
			</div>
		</div>
	);
}

function Row({ bytes, row, marked, hidden }: Pick<Props, "bytes" | "marked" | "hidden"> & { readonly row: number }) {
	const from = row * perRow;
	const part = bytes.subarray(from, from + perRow);
	const look = (at: number) =>
		classes(marked !== undefined && within([marked], at) ? styles.marked : undefined, within(hidden, at) ? styles.hidden : undefined);
	return (
		<>
			<span className={styles.offset}>{hexOffset(from)}</span>
			<span className={styles.hex}>
				{Array.from(part, (b, i) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
					<i key={i} data-at={from + i} className={classes(look(from + i), i === 8 && styles.half)}>
						{within(hidden, from + i) ? "--" : hex(b)}
					</i>
				))}
			</span>
			<span className={styles.text}>
				{Array.from(part, (b, i) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a byte is its place
					<i key={i} data-at={from + i} className={look(from + i)}>
						{within(hidden, from + i) ? "-" : printable(b)}
					</i>
				))}
			</span>
		</>
	);
}
