import { classes } from "../base/classes";
import { Icon } from "./Icon";

type Props = {
	readonly view: { readonly text: string; readonly masked: readonly unknown[] } | undefined;
	readonly className?: string | undefined;
};

/** A payload in one line; masked parts look masked. */
export function ViewLine({ view, className }: Props) {
	if (view === undefined) return null;
	return (
		<span className={classes(className, "cut")} title={view.text}>
			{view.masked.length > 0 && <Icon name="mask" size="s" className="c-mask" label={`${view.masked.length} masked`} />} {view.text}
		</span>
	);
}
