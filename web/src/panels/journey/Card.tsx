/** What stands in the picture of a journey: one component for each kind of item. */
import type { LineageNode } from "../../api/lineage";
import { classes } from "../../base/classes";
import { count } from "../../base/quantity";
import { clockTime, dateTime, toRfc3339, type WallTime } from "../../base/time";
import { useZone } from "../../widgets/clock";
import { Icon, type IconName } from "../../widgets/Icon";
import { ViewLine } from "../../widgets/ViewLine";
import styles from "./Card.module.css";
import { isUnrecorded, stepName } from "./graph";
import type { Item } from "./scene";

export type CardInfo = {
	readonly item: Item;
	readonly chosen: boolean;
	readonly asked: boolean;
	/** Neither cause nor effect of what is selected. */
	readonly aside: boolean;
	readonly onSelect: (node: string) => void;
	readonly onUnfold: (item: Item) => void;
};

export function Card({ item, ...rest }: CardInfo) {
	switch (item.kind) {
		case "kafka":
			return <KafkaCard item={item} {...rest} />;
		case "step":
			return <StepCard item={item} {...rest} />;
		case "pill":
			return <Pill item={item} {...rest} />;
		case "fold":
			return <Fold item={item} {...rest} />;
		case "end":
			return <End item={item} {...rest} />;
	}
}

type Of<K extends Item["kind"]> = Omit<CardInfo, "item"> & { readonly item: Extract<Item, { kind: K }> };

/** The time of day; the date, which is mostly the same on every card, when one points at it. */
function CardTime({ t }: { readonly t: WallTime }) {
	const zone = useZone();
	return (
		<time dateTime={toRfc3339(t)} title={dateTime(t, zone, 6)}>
			{clockTime(t, zone)}
		</time>
	);
}

function readersText(readers: readonly LineageNode[]): string {
	const jobs = [...new Set(readers.map((n) => n.job))];
	return jobs.length === 1 ? `read by ${jobs[0]}` : `read by ${jobs.length} jobs`;
}

function KafkaCard({ item, chosen, asked, aside, onSelect }: Of<"kafka">) {
	const [node] = item.nodes;
	if (node === undefined) return null;
	const written = node.kind !== "source";
	return (
		<button
			type="button"
			className={classes(styles.card, "nopan", chosen && styles.chosen, asked && styles.asked, aside && styles.aside)}
			aria-pressed={chosen}
			onClick={() => onSelect(node.id)}
		>
			<span className={styles.title}>
				<Icon name="topic" size="s" />
				<b className="mono cut" title={item.text}>
					{item.text}
				</b>
			</span>
			<ViewLine view={node.view} className={styles.words} />
			<span className={classes(styles.quiet, "cut")}>
				{written ? `written by ${node.job}` : item.readers.length > 0 ? readersText(item.readers) : ""}
				{item.nodes.length > 1 && written && `, ${item.nodes.length} times`}
			</span>
			<span className={styles.time}>{node.time === undefined ? "time not recorded" : <CardTime t={node.time} />}</span>
		</button>
	);
}

function iconOf(n: LineageNode, state: string | undefined): IconName {
	if (state !== undefined) return "state";
	switch (n.kind) {
		case "source":
			return "source";
		case "written":
			return "sink";
		case "invocation":
			return "timer";
		default:
			return "fn";
	}
}

function StepCard({ item, chosen, asked, aside, onSelect }: Of<"step">) {
	const n = item.node;
	const lost = isUnrecorded(n);
	return (
		<button
			type="button"
			className={classes(
				styles.card,
				"nopan",
				chosen && styles.chosen,
				asked && styles.asked,
				aside && styles.aside,
				item.leaf && styles.leaf,
				lost && styles.lost,
			)}
			aria-pressed={chosen}
			onClick={() => onSelect(n.id)}
		>
			<span className={styles.title}>
				<Icon name={lost ? "gap" : iconOf(n, item.state)} size="s" className={item.state === undefined ? undefined : "c-late"} />
				<b className="mono cut" title={stepName(n)}>
					{stepName(n)}
				</b>
			</span>
			{n.kind === "source" ? (
				<span className={classes(styles.words, "cut")}>read {n.record}</span>
			) : (
				<ViewLine view={n.view} className={styles.words} />
			)}
			{item.state !== undefined && (
				<span className={classes(styles.state, n.view === undefined && styles.long)} title={item.state}>
					{item.state}
				</span>
			)}
			<span className={styles.time}>
				{n.time === undefined ? "not recorded" : <CardTime t={n.time} />}
				{item.leaf && <span className={styles.proof}>end of proof</span>}
			</span>
		</button>
	);
}

function Pill({ item, chosen, aside, onSelect, onUnfold }: Of<"pill">) {
	const names = item.nodes.map(stepName).join(", then ");
	return (
		<span className={classes(styles.pill, chosen && styles.chosen, aside && styles.aside)} style={{ width: item.width }}>
			<button
				type="button"
				className={classes(styles.pillName, "nopan")}
				aria-pressed={chosen}
				title={`passed on by ${names}`}
				onClick={() => onSelect(item.nodes[0]?.id ?? "")}
			>
				<Icon name="join" size="s" />
				{item.label}
			</button>
			<button
				type="button"
				className={classes(styles.unfold, "nopan")}
				aria-label={`Unfold ${names}`}
				title="Unfold"
				onClick={() => onUnfold(item)}
			>
				<Icon name="plus" size="s" />
			</button>
		</span>
	);
}

function Fold({ item, chosen, aside, onUnfold }: Of<"fold">) {
	return (
		<button
			type="button"
			className={classes(styles.fold, "nopan", chosen && styles.chosen, aside && styles.aside)}
			title={`show more of ${count(item.count)}`}
			onClick={() => onUnfold(item)}
		>
			<b>{count(item.count)} records, show</b>
			<span className={styles.foldAbout}>{item.about}</span>
		</button>
	);
}

function End({ item, aside, onSelect }: Of<"end">) {
	const [first = "", ...more] = item.texts;
	return (
		<button
			type="button"
			className={classes(styles.end, "nopan", aside && styles.aside)}
			title={[...item.texts, item.hint].join("\n")}
			onClick={() => onSelect(item.node)}
		>
			<span className={styles.endWords}>
				<span className={styles.title}>
					<Icon name="gap" size="s" />
					<b>{item.word}</b>
				</span>
				<span className={styles.endText}>
					{first}
					{more.length > 0 && ` (and ${more.length} more)`}
				</span>
			</span>
		</button>
	);
}
