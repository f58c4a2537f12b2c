import type { ReactNode } from "react";
import type { Kind } from "../api/catalog";
import { classes } from "../base/classes";
import { link, partsOfEntity } from "../model/address";
import { Icon } from "../widgets/Icon";
import { kindLooks } from "./words";

type Props = {
	readonly id: string;
	/** Absent: as the id has it. */
	readonly name?: ReactNode;
	readonly kind?: Kind;
	readonly className?: string;
};

/** The name of an entity, to its page. With a kind it has that kind's sign. */
export function EntityLink({ id, name, kind, className }: Props) {
	return (
		<a className={classes("entity", className)} href={link({ screen: "entity", id })} title={id}>
			{kind !== undefined && <Icon name={kindLooks[kind].icon} className="mid" label={kindLooks[kind].one} />}
			{kind !== undefined && " "}
			{name ?? partsOfEntity(id).name}
		</a>
	);
}

/** Teams and people by their ids; none is said plainly. */
export function Owners({ ids, none = "no owner" }: { readonly ids: readonly string[]; readonly none?: string }) {
	if (ids.length === 0) return <span className="c-late">{none}</span>;
	return ids.map((id, i) => (
		<span key={id}>
			{i > 0 && ", "}
			<a className="mid" href={link({ screen: "entity", id })}>
				{id}
			</a>
		</span>
	));
}
