/** The job graph as a picture: boxes are chains of operators and topics, arrows carry records per second and the watermark. */
import "@xyflow/react/dist/base.css";
import {
	BaseEdge,
	EdgeLabelRenderer,
	type EdgeProps,
	getViewportForBounds,
	Handle,
	type NodeProps,
	Position,
	ReactFlow,
	ReactFlowProvider,
	useReactFlow,
} from "@xyflow/react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Graph } from "../../api/job";
import { classes } from "../../base/classes";
import { duration, perSecond, written } from "../../base/quantity";
import { useCommand } from "../../model/commandBus";
import { SkeletonRows } from "../../widgets/states";
import { columns, type Layout, layOut, type Point } from "./layout";
import styles from "./Picture.module.css";
import { TopicBox, type TopicInfo } from "./TopicBox";
import {
	boxWidth,
	edgeArrow,
	holders,
	type Selected,
	topicArrow,
	topicBox,
	topicHeight,
	topicWidth,
	topologyKey,
	topologyOf,
	vertexBox,
	vertexHeight,
} from "./topology";
import { VertexBox, type VertexInfo } from "./VertexBox";

export type OtherUse = { readonly job: string; readonly name: string; readonly role: "read" | "written" };

type Props = {
	readonly graph: Graph;
	readonly selected: Selected | undefined;
	readonly onSelect: (s: Selected | undefined) => void;
	/** What other jobs do with a topic. */
	readonly others: ReadonlyMap<string, readonly OtherUse[]>;
	readonly stale: boolean;
	readonly tools: ReactNode;
};

export function Picture(p: Props) {
	return (
		<ReactFlowProvider>
			<Canvas {...p} />
		</ReactFlowProvider>
	);
}

type BoxData = { readonly vertex?: VertexInfo; readonly topic?: TopicInfo };

function BoxNode({ data }: NodeProps & { data: BoxData }) {
	return (
		<>
			<Handle type="target" position={Position.Left} className={styles.handle ?? ""} isConnectable={false} />
			{data.vertex !== undefined && <VertexBox {...data.vertex} />}
			{data.topic !== undefined && <TopicBox {...data.topic} />}
			<Handle type="source" position={Position.Right} className={styles.handle ?? ""} isConnectable={false} />
		</>
	);
}

type ArrowData = {
	readonly points: readonly Point[];
	readonly label: Point;
	readonly rate: number;
	readonly lagMs: bigint | undefined;
	readonly ship: string;
	readonly holds: boolean;
	readonly chosen: boolean;
	readonly title: string;
	readonly onSelect: () => void;
};

/** Thicker for more records per second, by orders of magnitude. */
export function arrowWidth(perSecond: number): number {
	return perSecond <= 0 ? 1 : Math.min(4, 1 + Math.log10(1 + perSecond) * 0.6);
}

/** A path with rounded corners through the points of a route. */
export function routePath(points: readonly Point[]): string {
	return points
		.map((p, i) => {
			const before = points[i - 1];
			const after = points[i + 1];
			if (before === undefined) return `M${p.x} ${p.y}`;
			if (after === undefined) return `L${p.x} ${p.y}`;
			const cut = (q: Point) => {
				const length = Math.hypot(q.x - p.x, q.y - p.y);
				const r = Math.min(6, length / 2) / (length || 1);
				return { x: p.x + (q.x - p.x) * r, y: p.y + (q.y - p.y) * r };
			};
			const a = cut(before);
			const b = cut(after);
			return `L${a.x} ${a.y}Q${p.x} ${p.y} ${b.x} ${b.y}`;
		})
		.join("");
}

function ArrowEdge({ id, data, markerEnd }: EdgeProps & { data?: ArrowData }) {
	if (data === undefined) return null;
	return (
		<>
			<BaseEdge
				id={id}
				path={routePath(data.points)}
				{...(markerEnd === undefined ? {} : { markerEnd })}
				className={classes(styles.arrow, data.holds && styles.holds, data.chosen && styles.chosen)}
				style={{ strokeWidth: arrowWidth(data.rate) }}
				interactionWidth={18}
			/>
			<EdgeLabelRenderer>
				<button
					type="button"
					tabIndex={-1}
					className={classes(styles.label, data.holds && styles.holdsLabel, data.chosen && styles.chosenLabel, "nopan")}
					style={{ transform: `translate(-50%, -50%) translate(${data.label.x}px, ${data.label.y}px)` }}
					title={data.title}
					onClick={data.onSelect}
				>
					<span>{written(perSecond(data.rate))}</span>
					<span className={data.lagMs === undefined ? "dim" : styles.lag}>
						{data.lagMs === undefined ? data.ship : `-${written(duration(Number(data.lagMs)))}`}
					</span>
				</button>
			</EdgeLabelRenderer>
		</>
	);
}

const nodeTypes = { box: BoxNode };
const edgeTypes = { arrow: ArrowEdge };

function useLayout(graph: Graph, aspect: number | undefined): Layout | undefined {
	const topology = useMemo(() => topologyOf(graph), [graph]);
	const key = topologyKey(topology);
	const [layout, setLayout] = useState<Layout>();
	// biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the topology
	useEffect(() => {
		if (aspect === undefined) return;
		let gone = false;
		// The layout engine is large; a slow machine sees plain columns until it has loaded.
		const patience = setTimeout(() => setLayout((l) => l ?? columns(topology)), 1_500);
		void layOut(topology, aspect).then((l) => {
			clearTimeout(patience);
			if (!gone) setLayout(l);
		});
		return () => {
			gone = true;
			clearTimeout(patience);
		};
	}, [key, aspect]);
	return layout;
}

function Canvas({ graph, selected, onSelect, others, stale, tools }: Props) {
	const box = useRef<HTMLDivElement>(null);
	const [aspect, setAspect] = useState<number>();
	const flow = useReactFlow();
	const layout = useLayout(graph, aspect);
	useEffect(() => {
		const element = box.current;
		if (element === null) return;
		// Coarse steps: a slightly resized window keeps its picture.
		const measure = () => setAspect(Math.max(0.6, Math.round((element.clientWidth / Math.max(1, element.clientHeight)) * 2) / 2));
		const sizes = new ResizeObserver(measure);
		sizes.observe(element);
		measure();
		return () => sizes.disconnect();
	}, []);

	const nodes = useMemo(() => {
		if (layout === undefined) return [];
		const vertices = graph.vertices.map((vertex) => {
			const chosen =
				selected?.kind === "vertex" ? selected.id === vertex.id : selected?.kind === "operator" && selected.vertex === vertex.id;
			return {
				id: vertexBox(vertex.id),
				type: "box",
				width: boxWidth,
				height: vertexHeight(vertex),
				position: layout.boxes.get(vertexBox(vertex.id)) ?? { x: 0, y: 0 },
				ariaLabel: `${vertex.name}, ${vertex.parallelism} subtasks, ${written(perSecond(vertex.in_per_s))} in, ${written(perSecond(vertex.out_per_s))} out`,
				data: {
					vertex: {
						vertex,
						chosen,
						chosenOperator: selected?.kind === "operator" && selected.vertex === vertex.id ? selected.index : undefined,
						onSelect,
					},
				},
			};
		});
		const topics = [...new Set(graph.topics.map((t) => t.topic))].map((topic) => ({
			id: topicBox(topic),
			type: "box",
			width: topicWidth,
			height: topicHeight,
			position: layout.boxes.get(topicBox(topic)) ?? { x: 0, y: 0 },
			ariaLabel: `Kafka topic ${topic}`,
			data: {
				topic: {
					topic,
					uses: graph.topics.filter((t) => t.topic === topic),
					others: others.get(topic) ?? [],
					chosen: selected?.kind === "topic" && selected.topic === topic,
					onSelect,
				},
			},
		}));
		return [...vertices, ...topics];
	}, [layout, graph, selected, onSelect, others]);

	const edges = useMemo(() => {
		if (layout === undefined) return [];
		const held = holders(graph);
		const arrow = (id: string, source: string, target: string, data: Omit<ArrowData, "points" | "label">) => {
			const route = layout.arrows.get(id);
			if (route === undefined) return [];
			const colour = data.chosen ? "var(--accent)" : data.holds ? "var(--late)" : "var(--ink)";
			return [
				{
					id,
					source,
					target,
					type: "arrow",
					focusable: false,
					markerEnd: { type: "arrowclosed" as const, color: colour, width: 13, height: 13, markerUnits: "userSpaceOnUse" },
					data: { ...data, points: route.points, label: route.label },
				},
			];
		};
		return [
			...graph.edges.flatMap((e) =>
				arrow(edgeArrow(e), vertexBox(e.from), vertexBox(e.to), {
					rate: e.per_s,
					lagMs: e.watermark_lag_ms,
					ship: e.ship.toLowerCase(),
					holds: held.has(edgeArrow(e)),
					chosen: selected?.kind === "edge" && selected.id === e.id && selected.to === e.to,
					title: `${e.ship.toLowerCase()}${held.has(edgeArrow(e)) ? ", holds the watermark" : ""}`,
					onSelect: () => onSelect({ kind: "edge", id: e.id, to: e.to }),
				}),
			),
			...graph.topics.flatMap((t) => {
				const [from, to] = t.role === "read" ? [topicBox(t.topic), vertexBox(t.vertex)] : [vertexBox(t.vertex), topicBox(t.topic)];
				return arrow(topicArrow(t), from, to, {
					rate: t.per_s,
					lagMs: undefined,
					ship: t.role === "written" ? "written" : t.lag === undefined ? "read" : `lag ${t.lag}`,
					holds: false,
					chosen: selected?.kind === "topic" && selected.topic === t.topic,
					title: `${t.role} by ${t.operator}`,
					onSelect: () => onSelect({ kind: "topic", topic: t.topic }),
				});
			}),
		];
	}, [layout, graph, selected, onSelect]);

	const fit = () => {
		const element = box.current;
		if (element === null || layout === undefined) return;
		// Arrows go round outside of the boxes: the whole layout is to be seen, not only what has a box.
		const bounds = { x: 0, y: 0, width: layout.width, height: layout.height };
		const padding = { x: "12px", top: "10px", bottom: "44px" } as const;
		void flow.setViewport(getViewportForBounds(bounds, element.clientWidth, element.clientHeight, 0.15, 1.1, padding));
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: only another layout moves the picture by itself
	useEffect(() => {
		if (layout === undefined) return;
		const frame = requestAnimationFrame(fit);
		return () => cancelAnimationFrame(frame);
	}, [layout]);
	const pan = (x: number) => {
		const v = flow.getViewport();
		void flow.setViewport({ ...v, x: v.x + x });
	};
	useCommand("fit", fit);
	useCommand("zoom-in", () => void flow.zoomIn());
	useCommand("zoom-out", () => void flow.zoomOut());
	useCommand("pan-left", () => pan(80));
	useCommand("pan-right", () => pan(-80));

	return (
		<div ref={box} className={classes(styles.canvas, stale && "stale")}>
			{layout === undefined ? (
				<SkeletonRows rows={6} height={60} label="the graph" />
			) : (
				<ReactFlow
					nodes={nodes}
					edges={edges}
					nodeTypes={nodeTypes}
					edgeTypes={edgeTypes}
					nodesDraggable={false}
					nodesConnectable={false}
					nodesFocusable={false}
					elementsSelectable={false}
					onEdgeClick={(_, edge) => edge.data?.onSelect()}
					onPaneClick={() => onSelect(undefined)}
					minZoom={0.15}
					maxZoom={2}
					deleteKeyCode={null}
					selectionKeyCode={null}
					multiSelectionKeyCode={null}
					panActivationKeyCode={null}
					zoomActivationKeyCode={null}
					disableKeyboardA11y
				/>
			)}
			<div className={styles.legend} aria-hidden="true">
				<span>
					<i className={styles.inkLine} /> width: records per second
				</span>
				<span>
					<i className={styles.heldLine} /> this input holds the watermark
				</span>
				<span>
					<b className={styles.lag}>-8.4 s</b> watermark behind wall clock
				</span>
			</div>
			<div className={styles.tools}>{tools}</div>
		</div>
	);
}
