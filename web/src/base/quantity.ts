/**
 * Numbers as people read them: words left, numbers right, a quiet unit. A quantity is kept in two parts so that the unit can be drawn
 * in quieter ink.
 */

export type Quantity = { readonly value: string; readonly unit: string };

export function written(q: Quantity): string {
	return q.unit === "" ? q.value : `${q.value} ${q.unit}`;
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 68,412. */
export function count(n: number | bigint): string {
	return grouped.format(n);
}

function digitsFor(n: number): number {
	const a = Math.abs(n);
	return a >= 100 || a === 0 ? 0 : a >= 10 ? 1 : 2;
}

function short(n: number): string {
	const fixed = n.toFixed(digitsFor(n));
	// 9.999 rounds to 10.00: take the digits of what is written.
	return digitsFor(Number(fixed)) === digitsFor(n) ? fixed : Number(fixed).toFixed(digitsFor(Number(fixed)));
}

/** Records per second: 0, 0.35, 38, 1,240. */
export function perSecond(n: number): Quantity {
	if (n !== 0 && Math.abs(n) < 10) return { value: n.toFixed(n < 1 ? 2 : 1), unit: "/s" };
	return { value: count(Math.round(n)), unit: "/s" };
}

const sizes = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes in decimal units: 4.1 MB. */
export function size(bytes: number | bigint): Quantity {
	let n = Number(bytes);
	let i = 0;
	while (Math.abs(n) >= 999.5 && i < sizes.length - 1) {
		n /= 1000;
		i++;
	}
	return { value: i === 0 ? count(n) : short(n), unit: sizes[i] ?? "B" };
}

export function sizePerSecond(bytes: number): Quantity {
	const q = size(bytes);
	return { value: q.value, unit: `${q.unit}/s` };
}

/** A share of one: 0.013 is 1.3 %. */
export function percent(share: number): Quantity {
	return { value: (share * 100).toFixed(share < 0.1 ? 1 : 0), unit: "%" };
}

/** A length of time: 12 ms, 8.4 s, 6 min 12 s, 3 h 5 min, 2 d 4 h. Negative ones keep their sign. */
export function duration(ms: number): Quantity {
	if (ms < 0) {
		const q = duration(-ms);
		return { value: `-${q.value}`, unit: q.unit };
	}
	if (ms < 1) return { value: ms === 0 ? "0" : ms.toFixed(2), unit: "ms" };
	if (ms < 999.5) return { value: Math.round(ms).toString(), unit: "ms" };
	if (ms < 10_000) return { value: (ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 1), unit: "s" };
	const s = Math.round(ms / 1000);
	if (s < 60) return { value: (ms / 1000).toFixed(1), unit: "s" };
	const pair = (big: number, bigUnit: string, small: number, smallUnit: string): Quantity =>
		small === 0 ? { value: big.toString(), unit: bigUnit } : { value: `${big} ${bigUnit} ${small}`, unit: smallUnit };
	if (s < 3600) return pair(Math.floor(s / 60), "min", s % 60, "s");
	const min = Math.floor(s / 60);
	if (min < 1440) return pair(Math.floor(min / 60), "h", min % 60, "min");
	const h = Math.floor(min / 60);
	return pair(Math.floor(h / 24), "d", h % 24, "h");
}

/** How long ago: "now" below a second, otherwise rounded to its largest unit. */
export function age(ms: number): string {
	if (ms < 1000) return "now";
	const s = Math.floor(ms / 1000);
	if (s < 60) return `${s} s ago`;
	if (s < 3600) return `${Math.floor(s / 60)} min ago`;
	if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
	return `${Math.floor(s / 86_400)} d ago`;
}

/** "1 gap", "3 gaps". */
export function plural(n: number | bigint, one: string, many = `${one}s`): string {
	return `${count(n)} ${n === 1 || n === 1n ? one : many}`;
}
