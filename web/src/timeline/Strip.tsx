/**
 * Events over time as stacked bars on a canvas: where something happened, where nothing was recorded, where the reader is. Dragging
 * chooses a stretch, a click a moment. For those who do not see it, it is a slider over its buckets.
 */
import { type KeyboardEvent, type PointerEvent, useCallback, useMemo, useState } from "react";
import type { Timeline } from "../api/recording";
import { count } from "../base/quantity";
import { addMicros, bareTime, clockTime, millisOf, type WallTime, wallFromMillis } from "../base/time";
import { useZone } from "../widgets/clock";
import { type Colours, type Paint, useCanvas } from "./canvas";
import { type KindTone, lookOf, toneColour, toneWords } from "./kinds";
import styles from "./Strip.module.css";
import { barHeight, highest, merge, type Scale, ticks, timeAt, xOf } from "./scale";

type Props = {
	readonly timeline: Timeline;
	readonly label: string;
	readonly height?: number;
	/** The stretch that the list below shows. */
	readonly window?: { readonly from?: WallTime; readonly to?: WallTime };
	/** The position. */
	readonly marker?: WallTime;
	readonly onJump?: (t: WallTime) => void;
	readonly onChoose?: (from: WallTime, to: WallTime) => void;
};

type ToneSeries = { readonly tone: KindTone; readonly counts: readonly number[] };

const stackOrder: readonly KindTone[] = ["data", "mark", "state", "time", "wm", "out", "bad"];

/** Sums the series of one tone up, in the order in which they are stacked. */
export function byTone(timeline: Timeline): readonly ToneSeries[] {
	const sums = new Map<KindTone, number[]>();
	for (const s of timeline.series) {
		const tone = lookOf(s.kind).tone;
		const sum = sums.get(tone) ?? new Array<number>(s.counts.length).fill(0);
		s.counts.forEach((n, i) => {
			sum[i] = (sum[i] ?? 0) + n;
		});
		sums.set(tone, sum);
	}
	return stackOrder.flatMap((tone) => {
		const counts = sums.get(tone);
		return counts === undefined ? [] : [{ tone, counts }];
	});
}

const axis = 16;

export function Strip({ timeline, label, height = 58, window, marker, onJump, onChoose }: Props) {
	const zone = useZone();
	const [hover, setHover] = useState<number>();
	const [drag, setDrag] = useState<number>();
	const series = useMemo(() => byTone(timeline), [timeline]);
	const from = timeline.from === undefined ? 0 : millisOf(timeline.from);
	const to = timeline.to === undefined ? 0 : millisOf(timeline.to);
	const bucket = Number(timeline.bucket_us) / 1000;
	const paint = useCallback<Paint>(
		(g, width, colour) =>
			draw(g, { scale: { from, to, width }, height, bucket, series, gaps: timeline.gaps, window, marker, zone, colour }),
		[height, from, to, bucket, series, timeline.gaps, window, marker, zone],
	);
	const { canvas, width } = useCanvas(height, paint);
	const scale: Scale = { from, to, width };

	const place = (e: PointerEvent) => timeAt(scale, e.clientX - (canvas.current?.getBoundingClientRect().left ?? 0));
	const onPointerDown = (e: PointerEvent) => {
		if (e.button !== 0) return;
		setDrag(place(e));
		e.currentTarget.setPointerCapture?.(e.pointerId);
	};
	const onPointerUp = (e: PointerEvent) => {
		if (drag === undefined) return;
		setDrag(undefined);
		const end = place(e);
		if (Math.abs(xOf(scale, end) - xOf(scale, drag)) > 5 && onChoose !== undefined) {
			onChoose(wallFromMillis(Math.min(drag, end)), wallFromMillis(Math.max(drag, end)));
		} else onJump?.(wallFromMillis(end));
	};

	const buckets = Math.max(0, ...series.map((s) => s.counts.length));
	const [chosen, setChosen] = useState<number>();
	const at = Math.min(chosen ?? buckets - 1, buckets - 1);
	const onKeyDown = (e: KeyboardEvent) => {
		const moves: Record<string, number> = {
			ArrowLeft: at - 1,
			ArrowRight: at + 1,
			PageUp: at - 10,
			PageDown: at + 10,
			Home: 0,
			End: buckets - 1,
		};
		const next = moves[e.key];
		if (next !== undefined) setChosen(Math.max(0, Math.min(buckets - 1, next)));
		else if (e.key === "Enter" && timeline.from !== undefined && at >= 0)
			onJump?.(addMicros(timeline.from, timeline.bucket_us * BigInt(at)));
		else return;
		e.preventDefault();
		e.stopPropagation();
	};
	const said = (i: number): string => {
		if (timeline.from === undefined || i < 0) return "nothing recorded";
		const t = addMicros(timeline.from, timeline.bucket_us * BigInt(i));
		const sums = series.map((s) => `${count(s.counts[i] ?? 0)} ${toneWords[s.tone]}`);
		return `${clockTime(t, zone, 0)}: ${sums.length === 0 ? "nothing" : sums.join(", ")}`;
	};
	const hovered = hover === undefined || bucket <= 0 ? undefined : Math.floor((hover - from) / bucket);
	return (
		<div className={styles.strip}>
			<div
				className={styles.box}
				role="slider"
				tabIndex={0}
				aria-label={label}
				aria-valuemin={0}
				aria-valuemax={Math.max(0, buckets - 1)}
				aria-valuenow={Math.max(0, at)}
				aria-valuetext={said(at)}
				onKeyDown={onKeyDown}
				onPointerDown={onPointerDown}
				onPointerMove={(e) => setHover(place(e))}
				onPointerLeave={() => setHover(undefined)}
				onPointerUp={onPointerUp}
				onPointerCancel={() => setDrag(undefined)}
			>
				<canvas ref={canvas} style={{ height }} />
				{drag !== undefined && hover !== undefined && (
					<span
						className={styles.drag}
						style={{ left: xOf(scale, Math.min(drag, hover)), width: Math.abs(xOf(scale, hover) - xOf(scale, drag)) }}
					/>
				)}
				{hovered !== undefined && hovered >= 0 && hovered < buckets && (
					<span className={styles.tip} style={{ left: Math.max(4, Math.min(width - 270, xOf(scale, hover ?? 0) + 8)) }}>
						{said(hovered)}
					</span>
				)}
			</div>
		</div>
	);
}

type Picture = {
	readonly scale: Scale;
	readonly height: number;
	readonly bucket: number;
	readonly series: readonly ToneSeries[];
	readonly gaps: Timeline["gaps"];
	readonly window: Props["window"];
	readonly marker: WallTime | undefined;
	readonly zone: "utc" | "local";
	readonly colour: Colours;
};

function draw(g: CanvasRenderingContext2D, p: Picture): void {
	const { scale, colour } = p;
	const floor = p.height - axis;
	g.clearRect(0, 0, scale.width, p.height);
	const { series, per } = merge(p.series, scale.width);
	const top = highest(series);
	const wide = xOf(scale, scale.from + p.bucket * per);
	const n = Math.max(0, ...series.map((s) => s.counts.length));
	for (let i = 0; i < n; i++) {
		let y = floor;
		for (const s of series) {
			const h = barHeight(s.counts[i] ?? 0, top, floor - 8);
			if (h === 0) continue;
			y -= h;
			g.fillStyle = colour(toneColour[s.tone]);
			g.fillRect(i * wide, Math.max(0, y), Math.max(1, wide - (wide > 3 ? 1 : 0)), h);
		}
	}
	for (const gap of p.gaps) {
		if (gap.from === undefined) continue;
		const a = Math.max(0, xOf(scale, millisOf(gap.from)));
		const b = Math.min(scale.width, xOf(scale, gap.to === undefined ? scale.to : millisOf(gap.to)));
		hatch(g, a, Math.max(a + 4, b), floor, colour("--gap-a"), colour("--gap-b"), colour("--line-strong"));
	}
	if (p.window !== undefined) {
		const a = p.window.from === undefined ? 0 : xOf(scale, millisOf(p.window.from));
		const b = p.window.to === undefined ? scale.width : xOf(scale, millisOf(p.window.to));
		g.fillStyle = colour("--accent-soft");
		g.fillRect(a, 0, Math.max(2, b - a), floor);
		g.fillStyle = colour("--accent");
		g.fillRect(a, 0, 1, floor);
		g.fillRect(Math.max(a + 1, b - 1), 0, 1, floor);
	}
	g.fillStyle = colour("--line");
	g.fillRect(0, floor, scale.width, 1);
	g.fillStyle = colour("--fg-3");
	g.font = `10.5px ${colour("--font-data")}`;
	const { step, at } = ticks(scale);
	for (const t of at) {
		const x = xOf(scale, t);
		g.fillRect(Math.round(x), floor, 1, 4);
		const text = bareTime(wallFromMillis(t), p.zone, step < 1000 ? 3 : 0);
		const shown = step >= 60_000 ? text.slice(0, 5) : text;
		const half = g.measureText(shown).width / 2;
		g.fillText(shown, Math.max(2, Math.min(scale.width - 2 * half - 2, x - half)), p.height - 2);
	}
	if (p.marker !== undefined) {
		const x = xOf(scale, millisOf(p.marker));
		g.fillStyle = colour("--accent");
		g.fillRect(Math.round(x) - 1, 0, 2, floor);
		g.beginPath();
		g.moveTo(x - 5, 0);
		g.lineTo(x + 5, 0);
		g.lineTo(x, 6);
		g.fill();
	}
}

function hatch(g: CanvasRenderingContext2D, a: number, b: number, height: number, fore: string, back: string, edge: string): void {
	g.save();
	g.beginPath();
	g.rect(a, 0, b - a, height);
	g.clip();
	g.fillStyle = back;
	g.fillRect(a, 0, b - a, height);
	g.strokeStyle = fore;
	g.lineWidth = 3;
	for (let x = a - height; x < b; x += 8) {
		g.beginPath();
		g.moveTo(x, height);
		g.lineTo(x + height, 0);
		g.stroke();
	}
	g.restore();
	g.strokeStyle = edge;
	g.lineWidth = 1;
	g.strokeRect(a + 0.5, 0.5, Math.max(1, b - a - 1), height - 1);
}

/** What the colours of a strip mean. */
export function StripLegend({ timeline }: { readonly timeline: Timeline }) {
	return (
		<ul className={styles.legend} aria-label="Colours">
			{byTone(timeline).map((s) => (
				<li key={s.tone}>
					<i style={{ background: `var(${toneColour[s.tone]})` }} />
					{toneWords[s.tone]}
				</li>
			))}
			{timeline.gaps.length > 0 && (
				<li>
					<i className="hatch" />
					not recorded
				</li>
			)}
		</ul>
	);
}
