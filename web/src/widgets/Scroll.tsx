import type { ReactNode } from "react";

type Props = {
	/** What is in it, for those who hear the page. */
	readonly label: string;
	/** Absent: it fills what is left of a column. */
	readonly className?: string | undefined;
	readonly children: ReactNode;
};

/** A part of the page that scrolls by itself; it takes the focus, so that keys scroll it even when nothing in it does. */
export function Scroll({ label, className = "scroll", children }: Props) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
		<div className={className} role="group" aria-label={label} tabIndex={0}>
			{children}
		</div>
	);
}
