import { useQuery } from "@tanstack/react-query";
import { toProblem } from "../../api/problem";
import { doctorQuestion } from "../../api/questions";
import type { Check } from "../../api/status";
import { Icon, type IconName } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed, SkeletonRows } from "../../widgets/states";
import styles from "./AgentsPanel.module.css";

const looks: Readonly<Record<Check["state"], { readonly icon: IconName; readonly tone: string; readonly word: string }>> = {
	ok: { icon: "ok", tone: "c-ok", word: "good" },
	warn: { icon: "warning", tone: "c-late", word: "needs a look" },
	fail: { icon: "failed", tone: "c-drop", word: "failed" },
};

const rank: Readonly<Record<Check["state"], number>> = { fail: 0, warn: 1, ok: 2 };

/** The server's examination of itself and of what reaches it, worst first. */
export function Checks() {
	const query = useQuery(doctorQuestion);
	const checks = [...(query.data ?? [])].sort((a, b) => rank[a.state] - rank[b.state]);
	const open = checks.filter((c) => c.state !== "ok").length;
	return (
		<Panel title="Self-test" about="of the server" end={query.data === undefined ? undefined : open === 0 ? "all good" : `${open} open`}>
			{query.data === undefined ? (
				query.isError ? (
					<Failed what="The self-test" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={5} height={44} label="the self-test" />
				)
			) : (
				<ul>
					{checks.map((c) => (
						<li key={c.check} className={styles.check}>
							<Icon name={looks[c.state].icon} className={looks[c.state].tone} label={looks[c.state].word} />
							<div className="grow">
								<span className="strong">{c.check}</span>
								<p>{c.detail}</p>
								{c.fix !== undefined && c.fix !== "" && <p className="dim">{c.fix}</p>}
							</div>
						</li>
					))}
				</ul>
			)}
		</Panel>
	);
}
