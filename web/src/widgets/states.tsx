/** How a panel looks when it has nothing, not yet, or no longer something to show. */
import { type ReactNode, useEffect, useState } from "react";
import { age } from "../base/quantity";
import { CopyButton } from "./CopyButton";
import { useNow } from "./clock";
import { Icon, type IconName } from "./Icon";

/** Shows its children only after a moment, so that quick answers do not flicker. */
export function Delayed({ after = 150, children }: { readonly after?: number; readonly children: ReactNode }) {
	const [shown, setShown] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setShown(true), after);
		return () => clearTimeout(timer);
	}, [after]);
	return shown ? children : null;
}

const widths = ["62%", "48%", "70%", "55%", "66%", "43%", "59%", "51%"];

/** Rows of the size that the rows to come will have. */
export function SkeletonRows({ rows, height = 26, label }: { readonly rows: number; readonly height?: number; readonly label: string }) {
	return (
		<div role="status" aria-busy="true">
			<span className="hide">loading {label}</span>
			<Delayed>
				{Array.from({ length: rows }, (_, i) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
					<div key={i} style={{ height, padding: `${height / 2 - 5}px 12px` }}>
						<span className="bone" style={{ height: 10, width: widths[i % widths.length] }} />
					</div>
				))}
			</Delayed>
		</div>
	);
}

type EmptyProps = { readonly title: string; readonly icon?: IconName; readonly children?: ReactNode };

/** Nothing there: why, and what to do next. */
export function Empty({ title, icon = "unknown", children }: EmptyProps) {
	return (
		<div className="state" role="status">
			<h2>
				<Icon name={icon} className="dim" />
				{title}
			</h2>
			{children}
		</div>
	);
}

/** What a failed question says about itself. */
export type Trouble = {
	readonly status: number;
	readonly title: string;
	readonly detail: string;
	readonly hint: string;
	readonly requestId: string;
};

type TroubleProps = {
	/** What could not be had: "the jobs". */
	readonly what: string;
	/** What could not be done, in place of that. */
	readonly head?: string;
	readonly trouble: Trouble;
	readonly onRetry?: () => void;
};

/** What failed, on what, what to do; retry; request id to copy. */
export function Failed({ what, head, trouble, onRetry }: TroubleProps) {
	const denied = trouble.status === 401 || trouble.status === 403;
	return (
		<div className="state" role="alert">
			<h2>
				<Icon name={denied ? "mask" : "failed"} className={denied ? "c-mask" : "c-drop"} />
				{head ?? (denied ? `${what} may not be shown` : `${what} could not be loaded`)}
			</h2>
			<p>
				{trouble.title}
				{trouble.detail !== "" && trouble.detail !== trouble.title && `: ${trouble.detail}`}
			</p>
			{trouble.hint !== "" && <p className="mid">{trouble.hint}</p>}
			<div className="row">
				{onRetry !== undefined && (
					<button type="button" className="btn" onClick={onRetry}>
						<Icon name="restart" size="s" />
						Try again
					</button>
				)}
				{trouble.requestId !== "" && (
					<span className="row dim">
						request <code>{trouble.requestId}</code>
						<CopyButton text={() => trouble.requestId} label="Copy the request id" />
					</span>
				)}
			</div>
		</div>
	);
}

type StaleProps = {
	/** Since when nothing came, in milliseconds since 1970; undefined when nothing ever came. */
	readonly since: number | undefined;
	readonly reason: string;
	/** When it is tried again by itself. */
	readonly retryAt?: number;
	readonly onRetry?: () => void;
};

/** Live data has stopped: what is on the screen is old, and how old. */
export function StaleBanner({ since, reason, retryAt, onRetry }: StaleProps) {
	const now = useNow();
	const rest = retryAt === undefined ? undefined : Math.max(0, Math.ceil((retryAt - now) / 1000));
	return (
		<div className="banner" role="status">
			<Icon name="warning" />
			<span>
				<b className="strong">Not live.</b> {since === undefined ? "Nothing has come yet" : `What you see is from ${age(now - since)}`}:{" "}
				{reason}.
			</span>
			<span className="mid">{rest === undefined ? "" : rest === 0 ? "Connecting again." : `Connecting again in ${rest} s.`}</span>
			{onRetry !== undefined && (
				<button type="button" className="btn quiet" onClick={onRetry}>
					Try now
				</button>
			)}
		</div>
	);
}

/** Commands for a terminal or lines for a file, to copy. */
export function Lines({ lines, label }: { readonly lines: readonly string[]; readonly label: string }) {
	return (
		<div style={{ position: "relative", maxWidth: "100%" }}>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
			<pre tabIndex={0} role="region" aria-label={label} style={{ paddingRight: 40 }}>
				{lines.join("\n")}
			</pre>
			<span style={{ position: "absolute", right: 4, top: 4 }}>
				<CopyButton text={() => lines.join("\n")} label={`Copy ${label}`} />
			</span>
		</div>
	);
}
