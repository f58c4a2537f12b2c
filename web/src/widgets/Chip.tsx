import type { ReactNode } from "react";
import { classes } from "../base/classes";
import { Icon, type IconName } from "./Icon";

export type Tone = "plain" | "ok" | "late" | "drop" | "wm" | "acc";

type Props = { readonly tone?: Tone; readonly icon?: IconName; readonly title?: string; readonly children: ReactNode };

/** A short word about a thing. Colour is never alone: a tone comes with an icon or a word. */
export function Chip({ tone = "plain", icon, title, children }: Props) {
	return (
		<span className={classes("chip", tone !== "plain" && tone)} title={title}>
			{icon !== undefined && <Icon name={icon} size="s" />}
			{children}
		</span>
	);
}

type ChosenProps = { readonly children: ReactNode; readonly onRemove: () => void; readonly removeLabel: string };

/** A chosen restriction with a cross that takes it away. Its name has what stands in it, so that who speaks to a screen can say what they read there. */
export function ChosenChip({ children, onRemove, removeLabel }: ChosenProps) {
	return (
		<button type="button" className="chip acc" onClick={onRemove}>
			<span className="hide">{removeLabel}: </span>
			{children}
			<Icon name="close" size="s" />
		</button>
	);
}

export type VerdictKind = "proven" | "broken" | "unproven";

const verdictIcons: Readonly<Record<VerdictKind, IconName>> = { proven: "equal", broken: "close", unproven: "unknown" };

export function Verdict({ kind, children, title }: { readonly kind: VerdictKind; readonly children: ReactNode; readonly title?: string }) {
	return (
		<span className={classes("verdict", kind)} title={title}>
			<Icon name={verdictIcons[kind]} size="s" />
			{children}
		</span>
	);
}
