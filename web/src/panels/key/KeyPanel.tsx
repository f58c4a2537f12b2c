import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FoundKey } from "../../api/key";
import type { LineageNote } from "../../api/lineage";
import { toProblem } from "../../api/problem";
import { type KeyName, keyHistoryQuestion, stateHistoryQuestion } from "../../api/travel";
import { plural } from "../../base/quantity";
import type { ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { Chip } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { History } from "./History";
import styles from "./KeyPanel.module.css";
import { States } from "./States";

type Props = { readonly rec: string; readonly state: ViewState };

function nameOf(state: ViewState): KeyName | undefined {
	const op = state.op === undefined ? {} : { op: state.op };
	if (state.of !== undefined) return { of: state.of, ...op };
	return state.key === undefined ? undefined : { key: state.key, ...op };
}

/** All that happened under a key, and every version of its states. */
export default function KeyPanel({ rec, state }: Props) {
	const name = nameOf(state);
	return (
		<div className={styles.page}>
			<Ask key={`${state.key ?? ""} ${state.op ?? ""}`} state={state} />
			{name === undefined ? <Which /> : <Named rec={rec} name={name} state={state} />}
		</div>
	);
}

function Which() {
	return (
		<Empty title="Which key?" icon="search">
			<p>
				A key is written as events show it: user-42, 4711; of a key with several fields with commas between them. The key of an event is a
				link to here.
			</p>
		</Empty>
	);
}

function Ask({ state }: { readonly state: ViewState }) {
	const [key, setKey] = useState(state.key ?? "");
	const [op, setOp] = useState(state.op ?? "");
	return (
		<form
			className={styles.ask}
			onSubmit={(e) => {
				e.preventDefault();
				const operator = op.trim() === "" ? undefined : op.trim();
				if (key.trim() === "") refine({ op: operator, sel: undefined }, "push");
				else refine({ key: key.trim(), of: undefined, op: operator, sel: undefined }, "push");
			}}
		>
			<div className={`filter ${styles.key}`}>
				<Icon name="search" className="dim" />
				<input aria-label="Key" placeholder="user-42" value={key} onChange={(e) => setKey(e.currentTarget.value)} />
			</div>
			<div className={`filter ${styles.op}`}>
				<input aria-label="Operator" placeholder="every operator" value={op} onChange={(e) => setOp(e.currentTarget.value)} />
			</div>
			<button type="submit" className="btn main">
				Follow
			</button>
			{state.of !== undefined && (
				<Chip icon="mark">
					key of <code>{state.of}</code>
				</Chip>
			)}
		</form>
	);
}

function Named({ rec, name, state }: Props & { readonly name: KeyName }) {
	const history = useInfiniteQuery(keyHistoryQuestion(rec, name));
	const states = useQuery(stateHistoryQuestion(rec, name, state.at));
	const first = history.data?.pages[0];
	if (first === undefined) {
		if (history.isError) return <Failed what="This key" trouble={toProblem(history.error)} onRetry={() => void history.refetch()} />;
		return <SkeletonRows rows={10} label="what happened under this key" />;
	}
	if (first.keys.length === 0) return <NotFound searched={first.searched} notes={first.notes} />;
	const visits = history.data?.pages.flatMap((p) => p.items) ?? [];
	return (
		<>
			<Keys keys={first.keys} />
			<Notes notes={first.notes} />
			<div className={styles.body}>
				<History
					rec={rec}
					state={state}
					visits={visits}
					more={history.hasNextPage}
					loading={history.isFetchingNextPage}
					onMore={() => void history.fetchNextPage()}
				/>
				<States rec={rec} state={state} query={states} />
			</div>
		</>
	);
}

function Keys({ keys }: { readonly keys: readonly FoundKey[] }) {
	return (
		<div className={styles.keys}>
			{keys.map((k) => (
				<h1 key={k.serializer}>
					<span className="mono">{k.view?.text ?? "a key"}</span>{" "}
					<span className="dim">
						{k.view?.type} of {k.ops.join(", ")}
					</span>
					{(k.view?.masked.length ?? 0) > 0 && <Chip icon="mask">masked</Chip>}
				</h1>
			))}
			{keys.length > 1 && (
				<span className="c-late">
					<Icon name="warning" size="s" /> {plural(keys.length, "key")} of different types look the same: all are followed, an operator
					chooses one
				</span>
			)}
		</div>
	);
}

function Notes({ notes }: { readonly notes: readonly LineageNote[] }) {
	if (notes.length === 0) return null;
	return (
		<ul className={styles.notes} aria-label="What is not recorded">
			{notes.map((n) => (
				<li key={`${n.operator} ${n.text}`}>
					<Icon name="gap" size="s" className="c-late" />
					<span>
						{n.operator !== undefined && n.operator !== "" && <b>{n.operator}: </b>}
						{n.text}. <span className="dim">{n.hint}</span>
					</span>
				</li>
			))}
		</ul>
	);
}

function NotFound({ searched, notes }: { readonly searched: boolean; readonly notes: readonly LineageNote[] }) {
	return (
		<>
			<Empty title={searched ? "No such key is recorded" : "No such key was found in the part that was looked at"}>
				<p>
					{searched
						? "Keys are known of operators that were recorded at level trace. Where the policy masks keys, the token names one."
						: "More lies behind it: an operator narrows the search."}
				</p>
			</Empty>
			<Notes notes={notes} />
		</>
	);
}
