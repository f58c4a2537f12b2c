type Props = { readonly values: readonly number[]; readonly width?: number; readonly height?: number };

/** The shape of the last values; the number beside it says how much. */
export function Sparkline({ values, width = 58, height = 18 }: Props) {
	const n = values.length;
	if (n < 2) return <svg width={width} height={height} aria-hidden="true" style={{ display: "block" }} />;
	const top = Math.max(...values, 1e-9);
	const points = values
		.map((v, i) => `${((i / (n - 1)) * width).toFixed(1)},${(height - 2 - (v / top) * (height - 5)).toFixed(1)}`)
		.join(" ");
	return (
		<svg width={width} height={height} aria-hidden="true" style={{ display: "block" }}>
			<polyline points={points} fill="none" stroke="var(--ink)" strokeWidth="1.2" />
		</svg>
	);
}
