import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { cancelImpact, type ImpactRun, impactAckAction, impactMarkdown, impactQuestion, impactRunAction } from "../../api/impact";
import { type ProblemError, toProblem } from "../../api/problem";
import { link } from "../../model/address";
import { checkCommand } from "../../model/commandLine";
import { useMay } from "../../promises/contracts/useMay";
import { Acks } from "../../promises/impact/Acks";
import styles from "../../promises/impact/Impact.module.css";
import { Counts } from "../../promises/impact/ImpactList";
import { Report } from "../../promises/impact/Report";
import { viewOf } from "../../promises/impact/words";
import { CopyButton, copyText } from "../../widgets/CopyButton";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Empty, Failed, Lines, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";

/** One report: how far it is, or what it says, and what teams say of it. */
export default function ImpactPanel({ id }: { readonly id: string }) {
	const client = useQueryClient();
	const query = useQuery(impactQuestion(id));
	const mayRun = useMay(impactRunAction);
	const mayAck = useMay(impactAckAction);
	const [trouble, setTrouble] = useState<ProblemError>();
	const [shown, setShown] = useState<string>();
	const [copied, setCopied] = useState(false);
	if (query.data === undefined) {
		if (!query.isError) return <SkeletonRows rows={10} label="the report" />;
		const problem = toProblem(query.error);
		if (problem.status !== 404) return <Failed what="The report" trouble={problem} onRetry={() => void query.refetch()} />;
		return (
			<Empty title="There is no such report" icon="search">
				<a className="btn" href={link({ screen: "impacts" })}>
					All reports
				</a>
			</Empty>
		);
	}
	const run = query.data;
	const view = viewOf(run);
	const does = async (act: () => Promise<unknown>) => {
		setTrouble(undefined);
		try {
			await act();
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: ["impact", id] });
		await client.invalidateQueries({ queryKey: ["impacts"] });
	};
	const copy = async () => {
		setTrouble(undefined);
		try {
			const text = await impactMarkdown(id);
			// Where the clipboard is forbidden, the text is there to be copied by hand.
			if (await copyText(text)) setCopied(true);
			else setShown(text);
		} catch (e) {
			setTrouble(toProblem(e));
		}
	};
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.headline}>
				<h1>{run.title}</h1>
				<span className="mid">
					{run.topic !== "" && (
						<a className="link mono" href={link({ screen: "topic", cluster: run.cluster, topic: run.topic })}>
							{run.cluster}/{run.topic}
						</a>
					)}{" "}
					asked by {run.by} <TimeText t={run.began} digits={0} />
				</span>
				<Counts run={run} />
				<span className="end">
					{run.state === "running" && mayRun && (
						<button type="button" className="btn" onClick={() => void does(() => cancelImpact(id))}>
							<Icon name="close" size="s" />
							End it
						</button>
					)}
					{run.report !== undefined && (
						<button type="button" className="btn" onClick={() => void copy()}>
							<Icon name={copied ? "ok" : "copy"} size="s" />
							{copied ? "Copied" : "Copy as Markdown"}
						</button>
					)}
					<a className="btn quiet" href={link({ screen: "impacts" }, view)}>
						Ask anew
					</a>
				</span>
			</div>
			<div className={styles.body}>
				{trouble !== undefined && <Failed what="The report" head="That was not done" trouble={trouble} />}
				{shown !== undefined && <Lines lines={shown.split("\n")} label="the report as Markdown" />}
				{run.state === "running" && <Progress run={run} />}
				{run.state === "failed" && (
					<Empty title="The report failed" icon="failed">
						<p>{run.error}</p>
					</Empty>
				)}
				{run.state === "cancelled" && <Empty title="It was ended before its end" icon="close" />}
				{run.report !== undefined && <Report run={run} report={run.report} />}
				{run.report !== undefined && <Acks run={run} mayAck={mayAck} onDone={() => does(async () => undefined)} />}
				<p className="row">
					<span className="dim">the same in CI</span> <code className="cut">{checkCommand(view)}</code>
					<CopyButton text={() => checkCommand(view)} label="Copy the same as a command" />
				</p>
			</div>
		</div>
	);
}

function Progress({ run: { phase, step, steps } }: { readonly run: ImpactRun }) {
	return (
		<Panel title="It is being made">
			<p className={styles.text} role="status">
				{phase ?? "waiting"}
				{steps > 0 && `, ${step} of ${steps}`}
			</p>
			{steps > 0 && (
				<div className={styles.text}>
					<progress aria-label="Progress" value={step} max={steps} />
				</div>
			)}
		</Panel>
	);
}
