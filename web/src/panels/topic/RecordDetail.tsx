import { useMemo } from "react";
import type { TopicRecord } from "../../api/topic";
import { count, size, written } from "../../base/quantity";
import { headersPart, partOf } from "../../inspect/parts";
import { chosenPart, Pane, PaneActions, ValuePanes } from "../../inspect/ValuePanes";
import { anyRecording, link, type ViewState } from "../../model/address";
import { changeFilter, noFilter, readFilter, writeFilter } from "../../model/filter";
import { refine } from "../../model/navigation";
import { placeText } from "../../model/topicView";
import { CopyButton } from "../../widgets/CopyButton";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Empty } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import type { TreeNode } from "../../widgets/ValueTree";
import styles from "./TopicPanel.module.css";

type Props = {
	readonly cluster: string;
	readonly record: TopicRecord;
	readonly state: ViewState;
	/** Undefined: who reads may not write. */
	readonly onCopy: (() => void) | undefined;
};

const timeWords: Readonly<Record<TopicRecord["time_type"], string>> = {
	created: "by who wrote it",
	appended: "by the broker",
	unknown: "of a clock that is not known",
};

/** The term of a filter that a field of a value is the same in; undefined where the language has no short one. */
export function termOf(part: string, root: TreeNode, path: string): string | undefined {
	let node: TreeNode | undefined = root;
	let name = part;
	for (const step of path === "" || path === "root" ? [] : path.split(".")) {
		if (node?.kind !== "object") return undefined;
		node = node.items?.[Number(step)];
		if (node?.name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(node.name)) return undefined;
		name += `.${node.name}`;
	}
	if (node?.value === undefined || node.items !== undefined) return undefined;
	if (node.mask !== undefined || node.kind === "string" || node.kind === "enum") return `${name} == ${JSON.stringify(node.value)}`;
	if (node.kind === "bool" || (node.kind === "int" && /^-?\d+$/.test(node.value))) return `${name} == ${node.value}`;
	return undefined;
}

/** One record of a topic: its values, their bytes, and what Kafka says of it. */
export function RecordDetail({ cluster, record: r, state, onCopy }: Props) {
	const parts = useMemo(() => [...partOf("value", "value", r.value), ...partOf("key", "key", r.key), ...headersPart(r.headers)], [r]);
	const part = chosenPart(parts, state.part);
	const term =
		part?.tree === undefined || state.field === undefined || part.id === "headers" ? undefined : termOf(part.id, part.tree, state.field);
	const reading = readFilter(state.filter ?? "");
	const filter = reading.ok ? reading.filter : noFilter;
	const key = r.key?.text.replace(/^"(.*)"$/s, "$1");
	const place = placeText(r);
	const filterBy = (f: string) => refine({ filter: f }, "push");
	const href = link(
		{ screen: "topic", cluster, topic: r.topic },
		{ sel: place, from: String(r.offset), partitions: String(r.partition), ...(state.part === undefined ? {} : { part: state.part }) },
	);
	return (
		<ValuePanes
			parts={parts}
			part={state.part}
			field={state.field}
			name={r.place}
			none={<Empty title="This record holds no value" />}
			onPart={(to) => refine({ part: to, field: undefined })}
			onField={(to) => refine({ field: to })}
		>
			<Pane title="This record" end={<code className="cut">{r.place}</code>}>
				<Scroll label="Facts of this record">
					<dl className={`kv ${styles.facts}`}>
						<dt>Time</dt>
						<dd>
							<TimeText t={r.time} /> <span className="dim">{timeWords[r.time_type]}</span>
						</dd>
						<dt>Place</dt>
						<dd className="mono">
							partition {r.partition}, offset {count(r.offset)}
						</dd>
						<dt>Size</dt>
						<dd>
							{written(size(r.size))} <span className="dim">of key, value and headers, packed: {r.packed || "none"}</span>
						</dd>
						{r.epoch >= 0 && (
							<>
								<dt>Leader epoch</dt>
								<dd className="mono">{r.epoch}</dd>
							</>
						)}
						<dt>Headers</dt>
						<dd>
							{r.headers === undefined || r.headers.length === 0 ? (
								<span className="dim">none</span>
							) : (
								<ul>
									{r.headers.map((h, i) => (
										// biome-ignore lint/suspicious/noArrayIndexKey: a name may stand twice
										<li key={i}>
											<span className="mid">{h.name}</span>{" "}
											<span className="mono">
												{h.value !== undefined && h.value.masked.length > 0 && (
													<Icon name="mask" size="s" className="c-mask" label="masked" />
												)}{" "}
												{h.value === undefined ? <span className="dim">null</span> : h.value.text}
											</span>
										</li>
									))}
								</ul>
							)}
						</dd>
					</dl>
				</Scroll>
				<PaneActions>
					<a className="btn main" href={link({ screen: "journey", rec: anyRecording, record: r.place })}>
						<Icon name="journey" size="s" />
						Journey
					</a>
					<CopyButton icon="link" word="Copy link" label="Copy the link to this record" text={() => window.location.origin + href} />
					{key !== undefined && (
						<button
							type="button"
							className="btn"
							onClick={() => filterBy(writeFilter(changeFilter(filter, { key: filter.key === key ? undefined : key })))}
						>
							{filter.key === key ? "Any key" : "Filter by key"}
						</button>
					)}
					{term !== undefined && !(filter.where ?? "").includes(term) && (
						<button
							type="button"
							className="btn"
							title={term}
							onClick={() =>
								filterBy(writeFilter(changeFilter(filter, { where: filter.where === undefined ? term : `${filter.where} && ${term}` })))
							}
						>
							Filter by this field
						</button>
					)}
					{onCopy !== undefined && (
						<button type="button" className="btn" aria-haspopup="dialog" onClick={onCopy}>
							<Icon name="copy" size="s" />
							Write again
						</button>
					)}
				</PaneActions>
			</Pane>
		</ValuePanes>
	);
}
