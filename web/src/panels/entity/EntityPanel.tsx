import { useQuery } from "@tanstack/react-query";
import { entityQuestion } from "../../api/catalog";
import { toProblem } from "../../api/problem";
import { link, partsOfEntity, type ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TabBar } from "../../widgets/TabBar";
import styles from "./EntityPanel.module.css";
import { Head } from "./Head";
import { tabs } from "./tabs";

type Props = { readonly id: string; readonly state: ViewState };

/** Of a view that another tab does not have. */
const ofOneTab = {
	filter: undefined,
	sel: undefined,
	of: undefined,
	key: undefined,
	view: undefined,
	dir: undefined,
	depth: undefined,
} as const;

/** All that the catalog knows of one entity. */
export default function EntityPanel({ id, state }: Props) {
	const query = useQuery(entityQuestion(id));
	const { name } = partsOfEntity(id);
	if (query.data === undefined) {
		if (!query.isError) return <SkeletonRows rows={14} label={name} />;
		const trouble = toProblem(query.error);
		if (trouble.status !== 404) return <Failed what={name} trouble={trouble} onRetry={() => void query.refetch()} />;
		return (
			<Empty title={`The catalog has no ${id}`} icon="catalog">
				<p>There is none, or none that you may see. It may be called otherwise, or be gone with the recordings that showed it.</p>
				<a className="btn" href={link({ screen: "catalog" }, { filter: name })}>
					Search for {name}
				</a>
			</Empty>
		);
	}
	const entity = query.data;
	const here = tabs.filter((t) => t.has?.(entity) !== false);
	const chosen = here.find((t) => t.value === state.tab) ?? here[0];
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<Head entity={entity} />
			<TabBar
				label={`Views of ${entity.name}`}
				className={styles.tabs ?? ""}
				value={chosen?.value ?? ""}
				onChange={(next) => refine({ ...ofOneTab, tab: next === here[0]?.value ? undefined : next })}
				tabs={here.map((t) => ({
					value: t.value,
					label: t.label(entity),
					// One tab is on the page: the others are not made.
					panel: t === chosen ? <t.Body entity={entity} state={state} /> : null,
				}))}
			/>
		</div>
	);
}
