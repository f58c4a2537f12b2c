export type DiffLine = { readonly kind: "same" | "added" | "removed"; readonly text: string };

/** Above this many pairs of lines the middle is shown as replaced: the table below would take too long. */
const most = 4_000_000;

/** What two texts have in common and what not, line by line: the longest common subsequence. Without the removed lines it is `b`. */
export function lineDiff(a: string, b: string): readonly DiffLine[] {
	const old = a.split("\n");
	const fresh = b.split("\n");
	let head = 0;
	while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
	let tail = 0;
	while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
	const one = old.slice(head, old.length - tail);
	const two = fresh.slice(head, fresh.length - tail);
	const same = (texts: readonly string[]) => texts.map((text): DiffLine => ({ kind: "same", text }));
	return [...same(old.slice(0, head)), ...middle(one, two), ...same(old.slice(old.length - tail))];
}

function middle(one: readonly string[], two: readonly string[]): readonly DiffLine[] {
	const removed = (text: string | undefined): DiffLine => ({ kind: "removed", text: text ?? "" });
	const added = (text: string | undefined): DiffLine => ({ kind: "added", text: text ?? "" });
	if (one.length * two.length > most) return [...one.map(removed), ...two.map(added)];
	const width = two.length + 1;
	const common = new Uint32Array((one.length + 1) * width);
	const at = (i: number, k: number) => common[i * width + k] ?? 0;
	for (let i = one.length - 1; i >= 0; i--)
		for (let k = two.length - 1; k >= 0; k--)
			common[i * width + k] = one[i] === two[k] ? at(i + 1, k + 1) + 1 : Math.max(at(i + 1, k), at(i, k + 1));
	const out: DiffLine[] = [];
	let i = 0;
	let k = 0;
	while (i < one.length || k < two.length) {
		if (i < one.length && k < two.length && one[i] === two[k]) {
			out.push({ kind: "same", text: one[i] ?? "" });
			i++;
			k++;
		} else if (i < one.length && (k >= two.length || at(i + 1, k) >= at(i, k + 1))) {
			out.push(removed(one[i]));
			i++;
		} else {
			out.push(added(two[k]));
			k++;
		}
	}
	return out;
}

/** The lines that differ, with so many around them; undefined stands for lines that are left out. */
export function around(lines: readonly DiffLine[], near = 3): readonly (DiffLine | undefined)[] {
	const keep = new Array<boolean>(lines.length).fill(false);
	for (const [i, l] of lines.entries()) if (l.kind !== "same") keep.fill(true, Math.max(0, i - near), Math.min(lines.length, i + near + 1));
	const out: (DiffLine | undefined)[] = [];
	for (const [i, l] of lines.entries()) {
		if (keep[i]) out.push(l);
		else if (i === 0 || keep[i - 1]) out.push(undefined);
	}
	return out;
}
