/** The journey as a picture: a lane for each Kafka topic and each job, causes left, effects right. */
import "@xyflow/react/dist/base.css";
import {
	BaseEdge,
	EdgeLabelRenderer,
	type EdgeProps,
	Handle,
	type NodeProps,
	Position,
	ReactFlow,
	ReactFlowProvider,
	useReactFlow,
	useViewport,
} from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { classes } from "../../base/classes";
import { duration, written } from "../../base/quantity";
import { shortId } from "../../base/reference";
import { link } from "../../model/address";
import { useCommand } from "../../model/commandBus";
import { Icon } from "../../widgets/Icon";
import { SkeletonRows } from "../../widgets/states";
import { Card, type CardInfo } from "./Card";
import { columns, type Layout, layOut, type Point } from "./layout";
import styles from "./Picture.module.css";
import { cardWidth, type Item, type Scene, type SceneLink, sceneKey } from "./scene";

type Props = {
	readonly scene: Scene;
	readonly selected: string | undefined;
	/** Causes and effects of what is selected. */
	readonly related: ReadonlySet<string>;
	readonly onSelect: (node: string) => void;
	readonly onUnfold: (item: Item) => void;
	readonly stale: boolean;
};

export function Picture(p: Props) {
	return (
		<ReactFlowProvider>
			<Canvas {...p} />
		</ReactFlowProvider>
	);
}

function CardNode({ data }: NodeProps & { data: CardInfo }) {
	return (
		<>
			<Handle type="target" position={Position.Left} className={styles.handle ?? ""} isConnectable={false} />
			<Card {...data} />
			<Handle type="source" position={Position.Right} className={styles.handle ?? ""} isConnectable={false} />
		</>
	);
}

type ArrowData = { readonly link: SceneLink; readonly points: readonly Point[]; readonly label: Point; readonly lit: boolean };

/** A path with rounded corners through the points of a route. */
function pathOf(points: readonly Point[]): string {
	return points
		.map((p, i) => {
			const [before, after] = [points[i - 1], points[i + 1]];
			if (before === undefined) return `M${p.x} ${p.y}`;
			if (after === undefined) return `L${p.x} ${p.y}`;
			const towards = (q: Point) => {
				const length = Math.hypot(q.x - p.x, q.y - p.y);
				const share = Math.min(6, length / 2) / (length || 1);
				return `${p.x + (q.x - p.x) * share} ${p.y + (q.y - p.y) * share}`;
			};
			return `L${towards(before)}Q${p.x} ${p.y} ${towards(after)}`;
		})
		.join("");
}

function stateWords(l: SceneLink): string {
	return `${l.contribution?.words ?? "through state"}${l.latency === undefined ? "" : `, ${written(duration(l.latency))}`}`;
}

function stateTitle(l: SceneLink): string | undefined {
	if (l.kind !== "state" || l.operator === undefined) return undefined;
	return l.contribution === undefined ? `through state: ${l.operator}; not proven` : `${l.operator}, ${l.contribution.title}`;
}

function ArrowEdge({ id, data, markerEnd }: EdgeProps & { data?: ArrowData }) {
	if (data === undefined) return null;
	const { link: l, lit, label } = data;
	const words =
		l.kind === "state" ? stateWords(l) : l.kind === "flow" && l.latency !== undefined ? written(duration(l.latency)) : undefined;
	// The words of a detour stand beside its line, those of state upon it, times over it.
	const shift = l.loose ? "translate(0, -50%)" : l.kind === "state" ? "translate(-50%, -50%)" : "translate(-50%, -100%)";
	return (
		<>
			<BaseEdge
				id={id}
				path={pathOf(data.points)}
				{...(markerEnd === undefined ? {} : { markerEnd })}
				className={classes(styles.arrow, styles[l.kind], lit && styles.lit)}
				interactionWidth={0}
			/>
			{words !== undefined && (
				<EdgeLabelRenderer>
					<span
						className={classes(styles.label, l.kind === "state" && styles.stateLabel, l.loose && styles.beside, lit && styles.litLabel)}
						style={{ transform: `${shift} translate(${label.x}px, ${label.y}px)` }}
						title={stateTitle(l)}
					>
						{words}
					</span>
				</EdgeLabelRenderer>
			)}
		</>
	);
}

const nodeTypes = { card: CardNode };
const edgeTypes = { arrow: ArrowEdge };
/** Room for the names of the lanes. */
const headHeight = 40;
/** Below this scale words cannot be read: then the picture is moved, not shrunk. */
const readable = 0.78;

/** How long the better layout may take, in milliseconds, before plain columns are shown: its engine is large and loads once. */
const patience = 700;

function useLayout(scene: Scene): Layout | undefined {
	const key = sceneKey(scene);
	const [layout, setLayout] = useState<{ readonly key: string; readonly layout: Layout }>();
	// biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the scene
	useEffect(() => {
		let gone = false;
		const plain = setTimeout(() => setLayout({ key, layout: columns(scene) }), patience);
		void layOut(scene).then((l) => {
			clearTimeout(plain);
			if (!gone) setLayout({ key, layout: l });
		});
		return () => {
			gone = true;
			clearTimeout(plain);
		};
	}, [key]);
	return layout?.key === key ? layout.layout : undefined;
}

function Canvas({ scene, selected, related, onSelect, onUnfold, stale }: Props) {
	const box = useRef<HTMLDivElement>(null);
	const flow = useReactFlow();
	const fresh = useLayout(scene);
	const shown = useRef<{ readonly scene: Scene; readonly layout: Layout }>(undefined);
	if (fresh !== undefined) shown.current = { scene, layout: fresh };
	// While another layout is made the last picture stays.
	const picture = shown.current;
	const chosen = useMemo(() => new Set(selected === undefined ? [] : (picture?.scene.itemsOf.get(selected) ?? [])), [picture, selected]);

	const nodes = useMemo(
		() =>
			(picture?.scene.items ?? []).map((item) => ({
				id: item.id,
				type: "card",
				position: picture?.layout.places.get(item.id) ?? { x: 0, y: 0 },
				width: item.width,
				height: item.height,
				data: {
					item,
					chosen: chosen.has(item.id),
					asked: item.id === picture?.scene.asked,
					aside: !nodesOf(item).some((id) => related.has(id)),
					onSelect,
					onUnfold,
				},
			})),
		[picture, chosen, related, onSelect, onUnfold],
	);

	const edges = useMemo(
		() =>
			(picture?.scene.links ?? []).flatMap((l) => {
				const route = picture?.layout.routes.get(l.id);
				if (route === undefined || route.points.length < 2) return [];
				const lit = l.kind !== "end" && l.ends.some(([a, b]) => related.has(a) && related.has(b));
				const colour = l.kind === "state" ? "var(--late)" : lit ? "var(--accent)" : "var(--ink)";
				return [
					{
						id: l.id,
						source: l.from,
						target: l.to,
						type: "arrow",
						focusable: false,
						markerEnd: { type: "arrowclosed" as const, color: colour, width: 13, height: 13, markerUnits: "userSpaceOnUse" },
						data: { link: l, points: route.points, label: route.label, lit },
					},
				];
			}),
		[picture, related],
	);

	const show = (everything: boolean) => {
		const element = box.current;
		if (element === null || picture === undefined) return;
		const { layout, scene: s } = picture;
		const [width, height] = [element.clientWidth - 2 * 20, element.clientHeight - headHeight - 28];
		const whole = Math.min(1, width / Math.max(1, layout.width), height / Math.max(1, layout.height));
		const zoom = everything ? Math.max(0.1, whole) : Math.max(readable, whole);
		const at = layout.places.get(focusOf(s, chosen) ?? "");
		// What fits is centred; of what does not, the part around what was asked is shown.
		const along = (size: number, room: number, focus: number, start: number) =>
			size * zoom <= room ? start + (room - size * zoom) / 2 : start + Math.min(0, Math.max(room - size * zoom, room / 3 - focus * zoom));
		void flow.setViewport({
			x: along(layout.width, width, (at?.x ?? 0) + 88, 20),
			y: along(layout.height, height, (at?.y ?? 0) + 46, headHeight + 8),
			zoom,
		});
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: only another layout moves the picture by itself
	useEffect(() => {
		if (fresh === undefined) return;
		const frame = requestAnimationFrame(() => show(false));
		return () => cancelAnimationFrame(frame);
	}, [fresh]);
	const focus = picture === undefined ? undefined : focusOf(picture.scene, chosen);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the picture follows the selection, not its own movements
	useEffect(() => {
		const element = box.current;
		const at = picture?.layout.places.get(focus ?? "");
		if (element === null || at === undefined) return;
		const v = flow.getViewport();
		const [x, y, reach] = [at.x * v.zoom + v.x, at.y * v.zoom + v.y, cardWidth * v.zoom];
		const inSight = x >= 0 && x + reach <= element.clientWidth && y >= headHeight && y + reach / 2 <= element.clientHeight;
		if (!inSight)
			void flow.setViewport({ ...v, x: element.clientWidth / 2 - reach / 2 - at.x * v.zoom, y: element.clientHeight / 2 - at.y * v.zoom });
	}, [focus]);
	const whole = useRef(false);
	const pan = (x: number) => {
		const v = flow.getViewport();
		void flow.setViewport({ ...v, x: v.x + x });
	};
	useCommand("fit", () => {
		whole.current = !whole.current;
		show(whole.current);
	});
	useCommand("zoom-in", () => void flow.zoomIn());
	useCommand("zoom-out", () => void flow.zoomOut());
	useCommand("pan-left", () => pan(80));
	useCommand("pan-right", () => pan(-80));

	return (
		<div
			ref={box}
			className={classes(styles.canvas, stale && "stale")}
			role="group"
			aria-label="The journey as a picture; the list of steps holds the same"
		>
			{picture === undefined ? (
				<SkeletonRows rows={6} height={60} label="the picture" />
			) : (
				<>
					<Lanes scene={picture.scene} layout={picture.layout} />
					<ReactFlow
						nodes={nodes}
						edges={edges}
						nodeTypes={nodeTypes}
						edgeTypes={edgeTypes}
						nodesDraggable={false}
						nodesConnectable={false}
						nodesFocusable={false}
						elementsSelectable={false}
						onlyRenderVisibleElements={picture.scene.items.length > 120}
						minZoom={0.1}
						maxZoom={2}
						panOnScroll
						deleteKeyCode={null}
						selectionKeyCode={null}
						multiSelectionKeyCode={null}
						panActivationKeyCode={null}
						disableKeyboardA11y
						proOptions={{ hideAttribution: true }}
					/>
				</>
			)}
		</div>
	);
}

/** Of several cards that are selected at once, the one that was asked for; else the first. */
function focusOf(s: Scene, chosen: ReadonlySet<string>): string | undefined {
	if (chosen.size === 0 || (s.asked !== undefined && chosen.has(s.asked))) return s.asked;
	return chosen.values().next().value;
}

function nodesOf(item: Item): readonly string[] {
	switch (item.kind) {
		case "kafka":
			return [...item.nodes, ...item.readers].map((n) => n.id);
		case "step":
			return [item.node.id];
		case "pill":
			return item.nodes.map((n) => n.id);
		case "fold":
			return item.nodes;
		case "end":
			return [item.node];
	}
}

/** Lanes reach over the whole height, and their names stay in sight however the picture is moved. */
function Lanes({ scene, layout }: { readonly scene: Scene; readonly layout: Layout }) {
	const { x, zoom } = useViewport();
	return (
		<>
			{scene.lanes.map((lane) => {
				const band = layout.bands.get(lane.id);
				if (band === undefined) return null;
				return (
					<div
						key={lane.id}
						className={classes(styles.band, lane.kind === "topic" && styles.topic)}
						style={{ left: band.left * zoom + x, width: band.width * zoom }}
					>
						<span className={styles.laneName}>
							<Icon name={lane.kind === "topic" ? "topic" : "fleet"} className="dim" />
							{band.width * zoom >= 130 && <span className="mid">{lane.kind === "topic" ? "Kafka" : "Job"}</span>}
							{lane.kind === "topic" ? (
								<b className="cut">{lane.name}</b>
							) : (
								<a
									className={classes("cut", styles.jobName)}
									href={link({ screen: "graph", job: lane.recording })}
									title={`recording ${shortId(lane.recording)}`}
								>
									{lane.name}
								</a>
							)}
						</span>
					</div>
				);
			})}
		</>
	);
}
