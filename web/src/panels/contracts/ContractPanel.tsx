import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type Contract, contractQuestion, contractWriteAction, endContract } from "../../api/contract";
import { type ProblemError, toProblem } from "../../api/problem";
import { link, type ViewState } from "../../model/address";
import { go, refine } from "../../model/navigation";
import { Checks } from "../../promises/contracts/Checks";
import styles from "../../promises/contracts/Contracts.module.css";
import { Editor } from "../../promises/contracts/Editor";
import { Support } from "../../promises/contracts/Support";
import { useMay } from "../../promises/contracts/useMay";
import { Versions } from "../../promises/contracts/Versions";
import { Violations } from "../../promises/contracts/Violations";
import { standing } from "../../promises/contracts/words";
import { Chip } from "../../widgets/Chip";
import { EndButton } from "../../widgets/EndButton";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TabBar } from "../../widgets/TabBar";
import { TimeText } from "../../widgets/TimeText";

type Props = { readonly contract: string; readonly state: ViewState };

const tabs = ["checks", "violations", "versions", "edit"] as const;

/** One contract: how it stands, what was not kept, its versions, its text. */
export default function ContractPanel({ contract, state }: Props) {
	const query = useQuery(contractQuestion(contract));
	const mayWrite = useMay(contractWriteAction);
	const text = query.data?.text;
	const start = useMemo(() => ({ text: text ?? "" }), [text]);
	if (query.data === undefined) {
		if (!query.isError) return <SkeletonRows rows={10} label={`the contract ${contract}`} />;
		const trouble = toProblem(query.error);
		if (trouble.status !== 404) return <Failed what={`The contract ${contract}`} trouble={trouble} onRetry={() => void query.refetch()} />;
		return (
			<Empty title={`There is no contract ${contract}`} icon="mark">
				<p>It may have ended; what was said about it stays in the audit log.</p>
				<a className="btn" href={link({ screen: "contracts" })}>
					All contracts
				</a>
			</Empty>
		);
	}
	const c = query.data;
	const tab = tabs.find((t) => t === state.tab) ?? "checks";
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<Head contract={c} mayWrite={mayWrite} />
			<TabBar
				label={`Views of ${c.id}`}
				value={tab}
				onChange={(next) => refine({ tab: next === "checks" ? undefined : next, sel: undefined })}
				tabs={[
					{
						value: "checks",
						label: `Checks, ${c.checks}`,
						panel: tab === "checks" && (
							<div className={styles.body}>
								<Checks contract={c.id} chosen={state.sel} />
							</div>
						),
					},
					{ value: "violations", label: `Violations, ${c.open} open`, panel: tab === "violations" && <Violations contract={c.id} /> },
					{
						value: "versions",
						label: `Versions, ${c.number}`,
						panel: tab === "versions" && <Versions contract={c.id} chosen={state.sel} />,
					},
					{ value: "edit", label: "Text", panel: tab === "edit" && <Editor start={start} mayWrite={mayWrite} /> },
				]}
			/>
		</div>
	);
}

function Head({ contract: c, mayWrite }: { readonly contract: Contract; readonly mayWrite: boolean }) {
	const client = useQueryClient();
	const [tone, icon, word] = standing(c);
	const [trouble, setTrouble] = useState<ProblemError>();
	return (
		<div className={styles.head}>
			<div className="grow">
				<h1>{c.name ?? c.id}</h1>
				<p className="mid">
					{c.name !== undefined && `${c.id}, `}version {c.version} since <TimeText t={c.at} digits={0} />, by {c.who}
					{c.why !== undefined && `: ${c.why}`}
				</p>
				{c.description !== undefined && <p className="mid">{c.description}</p>}
			</div>
			<dl className={styles.facts}>
				<div>
					<dt>owner</dt>
					<dd>{c.team ?? c.owners[0]?.username ?? <span className="c-late">no owner</span>}</dd>
				</div>
				<div>
					<dt>call</dt>
					<dd>
						<Support channels={c.support} />
					</dd>
				</div>
				<div>
					<dt>streams</dt>
					<dd>
						{c.topics.length === 0 && "none"}
						{c.topics.map((t) => (
							<a key={`${t.cluster}/${t.topic}`} className="link mono" href={link({ screen: "topic", cluster: t.cluster, topic: t.topic })}>
								{t.cluster}/{t.topic}{" "}
							</a>
						))}
					</dd>
				</div>
				<div>
					<dt>status</dt>
					<dd>{c.status}</dd>
				</div>
			</dl>
			<Chip tone={tone} icon={icon}>
				{word}
			</Chip>
			{mayWrite && (
				<EndButton
					word="End"
					label={`End the contract ${c.id}`}
					sure="End it"
					onEnd={async () => {
						try {
							await endContract(c.id, "ended in the browser");
							await client.invalidateQueries({ queryKey: ["contracts"] });
							go(link({ screen: "contracts" }));
						} catch (e) {
							setTrouble(toProblem(e));
						}
					}}
				/>
			)}
			{trouble !== undefined && <Failed what="The contract" head="It has not ended" trouble={trouble} />}
		</div>
	);
}
