/** The made-up browser lays nothing out: a test that draws only what there is room for says how much that is. */
import { vi } from "vitest";

export function roomOf(width: number, height: number): void {
	for (const [name, value] of [
		["offsetWidth", width],
		["clientWidth", width],
		["offsetHeight", height],
		["clientHeight", height],
	] as const)
		vi.spyOn(HTMLElement.prototype, name, "get").mockReturnValue(value);
}
