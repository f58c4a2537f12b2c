import { Popover } from "@mantine/core";
import { type Ref, useEffect, useState } from "react";
import type { FilterHandle } from "../../inspect/FilterEditor";
import { type Complete, FilterField } from "../../inspect/FilterField";
import type { ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import {
	type DecoderName,
	decoders,
	type From,
	type FromKind,
	fromProblem,
	orderOf,
	readDecoder,
	readFrom,
	readPartitions,
	writeDecoder,
	writeFrom,
	writePartitions,
} from "../../model/topicView";
import { Icon } from "../../widgets/Icon";
import { Segmented } from "../../widgets/Segmented";
import styles from "./TopicPanel.module.css";

type Props = {
	readonly state: ViewState;
	readonly partitions: number;
	readonly following: boolean;
	readonly complete: Complete;
	readonly field: Ref<FilterHandle>;
	readonly onFollow: () => void;
};

/** Another list has no row of the one before. */
const anew = { sel: undefined, field: undefined } as const;

const words: Readonly<Record<FromKind, string>> = { latest: "newest", earliest: "oldest", offset: "offset", time: "time", group: "group" };
const kinds: readonly FromKind[] = ["latest", "earliest", "offset", "time", "group"];

/** Where the list begins, which records are in it, and whether it follows what arrives. */
export function RecordsBar({ state, partitions, following, complete, field, onFollow }: Props) {
	const from = readFrom(state.from);
	// A kind that needs a text is chosen before it has one.
	const [chosen, setChosen] = useState<FromKind>(from.kind);
	useEffect(() => setChosen(from.kind), [from.kind]);
	const choose = (kind: FromKind) => {
		setChosen(kind);
		if (kind === "latest" || kind === "earliest")
			refine({ ...anew, from: writeFrom({ kind }), order: undefined, follow: undefined }, "push");
	};
	const needsText = chosen === "offset" || chosen === "time" || chosen === "group";
	return (
		<div className={styles.bar}>
			<button type="button" className="btn" aria-pressed={following} onClick={onFollow}>
				<Icon name={following ? "live" : "record-next"} size="s" className={following ? "c-ok" : ""} />
				{following ? "Tailing" : "Tail"}
			</button>
			{!following && (
				<>
					<Segmented label="Begin at" value={chosen} choices={kinds.map((k) => ({ value: k, label: words[k] }))} onChange={choose} />
					{needsText && (
						<Beginning
							key={chosen}
							kind={chosen}
							text={from.kind === chosen && "text" in from ? from.text : ""}
							onBegin={(next) => refine({ ...anew, from: writeFrom(next) }, "push")}
						/>
					)}
					{needsText && (
						<Segmented
							label="Order"
							value={orderOf(state)}
							choices={[
								{ value: "asc", label: "forward" },
								{ value: "desc", label: "backward" },
							]}
							onChange={(order) => refine({ ...anew, order: order === "asc" ? undefined : order }, "push")}
						/>
					)}
				</>
			)}
			<FilterField
				complete={complete}
				placeholder='value.status != "test" && key == "u42", or any text'
				field={field}
				value={state.filter ?? ""}
				onChange={(f) => f !== (state.filter ?? "") && refine({ ...anew, filter: f }, "push")}
				found=""
			/>
			<ReadAs chosen={readDecoder(state.decoder)} />
			<Partitions count={partitions} chosen={readPartitions(state.partitions)} />
		</div>
	);
}

type BeginningProps = { readonly kind: "offset" | "time" | "group"; readonly text: string; readonly onBegin: (from: From) => void };

const asks = {
	offset: { label: "Offset", hint: "of each partition: 88121" },
	time: { label: "Time", hint: "2026-11-23T14:02:11Z, or -5m" },
	group: { label: "Group", hint: "where this group reads next" },
} as const;

/** The offset, time or group that a list begins at; it counts with Enter, and when one leaves the field. */
function Beginning({ kind, text, onBegin }: BeginningProps) {
	const [typed, setTyped] = useState(text);
	useEffect(() => setTyped(text), [text]);
	const from: From = { kind, text: typed.trim() };
	const problem = typed === "" ? undefined : fromProblem(from);
	const begin = () => typed.trim() !== text && fromProblem(from) === undefined && onBegin(from);
	return (
		<div className={styles.field}>
			<div className="filter">
				<input
					aria-label={asks[kind].label}
					aria-invalid={problem !== undefined}
					placeholder={asks[kind].hint}
					value={typed}
					onChange={(e) => setTyped(e.currentTarget.value)}
					onKeyDown={(e) => e.key === "Enter" && begin()}
					onBlur={begin}
				/>
			</div>
			{problem !== undefined && (
				<span className="c-drop" role="status">
					{problem}
				</span>
			)}
		</div>
	);
}

/** How keys and values are read. It shows nothing that their own reading hides. */
function ReadAs({ chosen }: { readonly chosen: DecoderName }) {
	return (
		<select
			aria-label="Read keys and values"
			title="How keys and values are read"
			className={styles.readAs}
			value={chosen}
			onChange={(e) => refine({ field: undefined, decoder: writeDecoder(readDecoder(e.currentTarget.value)) }, "push")}
		>
			{Object.entries(decoders).map(([name, word]) => (
				<option key={name} value={name}>
					{word}
				</option>
			))}
		</select>
	);
}

/** Which partitions; none chosen is all. */
function Partitions({ count, chosen }: { readonly count: number; readonly chosen: readonly number[] }) {
	const [opened, setOpened] = useState(false);
	const word = chosen.length === 0 ? "all partitions" : chosen.length === 1 ? `partition ${chosen[0]}` : `${chosen.length} partitions`;
	const turn = (p: number) => {
		const next = chosen.includes(p) ? chosen.filter((x) => x !== p) : [...chosen, p].sort((a, b) => a - b);
		refine({ ...anew, partitions: writePartitions(next.length === count ? [] : next) });
	};
	return (
		<Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus shadow="md" withinPortal>
			<Popover.Target>
				<button type="button" className="btn" aria-expanded={opened} onClick={() => setOpened(!opened)}>
					{word}
					<Icon name="down" size="s" />
				</button>
			</Popover.Target>
			<Popover.Dropdown aria-label="Partitions" p={0}>
				<div className={styles.partitions}>
					<button
						type="button"
						className={`btn ${styles.all}`}
						disabled={chosen.length === 0}
						onClick={() => refine({ ...anew, partitions: undefined })}
					>
						All {count}
					</button>
					{Array.from({ length: count }, (_, p) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: a partition is its number
						<label key={p}>
							<input type="checkbox" checked={chosen.includes(p)} onChange={() => turn(p)} /> {p}
						</label>
					))}
				</div>
			</Popover.Dropdown>
		</Popover>
	);
}
