import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { fetchCompletions } from "../../api/filter";
import { type ProblemError, toProblem } from "../../api/problem";
import { useTopicTail } from "../../api/tail";
import { type KafkaTopic, type TailItem, type TopicRecord, topicRecordQuestion } from "../../api/topic";
import { count } from "../../base/quantity";
import type { FilterHandle } from "../../inspect/FilterEditor";
import type { Complete } from "../../inspect/FilterField";
import { anyRecording, link, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { placeText, readDecoder, readPlace, readTopicFilter, wishOf, writeDecoder } from "../../model/topicView";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { VirtualTable } from "../../widgets/VirtualTable";
import { CopyDialog } from "./CopyDialog";
import { recordColumns } from "./columns";
import { fieldsOf } from "./fields";
import { mostRows, type Pages } from "./pages";
import { RecordDetail } from "./RecordDetail";
import { RecordsBar } from "./RecordsBar";
import { ScanLine } from "./ScanLine";
import { TailLine } from "./TailLine";
import styles from "./TopicPanel.module.css";
import { emptyTail, type TailBuffer, tailed } from "./tailBuffer";
import { type Phase, useTopicPages } from "./useTopicPages";

type Props = {
	readonly cluster: string;
	readonly topic: KafkaTopic;
	readonly state: ViewState;
	readonly mayProduce: boolean;
};

/** Records of a topic: pages of them, or those that arrive. */
export function Records({ cluster, topic, state, mayProduce }: Props) {
	const wish = wishOf(state);
	const following = state.follow === true;
	const { pages, phase, more, again, stop } = useTopicPages(cluster, topic.name, wish, !following);
	const [buffer, setBuffer] = useState(emptyTail);
	const [held, setHeld] = useState<TailBuffer>();
	const onItems = useCallback((items: readonly TailItem[]) => setBuffer((b) => tailed(b, items, Date.now())), []);
	const { from: _, order: __, ...tailWish } = wish;
	const tail = useTopicTail(cluster, topic.name, tailWish, following, onItems);
	const follow = () => {
		setBuffer(emptyTail);
		setHeld(undefined);
		refine({ follow: following ? undefined : true, sel: undefined, field: undefined });
	};
	const hold = () => setHeld(held === undefined ? buffer : undefined);

	const shownTail = held ?? buffer;
	const rows = following ? shownTail.rows : pages.rows;
	const fields = fieldsOf(rows).join("\n");
	// A tail has new rows five times a second, whose fields are nearly always the same.
	const columns = useMemo(() => recordColumns(fields === "" ? [] : fields.split("\n")), [fields]);
	const place = readPlace(state.sel);
	const loaded = useMemo(() => rows.find((r) => placeText(r) === state.sel), [rows, state.sel]);
	// A row that a link names, or that a bounded list has let go, is asked for by itself.
	const decoder = writeDecoder(readDecoder(state.decoder));
	const kept = useRef<{ readonly row: TopicRecord; readonly decoder: string | undefined }>(undefined);
	if (loaded !== undefined) kept.current = { row: loaded, decoder };
	const before =
		kept.current !== undefined && kept.current.decoder === decoder && placeText(kept.current.row) === state.sel
			? kept.current.row
			: undefined;
	const alone = useQuery({
		...topicRecordQuestion(cluster, topic.name, place?.partition ?? 0, place?.offset ?? 0n, decoder),
		enabled: place !== undefined && loaded === undefined && before === undefined,
	});
	const selected = place === undefined ? undefined : (loaded ?? before ?? alone.data);

	const select = useCallback((r: TopicRecord) => refine({ sel: placeText(r), field: undefined }), []);
	const open = (r: TopicRecord | undefined) => r !== undefined && go(link({ screen: "journey", rec: anyRecording, record: r.place }));
	const step = (by: number) => {
		const at = rows.findIndex((r) => placeText(r) === state.sel);
		const next = at < 0 ? rows[0] : rows[Math.max(0, Math.min(rows.length - 1, at + by))];
		if (next !== undefined) select(next);
	};
	/** To the record of the same partition that comes after or before; one that is not in the list is asked for by its offset. */
	const along = (by: 1 | -1) => {
		if (place === undefined) return step(by);
		const same = rows.filter((r) => r.partition === place.partition && (by > 0 ? r.offset > place.offset : r.offset < place.offset));
		const next = same.reduce<TopicRecord | undefined>(
			(best, r) => (best === undefined || (by > 0 ? r.offset < best.offset : r.offset > best.offset) ? r : best),
			undefined,
		);
		const offset = next?.offset ?? place.offset + BigInt(by);
		if (offset >= 0n) refine({ sel: placeText({ partition: place.partition, offset }), field: undefined });
	};
	const field = useRef<FilterHandle>(null);
	const [copying, setCopying] = useState<string>();
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(selected));
	useCommand("event-next", () => along(1));
	useCommand("event-back", () => along(-1));
	useCommand("filter", () => field.current?.focus());
	useCommand("follow", follow);
	useCommand("pause", hold, following);
	useCommand("close", () => refine({ sel: undefined, field: undefined }), state.sel !== undefined);

	// What jobs read there was recorded: names of fields and words come from the newest of them.
	const job = topic.jobs.find((j) => j.reads) ?? topic.jobs[0];
	const complete = useCallback<Complete>(
		(typed, at, signal) => (job === undefined ? Promise.resolve(undefined) : fetchCompletions(job.recording, typed, at, signal)),
		[job],
	);
	const live = tail.state;
	return (
		<div className={styles.records}>
			{following && live?.phase === "broken" && (
				<StaleBanner since={tail.at} reason={live.problem.detail || live.problem.title} retryAt={live.retryAt} />
			)}
			<RecordsBar state={state} partitions={topic.partitions} following={following} complete={complete} field={field} onFollow={follow} />
			{following ? (
				<TailLine tail={tail} buffer={buffer} held={held === undefined ? undefined : buffer.came - held.came} onHold={hold} />
			) : (
				<ScanLine pages={pages} phase={phase} onStop={stop} onAgain={again} />
			)}
			<div
				className={phase.kind === "loading" && phase.first && pages.rows.length > 0 && !following ? `${styles.list} stale` : styles.list}
			>
				{rows.length === 0 ? (
					<Nothing following={following} phase={phase} pages={pages} state={state} onMore={more} onAgain={again} />
				) : (
					<VirtualTable
						label="Records"
						columns={columns}
						rows={rows}
						rowId={placeText}
						selected={state.sel}
						onSelect={select}
						onOpen={open}
						above={following ? shownTail.came : 0}
						least={1080}
						end={!following && <Rest pages={pages} phase={phase} onMore={more} />}
					/>
				)}
			</div>
			<div className={styles.bottom}>
				{place === undefined ? (
					<p className={styles.hint}>
						<Icon name="mark" className="dim" /> Select a record: its decoded value, its bytes and its headers appear here. Masked values
						stay masked; filters and counts work on them as you see them.
					</p>
				) : selected !== undefined ? (
					<RecordDetail
						cluster={cluster}
						record={selected}
						state={state}
						onCopy={mayProduce ? () => setCopying(selected.place) : undefined}
					/>
				) : alone.isError ? (
					<div className={styles.hint}>
						<Failed
							what={`The record ${topic.name}/${state.sel ?? ""}`}
							trouble={toProblem(alone.error)}
							onRetry={() => void alone.refetch()}
						/>
					</div>
				) : (
					<SkeletonRows rows={6} label="the record" />
				)}
			</div>
			<Modal
				opened={copying !== undefined}
				onClose={() => setCopying(undefined)}
				title="Write a record again"
				size={560}
				yOffset="8vh"
				closeButtonProps={{ "aria-label": "Close" }}
			>
				{copying !== undefined && <CopyDialog cluster={cluster} topic={topic.name} place={copying} />}
			</Modal>
			<p className="hide" aria-live="polite">
				{selected === undefined ? "" : `partition ${selected.partition}, offset ${count(selected.offset)}`}
			</p>
		</div>
	);
}

type RestProps = { readonly pages: Pages; readonly phase: Phase; readonly onMore: () => void };

/** What is behind the last row. */
function Rest({ pages, phase, onMore }: RestProps) {
	if (phase.kind === "loading") return <p className={styles.more}>looking for more</p>;
	return (
		<div className={styles.more}>
			{phase.kind === "failed" && <Trouble problem={phase.problem} />}
			{pages.left > 0 && (
				<span>
					{count(pages.left)} rows above made room: {count(mostRows)} are kept. A filter or a later beginning narrows it.
				</span>
			)}
			{pages.next === undefined ? (
				<span>no more of these</span>
			) : (
				<button type="button" className="btn" onClick={onMore}>
					Continue
				</button>
			)}
		</div>
	);
}

function Trouble({ problem: p }: { readonly problem: ProblemError }) {
	return (
		<span className="c-drop" role="alert">
			<Icon name="failed" size="s" /> {p.detail || p.title}
			{p.requestId !== "" && ` (request ${p.requestId})`}
		</span>
	);
}

type NothingProps = RestProps & { readonly following: boolean; readonly state: ViewState; readonly onAgain: () => void };

function Nothing({ following, phase, pages, state, onMore, onAgain }: NothingProps) {
	const filter = readTopicFilter(state.filter);
	const filtered = filter.ok && Object.keys(filter.filter).length > 0;
	if (following) {
		return (
			<Empty title="Waiting for the next record" icon="wait">
				<p>Records appear here as they are written{filtered ? " and fit the filter" : ""}, at most 200 a second.</p>
			</Empty>
		);
	}
	if (phase.kind === "failed") return <Failed what="The records" trouble={phase.problem} onRetry={onAgain} />;
	if (phase.kind === "loading") return <SkeletonRows rows={10} label="records" />;
	if (phase.kind === "stopped" || pages.next !== undefined) {
		return (
			<Empty title="Nothing found so far" icon="filter">
				<p>What was looked at has no record that {filtered ? "fits the filter" : "is wanted"}; there is more to look at.</p>
				<button type="button" className="btn main" onClick={pages.next === undefined ? onAgain : onMore}>
					Continue
				</button>
			</Empty>
		);
	}
	return (
		<Empty title={filtered ? "No record fits" : "There is no record here"} icon={filtered ? "filter" : "topic"}>
			<p>
				{filtered
					? "All that is there of the partitions was looked at, from where it begins."
					: "The partitions are empty from where the list begins, or retention has removed what was there."}
			</p>
			<button
				type="button"
				className="btn"
				onClick={() => refine({ filter: undefined, from: undefined, order: undefined, partitions: undefined, decoder: undefined }, "push")}
			>
				The newest of all
			</button>
		</Empty>
	);
}
