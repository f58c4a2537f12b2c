import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { type Contract, checksQuestion, contractAckAction, contractQuestion, type Violation, violationQuestion } from "../../api/contract";
import { deliveriesQuestion, subscribeAction } from "../../api/notification";
import { toProblem } from "../../api/problem";
import { topicRecordQuestion } from "../../api/topic";
import { count, plural } from "../../base/quantity";
import { headersPart, partOf } from "../../inspect/parts";
import { chosenPart, Decoded } from "../../inspect/ValuePanes";
import { anyRecording, link } from "../../model/address";
import { refine, useAddress } from "../../model/navigation";
import { ActForm } from "../../promises/contracts/ActForm";
import { Support } from "../../promises/contracts/Support";
import { useMay } from "../../promises/contracts/useMay";
import { firstPlace, recordHref, violationLooks } from "../../promises/contracts/words";
import { Chip } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows, StaleBanner } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./IncidentPanel.module.css";

type Props = { readonly contract: string; readonly violation: string };

/** A violation's own page: what broke, since when, who wrote it, the record itself, whom to call. Notifications lead here. */
export default function IncidentPanel({ contract, violation }: Props) {
	const query = useQuery(violationQuestion(contract, violation));
	const of = useQuery(contractQuestion(contract));
	const mayAck = useMay(contractAckAction);
	if (query.data === undefined) {
		if (!query.isError) return <SkeletonRows rows={10} label="the violation" />;
		const trouble = toProblem(query.error);
		if (trouble.status !== 404) return <Failed what="The violation" trouble={trouble} onRetry={() => void query.refetch()} />;
		return (
			<Empty title="There is no such violation" icon="failed">
				<p>It is of another contract, or of one that is not kept here any more.</p>
				<a className="btn" href={link({ screen: "contract", contract }, { tab: "violations" })}>
					Violations of {contract}
				</a>
			</Empty>
		);
	}
	const v = query.data;
	const [tone, icon, word] = violationLooks[v.state];
	const place = firstPlace(v);
	return (
		<div className={styles.page}>
			{query.isError && (
				<StaleBanner since={query.dataUpdatedAt} reason={toProblem(query.error).title} onRetry={() => void query.refetch()} />
			)}
			<div className={styles.head}>
				<div className="grow">
					<h1>{v.check} is broken</h1>
					<p className="mid">
						{plural(v.count, "record")} of <code>{v.topic}</code> on {v.cluster} since <TimeText t={v.began} digits={0} />, contract{" "}
						<a className="link" href={link({ screen: "contract", contract: v.contract })}>
							{of.data?.name ?? v.contract}
						</a>
					</p>
				</div>
				<Chip tone={v.severity === "error" || v.severity === "critical" ? "drop" : "late"}>{v.severity}</Chip>
				<Chip tone={tone} icon={icon}>
					{word}
				</Chip>
			</div>
			<div className={styles.buttons}>
				{place !== undefined && (
					<>
						<a className="btn main" href={recordHref(v.cluster, v.topic, v.partition, v.first)}>
							<Icon name="topic" size="s" />
							Open the record
						</a>
						<a className="btn" href={link({ screen: "journey", rec: recordingOfWriter(v) ?? anyRecording, record: place })}>
							<Icon name="journey" size="s" />
							Journey
						</a>
					</>
				)}
				{v.producer !== undefined && v.producer.position !== "" && recordingOfWriter(v) !== undefined && (
					<a className="btn" href={link({ screen: "step", rec: v.producer.recording, position: v.producer.position })}>
						<Icon name="step-in" size="s" />
						Step to the line that wrote it
					</a>
				)}
				{mayAck && <ActForm violation={v} />}
			</div>
			<Scroll className={styles.body} label="What is known">
				<div className={styles.column}>
					<What violation={v} />
					<Who violation={v} />
					<Owner contract={of.data} />
					<Told violation={v} />
				</div>
				<div className={styles.column}>
					<FirstRecord violation={v} />
				</div>
			</Scroll>
		</div>
	);
}

function recordingOfWriter(v: Violation): string | undefined {
	return v.producer === undefined || v.producer.recording === "" ? undefined : v.producer.recording;
}

/** A word and what stands for it; undefined: it is not known and left out. */
function Fact({ word, children }: { readonly word: string; readonly children: ReactNode }) {
	if (children === undefined) return null;
	return (
		<div className={styles.fact}>
			<dt>{word}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function What({ violation: v }: { readonly violation: Violation }) {
	const checks = useQuery(checksQuestion(v.contract));
	const rule = checks.data?.items.find((c) => c.id === v.check);
	const place = firstPlace(v);
	return (
		<Panel title="What broke" about={v.kind}>
			<dl className={`kv ${styles.facts}`}>
				{checks.data !== undefined && (
					<Fact word="Rule">{rule === undefined ? <span className="dim">not in the contract any more</span> : rule.says}</Fact>
				)}
				<Fact word="Found">{v.detail}</Fact>
				<Fact word="Records">
					{count(v.count)}
					{v.last > v.first && `, offsets ${v.first} to ${v.last}`}
				</Fact>
				<Fact word="First">{place === undefined ? "about no record in particular" : <code>{place}</code>}</Fact>
				<Fact word="Its minute">{v.minute && <TimeText t={v.minute} digits={0} />}</Fact>
				<Fact word="Last seen">
					<TimeText t={v.seen} digits={0} />
				</Fact>
				<Fact word="Over since">{v.ended && <TimeText t={v.ended} digits={0} />}</Fact>
				<Fact word="Writer's schema">{v.writer === undefined ? undefined : <code>id {v.writer}</code>}</Fact>
				<Fact word="Headers that may tell">{v.headers.length === 0 ? undefined : v.headers.join(", ")}</Fact>
				<Fact word={v.state === "closed" ? "Closed by" : "Looked after by"}>
					{v.who === undefined ? undefined : `${v.who}${v.why === undefined ? "" : `: ${v.why}`}`}
				</Fact>
			</dl>
		</Panel>
	);
}

function Who({ violation: v }: { readonly violation: Violation }) {
	const p = v.producer;
	return (
		<Panel title="Who wrote it">
			{p === undefined ? (
				<p className={styles.text}>
					<Icon name="unknown" size="s" className="dim" /> <NoWriter violation={v} />
				</p>
			) : (
				<dl className={`kv ${styles.facts}`}>
					<Fact word="Job">
						{p.recording === "" ? (
							p.job
						) : (
							<a className="link" href={link({ screen: "graph", job: p.recording })}>
								{p.job}
							</a>
						)}
					</Fact>
					<Fact word="Operator">{p.operator}</Fact>
					<Fact word="Position">{p.position === "" ? undefined : <code>{p.position}</code>}</Fact>
					<Fact word="Program">{p.program ?? <span className="dim">not known</span>}</Fact>
					<Fact word="Before it">{p.before ?? <span className="dim">no change is known of the day before</span>}</Fact>
				</dl>
			)}
		</Panel>
	);
}

/** Why nobody is named. A recording may get a record some time after the topic has it, so it is looked for again for some minutes. */
function NoWriter({ violation: v }: { readonly violation: Violation }) {
	if (v.producer_search === "looking")
		return (
			<>
				No recording has the first record yet. It is looked for until <TimeText t={v.producer_until ?? v.began} digits={0} />.
			</>
		);
	if (v.producer_search === "hidden") return <>A recorded job that you may not see (action job:view).</>;
	if (v.producer_search === "not-found") return <>No recording has the first record. Headers of it may tell, or its journey across jobs.</>;
	return <>Nobody was asked who wrote it. Headers of the first record may tell, or its journey across jobs.</>;
}

function Owner({ contract }: { readonly contract: Contract | undefined }) {
	if (contract === undefined) return null;
	const people = contract.owners.map((o) => `${o.name ?? o.username}${o.role === undefined ? "" : ` (${o.role})`}`);
	return (
		<Panel title="Whom to call">
			<dl className={`kv ${styles.facts}`}>
				<Fact word="Team">{contract.team ?? <span className="c-late">no owner</span>}</Fact>
				<Fact word="People">{people.length === 0 ? undefined : people.join(", ")}</Fact>
				<Fact word="Channel">
					<Support channels={contract.support} />
				</Fact>
				<Fact word="Contract">
					version {contract.version} since <TimeText t={contract.at} digits={0} />, by {contract.who}
					{contract.why !== undefined && `: ${contract.why}`}
				</Fact>
			</dl>
		</Panel>
	);
}

/** What was sent for the reader's own subscriptions; others' are for those who may manage them. */
function Told({ violation: v }: { readonly violation: Violation }) {
	const may = useMay(subscribeAction);
	const query = useInfiniteQuery({ ...deliveriesQuestion, enabled: may });
	if (!may) return null;
	const mine = (query.data?.pages ?? [])
		.flatMap((p) => p.items)
		.filter((d) => d.type.startsWith("contract.") && d.subject.includes(v.contract));
	return (
		<Panel title="Who was told" about="of your subscriptions">
			{query.data === undefined ? (
				query.isError ? (
					<Failed what="The deliveries" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />
				) : (
					<SkeletonRows rows={2} label="deliveries" />
				)
			) : mine.length === 0 ? (
				<p className={`${styles.text} dim`}>Nothing was sent for your subscriptions, apart from the inbox.</p>
			) : (
				<ul className={styles.text} aria-label="Deliveries">
					{mine.map((d) => (
						<li key={d.id}>
							<Icon name={d.state === "delivered" ? "ok" : d.state === "failed" ? "failed" : "clock"} size="s" /> {d.target}: {d.state},{" "}
							{d.phase} <TimeText t={d.created} digits={0} />
						</li>
					))}
				</ul>
			)}
		</Panel>
	);
}

/** The first bad record as the reader may see it. */
function FirstRecord({ violation: v }: { readonly violation: Violation }) {
	const { state } = useAddress();
	const place = firstPlace(v);
	const query = useQuery({ ...topicRecordQuestion(v.cluster, v.topic, v.partition, v.first), enabled: place !== undefined });
	const r = query.data;
	const parts = useMemo(
		() => (r === undefined ? [] : [...partOf("value", "value", r.value), ...partOf("key", "key", r.key), ...headersPart(r.headers)]),
		[r],
	);
	if (place === undefined) return null;
	if (r === undefined) {
		if (!query.isError) return <SkeletonRows rows={6} label="the first record" />;
		const trouble = toProblem(query.error);
		if (trouble.status === 404)
			return (
				<Empty title={`${place} is gone`} icon="gap">
					<p>Retention of the topic, or compaction, was faster.</p>
				</Empty>
			);
		return <Failed what={`The record ${place}`} trouble={trouble} onRetry={() => void query.refetch()} />;
	}
	return (
		<Panel title="First bad record" about="as you may see it" className={styles.record}>
			<Decoded
				parts={parts}
				part={chosenPart(parts, state.part)}
				name={r.place}
				none={<Empty title="This record holds no value" />}
				onPart={(part) => refine({ part, field: undefined })}
				field={state.field === "root" ? "" : state.field}
				onField={(field) => refine({ field: field === "" ? "root" : field })}
			/>
		</Panel>
	);
}
