import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import type { Graph } from "../../api/job";
import type { Timeline } from "../../api/recording";
import { count } from "../../base/quantity";
import type { Stretch } from "../../model/address";
import { changeFilter, type Filter } from "../../model/filter";
import { reasonNames, reasonWords } from "../../timeline/drops";
import { kindNames, laneNames, lookOf } from "../../timeline/kinds";
import { ChosenChip } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { TimeText } from "../../widgets/TimeText";
import styles from "./EventsPanel.module.css";

type Props = {
	readonly filter: Filter;
	readonly onFilter: (f: Filter) => void;
	readonly window: Stretch | undefined;
	readonly onWindow: (w: Stretch | undefined) => void;
	readonly graph: Graph | undefined;
	readonly timeline: Timeline | undefined;
};

/** The filter as words to take away, and lists to choose from. Typing and choosing change the same filter. */
export function FilterChips({ filter: f, onFilter, window, onWindow, graph, timeline }: Props) {
	const change = (c: Partial<Filter>) => onFilter(changeFilter(f, c));
	const without = (field: keyof Filter) => onFilter(changeFilter(f, { [field]: undefined }));
	const operators = graph?.vertices.flatMap((v) => v.operators.map((o) => ({ ...o, parallelism: v.parallelism }))) ?? [];
	const op = operators.find((o) => o.slug === f.op || o.name === f.op);
	const subtasks = op?.parallelism ?? Math.max(1, ...(graph?.vertices.map((v) => v.parallelism) ?? [1]));
	const counts = new Map<string, number>();
	for (const s of timeline?.series ?? []) counts.set(s.kind, (counts.get(s.kind) ?? 0) + s.counts.reduce((a, b) => a + b, 0));
	// Kinds that occur come first; the others can be chosen too, for what is to come.
	const kinds = [...kindNames].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
	const turn = (list: readonly string[] | undefined, value: string) =>
		list?.includes(value) === true ? list.filter((x) => x !== value) : [...(list ?? []), value];
	return (
		<div className={styles.chips} role="group" aria-label="Filter in parts">
			{f.op !== undefined && (
				<ChosenChip removeLabel="Any operator" onRemove={() => without("op")}>
					{op?.name ?? f.op}
				</ChosenChip>
			)}
			{f.subtask !== undefined && (
				<ChosenChip removeLabel="Any subtask" onRemove={() => without("subtask")}>
					subtask {f.subtask}
				</ChosenChip>
			)}
			{f.attempt !== undefined && (
				<ChosenChip removeLabel="Any attempt" onRemove={() => without("attempt")}>
					attempt {f.attempt}
				</ChosenChip>
			)}
			{f.invocation !== undefined && (
				<ChosenChip removeLabel="Any invocation" onRemove={() => without("invocation")}>
					invocation {count(f.invocation)}
				</ChosenChip>
			)}
			{f.kinds?.map((k) => (
				<ChosenChip key={k} removeLabel="Not only" onRemove={() => change({ kinds: turn(f.kinds, k) })}>
					<Icon name={lookOf(k).icon} size="s" />
					{lookOf(k).word}
				</ChosenChip>
			))}
			{f.lanes?.map((l) => (
				<ChosenChip key={l} removeLabel="Not only" onRemove={() => change({ lanes: turn(f.lanes, l) })}>
					lane {l}
				</ChosenChip>
			))}
			{f.reasons?.map((reason) => (
				<ChosenChip key={reason} removeLabel="Not only" onRemove={() => change({ reasons: turn(f.reasons, reason) })}>
					<Icon name="dropped" size="s" />
					{reasonWords(reason)}
				</ChosenChip>
			))}
			{f.key !== undefined && (
				<ChosenChip removeLabel="Any key" onRemove={() => without("key")}>
					key <span className="mono">{f.key}</span>
				</ChosenChip>
			)}
			{f.where !== undefined && (
				<ChosenChip removeLabel="Without this term" onRemove={() => without("where")}>
					<span className="mono">{f.where}</span>
				</ChosenChip>
			)}
			{f.text !== undefined && (
				<ChosenChip removeLabel="Any text" onRemove={() => without("text")}>
					contains <span className="mono">{f.text}</span>
				</ChosenChip>
			)}
			{window !== undefined && (
				<ChosenChip removeLabel="The whole recording" onRemove={() => onWindow(undefined)}>
					<Icon name="clock" size="s" />
					{window.from === undefined ? "until " : <TimeText t={window.from} />}
					{window.from !== undefined && (window.to === undefined ? " on" : " to ")}
					{window.to !== undefined && <TimeText t={window.to} />}
				</ChosenChip>
			)}
			<Choice word="operator">
				{operators.map((o) => (
					<Choosable key={`${o.id} ${o.index}`} on={o.slug === f.op} onClick={() => change({ op: o.slug === f.op ? undefined : o.slug })}>
						{o.name}
					</Choosable>
				))}
			</Choice>
			<Choice word="subtask">
				{Array.from({ length: Math.min(subtasks, 512) }, (_, i) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a subtask is its number
					<Choosable key={i} on={i === f.subtask} onClick={() => change({ subtask: i === f.subtask ? undefined : i })}>
						subtask {i}
					</Choosable>
				))}
			</Choice>
			<Choice word="kind">
				{kinds.map((k) => (
					<Choosable
						key={k}
						on={f.kinds?.includes(k) === true}
						stay
						onClick={() => change({ kinds: turn(f.kinds, k) })}
						title={lookOf(k).about}
					>
						<Icon name={lookOf(k).icon} size="s" /> {lookOf(k).word} <span className="dim">{k}</span>
						{counts.has(k) && <span className={styles.times}>{count(counts.get(k) ?? 0)}</span>}
					</Choosable>
				))}
			</Choice>
			<Choice word="dropped">
				{reasonNames.map((reason) => (
					<Choosable
						key={reason}
						on={f.reasons?.includes(reason) === true}
						stay
						onClick={() => change({ reasons: turn(f.reasons, reason) })}
					>
						{reasonWords(reason)} <span className="dim">{reason}</span>
					</Choosable>
				))}
			</Choice>
			<Choice word="lane">
				{laneNames.map(([l, about]) => (
					<Choosable key={l} on={f.lanes?.includes(l) === true} stay onClick={() => change({ lanes: turn(f.lanes, l) })}>
						{l} <span className="dim">{about}</span>
					</Choosable>
				))}
			</Choice>
		</div>
	);
}

function Choice({ word, children }: { readonly word: string; readonly children: ReactNode }) {
	return (
		<Menu position="bottom-start" closeOnItemClick={false}>
			<Menu.Target>
				<button type="button" className="chip">
					<Icon name="plus" size="s" />
					{word}
				</button>
			</Menu.Target>
			<Menu.Dropdown className={styles.menu ?? ""}>{children}</Menu.Dropdown>
		</Menu>
	);
}

type ChoosableProps = {
	readonly on: boolean;
	/** The list stays open: more than one may be chosen. */
	readonly stay?: boolean;
	readonly title?: string;
	readonly onClick: () => void;
	readonly children: ReactNode;
};

function Choosable({ on, stay = false, title, onClick, children }: ChoosableProps) {
	return (
		<Menu.CheckboxItem
			checked={on}
			onChange={onClick}
			closeMenuOnClick={!stay}
			title={title}
			checkIcon={<Icon name="ok" size="s" className="c-acc" />}
		>
			{children}
		</Menu.CheckboxItem>
	);
}
