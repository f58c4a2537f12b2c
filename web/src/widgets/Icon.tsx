import type { ReactNode } from "react";
import { classes } from "../base/classes";

const shapes = {
	logo: null,
	fleet: (
		<>
			<rect x="2" y="2.5" width="12" height="3" rx="1" />
			<rect x="2" y="6.5" width="12" height="3" rx="1" />
			<rect x="2" y="10.5" width="12" height="3" rx="1" />
		</>
	),
	recording: (
		<>
			<circle cx="8" cy="8" r="6" />
			<circle cx="8" cy="8" r="2" fill="currentColor" />
		</>
	),
	topic: <path d="M2 4h12M2 8h12M2 12h8" />,
	catalog: <path d="M3 2.5h7.5A2.5 2.5 0 0 1 13 5v8.5H5A2 2 0 0 1 3 11.5zM3 11.5A2 2 0 0 1 5 9.5h8" />,
	contract: <path d="M4 2h8v12l-2-1.5L8 14l-2-1.5L4 14zM6 5.5h4M6 8h4" />,
	access: (
		<>
			<rect x="3" y="7" width="10" height="6.5" rx="1" />
			<path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
		</>
	),
	tag: (
		<>
			<path d="M2.5 2.5h5l6 6-5 5-6-6z" />
			<circle cx="5.3" cy="5.3" r=".7" />
		</>
	),
	people: (
		<>
			<circle cx="6" cy="5.5" r="2.2" />
			<path d="M2 13c.4-2.4 2-3.6 4-3.6s3.6 1.2 4 3.6M10.5 3.6a2.2 2.2 0 0 1 0 3.9M11.5 9.8c1.4.5 2.3 1.6 2.5 3.2" />
		</>
	),
	edit: <path d="M3 13v-2.5L10.5 3l2.5 2.5L5.5 13zM9 4.5 11.5 7" />,
	agent: (
		<>
			<rect x="3" y="3" width="10" height="10" rx="1.5" />
			<path d="M6.2 6.2h3.6v3.6H6.2zM6 1v2M10 1v2M6 13v2M10 13v2M1 6h2M1 10h2M13 6h2M13 10h2" />
		</>
	),
	search: (
		<>
			<circle cx="7" cy="7" r="4.2" />
			<path d="m10.2 10.2 3.6 3.6" />
		</>
	),
	ok: <path d="m3 8.5 3.2 3.2L13 5" />,
	running: (
		<>
			<circle cx="8" cy="8" r="6" />
			<path d="m5.3 8.3 2 2 3.5-4" />
		</>
	),
	warning: <path d="M8 2.2 14.3 13.5H1.7zM8 6.5v3.2M8 11.7v.1" />,
	failed: (
		<>
			<circle cx="8" cy="8" r="6" />
			<path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4" />
		</>
	),
	dropped: <path d="M3 4h10M8 4v8M5 9l3 3 3-3M3 14h10" />,
	close: <path d="m4 4 8 8M12 4l-8 8" />,
	unknown: (
		<>
			<circle cx="8" cy="8" r="6" />
			<path d="M6.3 6.3c.2-2.2 3.6-2 3.5.1 0 1.3-1.7 1.4-1.8 2.7M8 11.2v.1" />
		</>
	),
	clock: (
		<>
			<circle cx="8" cy="8" r="6" />
			<path d="M8 4.6V8l2.4 1.8" />
		</>
	),
	restart: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3" />,
	watermark: <path d="M1.5 6c2.2-2 4.3 2 6.5 0s4.3-2 6.5 0M1.5 10.5c2.2-2 4.3 2 6.5 0s4.3-2 6.5 0" />,
	mask: (
		<>
			<circle cx="5" cy="8" r="2.7" />
			<path d="M7.7 8H14M11.5 8v2.5M14 8v2" />
		</>
	),
	gap: <path d="M2 8h3M11 8h3M6.5 11l3-6" />,
	state: (
		<>
			<ellipse cx="8" cy="4" rx="5" ry="2" />
			<path d="M3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2" />
		</>
	),
	timer: (
		<>
			<circle cx="8" cy="9" r="5" />
			<path d="M8 6.5V9M6.5 2h3" />
		</>
	),
	emit: <path d="M2 8h10M9 4.5 12.5 8 9 11.5" />,
	enter: <path d="M14 8H5M8 4.5 4.5 8 8 11.5M2 3v10" />,
	link: <path d="M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.3L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.8L4.5 7.2" />,
	copy: (
		<>
			<rect x="5.5" y="5.5" width="8" height="8" rx="1" />
			<path d="M10.5 5.5v-3h-8v8h3" />
		</>
	),
	equal: <path d="M3 6h10M3 10h10" />,
	right: <path d="m6 4 4 4-4 4" />,
	left: <path d="m10 4-4 4 4 4" />,
	down: <path d="m4 6 4 4 4-4" />,
	up: <path d="m4 10 4-4 4 4" />,
	plus: <path d="M8 3v10M3 8h10" />,
	minus: <path d="M3 8h10" />,
	mark: <path d="M4 2h8v12l-4-3.5L4 14z" />,
	user: (
		<>
			<circle cx="8" cy="5.5" r="2.5" />
			<path d="M3 13.5c.6-2.7 2.6-4 5-4s4.4 1.3 5 4" />
		</>
	),
	sun: (
		<>
			<circle cx="8" cy="8" r="2.8" />
			<path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
		</>
	),
	moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />,
	bell: <path d="M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.7 14.2h2.6" />,
	policy: <path d="M2 4h12M2 8h12M2 12h12M5 2.5v3M10.5 6.5v3M7 10.5v3" />,
	filter: <path d="M2 3h12L9.5 8.5V13l-3-1.5v-3z" />,
	fn: <path d="M10.5 3.5c-2-.8-2.8.3-3 2L6.5 12c-.3 1.6-1.2 2-2.5 1.5M5 7h5" />,
	join: <path d="M2 4c5 0 5 8 12 8M2 12c5 0 5-8 12-8" />,
	sum: <path d="M12 4V3H4l4.5 5L4 13h8v-1" />,
	source: <path d="M2.5 8h7M7 5l3 3-3 3M13 3v10" />,
	sink: <path d="M2.5 3v10M6 8h7M10.5 5.5 13 8l-2.5 2.5" />,
	mail: <path d="M2 4h12v8H2zM2 4.5l6 4.5 6-4.5" />,
	barrier: <path d="M8 2v12M5 5l3-3 3 3M5 11l3 3 3-3" />,
	tree: <path d="M3 3h4M3 3v10h4M3 8h4M9 3h4M9 8h4M9 13h4" />,
	graph: (
		<>
			<rect x="1.5" y="6" width="4" height="4" rx="1" />
			<rect x="10.5" y="2.5" width="4" height="4" rx="1" />
			<rect x="10.5" y="9.5" width="4" height="4" rx="1" />
			<path d="M5.5 8h2.5V4.5h2.5M8 8v3.5h2.5" />
		</>
	),
	journey: (
		<path d="M2 12.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0zM11 3.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 0 0-3 0zM5 12.5h5a2.5 2.5 0 0 0 0-5H6a2.2 2.2 0 0 1 0-4.4h5" />
	),
	file: <path d="M4 2h5.5L12 4.5V14H4zM9.5 2v3H12" />,
	"line-next": <path d="M3 4h7M3 8h5M3 12h4M12 5v6M9.8 9 12 11.4 14.2 9" />,
	"line-back": <path d="M3 4h4M3 8h5M3 12h7M12 11V5M9.8 7 12 4.6 14.2 7" />,
	"step-in": <path d="M8 2.5v7M4.5 6.5 8 10l3.5-3.5M3 13.5h10" />,
	"step-in-back": <path d="M13.5 8H6M9.5 4.5 6 8l3.5 3.5M3 2.5v11" />,
	"step-out": <path d="M8 11V3M4.5 6.5 8 3l3.5 3.5M3 13.5h10" />,
	"step-out-back": <path d="M3 8h7.5M7 4.5 10.5 8 7 11.5M13 2.5v11" />,
	"record-next": <path d="M3 3.5v9L9 8zM12.5 3.5v9" fill="currentColor" />,
	"record-back": <path d="M13 3.5v9L7 8zM3.5 3.5v9" fill="currentColor" />,
	"run-next": <path d="M2 3.5v9L7 8zM8 3.5v9L13 8zM14.3 3.5v9" fill="currentColor" />,
	"run-back": <path d="M14 3.5v9L9 8zM8 3.5v9L3 8zM1.7 3.5v9" fill="currentColor" />,
	live: <circle cx="8" cy="8" r="3" fill="currentColor" />,
	wait: (
		<>
			<circle cx="8" cy="8" r="6" strokeDasharray="2.5 2.5" />
		</>
	),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

type Props = {
	readonly name: IconName;
	readonly size?: "s" | "l";
	/** What it says by itself; without it the icon is decoration beside a word. */
	readonly label?: string;
	readonly className?: string;
};

export function Icon({ name, size, label, className }: Props) {
	const named = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
	if (name === "logo") {
		return (
			<svg className={classes("ico", className)} viewBox="0 0 24 24" {...named}>
				<circle cx="12" cy="12" r="8.2" />
				<path d="M12 1.2v2.6M12 20.2v2.6M4.6 12.6c2.4-2 4.8 1.6 7.4 0s5-1.8 7.4.2" />
				<circle cx="12" cy="8.2" r=".6" />
			</svg>
		);
	}
	return (
		<svg className={classes("ico", size, className)} viewBox="0 0 16 16" {...named}>
			{label !== undefined && <title>{label}</title>}
			{shapes[name]}
		</svg>
	);
}
