import { type ReactNode, useId } from "react";
import { classes } from "../base/classes";

type Props = {
	readonly title: ReactNode;
	/** Beside the title, in quieter ink. */
	readonly about?: ReactNode;
	/** At the right end of the head. */
	readonly end?: ReactNode;
	readonly className?: string;
	readonly children: ReactNode;
};

/** A titled part of a screen. */
export function Panel({ title, about, end, className, children }: Props) {
	const id = useId();
	return (
		<section className={classes("panel", className)} aria-labelledby={id}>
			<header>
				<h2 id={id} className="cut">
					{title}
				</h2>
				{about !== undefined && <span className="dim cut">{about}</span>}
				{end !== undefined && <span className="end">{end}</span>}
			</header>
			{children}
		</section>
	);
}
