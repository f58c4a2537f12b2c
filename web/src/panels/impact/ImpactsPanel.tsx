import { useQuery } from "@tanstack/react-query";
import { impactRunAction, impactsQuestion } from "../../api/impact";
import { toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import type { ViewState } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { go, refine } from "../../model/navigation";
import { useMay } from "../../promises/contracts/useMay";
import styles from "../../promises/impact/Impact.module.css";
import { ImpactForm, kindOf } from "../../promises/impact/ImpactForm";
import { ImpactList, runHref } from "../../promises/impact/ImpactList";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";

/** Asks who breaks, and lists what was asked before. */
export default function ImpactsPanel({ state }: { readonly state: ViewState }) {
	const query = useQuery(impactsQuestion(undefined));
	const mayRun = useMay(impactRunAction);
	const runs = query.data ?? [];
	const selected = runs.find((r) => r.id === state.sel) ?? runs[0];
	const step = (by: number) => {
		const next = runs[Math.max(0, Math.min(runs.length - 1, (selected === undefined ? -1 : runs.indexOf(selected)) + by))];
		if (next !== undefined) refine({ sel: next.id });
	};
	useCommand("row-down", () => step(1));
	useCommand("row-up", () => step(-1));
	useCommand("open", () => selected !== undefined && go(runHref(selected)));
	return (
		<div className={styles.page}>
			<div className={styles.headline}>
				<h1>Impact of a change</h1>
				<span className="mid">Every reader gets a verdict with what it rests on: schemas, fields that it reads, its newest records.</span>
			</div>
			<div className={styles.body}>
				<ImpactForm state={state} kind={kindOf(state.tab)} onKind={(tab) => refine({ tab })} mayRun={mayRun} />
				<Panel title="Earlier reports" end={query.data === undefined ? undefined : plural(runs.length, "report")}>
					{query.data === undefined ? (
						query.isError ? (
							<Failed what="The reports" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
						) : (
							<SkeletonRows rows={4} label="the reports" />
						)
					) : runs.length === 0 ? (
						<Empty title="Nobody asked yet" icon="search" />
					) : (
						<ImpactList runs={runs} selected={selected?.id} onSelect={(sel) => refine({ sel })} onOpen={(r) => go(runHref(r))} />
					)}
				</Panel>
			</div>
		</div>
	);
}
