import { useQuery } from "@tanstack/react-query";
import { type ContractChange, contractVersionsQuestion } from "../../api/contract";
import { toProblem } from "../../api/problem";
import { classes } from "../../base/classes";
import { refine } from "../../model/navigation";
import { Icon } from "../../widgets/Icon";
import { Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./Contracts.module.css";
import { LineDiff } from "./LineDiff";

/** Versions of a contract: who wrote each, why, and what it says otherwise than the one before. */
export function Versions({ contract, chosen }: { readonly contract: string; readonly chosen: string | undefined }) {
	const query = useQuery(contractVersionsQuestion(contract));
	const all = query.data;
	if (all === undefined) {
		if (query.isError) return <Failed what="The versions" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={5} label="the versions" />;
	}
	return (
		<ol className={styles.versions} aria-label="Versions">
			{all.map((v, i) => {
				const before = all[i + 1];
				const open = chosen === String(v.number);
				return (
					<li key={String(v.number)}>
						<p className="row wrap">
							<b className="strong">
								{String(v.number)}: version {v.version}
							</b>
							<span className="mid">{v.status}</span>
							<span>
								<TimeText t={v.at} digits={0} /> by {v.who}
								{v.why !== undefined && `: ${v.why}`}
							</span>
							<span className="dim">{v.source === "api" ? "" : `from ${v.source}`}</span>
							{before !== undefined && (
								<button
									type="button"
									className="btn quiet"
									aria-expanded={open}
									onClick={() => refine({ sel: open ? undefined : String(v.number) })}
								>
									{open ? "Hide the texts" : `Texts beside version ${before.number}`}
								</button>
							)}
						</p>
						<ChangeList changes={v.changes} />
						{open && before !== undefined && (
							<LineDiff before={before.text} after={v.text} label={`Version ${before.number} and version ${v.number}`} />
						)}
					</li>
				);
			})}
		</ol>
	);
}

/** What a version says otherwise, in words; what promises less stands out. */
export function ChangeList({ changes }: { readonly changes: readonly ContractChange[] }) {
	if (changes.length === 0) return null;
	return (
		<ul className={styles.changes} aria-label="What it changes">
			{changes.map((c) => (
				<li key={`${c.about} ${c.text}`} className={classes(c.weaker && "c-late")}>
					{c.weaker && <Icon name="warning" size="s" label="promises less" />} {c.about !== undefined && <code>{c.about}</code>} {c.text}
				</li>
			))}
		</ul>
	);
}
