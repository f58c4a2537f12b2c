import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { LineageMap } from "../../../api/catalog";
import { classes } from "../../../base/classes";
import { plural } from "../../../base/quantity";
import { useCommand } from "../../../model/commandBus";
import { boxHeight, boxWidth, layOutMap } from "./layout";
import styles from "./Map.module.css";
import { nodeAt, Painter } from "./painter";
import { fitted, type Viewport, zoomedAt } from "./view";

type Props = {
	readonly map: LineageMap;
	readonly selected: number | undefined;
	/** What stays bright when something is selected. */
	readonly bright: ReadonlySet<number> | undefined;
	readonly found: ReadonlySet<number> | undefined;
	readonly onSelect: (i: number | undefined) => void;
	readonly onOpen: (i: number) => void;
	readonly stale: boolean;
};

/** How many pixels a pointer may move and still have pressed, not pulled. */
const still = 4;

/** The map as a picture to pull about. It is drawn when something changed, at most once a frame. */
export function MapCanvas({ map, selected, bright, found, onSelect, onOpen, stale }: Props) {
	const box = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const [room, setRoom] = useState<{ readonly width: number; readonly height: number }>();
	const [scheme, setScheme] = useState(0);
	const view = useRef<Viewport>({ x: 0, y: 0, scale: 1 });
	// Another map is another picture; the same one in another window keeps its layout but for coarse steps of its shape.
	const shape = room === undefined ? undefined : Math.max(0.4, Math.round((room.width / Math.max(1, room.height)) * 2) / 2);
	const painter = useMemo(() => {
		if (shape === undefined) return undefined;
		const began = performance.now();
		const height = 700;
		const layout = layOutMap({ levels: map.nodes.map((n) => n.level), edges: map.edges }, { width: height * shape, height });
		const p = new Painter(map, layout, Date.now());
		performance.measure("lineage-map-layout", { start: began, end: performance.now() });
		return p;
	}, [map, shape]);

	const frame = useRef(0);
	const draw = useRef<() => void>(() => undefined);
	useEffect(() => {
		const style = getComputedStyle(document.documentElement);
		const known = new Map<string, string>();
		const colour = (token: string) => {
			const kept = known.get(token);
			if (kept !== undefined) return kept;
			const value = style.getPropertyValue(token).trim() || "gray";
			known.set(token, value);
			return value;
		};
		void scheme; // another theme has other colours
		draw.current = () => {
			frame.current = 0;
			const element = canvas.current;
			const g = element?.getContext("2d");
			if (element === null || !g || room === undefined || painter === undefined) return;
			const ratio = globalThis.devicePixelRatio || 1;
			const [w, h] = [Math.round(room.width * ratio), Math.round(room.height * ratio)];
			if (element.width !== w || element.height !== h) {
				element.width = w;
				element.height = h;
			}
			g.setTransform(ratio, 0, 0, ratio, 0, 0);
			painter.paint(g, room.width, room.height, view.current, { selected, bright, found, now: Date.now() }, colour);
		};
		draw.current();
	}, [painter, room, selected, bright, found, scheme]);
	const look = (v: Viewport) => {
		view.current = v;
		if (frame.current === 0) frame.current = requestAnimationFrame(() => draw.current());
	};
	useEffect(() => () => cancelAnimationFrame(frame.current), []);

	useEffect(() => {
		const element = box.current;
		if (element === null) return;
		const measure = () => setRoom({ width: element.clientWidth, height: element.clientHeight });
		const sizes = new ResizeObserver(measure);
		sizes.observe(element);
		measure();
		const themes = new MutationObserver(() => setScheme((n) => n + 1));
		themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
		return () => {
			sizes.disconnect();
			themes.disconnect();
		};
	}, []);

	const fit = () => {
		if (painter === undefined || room === undefined) return;
		if (selected === undefined || bright === undefined) {
			look(fitted(painter.layout, room));
			return;
		}
		const at = [...bright];
		const xs = at.map((i) => painter.layout.x[i] ?? 0);
		const ys = at.map((i) => painter.layout.y[i] ?? 0);
		const [left, top] = [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b))];
		const size = {
			width: xs.reduce((a, b) => Math.max(a, b)) + boxWidth - left,
			height: ys.reduce((a, b) => Math.max(a, b)) + boxHeight - top,
		};
		const v = fitted(size, room);
		look({ ...v, x: v.x - left * v.scale, y: v.y - top * v.scale });
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: only another layout moves the picture by itself
	useEffect(() => {
		if (painter !== undefined && room !== undefined) look(fitted(painter.layout, room));
	}, [painter, room === undefined]);

	// A node that keys, a search or a link went to comes into sight, large enough to be read; one that was pressed is there.
	const pressed = useRef<number>(undefined);
	// biome-ignore lint/correctness/useExhaustiveDependencies: only another selection moves the picture
	useEffect(() => {
		if (selected === undefined || painter === undefined || room === undefined || pressed.current === selected) return;
		const v = view.current;
		const scale = Math.max(v.scale, 0.7);
		const x = ((painter.layout.x[selected] ?? 0) + boxWidth / 2) * scale;
		const y = ((painter.layout.y[selected] ?? 0) + boxHeight / 2) * scale;
		const inside = scale === v.scale && x + v.x > 60 && x + v.x < room.width - 60 && y + v.y > 40 && y + v.y < room.height - 40;
		if (!inside) look({ scale, x: room.width / 2 - x, y: room.height / 2 - y });
	}, [selected, painter]);

	useEffect(() => {
		const element = canvas.current;
		if (element === null) return;
		// React listens to the wheel passively, and could not keep the page from scrolling.
		const onWheel = (e: WheelEvent) => {
			e.preventDefault();
			const v = view.current;
			if (e.shiftKey) look({ ...v, x: v.x - e.deltaY, y: v.y - e.deltaX });
			else look(zoomedAt(v, Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.0016)), { x: e.offsetX, y: e.offsetY }));
		};
		element.addEventListener("wheel", onWheel, { passive: false });
		return () => element.removeEventListener("wheel", onWheel);
	});

	const pull = useRef<{ readonly x: number; readonly y: number; readonly from: Viewport; moved: boolean }>(undefined);
	const at = (e: PointerEvent) => ({ x: e.nativeEvent.offsetX, y: e.nativeEvent.offsetY });
	const onPointerDown = (e: PointerEvent<HTMLCanvasElement>) => {
		if (e.button !== 0) return;
		e.currentTarget.setPointerCapture?.(e.pointerId);
		pull.current = { x: e.clientX, y: e.clientY, from: view.current, moved: false };
	};
	const onPointerMove = (e: PointerEvent<HTMLCanvasElement>) => {
		const p = pull.current;
		if (p === undefined) {
			if (painter !== undefined)
				e.currentTarget.style.cursor = nodeAt(painter.layout, view.current, at(e)) === undefined ? "grab" : "pointer";
			return;
		}
		const [dx, dy] = [e.clientX - p.x, e.clientY - p.y];
		if (!p.moved && Math.hypot(dx, dy) < still) return;
		p.moved = true;
		look({ ...p.from, x: p.from.x + dx, y: p.from.y + dy });
	};
	const onPointerUp = (e: PointerEvent<HTMLCanvasElement>) => {
		const p = pull.current;
		pull.current = undefined;
		if (p === undefined || p.moved || painter === undefined) return;
		const hit = nodeAt(painter.layout, view.current, at(e));
		pressed.current = hit;
		onSelect(hit);
	};
	const middle = () => ({ x: (room?.width ?? 0) / 2, y: (room?.height ?? 0) / 2 });
	const pan = (dx: number, dy = 0) => look({ ...view.current, x: view.current.x + dx, y: view.current.y + dy });
	useCommand("fit", fit);
	useCommand("zoom-in", () => look(zoomedAt(view.current, 1.3, middle())));
	useCommand("zoom-out", () => look(zoomedAt(view.current, 1 / 1.3, middle())));
	useCommand("pan-left", () => pan(90));
	useCommand("pan-right", () => pan(-90));
	const onKeyDown = (e: KeyboardEvent) => {
		const by = { ArrowLeft: [90, 0], ArrowRight: [-90, 0], ArrowUp: [0, 90], ArrowDown: [0, -90] }[e.key];
		if (by === undefined) return;
		e.preventDefault();
		pan(by[0] ?? 0, by[1] ?? 0);
	};
	return (
		<div ref={box} className={classes(styles.box, stale && "stale")}>
			<canvas
				ref={canvas}
				role="img"
				tabIndex={0}
				aria-label={`Map of ${plural(map.nodes.length, "node")} and ${plural(map.edges.length, "edge")}; as a table it is behind Table`}
				className={styles.canvas}
				onPointerDown={onPointerDown}
				onPointerMove={onPointerMove}
				onPointerUp={onPointerUp}
				onPointerCancel={() => {
					pull.current = undefined;
				}}
				onDoubleClick={() => selected !== undefined && onOpen(selected)}
				onKeyDown={onKeyDown}
			/>
		</div>
	);
}
