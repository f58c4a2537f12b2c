import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Lineage, LineageNode } from "../../api/lineage";
import { toProblem } from "../../api/problem";
import { type LineageDirection, lineageQuestion } from "../../api/questions";
import { plural } from "../../base/quantity";
import type { ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { Chip, Verdict } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Segmented } from "../../widgets/Segmented";
import { Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TabBar } from "../../widgets/TabBar";
import { Ask } from "./Ask";
import { askedNodes, inOrder, journeyGraph, relatives } from "./graph";
import { headline, missingPlaces, tally } from "./headline";
import styles from "./Journey.module.css";
import { Notes } from "./Notes";
import { Picture } from "./Picture";
import { eventsLink, Selected } from "./Selected";
import { Steps } from "./Steps";
import { type Item, keptOfFold, sceneOf, unfoldBy } from "./scene";
import { TimeSpent } from "./TimeSpent";

type Props = { readonly rec: string; readonly record: string | undefined; readonly state: ViewState };

/** What a record came from and what it became. */
export default function JourneyPanel({ rec, record, state }: Props) {
	if (record === undefined) return <Ask rec={rec} />;
	return <Asked rec={rec} record={record} state={state} />;
}

function Asked({ rec, record, state }: Props & { readonly record: string }) {
	const query = useQuery({ ...lineageQuestion(rec, record, state.dir ?? "both"), placeholderData: keepPreviousData });
	if (query.isError && (query.data === undefined || query.isPlaceholderData)) {
		return <Failed what={`The journey of ${record}`} trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
	}
	if (query.data === undefined) return <SkeletonRows rows={10} height={56} label="the journey" />;
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<Journey key={query.data.record} lineage={query.data} state={state} stale={query.isPlaceholderData || query.isError} />
		</div>
	);
}

type JourneyProps = { readonly lineage: Lineage; readonly state: ViewState; readonly stale: boolean };

function Journey({ lineage, state, stale }: JourneyProps) {
	const graph = useMemo(() => journeyGraph(lineage), [lineage]);
	const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
	const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
	const all = state.steps === "all";
	const scene = useMemo(() => sceneOf(graph, { steps: all ? "all" : unfolded, shown }), [graph, all, unfolded, shown]);
	const asked = useMemo(() => askedNodes(graph)[0], [graph]);
	const selected: LineageNode | undefined = graph.node.get(state.sel ?? "") ?? asked;
	const related = useMemo(() => (selected === undefined ? new Set<string>() : relatives(graph, selected.id)), [graph, selected]);
	const rows = useMemo(() => inOrder(graph), [graph]);

	const select = useCallback((node: string) => refine({ sel: node === asked?.id ? undefined : node }), [asked]);
	const unfold = useCallback((item: Item) => {
		if (item.kind === "pill") setUnfolded((before) => new Set(before).add(item.id));
		if (item.kind === "fold") setShown((before) => new Map(before).set(item.key, (before.get(item.key) ?? keptOfFold) + unfoldBy));
	}, []);
	const step = (by: number) => {
		const at = selected === undefined ? -1 : rows.indexOf(selected);
		const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
		if (next !== undefined) select(next.id);
	};
	const open = (n: LineageNode | undefined) => n !== undefined && n.position !== undefined && go(eventsLink(n));
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("close", () => refine({ sel: undefined }), state.sel !== undefined);

	const limit = lineage.notes.find((n) => n.kind === "limit");
	const unfoldedAny = all || unfolded.size > 0 || shown.size > 0;
	return (
		<div className={styles.journey}>
			<header className={styles.head}>
				<h1 className="cut">{headline(graph)}</h1>
				<span className={styles.tally}>{tally(graph)}</span>
				{lineage.edges.length > 0 ? <Proof lineage={lineage} missing={missingPlaces(graph)} /> : <span className={styles.proof} />}
				{(scene.pills > 0 || unfoldedAny) && (
					<button
						type="button"
						className="btn"
						aria-pressed={all}
						title="steps that only pass the record on"
						onClick={() => {
							refine({ steps: unfoldedAny ? undefined : "all" });
							setUnfolded(new Set());
							setShown(new Map());
						}}
					>
						{unfoldedAny ? "Fold steps" : "All steps"}
					</button>
				)}
				<Segmented<LineageDirection>
					label="Direction"
					value={state.dir ?? "both"}
					choices={[
						{ value: "up", label: "ancestors" },
						{ value: "both", label: "both" },
						{ value: "down", label: "descendants" },
					]}
					onChange={(dir) => refine({ dir: dir === "both" ? undefined : dir })}
				/>
			</header>
			{limit !== undefined && (
				<p className={styles.limit} role="status">
					<Icon name="warning" className="c-late" />
					<span>
						<b className="strong">Not all of it:</b> {limit.text}. {limit.hint !== "" && `To see the rest, ${limit.hint}.`}
					</span>
				</p>
			)}
			<div className={styles.picture}>
				<Picture scene={scene} selected={selected?.id} related={related} onSelect={select} onUnfold={unfold} stale={stale} />
				{lineage.edges.length === 0 && <Alone notes={lineage.notes.length} />}
			</div>
			<div className={styles.below}>
				<TabBar
					label="The journey in words"
					value={state.tab === "notes" ? "notes" : "steps"}
					onChange={(tab) => refine({ tab: tab === "steps" ? undefined : tab })}
					className={styles.words ?? ""}
					tabs={[
						{
							value: "steps",
							label: `Steps ${rows.length}`,
							panel: <Steps graph={graph} selected={selected?.id} related={related} onSelect={select} onOpen={open} />,
						},
						{ value: "notes", label: `Notes ${lineage.notes.length}`, panel: <Notes graph={graph} onSelect={select} /> },
					]}
				/>
				{selected !== undefined && (
					<div className={styles.right}>
						<TimeSpent graph={graph} selected={selected.id} onSelect={select} />
						<Selected graph={graph} node={selected} />
					</div>
				)}
			</div>
		</div>
	);
}

/** How far the answer is proven. */
function Proof({ lineage, missing }: { readonly lineage: Lineage; readonly missing: number }) {
	return (
		<span className={styles.proof}>
			{lineage.complete ? (
				<Verdict kind="proven" title="every step was recorded at both ends">
					proven
				</Verdict>
			) : (
				<Verdict kind="unproven" title={lineage.notes.map((n) => n.text).join("\n")}>
					not proven to the end
				</Verdict>
			)}
			{missing === 0 ? (
				<Chip icon="ok">no gap on the way</Chip>
			) : (
				<Chip tone="late" icon="gap">
					{plural(missing, "place")} not recorded
				</Chip>
			)}
		</span>
	);
}

/** Nothing before and nothing after is known. */
function Alone({ notes }: { readonly notes: number }) {
	return (
		<p className={styles.alone} role="status">
			Nothing before it and nothing after it is recorded.{" "}
			{notes > 0 ? "The notes say why." : "It may be on its way: this answer holds what has arrived."}
		</p>
	);
}
