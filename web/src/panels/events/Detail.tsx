import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import type { Event, Moment } from "../../api/event";
import { toProblem } from "../../api/problem";
import { momentQuestion } from "../../api/questions";
import { count, duration, written } from "../../base/quantity";
import { Pane, PaneActions, ValuePanes } from "../../inspect/ValuePanes";
import { link } from "../../model/address";
import { changeFilter, type Filter } from "../../model/filter";
import { refine } from "../../model/navigation";
import { Again } from "../../moments/Again";
import { Did } from "../../timeline/Did";
import { lookOf } from "../../timeline/kinds";
import { Chip } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./Detail.module.css";
import { DropFacts } from "./DropWords";
import { partsOf } from "./parts";

type Props = {
	readonly rec: string;
	readonly event: Event;
	readonly tab: string | undefined;
	readonly field: string | undefined;
	readonly filter: Filter;
	readonly onFilter: (f: Filter) => void;
};

/** One event: its decoded value, its bytes, and what happened around it at that position. */
export function Detail({ rec, event, tab, field, filter, onFilter }: Props) {
	const query = useQuery({ ...momentQuestion(rec, event.position ?? ""), enabled: event.position !== undefined });
	const parts = useMemo(() => partsOf(event, query.data), [event, query.data]);
	return (
		<ValuePanes
			parts={parts}
			part={tab}
			field={field}
			name={event.kafka ?? event.element}
			none={
				<Empty title="This event holds no value">
					<p>{lookOf(event.kind).about}.</p>
				</Empty>
			}
			onPart={(to) => refine({ tab: to, field: undefined })}
			onField={(to) => refine({ field: to })}
		>
			<Pane title="At this position" end={event.position !== undefined && <code className="cut">{event.position}</code>}>
				<Scroll label="Facts of this position">
					{event.position === undefined ? (
						<Outside event={event} />
					) : query.data === undefined ? (
						query.isError ? (
							<Failed what={`Position ${event.position}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
						) : (
							<SkeletonRows rows={6} label="the position" />
						)
					) : (
						<AtPosition rec={rec} event={event} moment={query.data} />
					)}
				</Scroll>
				<Actions rec={rec} event={event} filter={filter} onFilter={onFilter} />
			</Pane>
		</ValuePanes>
	);
}

/** Events of a job or a process have no position: what they say of themselves. */
function Outside({ event }: { readonly event: Event }) {
	return (
		<dl className={`kv ${styles.facts}`}>
			<dt>Event</dt>
			<dd>{lookOf(event.kind).about}</dd>
			<dt>Lane</dt>
			<dd className="mono">{event.lane}</dd>
			<dt>Time</dt>
			<dd>
				<TimeText t={event.time} digits={6} />
			</dd>
			{event.checkpoint !== undefined && (
				<>
					<dt>Checkpoint</dt>
					<dd className="mono">{String(event.checkpoint)}</dd>
				</>
			)}
		</dl>
	);
}

function AtPosition({ rec, event, moment: m }: { readonly rec: string; readonly event: Event; readonly moment: Moment }) {
	const record = (e: Event): ReactNode => {
		const name = e.kafka ?? e.element;
		if (name === undefined) return lookOf(e.kind).word;
		return (
			<a className="link mono" href={link({ screen: "journey", rec, record: name })}>
				{name}
			</a>
		);
	};
	return (
		<dl className={`kv ${styles.facts}`}>
			<dt>Task</dt>
			<dd>
				{m.task} <span className="mono dim">#{event.subtask}</span>
				{event.attempt > 0 && <span className="c-late"> attempt {event.attempt}</span>}
			</dd>
			{event.drop !== undefined && <DropFacts rec={rec} drop={event.drop} />}
			{m.operator?.function !== undefined && (
				<>
					<dt>Code</dt>
					<dd className="mono">
						{m.operator.function.file === undefined
							? m.operator.function.class
							: `${m.operator.function.file}${m.operator.function.line === undefined ? "" : `:${m.operator.function.line}`}`}
					</dd>
				</>
			)}
			<dt>
				<a className="link" href={link({ screen: "watermarks", rec }, { at: m.position })}>
					Watermark
				</a>
			</dt>
			<dd>
				{m.watermark === undefined ? (
					<span className="dim">none yet</span>
				) : (
					<>
						<TimeText t={m.watermark} />{" "}
						{event.event_time !== undefined && <Lateness ahead={Number(event.event_time - m.watermark) / 1000} />}
					</>
				)}
			</dd>
			<dt>Came in</dt>
			<dd>
				{m.input !== undefined ? (
					record(m.input)
				) : m.input_note !== undefined ? (
					<Chip tone="late" icon="gap">
						{m.input_note}
					</Chip>
				) : (
					<span className="dim">no record: {lookOf(m.invocation.kind).about}</span>
				)}
			</dd>
			<dt>Went through</dt>
			<dd>
				{m.path.steps.length === 0 ? (
					<span className="dim">not recorded</span>
				) : (
					<ol className={styles.path}>
						{m.path.steps.map((s, i) => (
							// biome-ignore lint/suspicious/noArrayIndexKey: steps are in order and do not move
							<li key={i}>
								{s.name} <span className="mono dim">{`${s.in} in, ${s.out} out`}</span>
							</li>
						))}
						{m.path.cut && <li className="dim">and more than the recorder keeps of one invocation</li>}
					</ol>
				)}
			</dd>
			<dt>Went out</dt>
			<dd>{m.outputs.length === 0 ? <span className="dim">nothing</span> : <Several events={m.outputs} show={record} />}</dd>
			{m.writes.length > 0 && (
				<>
					<dt>Written</dt>
					<dd>
						<Several events={m.writes} show={(e) => <Write of={e} name={record(e)} />} />
					</dd>
				</>
			)}
			{m.steps.length > 0 && (
				<>
					<dt>Did</dt>
					<dd>
						<Did steps={m.steps} onOpen={(s) => refine({ sel: s.cursor, field: undefined, tab: undefined })} />
					</dd>
				</>
			)}
			{m.logs.length > 0 && (
				<>
					<dt>Logged</dt>
					<dd>
						<ol className={styles.path}>
							{m.logs.map((l) => (
								<li key={l.cursor} className="mono">
									{l.text}
								</li>
							))}
						</ol>
					</dd>
				</>
			)}
			{m.exception !== undefined && (
				<>
					<dt>Exception</dt>
					<dd className="c-drop">{m.exception.text}</dd>
				</>
			)}
			{m.more && (
				<>
					<dt>More</dt>
					<dd className="dim">not all that went out is listed here: the events show it</dd>
				</>
			)}
		</dl>
	);
}

/** A write, and what became of the transaction that it is part of. */
function Write({ of, name }: { readonly of: Event; readonly name: ReactNode }) {
	const t = of.transaction;
	if (t === undefined) return name;
	return (
		<>
			{name}{" "}
			<span className={t.outcome === "aborted" ? "c-drop" : "dim"} title={`producer ${t.producer}, epoch ${t.epoch}`}>
				{t.outcome ?? "in transaction"} <code>{t.id}</code>
			</span>
		</>
	);
}

const fewEvents = 4;

function Several({ events, show }: { readonly events: readonly Event[]; readonly show: (e: Event) => ReactNode }) {
	return (
		<ul>
			{events.slice(0, fewEvents).map((e) => (
				<li key={e.cursor}>{show(e)}</li>
			))}
			{events.length > fewEvents && <li className="dim">and {count(events.length - fewEvents)} more</li>}
		</ul>
	);
}

function Lateness({ ahead }: { readonly ahead: number }) {
	if (ahead < 0) {
		return (
			<span className="c-late">
				<Icon name="clock" size="s" /> late by {written(duration(-ahead))}
			</span>
		);
	}
	return <span className="mid">not late, {written(duration(ahead))} ahead</span>;
}

function Actions({ rec, event, filter, onFilter }: Pick<Props, "rec" | "event" | "filter" | "onFilter">) {
	const record = event.kafka ?? event.element ?? event.position;
	const key = event.key?.text.replace(/^"(.*)"$/s, "$1");
	const quoted = event.key?.masked.length === 0;
	return (
		<PaneActions>
			{record !== undefined && (
				<a className="btn main" href={link({ screen: "journey", rec, record })}>
					<Icon name="journey" size="s" />
					Journey
				</a>
			)}
			{event.position !== undefined && <Again rec={rec} position={event.position} />}
			{key !== undefined && quoted && (
				<button type="button" className="btn" onClick={() => onFilter(changeFilter(filter, { key: filter.key === key ? undefined : key }))}>
					{filter.key === key ? "Any key" : "Filter by key"}
				</button>
			)}
			{event.position !== undefined && (event.lane === "state" || event.state?.key !== undefined) && (
				<a className="btn" href={link({ screen: "key", rec }, { of: event.position, ...(event.op === "" ? {} : { op: event.op }) })}>
					History of the key
				</a>
			)}
			{event.op !== "" && filter.op !== event.op && (
				<button type="button" className="btn" onClick={() => onFilter(changeFilter(filter, { op: event.op }))}>
					Only this operator
				</button>
			)}
		</PaneActions>
	);
}
