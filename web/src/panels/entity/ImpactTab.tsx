import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { impactRunAction, impactsQuestion } from "../../api/impact";
import { toProblem } from "../../api/problem";
import { plural } from "../../base/quantity";
import { go, refine } from "../../model/navigation";
import { useMay } from "../../promises/contracts/useMay";
import { ImpactForm, type ImpactKind } from "../../promises/impact/ImpactForm";
import { ImpactList, runHref } from "../../promises/impact/ImpactList";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./EntityPanel.module.css";
import type { TabProps } from "./tabs";

/** Who breaks if it is changed, and what was asked of that before. */
export function ImpactTab({ entity: e, state }: TabProps) {
	const cluster = e.cluster ?? "";
	const query = useQuery(impactsQuestion({ cluster, topic: e.name }));
	const mayRun = useMay(impactRunAction);
	// The address's tab is this page's, not the form's.
	const [kind, setKind] = useState<ImpactKind>(state.field === undefined ? "schema" : "drop");
	const runs = query.data ?? [];
	return (
		<Scroll label="Impact" className={styles.tabBody}>
			<ImpactForm state={{ ...state, of: `${cluster}/${e.name}` }} kind={kind} onKind={setKind} placed mayRun={mayRun} />
			<Panel title="Earlier reports" about={`about ${e.name}`} end={query.data === undefined ? undefined : plural(runs.length, "report")}>
				{query.data === undefined ? (
					query.isError ? (
						<Failed what="The reports" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
					) : (
						<SkeletonRows rows={3} label="the reports" />
					)
				) : runs.length === 0 ? (
					<Empty title="Nobody asked yet" icon="search" />
				) : (
					<ImpactList
						runs={runs}
						selected={runs.find((r) => r.id === state.sel)?.id}
						onSelect={(sel) => refine({ sel })}
						onOpen={(r) => go(runHref(r))}
					/>
				)}
			</Panel>
		</Scroll>
	);
}
