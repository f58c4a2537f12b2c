import { useQuery } from "@tanstack/react-query";
import { toProblem } from "../../api/problem";
import { versionsQuestion } from "../../api/schemaRegistry";
import { plural } from "../../base/quantity";
import { link, type ViewState } from "../../model/address";
import { refine } from "../../model/navigation";
import { Register } from "../../promises/schemas/Register";
import styles from "../../promises/schemas/Schemas.module.css";
import { VersionsTab } from "../../promises/schemas/VersionsTab";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TabBar } from "../../widgets/TabBar";

type Props = { readonly subject: string; readonly state: ViewState };

/** One subject: its versions, what differs between them, and what would come of registering another. */
export default function SubjectPanel({ subject, state }: Props) {
	const query = useQuery(versionsQuestion(subject));
	if (query.data === undefined) {
		if (!query.isError) return <SkeletonRows rows={8} label={`the subject ${subject}`} />;
		const trouble = toProblem(query.error);
		if (trouble.status !== 404) return <Failed what={`The subject ${subject}`} trouble={trouble} onRetry={() => void query.refetch()} />;
		return (
			<Empty title={`There is no subject ${subject}`} icon="file">
				<a className="btn" href={link({ screen: "subjects" })}>
					All subjects
				</a>
			</Empty>
		);
	}
	const versions = query.data;
	const tab = state.tab === "register" ? "register" : "versions";
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.headline}>
				<h1>{versions.subject}</h1>
				<span className="mid">
					{plural(versions.items.length, "version")}, level <b className="strong">{versions.level}</b>, rules of {versions.profile}
				</span>
			</div>
			<TabBar
				label={`Views of ${versions.subject}`}
				value={tab}
				onChange={(next) => refine({ tab: next === "versions" ? undefined : next })}
				tabs={[
					{ value: "versions", label: "Versions", panel: tab === "versions" && <VersionsTab versions={versions} state={state} /> },
					{ value: "register", label: "What if I register this?", panel: tab === "register" && <Register versions={versions} /> },
				]}
			/>
		</div>
	);
}
