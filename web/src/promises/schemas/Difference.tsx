import type { SchemaChange, SchemaDifference, SchemaField, SchemaRule } from "../../api/schemaRegistry";
import { classes } from "../../base/classes";
import { Icon, type IconName } from "../../widgets/Icon";
import { depthOf } from "./FieldList";
import styles from "./Schemas.module.css";

const changeIcons: Readonly<Record<SchemaChange["change"], IconName>> = { added: "plus", removed: "minus", changed: "equal" };

/** What differs between two schemas as people read it: fields first, what rules say behind them. */
export function Difference({ of: d }: { readonly of: SchemaDifference }) {
	if (d.other_type)
		return <p className={styles.text}>They are of different languages: nothing is compared, and readers of one cannot read the other.</p>;
	const asked = d.rules.filter((r) => r.breaking && r.asked);
	const others = d.rules.filter((r) => r.breaking && !r.asked);
	return (
		<>
			{d.fields.length === 0 ? (
				<p className={`${styles.text} mid`}>Records have the same fields.</p>
			) : (
				<table aria-label="What differs">
					<thead>
						<tr>
							<th>Field</th>
							<th>Change</th>
							<th>Before</th>
							<th>After</th>
						</tr>
					</thead>
					<tbody>
						{d.fields.map((c) => (
							<tr key={c.path} className={classes(styles[c.change], c.breaking && styles.breaking)}>
								<td className="m" style={{ paddingLeft: 12 + depthOf(c.path) * 16 }}>
									{c.path}
								</td>
								<td className={c.breaking ? "c-drop" : ""}>
									<Icon name={changeIcons[c.change]} size="s" /> {c.change}
									{c.breaking && ", breaks readers"}
								</td>
								<td className="m">
									<Shape field={c.before} />
								</td>
								<td className="m">
									<Shape field={c.after} />
								</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			<Rules rules={asked} label={`Broken, and level ${d.level} asks for it`} tone="c-drop" />
			<Rules rules={others} label={`Broken, and level ${d.level} does not ask for it`} tone="c-late" />
		</>
	);
}

function Shape({ field }: { readonly field: SchemaField | undefined }) {
	if (field === undefined) return <span className="dim">-</span>;
	return (
		<>
			{field.type}
			{field.optional && <span className="dim"> optional</span>}
			{field.default !== undefined && <span className="mid"> = {field.default}</span>}
			{field.values.length > 0 && <span className="mid"> {field.values.join(" | ")}</span>}
		</>
	);
}

const readers = {
	backward: "with the newer schema, of older records",
	forward: "with the older schema, of newer records",
} as const;

function Rules({ rules, label, tone }: { readonly rules: readonly SchemaRule[]; readonly label: string; readonly tone: string }) {
	if (rules.length === 0) return null;
	return (
		<div className={styles.text}>
			<p className={tone}>
				<Icon name="warning" size="s" /> {label}
			</p>
			<ul aria-label={label}>
				{rules.map((r) => (
					<li key={`${r.direction} ${r.kind} ${r.pointer} ${r.path} ${r.message}`}>
						{r.path !== undefined && <code>{r.path}</code>} {r.message} <span className="dim">(readers {readers[r.direction]})</span>
						{r.advice !== undefined && <span className="c-acc">: {r.advice}</span>}
					</li>
				))}
			</ul>
		</div>
	);
}
