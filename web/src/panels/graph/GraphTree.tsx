import type { ReactNode } from "react";
import type { Graph } from "../../api/job";
import { count, duration, perSecond, written } from "../../base/quantity";
import { Icon } from "../../widgets/Icon";
import { Scroll } from "../../widgets/Scroll";
import styles from "./GraphTree.module.css";
import { flowOrder, formatSelected, operatorAbout, type Selected, vertexTitle } from "./topology";
import { operatorIcon } from "./VertexBox";

type Props = {
	readonly graph: Graph;
	readonly selected: Selected | undefined;
	readonly onSelect: (s: Selected) => void;
	readonly tools: ReactNode;
};

type Line = { readonly key: string; readonly what: Selected; readonly depth: number; readonly cells: readonly ReactNode[] };

/** The same graph as rows in the order of the flow: chains, their operators, and what comes in from where. */
export function GraphTree({ graph, selected, onSelect, tools }: Props) {
	const chosen = selected === undefined ? undefined : formatSelected(selected);
	const names = new Map(graph.vertices.map((v) => [v.id, v.operators.at(-1)?.name ?? v.name]));
	const lag = (ms: bigint | undefined) => (ms === undefined ? "" : `-${written(duration(Number(ms)))}`);
	const lines = flowOrder(graph).flatMap(({ vertex: v, depth }): Line[] => [
		...graph.topics
			.filter((t) => t.vertex === v.id && t.role === "read")
			.map(
				(t): Line => ({
					key: `t ${t.topic} ${v.id}`,
					what: { kind: "topic", topic: t.topic },
					depth,
					cells: [
						<span key="n">
							<Icon name="topic" className="dim" /> reads Kafka {t.topic}
						</span>,
						"",
						written(perSecond(t.per_s)),
						"",
						"",
						t.lag === undefined ? "" : `lag ${count(t.lag)}`,
					],
				}),
			),
		...graph.edges
			.filter((e) => e.to === v.id)
			.map(
				(e): Line => ({
					key: `e ${e.id} ${e.to}`,
					what: { kind: "edge", id: e.id, to: e.to },
					depth,
					cells: [
						<span key="n" className="mid">
							<Icon name="enter" className="dim" /> from {names.get(e.from)}
						</span>,
						"",
						written(perSecond(e.per_s)),
						"",
						lag(e.watermark_lag_ms),
						e.ship.toLowerCase(),
					],
				}),
			),
		{
			key: `v ${v.id}`,
			what: { kind: "vertex", id: v.id },
			depth,
			cells: [
				<b key="n">
					<Icon name={operatorIcon(v.operators[0])} /> {vertexTitle(v)}
					{v.operators.length > 1 && <span className="dim"> and {v.operators.length - 1} chained</span>}
				</b>,
				v.parallelism,
				written(perSecond(v.in_per_s)),
				written(perSecond(v.out_per_s)),
				lag(v.watermark_lag_ms),
				v.state,
			],
		},
		...(v.operators.length < 2
			? []
			: v.operators.map(
					(o): Line => ({
						key: `o ${v.id} ${o.index}`,
						what: { kind: "operator", vertex: v.id, index: o.index },
						depth: depth + 1,
						cells: [
							<span key="n">
								<Icon name={operatorIcon(o)} className="dim" /> {o.name}
							</span>,
							"",
							written(perSecond(o.in_per_s)),
							written(perSecond(o.out_per_s)),
							"",
							operatorAbout(o),
						],
					}),
				)),
		...graph.topics
			.filter((t) => t.vertex === v.id && t.role === "written")
			.map(
				(t): Line => ({
					key: `w ${t.topic} ${v.id}`,
					what: { kind: "topic", topic: t.topic },
					depth: depth + 1,
					cells: [
						<span key="n">
							<Icon name="topic" className="dim" /> writes Kafka {t.topic}
						</span>,
						"",
						"",
						written(perSecond(t.per_s)),
						"",
						"",
					],
				}),
			),
	]);
	return (
		<div className={styles.tree}>
			<Scroll label="Job graph as a tree">
				<table aria-label="Job graph as a tree, in the order of the flow">
					<thead>
						<tr>
							<th>Chain, operator, input</th>
							<th className="n">Subtasks</th>
							<th className="n">In</th>
							<th className="n">Out</th>
							<th className="n">Watermark</th>
							<th>About</th>
						</tr>
					</thead>
					<tbody>
						{lines.map((l) => (
							<tr key={l.key} aria-selected={formatSelected(l.what) === chosen} onClick={() => onSelect(l.what)}>
								{l.cells.map((c, i) => (
									// biome-ignore lint/suspicious/noArrayIndexKey: cells are columns
									<td key={i} className={i > 0 && i < 5 ? "n" : undefined} style={i === 0 ? { paddingLeft: 12 + l.depth * 20 } : undefined}>
										{i === 0 ? (
											<button type="button" className={styles.name} onClick={() => onSelect(l.what)}>
												{c}
											</button>
										) : (
											c
										)}
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</Scroll>
			<div className={styles.tools}>{tools}</div>
		</div>
	);
}
