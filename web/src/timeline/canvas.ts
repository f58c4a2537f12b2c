import { type RefObject, useEffect, useRef, useState } from "react";

/** Reads the colour behind a token; a canvas knows none by itself. */
export type Colours = (token: string) => string;

export type Paint = (g: CanvasRenderingContext2D, width: number, colour: Colours) => void;

/**
 * A canvas as wide as its place, sharp on every screen, drawn again when its width, the theme or `paint` changes; so `paint` must stay
 * the same function as long as what it draws does.
 */
export function useCanvas(height: number, paint: Paint): { readonly canvas: RefObject<HTMLCanvasElement | null>; readonly width: number } {
	const canvas = useRef<HTMLCanvasElement>(null);
	const [width, setWidth] = useState(0);
	const [scheme, setScheme] = useState(0);
	useEffect(() => {
		const element = canvas.current;
		if (element === null) return;
		const sizes = new ResizeObserver(() => setWidth(element.clientWidth));
		sizes.observe(element);
		setWidth(element.clientWidth);
		// Colours are read from the tokens while drawing; another theme means drawing again.
		const themes = new MutationObserver(() => setScheme((n) => n + 1));
		themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
		return () => {
			sizes.disconnect();
			themes.disconnect();
		};
	}, []);
	// biome-ignore lint/correctness/useExhaustiveDependencies: scheme stands for the colours behind the tokens
	useEffect(() => {
		const element = canvas.current;
		const g = element?.getContext("2d");
		if (element === null || !g || width === 0) return;
		const ratio = globalThis.devicePixelRatio || 1;
		element.width = Math.round(width * ratio);
		element.height = Math.round(height * ratio);
		g.setTransform(ratio, 0, 0, ratio, 0, 0);
		const style = getComputedStyle(document.documentElement);
		paint(g, width, (token) => style.getPropertyValue(token).trim() || "gray");
	}, [width, height, paint, scheme]);
	return { canvas, width };
}
