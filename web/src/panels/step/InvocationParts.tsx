/** What the invocation that one steps through got, did and gave. */
import type { Event } from "../../api/event";
import type { StepPlace } from "../../api/step";
import { classes } from "../../base/classes";
import { count, duration, plural, written } from "../../base/quantity";
import { link } from "../../model/address";
import { TestExportButton } from "../../moments/TestExportButton";
import { Did } from "../../timeline/Did";
import { lookOf } from "../../timeline/kinds";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { TimeText } from "../../widgets/TimeText";
import { ViewLine } from "../../widgets/ViewLine";
import { type CellValue, cellsOf, currentKey } from "./cells";
import styles from "./StepPanel.module.css";
import { ValueOf } from "./Values";

type Props = { readonly rec: string; readonly place: StepPlace };

/** The record being processed, its key and time. */
export function Came({ rec, place }: Props) {
	const { input, input_note: note, invocation, steps } = place.moment;
	const key = currentKey(steps) ?? input?.key;
	const name = input?.kafka ?? input?.element;
	return (
		<Panel
			title="Record"
			className={styles.part ?? ""}
			end={
				<>
					{name !== undefined && (
						<a className="link" href={link({ screen: "journey", rec, record: name })}>
							journey
						</a>
					)}
					<TestExportButton rec={rec} position={place.position} />
				</>
			}
		>
			<dl className="kv">
				<dt>Key</dt>
				<dd>{key === undefined ? <span className="dim">none is known</span> : <ViewLine view={key} className="mono" />}</dd>
				{input?.event_time !== undefined && (
					<>
						<dt>Event time</dt>
						<dd>
							<TimeText t={input.event_time} />
						</dd>
					</>
				)}
			</dl>
			{input?.view !== undefined ? (
				<ValueOf label="Record" view={input.view} />
			) : (
				<p className={styles.none}>{note ?? (input === undefined ? `no record: ${lookOf(invocation.kind).about}` : input.text)}</p>
			)}
		</Panel>
	);
}

function Cell({ of, word }: { readonly of: CellValue; readonly word: string }) {
	return (
		<div className={styles.cell}>
			<dt>{word}</dt>
			<dd className={of.view === undefined ? "mid" : "mono"}>{of.view === undefined ? of.words : <ViewLine view={of.view} />}</dd>
			{of.until !== undefined && (
				<dd className="dim">
					until <TimeText t={of.until} digits={0} />
				</dd>
			)}
		</div>
	);
}

/** The states of the key: as the invocation found them, as they are at the line, and as it leaves them. */
export function States({ place }: Props) {
	const { steps, more } = place.moment;
	const cells = cellsOf(steps, place.done);
	const key = currentKey(steps);
	return (
		<Panel title="State of the key" about={key?.text} className={styles.part ?? ""}>
			{cells.length === 0 && <p className={styles.none}>the invocation does nothing with state of its key</p>}
			{cells.map((c) => (
				<section key={c.id} aria-label={`State ${c.name}`} className={styles.state}>
					<h3>
						<Icon name="state" size="s" /> <code>{c.name}</code>
						{c.mapKey !== undefined && <code>[{c.mapKey.text}]</code>}
						{c.ttl > 0n && <span className="dim">time to live {written(duration(Number(c.ttl)))}</span>}
					</h3>
					<dl className={styles.cells}>
						<Cell of={c.before} word="before" />
						<Cell of={c.now} word={c.touched ? "at this line" : "at this line, untouched"} />
						<Cell of={c.after} word="behind it" />
					</dl>
				</section>
			))}
			{more && <p className={styles.none}>the invocation did more than is listed</p>}
		</Panel>
	);
}

/** Everything that was done with state, timers, windows and clocks, in order; what is to come stands quieter. */
export function Doings({ place }: Props) {
	const { steps } = place.moment;
	return (
		<Panel title="Did" about={`${count(place.done)} of ${count(steps.length)} up to this line`} className={styles.part ?? ""}>
			{steps.length === 0 ? (
				<p className={styles.none}>nothing with state, timers, windows or clocks</p>
			) : (
				<Did steps={steps} done={place.done} />
			)}
		</Panel>
	);
}

/** Timers of this invocation, and the watermark of its task. */
export function Timers({ place }: Props) {
	const { steps, watermark } = place.moment;
	const timers = steps.flatMap((e, i) => (e.kind.startsWith("timer-") ? [{ e, over: i < place.done }] : []));
	return (
		<Panel title="Timers and watermark" className={styles.part ?? ""}>
			<dl className="kv">
				<dt>Watermark</dt>
				<dd>{watermark === undefined ? <span className="dim">none yet</span> : <TimeText t={watermark} />}</dd>
				<dt>Timers</dt>
				<dd>
					{timers.length === 0 ? (
						<span className="dim">none set, deleted or fired</span>
					) : (
						<ul>
							{timers.map(({ e, over }) => (
								<li key={e.cursor} className={classes("mono", !over && "dim")}>
									{!over && "to come: "}
									{e.text}
								</li>
							))}
						</ul>
					)}
				</dd>
			</dl>
		</Panel>
	);
}

/** What left the task, and what is to leave it. */
export function Emitted({ rec, place }: Props) {
	const { outputs, writes } = place.moment;
	const row = (e: Event, over: boolean) => {
		const name = e.kafka ?? e.element;
		return (
			<li key={e.cursor} className={classes(styles.output, !over && "dim")}>
				<Icon name={lookOf(e.kind).icon} size="s" />
				{!over && <span className="nowrap">to come:</span>}
				<ViewLine view={e.view ?? { text: e.text, masked: [] }} className="mono" />
				{name !== undefined && over && (
					<a className="link nowrap" href={link({ screen: "journey", rec, record: name })}>
						journey
					</a>
				)}
			</li>
		);
	};
	return (
		<Panel
			title="Emitted"
			about={`${count(place.sent)} of ${plural(outputs.length, "output")} up to this line`}
			className={styles.part ?? ""}
		>
			{outputs.length + writes.length === 0 ? (
				<p className={styles.none}>nothing leaves the task in this invocation</p>
			) : (
				<ul>
					{outputs.map((e, i) => row(e, i < place.sent))}
					{writes.map((e, i) => row(e, i < place.wrote))}
				</ul>
			)}
		</Panel>
	);
}
