/** The made-up browser lays nothing out and scrolls nothing: a test of a long list says how much room there is. */
import { vi } from "vitest";

/** Every element is so large; what is in it is as high as the part that a list reserves for its rows. */
export function roomOf(width: number, height: number): void {
	for (const [name, value] of [
		["offsetWidth", width],
		["clientWidth", width],
		["offsetHeight", height],
		["clientHeight", height],
	] as const)
		vi.spyOn(HTMLElement.prototype, name, "get").mockReturnValue(value);
	const inside = (e: Element) =>
		Math.max(height, ...[...e.querySelectorAll<HTMLElement>("[style]")].map((c) => Number.parseFloat(c.style.height) || 0));
	vi.spyOn(Element.prototype, "scrollHeight", "get").mockImplementation(function (this: Element) {
		return inside(this);
	});
	const tops = new WeakMap<Element, number>();
	vi.spyOn(Element.prototype, "scrollTop", "get").mockImplementation(function (this: Element) {
		return tops.get(this) ?? 0;
	});
	vi.spyOn(Element.prototype, "scrollTop", "set").mockImplementation(function (this: Element, top: number) {
		const to = Math.max(0, Math.min(top, inside(this) - height));
		if (to === (tops.get(this) ?? 0)) return;
		tops.set(this, to);
		// A browser tells of it a little later.
		queueMicrotask(() => this.dispatchEvent(new Event("scroll")));
	});
	vi.spyOn(Element.prototype, "scrollTo").mockImplementation(function (this: Element, to?: ScrollToOptions | number) {
		if (typeof to === "object" && to.top !== undefined) this.scrollTop = to.top;
	});
}
