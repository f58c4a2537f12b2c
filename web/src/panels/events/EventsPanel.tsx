import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Event } from "../../api/event";
import { fetchCompletions } from "../../api/filter";
import { hasEnded, useLiveEvents } from "../../api/live";
import { toProblem } from "../../api/problem";
import { type EventsFilter, jobQuestion, momentQuestion, timelineQuestion } from "../../api/questions";
import { count, plural } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { toRfc3339, type WallTime } from "../../base/time";
import type { FilterHandle } from "../../inspect/FilterEditor";
import { type Complete, FilterField } from "../../inspect/FilterField";
import { link, type Stretch, type ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { type Filter, isEmptyFilter, noFilter, readFilter, writeFilter } from "../../model/filter";
import { go, refine } from "../../model/navigation";
import { Strip } from "../../timeline/Strip";
import { zoomed } from "../../timeline/zoom";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { Detail } from "./Detail";
import { EventList } from "./EventList";
import styles from "./EventsPanel.module.css";
import { FilterChips } from "./FilterChips";
import { type Opening, useEventWindow } from "./useEventWindow";

type Props = { readonly rec: string; readonly state: ViewState };

type Jump = { readonly base: string; readonly n: number; readonly opening: Opening };

/** What the server is asked for a filter and a stretch of time. */
export function questionOf(f: Filter, win: Stretch | undefined): EventsFilter {
	return {
		...(f.op === undefined ? {} : { op: f.op }),
		...(f.subtask === undefined ? {} : { subtask: f.subtask }),
		...(f.attempt === undefined ? {} : { attempt: f.attempt }),
		...(f.invocation === undefined ? {} : { invocation: String(f.invocation) }),
		...(f.kinds === undefined ? {} : { kind: f.kinds }),
		...(f.lanes === undefined ? {} : { lane: f.lanes }),
		...(f.reasons === undefined ? {} : { reason: f.reasons }),
		...(f.key === undefined ? {} : { key: f.key }),
		...(f.text === undefined ? {} : { text: f.text }),
		...(f.where === undefined ? {} : { where: f.where }),
		...(win?.from === undefined ? {} : { from: toRfc3339(win.from) }),
		...(win?.to === undefined ? {} : { to: toRfc3339(win.to) }),
	};
}

/** What of a filter the counts over time can be asked for: they are made without looking into events. */
function counted({ text: _text, key: _key, where: _where, ...rest }: Filter): Filter {
	return rest;
}

/** Where the list opens for a link. */
export function openingOf(state: ViewState): Opening {
	if (state.follow === true) return { kind: "newest" };
	if (state.sel !== undefined) return { kind: "event", cursor: state.sel };
	if (state.at !== undefined) return { kind: "position", position: state.at };
	return state.win?.from === undefined ? { kind: "newest" } : { kind: "oldest" };
}

export default function EventsPanel({ rec, state }: Props) {
	const reading = readFilter(state.filter ?? "");
	const filter = reading.ok ? reading.filter : noFilter;
	const text = writeFilter(filter);
	const { win } = state;
	const job = useQuery(jobQuestion(rec));
	const growing = job.data !== undefined && !hasEnded(job.data.state) && job.data.state !== "last-seen";
	const following = state.follow === true && growing;

	// biome-ignore lint/correctness/useExhaustiveDependencies: text stands for filter
	const question = useMemo(() => questionOf(filter, win), [text, win?.from, win?.to]);
	const base = JSON.stringify(question);
	const [jump, setJump] = useState<Jump>();
	// A jump belongs to the question that it was made in; another question opens where the link says.
	const active = jump?.base === base && !following ? jump : undefined;
	const key = `${base} ${following} ${active?.n ?? 0}`;
	// biome-ignore lint/correctness/useExhaustiveDependencies: once a list is open, moving the selection does not open another
	const opening = useMemo(() => active?.opening ?? openingOf(state), [key]);
	const { window: loaded, more, arrived, retry, atNewest } = useEventWindow(rec, question, opening, key);
	const jumpTo = (to: Opening) => setJump((before) => ({ base, n: (before?.n ?? 0) + 1, opening: to }));
	const { state: live, at: liveAt } = useLiveEvents(rec, question, following && atNewest, loaded.rows.at(-1)?.cursor, arrived);

	const selected = useMemo(
		() =>
			loaded.rows.find((r) => r.cursor === state.sel) ??
			// Events outside of a task's turns have no position; where none is asked for, none of them is meant.
			(state.sel === undefined && state.at !== undefined ? loaded.rows.find((r) => r.position === state.at) : undefined),
		[loaded.rows, state.sel, state.at],
	);
	const kept = useRef<Event>(undefined);
	if (selected !== undefined) kept.current = selected;
	// A selected row may be scrolled out of the window of loaded ones; its detail stays.
	const shown = selected ?? (kept.current?.cursor === state.sel ? kept.current : undefined);

	const select = useCallback((e: Event) => refine({ sel: e.cursor, at: e.position, field: undefined }), []);
	const moment = useQuery({ ...momentQuestion(rec, state.at ?? ""), enabled: state.at !== undefined });
	const field = useRef<FilterHandle>(null);
	const complete = useCallback<Complete>((typed, at, signal) => fetchCompletions(rec, typed, at, signal), [rec]);
	const step = (by: number) => {
		const at = loaded.rows.findIndex((r) => r.cursor === shown?.cursor);
		const next = at < 0 ? loaded.rows.at(by > 0 ? 0 : -1) : loaded.rows[Math.max(0, Math.min(loaded.rows.length - 1, at + by))];
		if (next !== undefined) select(next);
	};
	const toPosition = (position: string | undefined) => {
		if (position === undefined) return;
		const row = loaded.rows.find((r) => r.position === position);
		if (row !== undefined) {
			select(row);
			return;
		}
		refine({ at: position, sel: undefined, field: undefined, follow: undefined });
		jumpTo({ kind: "position", position });
	};
	const open = (e: Event | undefined) => {
		const record = e?.kafka ?? e?.element ?? e?.position;
		if (record !== undefined) go(link({ screen: "journey", rec, record }));
	};
	const setFilter = (f: Filter) => refine({ filter: writeFilter(f) }, "push");
	const setWindow = (w: Stretch | undefined) => refine({ win: w, sel: undefined, at: undefined, follow: undefined }, "push");
	const toTime = (time: WallTime) => {
		refine({ sel: undefined, at: undefined, follow: undefined });
		jumpTo({ kind: "time", time });
	};
	// Back and links may name an event that is not loaded.
	const sought = useRef<string>(undefined);
	const missing = shown === undefined && loaded.rows.length > 0 && !following ? (state.sel ?? state.at) : undefined;
	useEffect(() => {
		if (missing === undefined || sought.current === missing) return;
		sought.current = missing;
		jumpTo(state.sel !== undefined ? { kind: "event", cursor: state.sel } : { kind: "position", position: missing });
	});

	const whole = useQuery(timelineQuestion(rec, questionOf(counted(filter), undefined), 400, growing ? 5_000 : false));
	const part = useQuery({
		...timelineQuestion(rec, questionOf(counted(filter), win), 400, false),
		enabled: win !== undefined,
	});
	const zoom = (how: "in" | "out" | "left" | "right") => {
		const next = zoomed(whole.data, win, shown?.time, how);
		if (next !== "same") setWindow(next);
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => open(shown));
	useCommand("event-next", () => toPosition(moment.data?.after));
	useCommand("event-back", () => toPosition(moment.data?.before));
	useCommand("filter", () => field.current?.focus());
	useCommand("close", () => refine({ sel: undefined, at: undefined, field: undefined, tab: undefined }), shown !== undefined);
	useCommand("follow", () => refine({ follow: following ? undefined : true, win: undefined }), growing);
	useCommand("zoom-in", () => zoom("in"));
	useCommand("zoom-out", () => zoom("out"));
	useCommand("pan-left", () => zoom("left"));
	useCommand("pan-right", () => zoom("right"));
	useCommand("fit", () => setWindow(undefined));

	const [visible, setVisible] = useState<{ readonly from: WallTime; readonly to: WallTime }>();
	const onVisible = useCallback(
		(a: Event, b: Event) => setVisible((v) => (v?.from === a.time && v.to === b.time ? v : { from: a.time, to: b.time })),
		[],
	);
	const stripData = win === undefined ? whole.data : (part.data ?? whole.data);
	const nothing = loaded.rows.length === 0 && loaded.up.kind === "end" && loaded.down.kind === "end";
	const broken = loaded.rows.length === 0 && loaded.down.kind === "failed" ? loaded.down.problem : undefined;
	return (
		<div className={styles.events}>
			<h1 className="hide">Events of recording {shortId(rec)}</h1>
			{live?.phase === "broken" && <StaleBanner since={liveAt} reason={live.problem.title} retryAt={live.retryAt} />}
			<div className={styles.top}>
				<FilterField
					complete={complete}
					placeholder='op == "drop-duplicates" && value.amount > 50, or any text'
					field={field}
					value={state.filter ?? ""}
					onChange={(f) => f !== (state.filter ?? "") && refine({ filter: f }, "push")}
					found={foundText(filter, stripData?.total, loaded.rows.length)}
				/>
				<button
					type="button"
					className="btn"
					aria-pressed={following}
					disabled={!growing}
					title={growing ? "New events come in by themselves" : "The run is over: nothing new comes"}
					onClick={() => refine({ follow: following ? undefined : true, win: undefined })}
				>
					<Icon name={live?.phase === "live" ? "live" : "recording"} size="s" className={live?.phase === "live" ? "c-ok" : ""} />
					{following ? "Following" : "Follow"}
				</button>
			</div>
			<FilterChips filter={filter} onFilter={setFilter} window={win} onWindow={setWindow} graph={job.data?.graph} timeline={whole.data} />
			<div className={styles.strip}>
				{stripData === undefined ? (
					whole.isError ? (
						<p className="dim">
							No picture over time: {toProblem(whole.error).title}.{" "}
							<button type="button" className="link" onClick={() => void whole.refetch()}>
								try again
							</button>
						</p>
					) : (
						<SkeletonRows rows={2} label="the picture over time" />
					)
				) : (
					<Strip
						timeline={stripData}
						label="Events over time; Enter jumps there"
						{...(visible === undefined ? {} : { window: visible })}
						{...(shown === undefined ? {} : { marker: shown.time })}
						onJump={toTime}
						onChoose={(from, to) => setWindow({ from, to })}
					/>
				)}
			</div>
			{broken !== undefined ? (
				<Failed what="The events" trouble={toProblem(broken)} onRetry={retry} />
			) : nothing ? (
				<NothingFound
					filter={filter}
					win={win}
					following={following}
					onClear={() => refine({ filter: undefined, win: undefined }, "push")}
				/>
			) : (
				<EventList
					window={loaded}
					selected={shown?.cursor}
					position={shown?.time}
					growing={growing && win?.to === undefined}
					following={following}
					onSelect={select}
					onOpen={open}
					onMore={more}
					onLeaveEnd={() => refine({ follow: undefined })}
					onVisible={onVisible}
				/>
			)}
			<div className={styles.bottom}>
				{shown === undefined ? (
					<p className={styles.hint}>
						<Icon name="mark" className="dim" /> Select an event: its decoded value, its bytes, and what happened at its position appear
						here.
					</p>
				) : (
					<Detail rec={rec} event={shown} tab={state.tab} field={state.field} filter={filter} onFilter={setFilter} />
				)}
			</div>
			<p className="hide" aria-live="polite">
				{shown === undefined ? "" : `${shown.op_name} ${shown.subtask}, ${shown.kind}, event ${count(shown.invocation)}`}
			</p>
		</div>
	);
}

/** Counts by headers are of whole kinds; a filter on values is counted only as far as it was searched. */
function foundText(f: Filter, total: bigint | undefined, loaded: number): string {
	if (f.key !== undefined || f.text !== undefined || f.where !== undefined) return `${plural(loaded, "event")} found so far`;
	if (total === undefined) return "";
	return isEmptyFilter(f) ? plural(total, "event") : `about ${plural(total, "event")}`;
}

type NothingProps = {
	readonly filter: Filter;
	readonly win: Stretch | undefined;
	readonly following: boolean;
	readonly onClear: () => void;
};

function NothingFound({ filter, win, following, onClear }: NothingProps) {
	if (following) {
		return (
			<Empty title="Waiting for the next event" icon="wait">
				<p>Events appear here as they arrive{isEmptyFilter(filter) ? "" : " and fit the filter"}.</p>
			</Empty>
		);
	}
	if (isEmptyFilter(filter) && win === undefined) {
		return (
			<Empty title="Nothing is recorded here yet">
				<p>Events appear with the first block of an agent. The self-test of each agent is on the page Agents.</p>
				<a className="btn" href={link({ screen: "agents" })}>
					Agents
				</a>
			</Empty>
		);
	}
	return (
		<Empty title="No event fits" icon="filter">
			<p>
				The whole {win === undefined ? "recording" : "stretch of time"} was searched. Gaps, if there are any, are not searched: what fell
				into them is not known.
			</p>
			<button type="button" className="btn" onClick={onClear}>
				Without filter and window
			</button>
		</Empty>
	);
}
