import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Graph, JobDetail, Operator, Vertex } from "../../api/job";
import { sqlQuestion } from "../../api/questions";
import { count, duration, perSecond, plural, sizePerSecond, written } from "../../base/quantity";
import { link } from "../../model/address";
import { refine } from "../../model/navigation";
import { reasonWords } from "../../timeline/drops";
import { Amount } from "../../widgets/Amount";
import { Icon, type IconName } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import { Empty } from "../../widgets/states";
import { type Tab, TabBar } from "../../widgets/TabBar";
import { TimeText } from "../../widgets/TimeText";
import { Channels } from "./Channels";
import { Dropped, droppedBy } from "./Dropped";
import { eventsLink } from "./GraphPanel";
import styles from "./GraphPanel.module.css";
import { Hooks } from "./Hooks";
import { Attempts, Checkpoints, Exceptions } from "./JobTables";
import { Levels } from "./Levels";
import type { OtherUse } from "./Picture";
import type { Selected } from "./topology";
import { operatorIcon } from "./VertexBox";

type Props = {
	readonly detail: JobDetail;
	readonly graph: Graph;
	readonly others: ReadonlyMap<string, readonly OtherUse[]>;
	readonly selected: Selected | undefined;
	readonly tab: string | undefined;
	readonly onSelect: (s: Selected) => void;
	readonly onClose: () => void;
};

type TabName = "subtasks" | "operators" | "channels" | "drops" | "levels" | "hooks" | "checkpoints" | "exceptions" | "attempts" | "facts";

/** Everything about what is selected; about the job when nothing is. */
export function Side(p: Props) {
	const { graph, selected } = p;
	switch (selected?.kind) {
		case "vertex":
		case "operator": {
			const id = selected.kind === "vertex" ? selected.id : selected.vertex;
			const vertex = graph.vertices.find((v) => v.id === id);
			const operator = selected.kind === "operator" ? vertex?.operators.find((o) => o.index === selected.index) : vertex?.operators[0];
			if (vertex !== undefined) return <VertexSide {...p} vertex={vertex} operator={operator} whole={selected.kind === "vertex"} />;
			break;
		}
		case "edge": {
			const edge = graph.edges.find((e) => e.id === selected.id && e.to === selected.to);
			if (edge !== undefined) return <EdgeSide {...p} edge={edge} />;
			break;
		}
		case "topic":
			return <TopicSide {...p} topic={selected.topic} />;
		case undefined:
			return <JobSide {...p} />;
	}
	return (
		<Frame icon="unknown" title="Not in this graph" onClose={p.onClose}>
			<Empty title="The link names a part that this graph does not have">
				<p>The job may have been changed since the link was made.</p>
			</Empty>
		</Frame>
	);
}

type FrameProps = {
	readonly icon: IconName;
	readonly title: string;
	readonly end?: ReactNode;
	readonly onClose?: () => void;
	readonly children: ReactNode;
};

function Frame({ icon, title, end, onClose, children }: FrameProps) {
	return (
		<aside className={`panel ${styles.side}`} aria-label={title}>
			<header>
				<Icon name={icon} />
				<h2 className="cut">{title}</h2>
				<span className="end">
					{end}
					{onClose !== undefined && (
						<button type="button" className="btn quiet icon" aria-label="Close" onClick={onClose}>
							<Icon name="close" />
						</button>
					)}
				</span>
			</header>
			{children}
		</aside>
	);
}

function Tabs({
	label,
	value,
	tabs,
}: {
	readonly label: string;
	readonly value: string | undefined;
	readonly tabs: readonly Tab<TabName>[];
}) {
	const known = tabs.find((t) => t.value === value)?.value ?? tabs[0]?.value ?? "facts";
	return <TabBar label={label} value={known} tabs={tabs} onChange={(tab) => refine({ tab })} />;
}

function EventsButton({ href }: { readonly href: string }) {
	return (
		<a className="btn" href={href}>
			<Icon name="recording" size="s" />
			Events
		</a>
	);
}

function JobSide({ detail, tab }: Props) {
	const tabs: readonly Tab<TabName>[] = [
		{ value: "channels", label: "Channels", panel: <Channels id={detail.id} about="of this job" keep={() => true} /> },
		{
			value: "drops",
			label: detail.drops === undefined || detail.drops === 0n ? "Dropped" : `Dropped ${count(detail.drops)}`,
			panel: <Dropped detail={detail} />,
		},
		{ value: "levels", label: "Levels", panel: <Levels detail={detail} /> },
		{ value: "hooks", label: "Self-test", panel: <Hooks processes={detail.processes} /> },
		{ value: "checkpoints", label: "Checkpoints", panel: <Checkpoints detail={detail} /> },
		{
			value: "exceptions",
			label: detail.exceptions.length === 0 ? "Exceptions" : `Exceptions ${detail.exceptions.length}`,
			panel: <Exceptions detail={detail} />,
		},
		{ value: "attempts", label: "Attempts", panel: <Attempts detail={detail} /> },
	];
	return (
		<Frame icon="graph" title={detail.name} end={<EventsButton href={link({ screen: "events", rec: detail.id })} />}>
			<Tabs label="About the job" value={tab} tabs={tabs} />
		</Frame>
	);
}

type VertexProps = Props & { readonly vertex: Vertex; readonly operator: Operator | undefined; readonly whole: boolean };

function VertexSide({ detail, graph, vertex, operator, whole, selected, tab, onSelect, onClose }: VertexProps) {
	const one = !whole && operator !== undefined;
	const tabs: readonly Tab<TabName>[] = [
		{
			value: "subtasks",
			label: "Subtasks",
			panel: (
				<>
					<Subtasks vertex={vertex} />
					{operator !== undefined && <Code rec={detail.id} operator={operator} sql={detail.sql} />}
				</>
			),
		},
		...(vertex.operators.length > 1
			? [
					{
						value: "operators" as const,
						label: "Operators",
						panel: <Operators vertex={vertex} current={one ? operator.index : undefined} onSelect={onSelect} />,
					},
				]
			: []),
		{
			value: "channels",
			label: "Channels",
			panel: <Channels id={detail.id} about={`of ${vertex.name}`} keep={(c) => c.from.task === vertex.name || c.to.task === vertex.name} />,
		},
		{
			value: "levels",
			label: "Levels",
			panel: <Levels detail={detail} vertex={vertex.id} {...(operator === undefined ? {} : { operator: operator.slug })} />,
		},
	];
	return (
		<Frame
			icon={operatorIcon(operator)}
			title={one ? operator.name : (vertex.operators[0]?.name ?? vertex.name)}
			end={<EventsButton href={eventsLink(detail.id, graph, selected)} />}
			onClose={onClose}
		>
			<Tabs label="About the operator" value={tab} tabs={tabs} />
		</Frame>
	);
}

function Subtasks({ vertex }: { readonly vertex: Vertex }) {
	const top = Math.max(1e-9, ...vertex.subtasks.map((s) => s.in_per_s));
	if (vertex.subtasks.length === 0) {
		return (
			<Empty title="No subtask has sent anything yet">
				<p>They appear with their first block.</p>
			</Empty>
		);
	}
	return (
		<table aria-label="Subtasks">
			<thead>
				<tr>
					<th>Task</th>
					<th>On</th>
					<th className="n">in /s</th>
					<th className="n">out /s</th>
					<th>
						<span className="hide">share</span>
					</th>
					<th className="n">Watermark</th>
					<th>State</th>
				</tr>
			</thead>
			<tbody>
				{vertex.subtasks.map((s) => (
					<tr key={s.subtask}>
						<td className="m">
							#{s.subtask}
							{s.attempt > 0 && <span className="c-late"> .{s.attempt}</span>}
						</td>
						<td className="dim">{s.host}</td>
						<td className="n">{perSecond(s.in_per_s).value}</td>
						<td className="n">{perSecond(s.out_per_s).value}</td>
						<td>
							<svg width="34" height="8" aria-hidden="true">
								<rect width="34" height="8" rx="1" fill="var(--ink-3)" />
								<rect width={(s.in_per_s / top) * 34} height="8" rx="1" fill="var(--ink)" />
							</svg>
						</td>
						<td className="n">
							{s.watermark === undefined ? <span className="dim">-</span> : <TimeText t={s.watermark} digits={0} bare />}
						</td>
						<td className={s.state === "running" ? "dim" : "c-late"}>{s.state}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Operators({
	vertex,
	current,
	onSelect,
}: {
	readonly vertex: Vertex;
	readonly current: number | undefined;
	readonly onSelect: (s: Selected) => void;
}) {
	return (
		<table aria-label="Operators of the chain">
			<thead>
				<tr>
					<th>Operator</th>
					<th className="n">in /s</th>
					<th className="n">out /s</th>
					<th className="n">out, all</th>
				</tr>
			</thead>
			<tbody>
				{vertex.operators.map((o) => (
					<tr key={o.index} aria-selected={o.index === current}>
						<td>
							<button
								type="button"
								className={styles.operator}
								onClick={() => onSelect({ kind: "operator", vertex: vertex.id, index: o.index })}
							>
								<Icon name={operatorIcon(o)} size="s" />
								<span className="cut">{o.name}</span>
							</button>
						</td>
						<td className="n">{perSecond(o.in_per_s).value}</td>
						<td className="n">{perSecond(o.out_per_s).value}</td>
						<td className="n">{count(o.records_out)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** sql: the table planner made operators of the job. */
function Code({ rec, operator: o, sql }: { readonly rec: string; readonly operator: Operator; readonly sql: boolean }) {
	return (
		<dl className={`kv ${styles.facts2}`} aria-label={`Code of ${o.name}`}>
			{o.function !== undefined && (
				<>
					<dt>Function</dt>
					<dd className="mono">{o.function.class}</dd>
					{o.function.method !== undefined && (
						<>
							<dt>Method</dt>
							<dd className="mono">{o.function.method}</dd>
						</>
					)}
					<dt>Place</dt>
					<dd className="mono">
						{o.function.file === undefined
							? "compiled without line numbers"
							: `${o.function.file}${o.function.line === undefined ? "" : `:${o.function.line}`}`}
					</dd>
				</>
			)}
			{sql && <Planned rec={rec} operator={o} />}
			<dt>Operator</dt>
			<dd className="mono">{o.class}</dd>
			<dt>Kind</dt>
			<dd>
				{o.kind}
				{o.stateful && ", keeps state"}
				{o.timers && ", sets timers"}
			</dd>
			<dt>uid</dt>
			<dd className="mono">{o.uid || <span className="dim">none was given</span>}</dd>
			<dt>Name in filters</dt>
			<dd className="mono">{o.slug}</dd>
			<dt>Id</dt>
			<dd className="mono">{o.id}</dd>
			<dt>Records in, out</dt>
			<dd className="mono">
				{count(o.records_in)}, {count(o.records_out)}
			</dd>
			{o.topic !== undefined && (
				<>
					<dt>Topic</dt>
					<dd className="mono">{o.topic}</dd>
				</>
			)}
			{o.drops.length > 0 && (
				<>
					<dt>Dropped</dt>
					<dd>
						<ul>
							{o.drops.map((d) => (
								<li key={d.reason}>
									<a className={d.kept ? "c-late" : "c-drop"} href={droppedBy(rec, o.slug, d.reason)}>
										<Icon name="dropped" size="s" /> {count(d.count)}
									</a>{" "}
									{reasonWords(d.reason)}
									{d.kept && <span className="dim">, not lost</span>}
								</li>
							))}
						</ul>
					</dd>
				</>
			)}
		</dl>
	);
}

/** What the planner knows of an operator: its description, and the way to its statement and code. */
function Planned({ rec, operator }: { readonly rec: string; readonly operator: Operator }) {
	const planned = useQuery(sqlQuestion(rec)).data?.operators.find((p) => p.id === operator.id);
	if (planned === undefined) return null;
	return (
		<>
			<dt>Plan</dt>
			<dd>
				<span className="mono">{planned.description?.text}</span>{" "}
				<a className="link" href={link({ screen: "sql", rec }, { sel: planned.op })}>
					{planned.statements.length === 0 ? "SQL" : `statement ${planned.statements.join(", ")}`}
					{planned.code.length > 0 && " and code"}
				</a>
			</dd>
			{planned.fields.length > 0 && (
				<>
					<dt>Emits</dt>
					<dd className="mono">{planned.fields.join(", ")}</dd>
				</>
			)}
		</>
	);
}

function EdgeSide({ detail, graph, edge: e, selected, tab, onClose }: Props & { readonly edge: Graph["edges"][number] }) {
	const from = graph.vertices.find((v) => v.id === e.from);
	const to = graph.vertices.find((v) => v.id === e.to);
	const facts = (
		<dl className={`kv ${styles.facts2}`}>
			<dt>From</dt>
			<dd>{from?.name}</dd>
			<dt>To</dt>
			<dd>{to?.name}</dd>
			<dt>Shipped</dt>
			<dd>{e.ship.toLowerCase()}</dd>
			<dt>Records</dt>
			<dd className="mono">
				{written(perSecond(e.per_s))}, {count(e.records)} in all
			</dd>
			<dt>Bytes</dt>
			<dd className="mono">{written(sizePerSecond(e.bytes_per_s))}</dd>
			<dt>Watermark</dt>
			<dd className="c-wm">
				{e.watermark === undefined ? "none yet" : <TimeText t={e.watermark} />}
				{e.watermark_lag_ms !== undefined && `, ${written(duration(Number(e.watermark_lag_ms)))} behind`}
			</dd>
			<dt>On the way</dt>
			<dd className="mono">{e.in_flight === undefined ? "not known" : plural(e.in_flight, "element")}</dd>
			<dt>Serializer</dt>
			<dd className="mono">{e.serializer || <span className="dim">not known</span>}</dd>
		</dl>
	);
	const tabs: readonly Tab<TabName>[] = [
		{ value: "facts", label: "Edge", panel: facts },
		{
			value: "channels",
			label: "Channels",
			panel: <Channels id={detail.id} about="of this edge" keep={(c) => c.edge === e.id && c.to.task === to?.name} />,
		},
	];
	return (
		<Frame
			icon="emit"
			title={`${e.from_operator || from?.name} to ${e.to_operator || to?.name}`}
			end={<EventsButton href={eventsLink(detail.id, graph, selected)} />}
			onClose={onClose}
		>
			<Tabs label="About the edge" value={tab} tabs={tabs} />
		</Frame>
	);
}

function TopicSide({ detail, graph, others, topic, selected, onClose }: Props & { readonly topic: string }) {
	const uses = graph.topics.filter((t) => t.topic === topic);
	const other = others.get(topic) ?? [];
	return (
		<Frame
			icon="topic"
			title={topic}
			end={
				<>
					{/* The graph does not tell the cluster of a topic: the catalog finds it by its name. */}
					<a className="btn" href={link({ screen: "catalog" }, { filter: `name:${topic}`, kinds: "stream" })}>
						Catalog
					</a>
					<EventsButton href={eventsLink(detail.id, graph, selected)} />
				</>
			}
			onClose={onClose}
		>
			<Scroll label="Readers and writers">
				<table aria-label="Who reads and writes this topic">
					<thead>
						<tr>
							<th>Job</th>
							<th>Does</th>
							<th className="n">Records</th>
							<th className="n">Lag</th>
						</tr>
					</thead>
					<tbody>
						{uses.map((u) => (
							<tr key={`${u.role} ${u.vertex}`}>
								<td>{detail.name}</td>
								<td className="mid">
									{u.role === "read" ? "reads" : "writes"} by {u.operator}
								</td>
								<td className="n">
									<Amount q={perSecond(u.per_s)} />
								</td>
								<td className="n">{u.lag === undefined ? <span className="dim">-</span> : count(u.lag)}</td>
							</tr>
						))}
						{other.map((o) => (
							<tr key={`${o.role} ${o.job}`}>
								<td>
									<a className="link" href={link({ screen: "graph", job: o.job }, { sel: `t:${topic}` })}>
										{o.name}
									</a>
								</td>
								<td className="mid">{o.role === "read" ? "reads" : "writes"}</td>
								<td className="n" />
								<td className="n" />
							</tr>
						))}
					</tbody>
				</table>
				<p className={styles.quiet}>
					{other.length === 0
						? "No other recorded job reads or writes this topic. Programs without an agent may."
						: "A record of this topic can be followed into the other job: open it in Events, then its Journey."}
				</p>
			</Scroll>
		</Frame>
	);
}
