import type { UseQueryResult } from "@tanstack/react-query";
import { type KeyboardEvent, useRef } from "react";
import type { StateCell, StateHistory, StateVersion } from "../../api/key";
import { toProblem } from "../../api/problem";
import { classes } from "../../base/classes";
import { count, duration, plural, written } from "../../base/quantity";
import { clockTime, wallFromMillis } from "../../base/time";
import { link, type ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { ValueChanges } from "../../timeline/ValueChanges";
import { changesOf } from "../../timeline/valueChanges";
import { useZone } from "../../widgets/clock";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./States.module.css";
import { readVersion, type Segment, type Span, segmentsOf, spanOf, versionId } from "./segments";

type Props = { readonly rec: string; readonly state: ViewState; readonly query: UseQueryResult<StateHistory> };

/** Versions of each state of the key as strips along one time. */
export function States({ rec, state, query }: Props) {
	const h = query.data;
	return (
		<Panel title="State" about={h === undefined ? "" : plural(h.items.length, "value")} className={styles.states ?? ""}>
			{h === undefined ? (
				query.isError ? (
					<Failed what="The states of this key" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={4} label="the states of this key" />
				)
			) : h.items.length === 0 ? (
				<Empty title="Nothing of its state is recorded">
					<p>No operator read or wrote state under this key, or none that was recorded at level trace.</p>
				</Empty>
			) : (
				<Strips rec={rec} state={state} history={h} />
			)}
		</Panel>
	);
}

function Strips({ rec, state, history }: { readonly rec: string; readonly state: ViewState; readonly history: StateHistory }) {
	const span = spanOf(history.items);
	const sel = readVersion(state.sel);
	const cell = sel === undefined ? undefined : history.items[sel.cell];
	const version = cell === undefined || sel === undefined ? undefined : cell.versions[sel.version];
	return (
		<Scroll label="States of the key" className={`scroll ${styles.strips}`}>
			{!history.complete && (
				<p className="c-late">
					<Icon name="gap" size="s" /> Not every version is here: an operator narrows the search.
				</p>
			)}
			{span !== undefined &&
				history.items.map((c, i) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: cells are in order and do not move
					<Strip key={i} cell={c} at={i} span={span} selected={sel?.cell === i ? sel.version : undefined} />
				))}
			{span !== undefined && <Axis span={span} />}
			{cell !== undefined && version !== undefined && <About rec={rec} cell={cell} version={version} />}
		</Scroll>
	);
}

function nameOf(c: StateCell): string {
	return c.map_key === undefined ? c.name : `${c.name}[${c.map_key.text}]`;
}

type StripProps = { readonly cell: StateCell; readonly at: number; readonly span: Span; readonly selected: number | undefined };

function Strip({ cell, at, span, selected }: StripProps) {
	const zone = useZone();
	const box = useRef<HTMLDivElement>(null);
	const segments = segmentsOf(cell, span);
	const current = selected ?? (cell.current >= 0 ? cell.current : segments.length - 1);
	const select = (index: number) => refine({ sel: versionId(at, index) });
	const onKeyDown = (e: KeyboardEvent) => {
		const moves: Record<string, number> = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: segments.length - 1 };
		const next = moves[e.key];
		if (next === undefined) return;
		const index = Math.max(0, Math.min(segments.length - 1, next));
		select(index);
		box.current?.querySelectorAll("button")[index]?.focus();
		e.preventDefault();
		e.stopPropagation();
	};
	const said = (s: Segment) => `${clockTime(s.version.time, zone)} ${s.version.kind}: ${s.version.value?.text ?? "nothing"}`;
	return (
		<section className={styles.cell} aria-label={`${nameOf(cell)} of ${cell.op_name}`}>
			<h3>
				<span className="mono">{nameOf(cell)}</span>{" "}
				<span className="dim">
					{cell.kind} of {cell.op_name}
					{cell.namespace !== undefined && cell.namespace.type !== "VoidNamespace" && `, ${cell.namespace.text}`}
					{cell.ttl_ms > 0n && `, lives ${written(duration(Number(cell.ttl_ms)))}`}
				</span>
			</h3>
			<div ref={box} className={styles.strip} role="group" aria-label={`Versions of ${nameOf(cell)}`} onKeyDown={onKeyDown}>
				{segments.map((s) => (
					<button
						key={s.index}
						type="button"
						tabIndex={s.index === current ? 0 : -1}
						aria-pressed={s.index === selected}
						aria-label={said(s)}
						title={said(s)}
						className={classes(
							styles.segment,
							s.empty && styles.empty,
							s.version.kind === "seen" && styles.seen,
							s.version.undone !== undefined && styles.undone,
							s.index === cell.current && styles.current,
						)}
						style={{ left: `${s.left}%`, width: `max(3px, ${s.width}%)` }}
						onClick={() => select(s.index)}
					>
						<span className="cut">{s.version.value?.text ?? ""}</span>
					</button>
				))}
			</div>
			<p className={styles.now}>
				{cell.current < 0 ? (
					<span className="dim">nothing of it was there at the moment</span>
				) : (
					<>
						<span className="dim">now </span>
						<span className="mono">{cell.versions[cell.current]?.value?.text ?? "nothing"}</span>
					</>
				)}{" "}
				<span className="dim">{plural(cell.versions.length, "version")}</span>
			</p>
		</section>
	);
}

function Axis({ span }: { readonly span: Span }) {
	return (
		<div className={styles.axis}>
			<TimeText t={wallFromMillis(span.from)} />
			<TimeText t={wallFromMillis(span.to)} />
		</div>
	);
}

/** One version: what it was before and is after, who wrote it and because of what, when it ends. */
function About({ rec, cell, version: v }: { readonly rec: string; readonly cell: StateCell; readonly version: StateVersion }) {
	const changes = v.before?.node === undefined || v.value?.node === undefined ? undefined : changesOf(v.before.node, v.value.node);
	const record = v.input?.kafka ?? v.input?.element;
	return (
		<section className={styles.about} aria-label="Selected version">
			<h3>
				{nameOf(cell)} {v.kind} <TimeText t={v.time} digits={6} />
			</h3>
			{changes !== undefined && changes.length > 0 ? (
				<ValueChanges changes={changes} />
			) : (
				<p className="mono">
					{v.before !== undefined && (
						<>
							<s>{v.before.text}</s>{" "}
						</>
					)}
					{v.value?.text ?? "nothing is there any more"}
				</p>
			)}
			<dl className="kv">
				<dt>{v.kind === "seen" ? "Seen by" : "Writer"}</dt>
				<dd>
					<a className="link mono" href={link({ screen: "events", rec }, { at: v.position })}>
						{v.position}
					</a>
					{v.attempt > 0 && <span className="c-late"> attempt {count(v.attempt)}</span>}
				</dd>
				<dt>Because of</dt>
				<dd>
					{record === undefined ? (
						<span className="dim">no record: a timer, or it is not looked up</span>
					) : (
						<a className="link mono" href={link({ screen: "journey", rec, record })}>
							{record}
						</a>
					)}
				</dd>
				<dt>Ends</dt>
				<dd>
					<Ends version={v} />
				</dd>
			</dl>
			{v.kind === "seen" && <p className="c-late">A read showed this value, and no recorded write explains it.</p>}
			{v.kind === "added" && <p className="dim">This came to the elements before; a read shows the whole.</p>}
		</section>
	);
}

function Ends({ version: v }: { readonly version: StateVersion }) {
	if (v.undone !== undefined) {
		return (
			<span className="c-late">
				a restart went back behind it <TimeText t={v.undone} />
			</span>
		);
	}
	if (v.expires !== undefined && (v.until === undefined || v.expires < v.until)) {
		return (
			<>
				expires <TimeText t={v.expires} />
			</>
		);
	}
	if (v.until === undefined) return <span className="dim">it stands</span>;
	return <TimeText t={v.until} />;
}
