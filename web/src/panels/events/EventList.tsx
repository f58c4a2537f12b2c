import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import type { Event } from "../../api/event";
import { toProblem } from "../../api/problem";
import { classes } from "../../base/classes";
import { count, duration, written } from "../../base/quantity";
import { type WallTime, zoneName } from "../../base/time";
import { lookOf } from "../../timeline/kinds";
import { Amount } from "../../widgets/Amount";
import { useZone } from "../../widgets/clock";
import { Icon } from "../../widgets/Icon";
import { SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import { DropWords } from "./DropWords";
import styles from "./EventList.module.css";
import type { Direction, EndState, EventWindow } from "./eventWindow";
import { isUpdate } from "./updates";

export const rowHeight = 26;
const aboveRows = 2 * rowHeight;
/** So many rows from the end, more are asked for. */
const eagerness = 60;

type Props = {
	readonly window: EventWindow<Event>;
	readonly selected: string | undefined;
	/** The time that "from position" is counted from. */
	readonly position: WallTime | undefined;
	/** A recording that still grows may have more below its end. */
	readonly growing: boolean;
	readonly following: boolean;
	readonly onSelect: (e: Event) => void;
	readonly onOpen: (e: Event) => void;
	readonly onMore: (direction: Direction) => void;
	/** The reader scrolled away from the newest row. */
	readonly onLeaveEnd: () => void;
	readonly onVisible: (first: Event, last: Event) => void;
};

/** Rows of events, as many as the screen has room for. Before them and after them more are loaded while one scrolls. */
export function EventList(p: Props) {
	const { window: w, selected, following } = p;
	const zone = useZone();
	const box = useRef<HTMLDivElement>(null);
	const virtual = useVirtualizer({
		count: w.rows.length,
		getScrollElement: () => box.current,
		estimateSize: () => rowHeight,
		overscan: 16,
		// The head of the table stays at the top, inside what scrolls; below it is a line for what is beyond the first row.
		scrollMargin: aboveRows,
		scrollPaddingStart: rowHeight,
		getItemKey: (i) => w.rows[i]?.cursor ?? i,
	});
	const items = virtual.getVirtualItems();

	// Rows that come in above, or go there, must not move what the reader looks at.
	const shown = useRef({ opening: w.opening, shift: w.shift });
	useLayoutEffect(() => {
		const element = box.current;
		if (element === null) return;
		if (shown.current.opening === w.opening) element.scrollTop += (w.shift - shown.current.shift) * rowHeight;
		shown.current = { opening: w.opening, shift: w.shift };
	}, [w.opening, w.shift]);

	// A new list shows its selected row in the middle, or its newest.
	const settled = useRef(-1);
	useLayoutEffect(() => {
		const element = box.current;
		if (element === null || w.rows.length === 0 || settled.current === w.opening) return;
		settled.current = w.opening;
		const at = w.rows.findIndex((r) => r.cursor === selected);
		if (at >= 0) element.scrollTop = Math.max(0, at * rowHeight - element.clientHeight / 2);
		else if (w.down.kind === "end") element.scrollTop = w.rows.length * rowHeight;
	}, [w.opening, w.rows, w.down.kind, selected]);

	// A row that keys went to comes into sight; one that the reader scrolled away from stays where it is.
	const seen = useRef(selected);
	useLayoutEffect(() => {
		if (selected === seen.current) return;
		seen.current = selected;
		const at = w.rows.findIndex((r) => r.cursor === selected);
		if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
	}, [selected, w.rows, virtual]);

	useLayoutEffect(() => {
		if (following && box.current !== null) box.current.scrollTop = w.rows.length * rowHeight;
	}, [following, w.rows.length]);

	const first = items[0]?.index;
	const last = items.at(-1)?.index;
	const { onMore, onVisible, growing } = p;
	useEffect(() => {
		if (first === undefined || last === undefined) return;
		if (first < eagerness && w.up.kind === "open") onMore("up");
		if (last > w.rows.length - eagerness && w.down.kind === "open") onMore("down");
		const [a, b] = [w.rows[first], w.rows[last]];
		if (a !== undefined && b !== undefined) onVisible(a, b);
	}, [first, last, w, onMore, onVisible]);

	// What arrives while the end is on the screen is shown without following.
	useEffect(() => {
		if (!growing || following || w.down.kind !== "end") return;
		const beat = setInterval(() => {
			const e = box.current;
			if (e !== null && e.scrollHeight - e.scrollTop - e.clientHeight < rowHeight * 8) onMore("down");
		}, 2_000);
		return () => clearInterval(beat);
	}, [growing, following, w.down.kind, onMore]);

	const onScroll = () => {
		const e = box.current;
		if (following && e !== null && e.scrollHeight - e.scrollTop - e.clientHeight > rowHeight * 6) p.onLeaveEnd();
	};
	const onKeyDown = (e: KeyboardEvent) => {
		const at = w.rows.findIndex((r) => r.cursor === selected);
		const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 260) / rowHeight) - 2);
		const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
		const by = moves[e.key];
		if (by === undefined) return;
		e.preventDefault();
		const next = w.rows[Math.max(0, Math.min(w.rows.length - 1, at + by))];
		if (next !== undefined) p.onSelect(next);
	};
	const selectedIsDrawn = selected !== undefined && items.some((i) => w.rows[i.index]?.cursor === selected);
	return (
		<div className={styles.list}>
			<div
				ref={box}
				className={styles.grid}
				role="grid"
				aria-label="Events"
				aria-rowcount={-1}
				aria-multiselectable="false"
				aria-activedescendant={selectedIsDrawn ? "event-selected" : undefined}
				tabIndex={0}
				onKeyDown={onKeyDown}
				onScroll={onScroll}
			>
				<div className={classes(styles.row, styles.head)} role="row">
					<span role="columnheader">
						<span className="hide">source</span>
					</span>
					<span role="columnheader" className={styles.right}>
						Invocation
					</span>
					<span role="columnheader">Time, {zoneName(zone)}</span>
					<span role="columnheader" className={styles.right}>
						From position
					</span>
					<span role="columnheader">Operator</span>
					<span role="columnheader">Event</span>
					<span role="columnheader">Key</span>
					<span role="columnheader">Event time</span>
					<span role="columnheader" className={styles.right}>
						Lag
					</span>
					<span role="columnheader">Detail</span>
				</div>
				<div className={styles.body} role="rowgroup">
					<div className={styles.slot}>
						<End direction="up" end={w.up} rows={w.rows.length} onMore={p.onMore} />
					</div>
					<div style={{ height: virtual.getTotalSize(), position: "relative" }} role="presentation">
						{items.map((item) => {
							const e = w.rows[item.index];
							if (e === undefined) return null;
							return (
								<Row
									key={item.key}
									event={e}
									top={item.start - aboveRows}
									chosen={e.cursor === selected}
									position={p.position}
									onSelect={p.onSelect}
									onOpen={p.onOpen}
								/>
							);
						})}
					</div>
					<End direction="down" end={w.down} rows={w.rows.length} onMore={p.onMore} />
				</div>
			</div>
		</div>
	);
}

type RowProps = {
	readonly event: Event;
	readonly top: number;
	readonly chosen: boolean;
	readonly position: WallTime | undefined;
	readonly onSelect: (e: Event) => void;
	readonly onOpen: (e: Event) => void;
};

function fromPosition(e: Event, position: WallTime | undefined): string {
	if (position === undefined) return "";
	const ms = Number(e.time - position) / 1000;
	if (ms === 0) return "0";
	const text = written(duration(Math.abs(ms) < 1 ? ms : Math.round(ms)));
	return ms > 0 ? `+${text}` : text;
}

/** What the list shows of a payload: its one line, or what the event says of itself. */
function detailOf(e: Event): ReactNode {
	if (e.drop !== undefined) return <DropWords drop={e.drop} />;
	const text = isUpdate(e) ? (e.change?.text ?? "") : e.text !== "" ? e.text : (e.view?.text ?? "");
	return (
		<>
			{e.kafka !== undefined && <span className={styles.kafka}>{e.kafka}</span>}
			{e.n > 1 && !text.startsWith(String(e.n)) && <span className={styles.kafka}>×{count(e.n)}</span>}
			{e.view !== undefined && e.view.masked.length > 0 && <Icon name="mask" size="s" className="c-mask" label="has masked fields" />}
			{text}
			{e.change?.why !== undefined && (
				<span className={styles.alone} title={e.change.why}>
					alone
				</span>
			)}
		</>
	);
}

function Row({ event: e, top, chosen, position, onSelect, onOpen }: RowProps) {
	const look = lookOf(e.kind);
	// A dropped record's time is the one that was compared.
	const eventTime = e.event_time ?? e.drop?.event_time;
	return (
		// The grid takes the keys.
		// biome-ignore lint/a11y/useKeyWithClickEvents: see above
		<div
			role="row"
			id={chosen ? "event-selected" : undefined}
			aria-selected={chosen}
			className={classes(styles.row, styles[look.tone], e.kind === "gap" && "hatch", chosen && styles.chosen)}
			style={{ transform: `translateY(${top}px)` }}
			onClick={() => onSelect(e)}
			onDoubleClick={() => onOpen(e)}
		>
			<span role="gridcell" className={styles.square}>
				<span className="src" title="recorded" />
			</span>
			<span role="gridcell" className={styles.right}>
				{e.invocation === 0n ? "" : count(e.invocation)}
			</span>
			<span role="gridcell">
				<TimeText t={e.time} bare className="" />
			</span>
			<span role="gridcell" className={classes(styles.right, "dim")}>
				{fromPosition(e, position)}
			</span>
			<span role="gridcell" className={styles.words} title={e.task}>
				{e.op_name || e.task || <span className="dim">job</span>}
				{e.subtask >= 0 && <span className={styles.subtask}>#{e.subtask}</span>}
			</span>
			<span role="gridcell" className={classes(styles.words, styles.kind)} title={look.about}>
				<Icon name={look.icon} size="s" /> {isUpdate(e) ? "update" : look.word}
			</span>
			<span role="gridcell">{e.key?.text.replace(/^"(.*)"$/s, "$1") ?? ""}</span>
			<span role="gridcell" className="mid">
				{eventTime !== undefined && <TimeText t={eventTime} bare className="" />}
			</span>
			<span role="gridcell" className={styles.right}>
				{e.lag_ms !== undefined && <Amount q={duration(Number(e.lag_ms))} />}
			</span>
			<span role="gridcell" className={styles.detail}>
				{detailOf(e)}
			</span>
		</div>
	);
}

type EndProps = { readonly direction: Direction; readonly end: EndState; readonly rows: number; readonly onMore: (d: Direction) => void };

/** What is beyond the rows: nothing, more, or a reason why not. */
function End({ direction, end, rows, onMore }: EndProps) {
	const words = direction === "up" ? "earlier" : "later";
	switch (end.kind) {
		case "loading":
			return rows === 0 ? (
				direction === "down" ? (
					<SkeletonRows rows={12} label="events" />
				) : null
			) : (
				<p className={styles.end}>loading {words} events</p>
			);
		case "failed": {
			const p = toProblem(end.problem);
			return (
				<p className={styles.end} role="alert">
					<Icon name="failed" size="s" className="c-drop" /> {words} events could not be loaded: {p.detail || p.title}
					{p.requestId !== "" && ` (request ${p.requestId})`}
					<button type="button" className="link" onClick={() => onMore(direction)}>
						try again
					</button>
				</p>
			);
		}
		case "paused":
			return (
				<p className={styles.end} role="status">
					Nothing found in a long stretch; the search has paused.
					<button type="button" className="link" onClick={() => onMore(direction)}>
						go on {direction === "up" ? "upwards" : "downwards"}
					</button>
				</p>
			);
		case "end":
			return direction === "up" && rows > 0 ? <p className={styles.end}>the recording begins here</p> : null;
		case "open":
			return null;
	}
}
